// Shows only those experiments whose name holds what is typed.

class Search {
  constructor(field) {
    const named = [...document.querySelectorAll("[data-experiment], [data-of-experiment]")];
    const name = ({ dataset }) => (dataset.experiment ?? dataset.ofExperiment).toLowerCase();
    field.addEventListener("input", () => {
      const wanted = field.value.trim().toLowerCase();
      for (const element of named) element.hidden = !name(element).includes(wanted);
    });
  }
}
