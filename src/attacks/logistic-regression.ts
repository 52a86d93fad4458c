import type { Decision } from './linear-svc';

const STEPS = 25;
const SOLVER_STEPS = 60;

/**
 * Logistic regression with an L2 penalty of 1 on standardised features, both classes weighing the same, by Newton's method; each step's
 * equation is solved by conjugate gradients. Nothing in it is random. A linear probe as in Radford et al. 2021, section 3.2.
 */
export function logisticRegression(samples: readonly Float32Array[], positive: readonly boolean[]): Decision {
  const n = samples.length;
  const found = positive.filter(Boolean).length;
  if (found === 0 || found === n) throw new RangeError('logistic regression: samples of one class only');
  const width = samples[0]!.length;
  const mean = new Float64Array(width);
  for (const x of samples) for (let d = 0; d < width; d++) mean[d]! += x[d]! / n;
  const deviation = new Float64Array(width);
  for (const x of samples) for (let d = 0; d < width; d++) deviation[d]! += (x[d]! - mean[d]!) ** 2 / n;
  const scaled = (x: ArrayLike<number>): Float64Array =>
    Float64Array.from({ length: width + 1 }, (_, d) =>
      d === width ? 1 : deviation[d]! > 1e-16 ? (x[d]! - mean[d]!) / Math.sqrt(deviation[d]!) : 0,
    );
  const rows = samples.map(scaled);
  const weight = positive.map((is) => n / (2 * (is ? found : n - found)));
  // The bias, which is last, has no penalty to speak of.
  const penalty = Float64Array.from({ length: width + 1 }, (_, d) => (d === width ? 1e-6 : 1));
  const loss = (w: Float64Array) =>
    rows.reduce((sum, x, i) => sum + weight[i]! * softplus((positive[i] ? -1 : 1) * inner(w, x)), 0) +
    w.reduce((sum, each, d) => sum + (penalty[d]! * each * each) / 2, 0);

  let w = new Float64Array(width + 1);
  for (let step = 0; step < STEPS; step++) {
    const guesses = rows.map((x) => sigmoid(inner(w, x)));
    const gradient = w.map((each, d) => penalty[d]! * each);
    const curvature = guesses.map((p, i) => weight[i]! * p * (1 - p));
    for (const [i, x] of rows.entries()) add(gradient, x, weight[i]! * (guesses[i]! - Number(positive[i])));
    const times = (v: Float64Array) => {
      const product = v.map((each, d) => penalty[d]! * each);
      for (const [i, x] of rows.entries()) add(product, x, curvature[i]! * inner(v, x));
      return product;
    };
    const direction = solved(times, gradient);
    const before = loss(w);
    let reach = 1;
    let next = w;
    do {
      next = w.map((each, d) => each - reach * direction[d]!);
      reach /= 2;
    } while (loss(next) > before && reach > 1e-6);
    w = next;
    if (before - loss(w) < 1e-9 * (1 + before)) break;
  }
  return (x) => inner(w, scaled(x));
}

/** x of A x = b for a symmetric positive matrix that is given by its products, by conjugate gradients. */
function solved(times: (v: Float64Array) => Float64Array, b: Float64Array): Float64Array {
  const x = new Float64Array(b.length);
  const residual = b.slice();
  const direction = b.slice();
  const start = inner(b, b);
  let square = start;
  for (let step = 0; step < SOLVER_STEPS && square > 1e-16 * start; step++) {
    const product = times(direction);
    const length = square / inner(direction, product);
    add(x, direction, length);
    add(residual, product, -length);
    const next = inner(residual, residual);
    for (let d = 0; d < direction.length; d++) direction[d] = residual[d]! + (next / square) * direction[d]!;
    square = next;
  }
  return x;
}

function add(to: Float64Array, x: Float64Array, times: number): void {
  for (let d = 0; d < to.length; d++) to[d]! += times * x[d]!;
}

function inner(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += a[d]! * b[d]!;
  return sum;
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
