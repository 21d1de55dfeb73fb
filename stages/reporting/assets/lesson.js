// One row through the forward pass, the loss and every gradient, each checked by a difference.

const AGREEMENT = 1e-6; // of gradient and difference, for numbers of size 1

class Lesson {
  constructor(section, playground) {
    this.section = section;
    this.model = playground.model;
    this.scaling = playground.scaling;
    this.controls = ["row", "state", "step"].map((name) => section.querySelector(`.lesson-${name}`));
    for (const control of this.controls) control.addEventListener("change", () => this.show());
    this.show();
  }

  fill(name, rows) {
    fillTable(this.section.querySelector(`.lesson-${name}`), rows);
  }

  work(name, lines) {
    const formulas = lines.map((line) => {
      const formula = document.createElement("p");
      formula.textContent = line;
      return formula;
    });
    this.section.querySelector(`.lesson-${name}`).replaceChildren(...formulas);
  }

  show() {
    const [row, state, step] = this.controls.map((control) => +control.value);
    const { features, labels } = this.model.rows;
    const network = new Network(this.model, this.model.states[state].parameters);
    const inputs = this.scaling.apply(features[row]);
    const passed = network.activate(inputs);
    const back = network.gradient(inputs, labels[row]);
    this.showInputs(features[row], inputs);
    this.showForward(network, passed);
    this.showLoss(network, passed.logits, back.targets, labels[row]);
    this.showBackward(network, passed, back);
    this.showGradients(network, back.gradient, network.differences(inputs, labels[row], step));
  }

  showInputs(raw, inputs) {
    const { center, scale, clip } = this.scaling;
    this.fill("inputs", [
      ["", ...this.model.features],
      ["in the table", ...raw.map(short)],
      ["centre", ...center.map((each) => fixed(each, 6))],
      ["scale", ...scale.map((each) => fixed(each, 6))],
      [clip === null ? "scaled" : `scaled, within ±${clip}`, ...Array.from(inputs, (each) => fixed(each, 6))],
    ]);
  }

  /** What the units of a layer are called. */
  units(layer) {
    const outputs = layer + 1 === this.model.sizes.length - 1;
    const count = this.model.sizes[layer + 1];
    if (outputs && count === 1) return ["output"];
    return Array.from({ length: count }, (_, unit) =>
      outputs ? `output ${this.model.classes[unit]}` : `${this.place(layer)}unit ${unit + 1}`,
    );
  }

  place(layer) {
    return this.model.sizes.length > 3 ? `layer ${layer + 1}, ` : "";
  }

  senders(layer) {
    return layer === 0 ? this.model.features : this.units(layer - 1);
  }

  showForward(network, { sums, activations }) {
    const rows = [["unit", "sum", "activation"]];
    network.layers.forEach((_, layer) => {
      const last = layer + 1 === network.layers.length;
      const name = last ? "none: this is the logit" : this.model.activations[layer].replace("_", " ");
      this.units(layer).forEach((unit, k) => {
        const activation = last ? name : `${fixed(activations[layer + 1][k], 6)} (${name})`;
        rows.push([unit, fixed(sums[layer][k], 6), activation]);
      });
    });
    this.fill("forward", rows);
    this.work(
      "worked-forward",
      network.layers.map(({ weights, biases, outputs }, layer) => {
        const unit = Math.max(sums[layer].findIndex((sum) => sum > 0), 0);
        const terms = activations[layer].map(
          (value, j) => `${fixed(value, 4)} × ${fixed(weights[j * outputs + unit], 4)}`,
        );
        const sum = [...terms, fixed(biases[unit], 4)].join(" + ");
        return `${this.units(layer)[unit]}: ${sum} = ${fixed(sums[layer][unit], 4)}`;
      }),
    );
  }

  showLoss(network, logits, targets, label) {
    const loss = network.output.loss(logits, targets);
    const response = network.output.response(logits);
    const lines = logits.map((z, unit) => {
      const name = this.units(network.layers.length - 1)[unit];
      const formula = this.model.output === "softmax" ? "softmax" : `1 / (1 + exp(${fixed(-z, 6)}))`;
      return `response of ${name} = ${formula} = ${fixed(response[unit], 6)}, target ${targets[unit]}`;
    });
    const right = response.map((r, unit) => (targets[unit] ? r : 1 - r));
    const terms = this.model.output === "softmax" ? [response[label]] : right;
    const sum = terms.map((p) => `−ln ${fixed(p, 6)}`).join(" ");
    this.work("loss", [...lines, `loss = ${sum} = ${fixed(loss, 6)}`]);
  }

  showBackward(network, { activations }, { errors, flowsBack }) {
    const rows = [["unit", "flows back to it", "× slope", "= derivative by its sum"]];
    for (let layer = network.layers.length - 1; layer >= 0; layer--) {
      this.units(layer).forEach((unit, k) => {
        const error = fixed(errors[layer][k], 6);
        if (!flowsBack[layer]) return rows.push([unit, "response − target", "", error]);
        const activation = activations[layer + 1][k];
        const slope = network.hidden[layer].derivative(activation, this.model.negativeSlope);
        rows.push([unit, fixed(flowsBack[layer][k], 6), short(slope), error]);
      });
    }
    this.fill("backward", rows);
    const unit = Math.max(errors[0].findIndex((error) => error !== 0), 0);
    const [value, error] = [activations[0][0], errors[0][unit]];
    this.work("worked-backward", [
      `gradient of the weight from ${this.model.features[0]} to ${this.units(0)[unit]}: ` +
        `${fixed(value, 6)} × ${fixed(error, 6)} = ${fixed(value * error, 6)}`,
    ]);
  }

  showGradients(network, gradient, differences) {
    const rows = [["from", "to", "weight", "gradient", "finite difference", "apart by", "agree"]];
    let agreeing = 0;
    let furthest = 0;
    network.layers.forEach(({ start, inputs, outputs }, layer) => {
      for (let place = start; place < start + (inputs + 1) * outputs; place++) {
        const [j, k] = [Math.floor((place - start) / outputs), (place - start) % outputs];
        const [g, d] = [gradient[place], differences[place]];
        const apart = Math.abs(g - d);
        const agrees = apart <= AGREEMENT * Math.max(1, Math.abs(g));
        agreeing += agrees;
        furthest = Math.max(furthest, apart);
        rows.push([
          j === inputs ? "1 (bias)" : this.senders(layer)[j],
          this.units(layer)[k],
          fixed(network.parameters[place], 6),
          fixed(g, 11),
          fixed(d, 11),
          apart ? apart.toExponential(1) : "0",
          agrees ? "✓" : "✗",
        ]);
      }
    });
    this.fill("gradients", rows);
    const verdict = this.section.querySelector(".verdict");
    const whole = agreeing === gradient.length;
    verdict.classList.toggle("whole", whole);
    verdict.textContent =
      `${whole ? "All" : `${agreeing} of`} ${gradient.length} gradients agree with their ` +
      `differences to ${AGREEMENT.toExponential()}; the furthest apart are ${furthest.toExponential(1)}.`;
  }
}
