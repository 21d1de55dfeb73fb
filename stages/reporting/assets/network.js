// A network for one row at a time, as in nn/network/network.py and nn/training/backpropagation.py.

/** Looks up a function that a model names. */
function known(functions, name) {
  if (!Object.hasOwn(functions, name)) {
    throw new Error(`the page cannot compute "${name}": add it to activations.js or outputs.js`);
  }
  return functions[name];
}

/** What a network says of a row, whatever its logits come from. */
class Answers {
  constructor(model) {
    this.model = model;
    this.output = known(OUTPUTS, model.output);
  }

  /** Each class's probability, from scaled inputs. */
  probabilities(inputs) {
    return this.output.probabilities(this.logits(inputs));
  }

  /** The number that is predicted from scaled inputs, in the target's own units. */
  number(inputs) {
    const { center, scale } = this.model.quantity;
    return center + this.logits(inputs)[0] * scale;
  }

  /** The logarithm of p / (1 - p) of one class. */
  logOdds(inputs, label) {
    return logOdds(this.output.scores(this.logits(inputs)), label);
  }

  /** The class that is decided for: of two, the second from the threshold on. */
  decide(probabilities) {
    if (probabilities.length === 2) return +(probabilities[1] >= this.model.threshold);
    return probabilities.indexOf(Math.max(...probabilities));
  }

  loss(inputs, label) {
    const targets = this.output.targets(label, this.model.classes.length);
    return this.output.loss(this.logits(inputs), targets);
  }
}

class Network extends Answers {
  /** `model` is what the page carries of an experiment; `parameters` are flat, as in the file. */
  constructor(model, parameters) {
    super(model);
    this.parameters = parameters;
    this.hidden = model.activations.map((name) => known(ACTIVATIONS, name));
    this.layers = [];
    let start = 0;
    for (let layer = 0; layer + 1 < model.sizes.length; layer++) {
      const [inputs, outputs] = model.sizes.slice(layer, layer + 2);
      const end = start + inputs * outputs;
      const weights = parameters.slice(start, end);
      const biases = parameters.slice(end, end + outputs);
      const columns = new Columns(weights, inputs, outputs);
      this.layers.push({ inputs, outputs, start, weights, biases, columns });
      start = end + outputs;
    }
  }

  /** Forward pass: each layer's weighted sums, and the activations: first the inputs, last the logits. */
  activate(inputs) {
    const activations = [Array.from(inputs)];
    const sums = [];
    this.layers.forEach(({ columns, biases }, layer) => {
      const z = columns.weightedSums(activations[layer]).map((sum, unit) => sum + biases[unit]);
      const hidden = this.hidden[layer]; // none for the last layer, whose sums are the logits
      sums.push(z);
      activations.push(hidden ? z.map((each) => hidden.value(each, this.model.negativeSlope)) : z);
    });
    return { sums, activations, logits: sums.at(-1) };
  }

  get members() {
    return [this];
  }

  logits(inputs) {
    return this.activate(inputs).logits;
  }

  /** Backpropagation of one row's loss: flat gradient, and what flows back to each layer. */
  gradient(inputs, label) {
    const { activations, logits } = this.activate(inputs);
    const targets = this.output.targets(label, this.model.classes.length);
    const gradient = new Array(this.parameters.length);
    const errors = new Array(this.layers.length);
    const flowsBack = new Array(this.layers.length);
    const limit = this.output.largestError ?? Infinity;
    errors[this.layers.length - 1] = this.output
      .response(logits)
      .map((r, unit) => Math.min(Math.max(r - targets[unit], -limit), limit));
    for (let layer = this.layers.length - 1; layer >= 0; layer--) {
      const { start, outputs, weights } = this.layers[layer];
      const error = errors[layer];
      [...activations[layer], 1].forEach((value, input) =>
        error.forEach((each, unit) => (gradient[start + input * outputs + unit] = value * each)),
      );
      if (layer === 0) break;
      const { derivative } = this.hidden[layer - 1];
      flowsBack[layer - 1] = activations[layer].map((_, input) =>
        error.reduce((sum, each, unit) => sum + each * weights[input * outputs + unit], 0),
      );
      errors[layer - 1] = flowsBack[layer - 1].map(
        (each, unit) => each * derivative(activations[layer][unit], this.model.negativeSlope),
      );
    }
    return { gradient, errors, flowsBack, targets };
  }

  /** The two-sided difference of the loss by each parameter, over a step to both sides. */
  differences(inputs, label, step) {
    return this.parameters.map((value, place) => {
      const [up, down] = [value + step, value - step].map((moved) =>
        new Network(this.model, this.parameters.with(place, moved)).loss(inputs, label),
      );
      return (up - down) / (2 * step);
    });
  }
}
