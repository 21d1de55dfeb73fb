// Numbers as people read them, and small helpers for elements.

/** Four significant digits, without zeros at the end; a true minus sign. */
function short(value) {
  if (value === null) return "none";
  return minus(String(+value.toPrecision(4)));
}

const fixed = (value, digits) => minus(value.toFixed(digits));
const minus = (text) => text.replace("-", "−");

/** A probability: never rounded to 0 or 1. */
function percent(p) {
  if (p > 0.9995 && p < 1) return "> 99.9 %";
  if (p < 0.0005 && p > 0) return "< 0.1 %";
  return `${(100 * p).toFixed(1)} %`;
}

/** Where a pointer event happened, in the coordinates of an SVG element. */
function pointOfEvent({ clientX, clientY }, svg) {
  return new DOMPoint(clientX, clientY).matrixTransform(svg.getScreenCTM().inverse());
}

/** Appends an SVG element to another, in whose namespace it is. */
function drawn(parent, name, attributes) {
  const element = document.createElementNS(parent.namespaceURI, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  parent.append(element);
  return element;
}

/** Fills a table: the first row is its head, the first cell of each row a heading. */
function fillTable(table, [head, ...body]) {
  const row = (cells, isHead) => {
    const line = document.createElement("tr");
    cells.forEach((cell, place) => {
      const heading = isHead || place === 0;
      const element = document.createElement(heading ? "th" : "td");
      if (heading) element.scope = isHead ? "col" : "row";
      element.textContent = cell;
      line.append(element);
    });
    return line;
  };
  const [thead, tbody] = ["thead", "tbody"].map((name) => document.createElement(name));
  thead.append(row(head, true));
  tbody.append(...body.map((cells) => row(cells, false)));
  table.replaceChildren(thead, tbody);
}
