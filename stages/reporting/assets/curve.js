// What a network says along its only feature, drawn for whatever the weights are.

class Curve {
  /** `chart` has the lines and the rows; `whenAsked` is called with the value that was clicked. */
  constructor(chart, model, scaling, whenAsked) {
    Object.assign(this, { chart, model, scaling, whenAsked });
    this.asked = chart.svg.querySelector(".asked");
    this.lines = [...chart.svg.querySelectorAll("[data-series]")];
    chart.svg.addEventListener("pointerdown", (event) => this.click(event));
    chart.svg.addEventListener("pointermove", (event) => event.buttons && this.click(event));
  }

  click(event) {
    const [left, , width] = this.chart.area;
    const [low, high] = this.chart.x;
    const right = (pointOfEvent(event, this.chart.svg).x - left) / width;
    if (right >= 0 && right <= 1) this.whenAsked(Float64Array.of(low + right * (high - low)));
  }

  /** What the network says of a value: the probabilities, or a number. */
  answers(network, value) {
    const inputs = this.scaling.apply([value]);
    return this.model.quantity ? [network.number(inputs)] : network.probabilities(inputs);
  }

  paint(network) {
    if (network === this.network) return;
    this.network = network;
    const [x] = Object.values(this.chart.series[this.lines[0].dataset.series].columns);
    const answers = x.map((value) => this.answers(network, value));
    this.lines.forEach((line, number) => {
      const values = answers.map((each) => each[number]);
      line.setAttribute("d", `M${this.chart.move(line.dataset.series, values).join("L")}`);
    });
  }

  /** Shows which value is asked about. */
  mark([value]) {
    this.asked.setAttribute("transform", `translate(${this.chart.placeX(value)} 0)`);
    this.asked.setAttribute("visibility", "visible");
  }
}
