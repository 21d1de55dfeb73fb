// The field of probabilities behind the rows, painted on a canvas for whatever the weights are.

const CELLS = [84, 68]; // that are computed; the pixels between are interpolated
const BANDS = 5;
const SHADES = Array.from({ length: BANDS }, (_, band) => 0.08 + (0.36 * band) / (BANDS - 1));
const MOST_PIXELS = 900; // from left to right

/** The page's colours as numbers: they change between light and dark. */
function pageColors(classes) {
  const style = getComputedStyle(document.documentElement);
  const parse = (name) => {
    const digits = style.getPropertyValue(name).trim().slice(1);
    return [0, 2, 4].map((start) => parseInt(digits.slice(start, start + 2), 16));
  };
  const surface = parse("--surface");
  const shades = Array.from({ length: classes }, (_, number) => {
    const color = parse(`--c${number % 7}`);
    return SHADES.map((shade) => color.map((part, i) => part * shade + surface[i] * (1 - shade)));
  });
  return { shades, ink: parse("--ink") };
}

class Boundary {
  /** `whenAsked` is called with the raw inputs of a point that was clicked or walked to. */
  constructor(stage, model, scaling, whenAsked) {
    this.canvas = stage.querySelector("canvas");
    this.svg = stage.querySelector("svg");
    this.asked = stage.querySelector(".asked");
    this.scaling = scaling;
    this.classes = model.classes.length;
    Object.assign(this, model.plane); // limits, area, projection
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

  /** Computes the network's probabilities at the corners of the cells. */
  probe(network) {
    const [columns, rows] = CELLS;
    const [[x0, x1], [y0, y1]] = this.limits;
    this.network = network;
    this.values = new Float64Array((columns + 1) * (rows + 1) * this.classes);
    let place = 0;
    for (let row = 0; row <= rows; row++) {
      for (let column = 0; column <= columns; column++, place += this.classes) {
        const point = [x0 + ((x1 - x0) * column) / columns, y1 + ((y0 - y1) * row) / rows];
        this.values.set(network.probabilities(this.inputs(point)), place);
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
    const { shades, ink } = pageColors(this.classes);
    const probabilities = new Array(this.classes);
    const decided = new Uint8Array(width * height);
    for (let y = 0, place = 0; y < height; y++) {
      for (let x = 0; x < width; x++, place++) {
        this.interpolate((x + 0.5) / width, (y + 0.5) / height, probabilities);
        let [first, second] = [0, -1];
        for (let number = 1; number < this.classes; number++) {
          if (probabilities[number] > probabilities[first]) [first, second] = [number, first];
          else if (second < 0 || probabilities[number] > probabilities[second]) second = number;
        }
        const lead = probabilities[first] - probabilities[second];
        const band = Math.min(Math.floor(lead * BANDS), BANDS - 1);
        decided[place] = network.decide(probabilities);
        paintPixel(image, place, shades[first][band]);
      }
    }
    const reach = Math.round(1.6 * zoom) || 1; // how wide the line is
    for (let y = reach; y < height; y++) {
      for (let x = reach; x < width; x++) {
        const place = y * width + x;
        const here = decided[place];
        if (here !== decided[place - reach] || here !== decided[place - reach * width]) {
          paintPixel(image, place, ink);
        }
      }
    }
    context.putImageData(image, 0, 0);
  }

  /** Interpolates the probabilities at a place, each coordinate from 0 to 1. */
  interpolate(right, down, probabilities) {
    const [columns, rows] = CELLS;
    const column = Math.floor(right * columns);
    const row = Math.floor(down * rows);
    const u = right * columns - column;
    const v = down * rows - row;
    const above = (row * (columns + 1) + column) * this.classes;
    const below = above + (columns + 1) * this.classes;
    const { values, classes } = this;
    for (let number = 0; number < classes; number++) {
      const upper = values[above + number] * (1 - u) + values[above + classes + number] * u;
      const lower = values[below + number] * (1 - u) + values[below + classes + number] * u;
      probabilities[number] = upper * (1 - v) + lower * v;
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
