// exp and what is made of it, by the operations of nn/arithmetic/elementary.py in the same order, so
// that each result has the same bits. Those of Math.exp, Math.log1p, Math.tanh and `**` are left to
// the browser.

const LN2 = 0.6931471805599453;
// ln 2 in two parts: the first has 30 bits, so that its product with a factor of up to 23 is exact.
const LN2_HIGH = 0.6931471796706319;
const LN2_LOW = 8.893134238886677e-10;
const SQRT_HALF = 0.7071067811865476;
// Coefficients, lowest first, of Sun's fdlibm (s_log1p.c) and Moshier's Cephes (tanh.c).
const LOG = [
  6.666666666666735130e-1, 3.999999999940941908e-1, 2.857142874366239149e-1, 2.222219843214978396e-1,
  1.818357216161805012e-1, 1.531383769920937332e-1, 1.479819860511658591e-1,
];
const TANH_TOP = [-1.61468768441708447952e3, -9.92877231001918586564e1, -9.64399179425052238628e-1];
const TANH_BOTTOM = [4.84406305325125486048e3, 2.23548839060100448583e3, 1.12811678491632931402e2, 1];
const LOWEST = -745.1332191019412; // e**x below it is nearer to 0 than to the smallest number there is
const ROUNDING = 6755399441055744; // 1.5 * 2**52: a sum with it has no place left for a fraction
const STEPS_AS_POWER = 11;
const STEPS = 1 << STEPS_AS_POWER; // of the table of roots, from one power of two to the next
const TABLE_BITS = 120; // of the fractions that it is made from

const POWERS_OF_TWO = new Float64Array(2099); // from 2**-1075, which is rounded to 0, to 2**1023
POWERS_OF_TWO[1] = Number.MIN_VALUE;
for (let i = 2; i < POWERS_OF_TWO.length; i++) POWERS_OF_TWO[i] = 2 * POWERS_OF_TWO[i - 1];

/** 2**k for a whole k from -1075 to 1023. */
const powerOfTwo = (k) => POWERS_OF_TWO[k + 1075];

/** The largest whole number whose square is not above a BigInt, by Newton's method from above. */
function integerRoot(square) {
  for (let root = square; ; ) {
    const next = (root + square / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** 2**(i / STEPS) for i = 0 ... STEPS - 1, each rounded, and what the rounding took away. */
function rootsOfTwo() {
  const one = 1n << BigInt(TABLE_BITS); // whole numbers of any length serve as fractions
  const unit = powerOfTwo(-TABLE_BITS);
  let root = 2n * one;
  for (let halvings = 0; halvings < STEPS_AS_POWER; halvings++) root = integerRoot(root * one);
  const [rounded, lost] = [new Float64Array(STEPS), new Float64Array(STEPS)];
  for (let i = 0, power = one; i < STEPS; i++, power = (power * root) / one) {
    const nearest = Number(power);
    rounded[i] = nearest * unit;
    lost[i] = Number(power - BigInt(nearest)) * unit;
  }
  return [rounded, lost];
}

const [ROOTS_OF_TWO, LOST_OF_ROOTS] = rootsOfTwo();

const bits = new DataView(new ArrayBuffer(8));

/** The exponent e of x = m * 2**e with 0.5 <= |m| < 1; 0 of 0. */
function exponentOf(x) {
  if (x === 0) return 0;
  bits.setFloat64(0, x);
  const stored = (bits.getUint32(0) >>> 20) & 0x7ff;
  return stored === 0 ? exponentOf(x * powerOfTwo(54)) - 54 : stored - 1022;
}

/** The polynomial with these coefficients, lowest first. */
function polynomial(x, coefficients) {
  return coefficients.reduceRight((value, coefficient) => value * x + coefficient);
}

/** e**x for x <= 709: with x = k ln(2) / STEPS + r, it is 2**(k / STEPS) times the series of e**r. */
function exp(x) {
  x = Math.max(x, LOWEST);
  const k = x * (STEPS / LN2) + ROUNDING - ROUNDING;
  const r = x - k * (LN2_HIGH / STEPS) - k * (LN2_LOW / STEPS);
  const step = k & (STEPS - 1);
  const root = ROOTS_OF_TWO[step];
  const series = (r * (1 / 6) + 0.5) * r * r + r;
  return (series * root + LOST_OF_ROOTS[step] + root) * powerOfTwo(k >> STEPS_AS_POWER);
}

/** ln(1 + x) for x >= 0: of 1 + x = 2**k (1 + f), and what rounding took from 1 + x made good. */
function log1p(x) {
  const onePlusX = 1 + x;
  const lost = Math.min(x, 1) - (onePlusX - Math.max(x, 1));
  const exponent = exponentOf(onePlusX);
  const mantissa = onePlusX * powerOfTwo(-exponent);
  const lowHalf = mantissa < SQRT_HALF ? 1 : 0;
  const f = mantissa * (1 + lowHalf) - 1;
  const k = exponent - lowHalf;
  const halfSquare = 0.5 * f * f;
  const s = f / (2 + f);
  const square = s * s;
  const tail = s * (halfSquare + square * polynomial(square, LOG)) + k * LN2_LOW + lost / onePlusX;
  return k * LN2_HIGH - (halfSquare - tail - f);
}

/** 1 / (1 + e**-x), from e**-|x|, which cannot overflow. */
function sigmoid(x) {
  const small = exp(-Math.abs(x));
  const below = 1 + small;
  const lost = small - (below - 1); // by rounding
  const ratio = (x < 0 ? small : 1) / below;
  return ratio - lost * ratio;
}

/** ln(1 + e**x) as max(x, 0) + ln(1 + e**-|x|), which cannot overflow. */
const softplus = (x) => Math.max(x, 0) + log1p(exp(-Math.abs(x)));

/** tanh x: a rational function near 0, elsewhere 1 - 2 / (e**(2|x|) + 1) with the sign of x. */
function tanh(x) {
  const size = Math.min(Math.abs(x), 30); // beyond it the result is 1
  if (size >= 0.625) return Math.sign(x) * (1 - 2 / (exp(2 * size) + 1));
  const square = size * size;
  return x + x * square * (polynomial(square, TANH_TOP) / polynomial(square, TANH_BOTTOM));
}
