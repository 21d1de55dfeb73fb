// Sums and products in the order of nn/arithmetic/sums.py, so that they have the same bits.

const SMALL = 64; // weights of a matrix that is multiplied term by term, without rounding to a grid
const LONGEST_SUM = 512; // terms that are added before their sum is rounded to the grid
const GRID = 1536; // 1.5 * 2**52 grid units of 2**-42: adding and subtracting it rounds to the grid

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

/** The exponent of a power of two above a vector's Euclidean length. Overwrites `scratch`. */
function exponentOfLength(vector, scratch) {
  let largest = 0;
  for (const value of vector) largest = Math.max(largest, Math.abs(value));
  const exponent = exponentOf(largest);
  for (let i = 0; i < vector.length; i++) {
    const scaled = timesPower(vector[i], -exponent);
    scratch[i] = scaled * scaled;
  }
  return exponent + exponentOf(Math.sqrt(total(scratch)));
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
      return { exponent, values: column.map((value) => timesPower(value, -exponent)) };
    });
  }

  /** What each unit gets of the inputs, without its bias: one row of a matrix product. */
  weightedSums(inputs) {
    const { scratch, scaled } = this;
    const exponent = this.small ? 0 : exponentOfLength(inputs, scratch);
    for (let i = 0; i < inputs.length; i++) scaled[i] = timesPower(inputs[i], -exponent);
    return this.columns.map((column) =>
      timesPower(this.sum(column.values), exponent + column.exponent),
    );
  }

  sum(column) {
    const { scratch, scaled } = this;
    for (let i = 0; i < column.length; i++) scratch[i] = scaled[i] * column[i];
    if (this.small) return total(scratch);
    const parts = [];
    for (let start = 0; start < column.length; start += LONGEST_SUM) {
      const end = Math.min(start + LONGEST_SUM, column.length);
      let sum = 0;
      for (let i = start; i < end; i++) sum += scratch[i];
      parts.push(sum + GRID - GRID);
    }
    return total(parts);
  }
}
