// Sums in the order of nn/arithmetic/sums.py, and exact products as in matmul.py and exact.py beside
// it: they have the same bits.

const SMALL = 64; // weights of a matrix that is multiplied term by term
const LONGEST_PART = 128; // terms whose sum is exact
const [HIGH, LOW] = [2 ** -26, 2 ** -49]; // units of the slices of a vector that is shorter than 1
const SMALLEST = 2 ** -300;
const USUAL = [2 ** -200, 2 ** 200]; // lengths of vectors that need no scale of their own

/** Adds the terms: the second half onto the first until one is left. Overwrites them. */
function total(terms) {
  let count = terms.length;
  while (count > 1) {
    const half = count >> 1;
    for (let i = 0; i < half; i++) terms[i] += terms[half + i];
    if (count % 2) terms[0] += terms[count - 1];
    count = half;
  }
  return count === 1 ? terms[0] : 0;
}

/** x * 2**exponent in two steps, as 2**exponent itself may be too large or too small a number. */
function timesPower(x, exponent) {
  const half = exponent >> 1;
  return x * powerOfTwo(half) * powerOfTwo(exponent - half);
}

/** The smallest power of two above a magnitude, but none below SMALLEST. */
const powerAbove = (magnitude) => powerOfTwo(exponentOf(Math.max(magnitude, SMALLEST)));

/** A number rounded to the nearest multiple of a unit, a power of two, by what c has no room for. */
function cut(x, unit) {
  const c = unit * 1.5 * 2 ** 52;
  return x + c - c;
}

/** A vector in parts, each with a high and a low slice; divided by 2**exponent if it is very long or short. */
function sliced(vector) {
  const count = Math.max(Math.ceil(vector.length / LONGEST_PART), 1);
  const length = Math.ceil(vector.length / count);
  const inParts = (values) =>
    Array.from({ length: count }, (_, part) => {
      const terms = new Float64Array(length); // the last part is filled up with zeros
      terms.set(values.slice(part * length, (part + 1) * length));
      return { terms, size: Math.sqrt(total(terms.map((term) => term * term))) };
    });
  let exponent = 0;
  let parts = inParts(vector);
  const longest = Math.max(...parts.map((part) => part.size));
  if (!(longest >= USUAL[0] && longest <= USUAL[1])) {
    exponent = exponentOf(vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0));
    parts = inParts(vector.map((value) => timesPower(value, -exponent)));
  }
  const slices = parts.map(({ terms, size }) => {
    const power = powerAbove(size);
    const high = terms.map((term) => cut(term, power * HIGH));
    return { high, low: terms.map((term, i) => cut(term - high[i], power * LOW)) };
  });
  return { exponent, slices };
}

/** The weights into each unit of a layer, made ready for `weightedSums`. */
class Columns {
  constructor(weights, inputs, outputs) {
    this.small = inputs * outputs <= SMALL;
    this.columns = Array.from({ length: outputs }, (_, unit) => {
      const column = Float64Array.from({ length: inputs }, (_, i) => weights[i * outputs + unit]);
      return this.small ? column : sliced(column);
    });
  }

  /** What each unit gets of the inputs, without its bias: one row of a matrix product. */
  weightedSums(inputs) {
    if (this.small) {
      return this.columns.map((column) => total(column.map((weight, i) => inputs[i] * weight)));
    }
    const row = sliced(Float64Array.from(inputs));
    return this.columns.map((column) => {
      const sums = row.slices.map((part, place) => exactSum(part, column.slices[place]));
      return timesPower(total(sums), row.exponent + column.exponent) + 0;
    });
  }
}

/** The sum of two parts' products. Nothing in it is rounded but the last addition. */
function exactSum(a, b) {
  let high = 0;
  let crossed = 0;
  for (let i = 0; i < a.high.length; i++) {
    high += a.high[i] * b.high[i];
    crossed += a.high[i] * b.low[i] + a.low[i] * b.high[i];
  }
  return high + crossed;
}
