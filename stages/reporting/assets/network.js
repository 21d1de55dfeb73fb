// A network as in nn/network/network.py, nn/network/outputs.py and nn/training/backpropagation.py, for one row at a time.

const sigmoid = (z) => (z < 0 ? Math.exp(z) / (1 + Math.exp(z)) : 1 / (1 + Math.exp(-z)));
const softplus = (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));

/** Each activation, and its derivative in terms of what it gives. */
const ACTIVATIONS = {
  relu: { value: (z) => Math.max(z, 0), derivative: (a) => (a > 0 ? 1 : 0) },
  leaky_relu: { value: (z, low) => (z > 0 ? z : low * z), derivative: (a, low) => (a > 0 ? 1 : low) },
  tanh: { value: Math.tanh, derivative: (a) => 1 - a * a },
  sigmoid: { value: sigmoid, derivative: (a) => a * (1 - a) },
};

function logSumExp(values) {
  const largest = Math.max(...values);
  let sum = 0;
  for (const value of values) sum += Math.exp(value - largest);
  return largest + Math.log(sum);
}

function softmax(values) {
  const largest = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

const crossEntropy = (logits, targets) =>
  logits.reduce((sum, z, unit) => sum + softplus((1 - 2 * targets[unit]) * z), 0);
const oneHot = (label, classes) => Array.from({ length: classes }, (_, unit) => +(unit === label));

/**
 * What the last layer means. `scores` are such that the classes' probabilities are their softmax;
 * `losses` and `response` are of the row's units, `response - targets` the loss's derivative.
 */
const OUTPUTS = {
  sigmoid: {
    targets: (label) => [label],
    response: (logits) => logits.map(sigmoid),
    loss: crossEntropy,
    scores: ([z]) => [-softplus(z), -softplus(-z)],
    probabilities: ([z]) => [sigmoid(-z), sigmoid(z)],
  },
  sigmoid_per_class: {
    targets: oneHot,
    response: (logits) => logits.map(sigmoid),
    loss: crossEntropy,
    scores: (logits) => logits.map((z) => -softplus(-z)),
    probabilities: (logits) => softmax(logits.map((z) => -softplus(-z))),
  },
  softmax: {
    targets: oneHot,
    response: softmax,
    loss: (logits, targets) => logSumExp(logits) - logits[targets.indexOf(1)],
    scores: (logits) => logits,
    probabilities: softmax,
  },
};

class Network {
  /** `model` is what the page carries of an experiment; `parameters` are flat, as in the file. */
  constructor(model, parameters) {
    this.model = model;
    this.parameters = parameters;
    this.output = OUTPUTS[model.output];
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

  hidden(layer) {
    return ACTIVATIONS[this.model.activations[layer]];
  }

  /** Forward pass: each layer's weighted sums, and the activations: first the inputs, last the logits. */
  activate(inputs) {
    const activations = [Array.from(inputs)];
    const sums = [];
    this.layers.forEach(({ columns, biases }, layer) => {
      const z = columns.weightedSums(activations[layer]).map((sum, unit) => sum + biases[unit]);
      const last = layer + 1 === this.layers.length;
      sums.push(z);
      activations.push(last ? z : z.map((each) => this.hidden(layer).value(each, this.model.negativeSlope)));
    });
    return { sums, activations, logits: activations[activations.length - 1] };
  }

  /** Each class's probability, from scaled inputs. */
  probabilities(inputs) {
    return this.output.probabilities(this.activate(inputs).logits);
  }

  /** The logarithm of p / (1 - p) of one class. */
  logOdds(inputs, label) {
    const scores = this.output.scores(this.activate(inputs).logits);
    return scores[label] - logSumExp(scores.filter((_, other) => other !== label));
  }

  /** The class that is decided for: of two, the second from the threshold on. */
  decide(probabilities) {
    if (probabilities.length === 2) return +(probabilities[1] >= this.model.threshold);
    return probabilities.indexOf(Math.max(...probabilities));
  }

  loss(inputs, label) {
    const targets = this.output.targets(label, this.model.classes.length);
    return this.output.loss(this.activate(inputs).logits, targets);
  }

  /** Backpropagation of one row's loss: flat gradient, and what flows back to each layer. */
  gradient(inputs, label) {
    const { activations, logits } = this.activate(inputs);
    const targets = this.output.targets(label, this.model.classes.length);
    const gradient = new Array(this.parameters.length).fill(0);
    const errors = new Array(this.layers.length);
    const flowsBack = new Array(this.layers.length);
    errors[this.layers.length - 1] = this.output.response(logits).map((r, unit) => r - targets[unit]);
    for (let layer = this.layers.length - 1; layer >= 0; layer--) {
      const { start, outputs, weights } = this.layers[layer];
      const error = errors[layer];
      [...activations[layer], 1].forEach((value, input) =>
        error.forEach((each, unit) => (gradient[start + input * outputs + unit] = value * each)),
      );
      if (layer === 0) break;
      const { derivative } = this.hidden(layer - 1);
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
