// Brings the page to life. `report` is at hand in the browser's console too.

const lesson = document.querySelector("[data-lesson]");
const report = { playgrounds: new Playgrounds([...document.querySelectorAll("[data-experiment]:has(script.live)")]) };
if (lesson) report.lesson = new Lesson(lesson, report.playgrounds.get(lesson.dataset.lesson));

for (const field of document.querySelectorAll("input[type=search]")) new Search(field);
