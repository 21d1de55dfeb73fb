// All experiments of the page. Each is brought to life when it comes near to the window, or is asked
// for: so a page of a hundred opens as fast as one of five.

class Playgrounds {
  constructor(sections) {
    this.sections = new Map(sections.map((section) => [section.dataset.experiment, section]));
    this.alive = new Map();
    const observer = new IntersectionObserver(
      (entries) => {
        for (const { isIntersecting, target } of entries) {
          if (isIntersecting) {
            observer.unobserve(target);
            this.get(target.dataset.experiment);
          }
        }
      },
      { rootMargin: "1000px" },
    );
    sections.forEach((section) => observer.observe(section));
    addEventListener("beforeprint", () => this.values());
  }

  get(key) {
    if (!this.alive.has(key)) this.alive.set(key, new Playground(this.sections.get(key)));
    return this.alive.get(key);
  }

  values() {
    return [...this.sections.keys()].map((key) => this.get(key));
  }
}
