// Arithmetic in the order of nn/arithmetic/sums.py, so that a logit here has the same bits as there.

const SMALL = 64; // weights of a matrix that is multiplied term by term, without rounding to a grid
const LONGEST_SUM = 512; // terms that are added before their sum is rounded to the grid
const GRID = 1536; // 1.5 * 2**52 grid units of 2**-42: adding and subtracting it rounds to the grid

const bits = new DataView(new ArrayBuffer(8));

/** The exponent e of x = m * 2**e with 0.5 <= |m| < 1; 0 of 0. */
function exponentOf(x) {
  if (x === 0) return 0;
  bits.setFloat64(0, x);
  const stored = (bits.getUint32(0) >>> 20) & 0x7ff;
  return stored === 0 ? exponentOf(x * 2 ** 54) - 54 : stored - 1022;
}

/** Adds `count` terms: the second half onto the first until one is left. The terms are used up. */
function total(terms, count) {
  while (count > 1) {
    const half = count >> 1;
    for (let i = 0; i < half; i++) terms[i] += terms[half + i];
    if (count % 2) terms[0] += terms[count - 1];
    count = half;
  }
  return count === 1 ? terms[0] : 0;
}

/** Adds `count` terms, one after the other. */
function inARow(terms, count) {
  let sum = terms[0];
  for (let i = 1; i < count; i++) sum += terms[i];
  return sum;
}

/** A power of two above a vector's Euclidean length, as its exponent. */
function exponentOfLength(vector, scratch) {
  let largest = 0;
  for (const value of vector) largest = Math.max(largest, Math.abs(value));
  const exponent = exponentOf(largest);
  const shrink = 2 ** -exponent;
  for (let i = 0; i < vector.length; i++) scratch[i] = vector[i] * shrink * (vector[i] * shrink);
  return exponent + exponentOf(Math.sqrt(total(scratch, vector.length)));
}

/** The weights into each unit of a layer, made ready for `weightedSums`. */
class Columns {
  constructor(weights, inputs, outputs) {
    this.small = inputs * outputs <= SMALL;
    this.scratch = new Float64Array(inputs);
    this.scaled = new Float64Array(inputs);
    this.columns = Array.from({ length: outputs }, (_, unit) => {
      const column = Float64Array.from({ length: inputs }, (_, i) => weights[i * outputs + unit]);
      const exponent = this.small ? 0 : exponentOfLength(column, this.scratch);
      return { exponent, values: column.map((value) => value * 2 ** -exponent) };
    });
  }

  /** What each unit gets of the inputs, without its bias: one row of a matrix product. */
  weightedSums(inputs) {
    const { scratch, scaled } = this;
    const exponent = this.small ? 0 : exponentOfLength(inputs, scratch);
    const shrink = 2 ** -exponent;
    for (let i = 0; i < inputs.length; i++) scaled[i] = inputs[i] * shrink;
    return this.columns.map((column) => this.sum(column.values) * 2 ** (exponent + column.exponent));
  }

  sum(column) {
    const { scratch, scaled } = this;
    const length = column.length;
    const parts = [];
    const step = this.small ? Math.max(length, 1) : LONGEST_SUM;
    for (let start = 0; start < length; start += step) {
      const count = Math.min(step, length - start);
      for (let i = 0; i < count; i++) scratch[i] = scaled[start + i] * column[start + i];
      parts.push(this.small ? total(scratch, count) : inARow(scratch, count) + GRID - GRID);
    }
    return total(parts, parts.length);
  }
}
