// What the last layer means, as in nn/network/outputs.py: for the logits of one row.

const oneHot = (label, classes) => Array.from({ length: classes }, (_, unit) => +(unit === label));

const sigmoids = (logits) => logits.map(sigmoid);
const logSigmoids = (logits) => logits.map((z) => -softplus(-z));

/** The sum of -ln p over the units: p is s(z) where the target is 1, 1 - s(z) = s(-z) where it is 0. */
const binaryCrossEntropy = (logits, targets) =>
  total(logits.map((z, unit) => softplus((1 - 2 * targets[unit]) * z)));

/** The largest of some values, and ln(sum of e**value) less the largest. */
function logOfSum(values) {
  const largest = Math.max(...values);
  const others = values.map((value) => exp(value - largest));
  others[values.indexOf(largest)] = 0; // its e**0 = 1 is what log1p adds
  return [largest, log1p(total(others))];
}

/** z - ln(sum of e**z), from differences to the largest z. */
function logSoftmax(logits) {
  const [largest, rest] = logOfSum(logits);
  return logits.map((z) => z - largest - rest);
}

/** e**z / sum of e**z, from differences to the largest z. */
function softmax(logits) {
  const largest = Math.max(...logits);
  const powers = logits.map((z) => exp(z - largest));
  const sum = total([...powers]); // of a copy, as it overwrites
  return powers.map((power) => power / sum);
}

/** The logarithm of p / (1 - p) for one class of those whose probabilities are the scores' softmax. */
function logOdds(scores, label) {
  const [largest, rest] = logOfSum(scores.filter((_, other) => other !== label));
  return scores[label] - largest - rest;
}

/** ln(mean of e**value). */
function logMean(values) {
  const [largest, rest] = logOfSum(values);
  return largest + (rest - log1p(values.length - 1));
}

/** ln of the mean probability of each class, from such logarithms of several networks. */
const logMeans = (networks) => networks[0].map((_, label) => logMean(networks.map((logs) => logs[label])));

const logOddsOfAll = (scores) => scores.map((_, label) => logOdds(scores, label));

const meanNumber = (networks) => [total(networks.map(([z]) => z)) / networks.length];

const oneNumber = (number) => [number];

/** The sum of (z - t)**2 / 2 over the units. */
const halfSquaredError = (logits, targets) =>
  total(logits.map((z, unit) => 0.5 * ((z - targets[unit]) * (z - targets[unit]))));

const HUBER_LIMIT = 1;

/** As it up to errors of HUBER_LIMIT, and straight on beyond. */
const huber = (logits, targets) =>
  total(
    logits.map((z, unit) => {
      const size = Math.abs(z - targets[unit]);
      const near = Math.min(size, HUBER_LIMIT);
      return near * (size - 0.5 * near);
    }),
  );

/**
 * Each output: the targets of its units for a label, what they answer to the logits, the loss (whose
 * derivative by the logits is `response - targets`, cut off at `largestError`), scores whose softmax
 * is the classes' probabilities, and these. `average` makes of the logits of several networks those
 * of their mean answer. Where a number is predicted there are no classes.
 */
const OUTPUTS = {
  sigmoid: {
    targets: (label) => [label],
    response: sigmoids,
    loss: binaryCrossEntropy,
    scores: ([z]) => [-softplus(z), -softplus(-z)],
    probabilities: ([z]) => [sigmoid(-z), sigmoid(z)],
    average: (networks) => [logOdds(logMeans(networks.map(OUTPUTS.sigmoid.scores)), 1)],
  },
  sigmoid_per_class: {
    targets: oneHot,
    response: sigmoids,
    loss: binaryCrossEntropy,
    scores: logSigmoids,
    probabilities: (logits) => softmax(logSigmoids(logits)),
    average: (networks) => logOddsOfAll(logMeans(networks.map((z) => logSoftmax(logSigmoids(z))))),
  },
  softmax: {
    targets: oneHot,
    response: softmax,
    loss: (logits, targets) => -total(logSoftmax(logits).map((log, unit) => targets[unit] * log)),
    scores: (logits) => logits,
    probabilities: softmax,
    average: (networks) => logMeans(networks.map(logSoftmax)),
  },
  linear: {
    targets: oneNumber,
    response: (logits) => logits,
    loss: halfSquaredError,
    average: meanNumber,
  },
};
OUTPUTS.huber = { ...OUTPUTS.linear, loss: huber, largestError: HUBER_LIMIT };
