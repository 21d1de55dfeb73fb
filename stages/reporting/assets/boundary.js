// The field behind the rows, probabilities or numbers, painted on a canvas for whatever the weights are.

const CELLS = [84, 68]; // that are computed; the pixels between are interpolated
const BANDS = 5;
const SHADES = Array.from({ length: BANDS }, (_, band) => 0.08 + (0.36 * band) / (BANDS - 1));
const MOST_PIXELS = 900; // from left to right

/** A colour, `#0072b2`, as three numbers. */
const parsed = (color) => [1, 3, 5].map((start) => parseInt(color.slice(start, start + 2), 16));

/** A colour of the page: it changes between light and dark. */
const pageColor = (name) =>
  parsed(getComputedStyle(document.documentElement).getPropertyValue(name).trim());

/** The shades of each class, BANDS of them, one class after the other. */
function classShades(classes) {
  const surface = pageColor("--surface");
  return Array.from({ length: classes }, (_, number) => {
    const color = pageColor(`--c${number % 7}`);
    return SHADES.map((shade) => color.map((part, i) => part * shade + surface[i] * (1 - shade)));
  }).flat();
}

/** The number of a shade for probabilities: of the class that leads, by how far it does. */
function shadeOfClasses(probabilities) {
  let [first, second] = [0, -1];
  for (let number = 1; number < probabilities.length; number++) {
    if (probabilities[number] > probabilities[first]) [first, second] = [number, first];
    else if (second < 0 || probabilities[number] > probabilities[second]) second = number;
  }
  const lead = probabilities[first] - probabilities[second];
  return first * BANDS + Math.min(Math.floor(lead * BANDS), BANDS - 1);
}

class Boundary {
  /** `whenAsked` is called with the raw inputs of a point that was clicked or walked to. */
  constructor(stage, model, scaling, whenAsked) {
    this.canvas = stage.querySelector("canvas");
    this.svg = stage.querySelector("svg");
    this.asked = stage.querySelector(".asked");
    this.scaling = scaling;
    this.count = model.classes.length || 1; // of answers to a point
    Object.assign(this, model.plane); // limits, area, projection, bands
    this.whenAsked = whenAsked;
    this.canvas.hidden = false;
    this.svg.querySelector(".static").classList.add("replaced");
    this.svg.addEventListener("pointerdown", (event) => this.click(event));
    this.svg.addEventListener("pointermove", (event) => event.buttons && this.click(event));
    this.svg.addEventListener("keydown", (event) => this.walk(event));
  }

  /** From a point of the plane to what the network takes. */
  inputs(point) {
    if (!this.projection) return this.scaling.apply(point);
    const { center, components } = this.projection;
    return center.map((each, i) => each + point[0] * components[0][i] + point[1] * components[1][i]);
  }

  /** From raw inputs to their point of the plane. */
  point(raw) {
    if (!this.projection) return [...raw];
    const { center, components } = this.projection;
    const inputs = this.scaling.apply(raw);
    return components.map((component) =>
      component.reduce((sum, each, i) => sum + each * (inputs[i] - center[i]), 0),
    );
  }

  /** Shows where the inputs lie. */
  mark(raw) {
    const [left, top, width, height] = this.area;
    const [[x0, x1], [y0, y1]] = this.limits;
    this.current = this.point(raw);
    const x = left + (width * (this.current[0] - x0)) / (x1 - x0);
    const y = top + (height * (y1 - this.current[1])) / (y1 - y0);
    this.asked.setAttribute("transform", `translate(${x} ${y})`);
    this.asked.setAttribute("visibility", "visible");
  }

  click(event) {
    const at = pointOfEvent(event, this.svg);
    const [left, top, width, height] = this.area;
    const [[x0, x1], [y0, y1]] = this.limits;
    const [right, down] = [(at.x - left) / width, (at.y - top) / height];
    if (right < 0 || right > 1 || down < 0 || down > 1) return;
    this.ask([x0 + right * (x1 - x0), y1 - down * (y1 - y0)]);
  }

