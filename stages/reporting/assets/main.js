// Brings the page to life. `report` is at hand in the browser's console too.

const report = { playgrounds: new Map() };

for (const section of document.querySelectorAll("[data-experiment]")) {
  report.playgrounds.set(section.dataset.experiment, new Playground(section));
}

const lesson = document.querySelector("[data-lesson]");
report.lesson = new Lesson(lesson, report.playgrounds.get(lesson.dataset.lesson));
