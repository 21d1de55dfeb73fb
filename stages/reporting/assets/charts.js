// Charts tell the values of the point nearest to the pointer, or walked to with the arrow keys.

class Chart {
  constructor(figure) {
    this.name = figure.dataset.chart;
    this.svg = figure.querySelector("svg.plot");
    this.readout = figure.querySelector(".readout");
    this.pointed = this.svg.querySelector(".pointed");
    this.epochLine = this.svg.querySelector(".epoch-line");
    this.resting = this.readout.textContent;
    Object.assign(this, JSON.parse(this.svg.dataset.pointer));
    this.series = this.series.map(({ name, columns }) => {
      const [x, y] = Object.values(columns);
      return { name, columns, places: x.map((each, i) => [this.placeX(each), this.placeY(y[i])]) };
    });
    this.dots = this.series.map(() => drawn(this.pointed, "circle", { r: 4.5 }));
    if (!this.series.some(({ places }) => places.length)) return;
    this.svg.addEventListener("pointermove", (event) => this.follow(event));
    this.svg.addEventListener("pointerleave", () => this.rest());
    this.svg.addEventListener("blur", () => this.rest());
    this.svg.addEventListener("keydown", (event) => this.walk(event));
  }

  placeX(value) {
    const [left, , width] = this.area;
    return left + (width * (value - this.x[0])) / (this.x[1] - this.x[0]);
  }

  placeY(value) {
    const [, top, , height] = this.area;
    return top + (height * (this.y[1] - value)) / (this.y[1] - this.y[0]);
  }

  /** Gives the points of a series other values, and tells where they stand. */
  move(number, values) {
    const series = this.series[number];
    const [x, y] = Object.keys(series.columns);
    series.columns[y] = values;
    series.places = series.columns[x].map((each, i) => [this.placeX(each), this.placeY(values[i])]);
    return series.places.map((place) => place.map((each) => each.toFixed(1)).join(" "));
  }

  follow(event) {
    const at = pointOfEvent(event, this.svg);
    let nearest = Infinity;
    this.series.forEach(({ places }, number) =>
      places.forEach(([x, y], index) => {
        const distance = Math.hypot(x - at.x, this.alongX ? 0 : y - at.y);
        if (distance < nearest) {
          nearest = distance;
          this.current = { number, index };
        }
      }),
    );
    this.tell();
  }

  walk(event) {
    const { number, index } = this.current ?? { number: 0, index: -1 };
    const last = this.series[number].places.length - 1;
    const steps = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: last };
    const others = { ArrowUp: number + 1, ArrowDown: number - 1 };
    if (event.key in steps) {
      this.current = { number, index: Math.min(Math.max(steps[event.key], 0), last) };
    } else if (event.key in others) {
      this.current = { number: (others[event.key] + this.series.length) % this.series.length, index: 0 };
    } else return;
    event.preventDefault();
    this.tell();
  }

  tell() {
    const { number, index } = this.current;
    const { name, columns, places } = this.series[number];
    const told = Object.entries(columns).map(([label, values]) => [label, values[index]]);
    if (this.alongX) {
      const [label, value] = told[0];
      const others = this.series.map((each) => `${each.name} ${short(Object.values(each.columns)[1][index])}`);
      this.readout.textContent = [`${label} ${short(value)}`, ...others].join(" · ");
    } else {
      const values = told.map(([label, value]) => `${label} ${short(value)}`);
      this.readout.textContent = [...(this.series.length > 1 ? [name] : []), ...values].join(" · ");
    }
    this.dots.forEach((dot, other) => {
      const place = other === number || this.alongX ? this.series[other].places[index] : undefined;
      dot.setAttribute("visibility", place ? "inherit" : "hidden");
      if (place) dot.setAttribute("transform", `translate(${place[0]} ${place[1]})`);
    });
    this.pointed.querySelector("path").setAttribute("transform", `translate(${places[index][0]} 0)`);
    this.pointed.setAttribute("visibility", "visible");
  }

  rest() {
    this.current = undefined;
    this.readout.textContent = this.resting;
    this.pointed.setAttribute("visibility", "hidden");
  }

  /** Marks the epoch that the network is shown at. */
  markEpoch(epoch) {
    this.epochLine.setAttribute("transform", `translate(${this.placeX(epoch)} 0)`);
    this.epochLine.setAttribute("visibility", "visible");
  }
}