  walk(event) {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    if (!(event.key in moves)) return;
    event.preventDefault();
    this.ask(
      moves[event.key].map((move, axis) => {
        const [low, high] = this.limits[axis];
        const moved = this.current[axis] + (move * (high - low)) / 50;
        return Math.min(Math.max(moved, low), high);
      }),
    );
  }

  ask(point) {
    this.whenAsked(this.projection ? this.scaling.undo(this.inputs(point)) : Float64Array.from(point));
  }

  /** What the network says of a point: the probabilities, or a number. */
  answers(network, point) {
    const inputs = this.inputs(point);
    return this.bands ? [network.number(inputs)] : network.probabilities(inputs);
  }

  /** Computes the network's answers at the corners of the cells. */
  probe(network) {
    const [columns, rows] = CELLS;
    const [[x0, x1], [y0, y1]] = this.limits;
    this.network = network;
    this.values = new Float64Array((columns + 1) * (rows + 1) * this.count);
    let place = 0;
    for (let row = 0; row <= rows; row++) {
      for (let column = 0; column <= columns; column++, place += this.count) {
        const point = [x0 + ((x1 - x0) * column) / columns, y1 + ((y0 - y1) * row) / rows];
        this.values.set(this.answers(network, point), place);
      }
    }
  }

  paint(network) {
    if (network !== this.network) this.probe(network);
    const box = this.canvas.getBoundingClientRect();
    if (!box.width) return;
    const zoom = Math.min(devicePixelRatio, MOST_PIXELS / box.width);
    const width = (this.canvas.width = Math.round(box.width * zoom));
    const height = (this.canvas.height = Math.round(box.height * zoom));
    const context = this.canvas.getContext("2d");
    const image = context.createImageData(width, height);
    const shades = this.bands ? this.bands.colors.map(parsed) : classShades(this.count);
    const answers = new Array(this.count);
    const decided = new Uint8Array(width * height);
    for (let y = 0, place = 0; y < height; y++) {
      for (let x = 0; x < width; x++, place++) {
        this.interpolate((x + 0.5) / width, (y + 0.5) / height, answers);
        if (this.bands) paintPixel(image, place, shades[this.bandOf(answers[0])]);
        else {
          decided[place] = network.decide(answers);
          paintPixel(image, place, shades[shadeOfClasses(answers)]);
        }
      }
    }
    if (!this.bands) this.drawBorder(image, decided, Math.round(1.6 * zoom) || 1);
    context.putImageData(image, 0, 0);
  }

  /** The number of the band that a number lies in. */
  bandOf(number) {
    const { levels } = this.bands;
    let band = 0;
    while (band < levels.length && levels[band] <= number) band++;
    return band;
  }

  /** Draws a line, `reach` pixels wide, where the decision changes. */
  drawBorder(image, decided, reach) {
    const { width, height } = image;
    const ink = pageColor("--ink");
    for (let y = reach; y < height; y++) {
      for (let x = reach; x < width; x++) {
        const place = y * width + x;
        const here = decided[place];
        if (here !== decided[place - reach] || here !== decided[place - reach * width]) {
          paintPixel(image, place, ink);
        }
      }
    }
  }

  /** Interpolates the answers at a place, each coordinate from 0 to 1. */
  interpolate(right, down, answers) {
    const [columns, rows] = CELLS;
    const column = Math.floor(right * columns);
    const row = Math.floor(down * rows);
    const u = right * columns - column;
    const v = down * rows - row;
    const above = (row * (columns + 1) + column) * this.count;
    const below = above + (columns + 1) * this.count;
    const { values, count } = this;
    for (let number = 0; number < count; number++) {
      const upper = values[above + number] * (1 - u) + values[above + count + number] * u;
      const lower = values[below + number] * (1 - u) + values[below + count + number] * u;
      answers[number] = upper * (1 - v) + lower * v;
    }
  }
}

function paintPixel(image, place, [red, green, blue]) {
  const { data } = image;
  data[4 * place] = red;
  data[4 * place + 1] = green;
  data[4 * place + 2] = blue;
  data[4 * place + 3] = 255;
}
