// What preprocessing does to points, and a linear classifier's loss on them, as probes/preprocessing.py has it.
// Points are x, y, x, y, …; a symmetric matrix is [xx, xy, yy].
export const RADIANS = Math.PI / 180;

/** A cloud of mean 0 and covariance 1 moved, stretched along two axes and rotated by `turn` degrees. */
export function placed(base, { x, y, long, short, turn }) {
  const c = Math.cos(turn * RADIANS), s = Math.sin(turn * RADIANS);
  return each(base, (a, b) => [x + c * long * a - s * short * b, y + s * long * a + c * short * b]);
}

/** Points with `act` done to each. */
function each(points, act) {
  const out = new Float64Array(points.length);
  for (let i = 0; i < points.length; i += 2) [out[i], out[i + 1]] = act(points[i], points[i + 1]);
  return out;
}

/** The mean of what `of` gives for each point, a number or several. */
function mean(points, of) {
  const sums = [0, 0, 0];
  for (let i = 0; i < points.length; i += 2)
    of(points[i], points[i + 1], i / 2).forEach((value, k) => { sums[k] += value; });
  return sums.map((sum) => 2 * sum / points.length);
}

export const meanOf = (points) => mean(points, (x, y) => [x, y]).slice(0, 2);

/** The covariance, divided by the number of points. */
export function covarianceOf(points) {
  const [mx, my] = meanOf(points);
  return mean(points, (x, y) => [(x - mx) ** 2, (x - mx) * (y - my), (y - my) ** 2]);
}

/**
 * The eigenvalues of a symmetric matrix, the larger first, and its eigenvector, which points right or straight up.
 *
 * @param {number[]} matrix
 */
export function axesOf([xx, xy, yy]) {
  const angle = Math.atan2(2 * xy, xx - yy) / 2, c = Math.cos(angle), s = Math.sin(angle);
  const along = (p, q) => p * p * xx + 2 * p * q * xy + q * q * yy;
  return { values: [along(c, s), Math.max(0, along(-s, c))], vector: [c, s] };
}

/** The points as they are, centred, standardised, decorrelated and whitened. */
export function fiveWays(points) {
  const [mx, my] = meanOf(points), covariance = covarianceOf(points), [vx, , vy] = covariance;
  const { values: [first, second], vector: [c, s] } = axesOf(covariance);
  const centred = each(points, (x, y) => [x - mx, y - my]);
  const decorrelated = each(centred, (x, y) => [c * x + s * y, c * y - s * x]);
  return [points, centred, each(centred, (x, y) => [x / Math.sqrt(vx), y / Math.sqrt(vy)]), decorrelated,
    each(decorrelated, (x, y) => [x / Math.sqrt(first), y / Math.sqrt(second)])];
}

/**
 * The loss mean((1 - y w . x)^2) as 1 - 2 pull . w + w . gram w, with its smallest value and where that is.
 *
 * Its Hessian is twice `gram`, whose eigenvalues and eigenvector come along.
 */
export function valleyOf(points, labels) {
  const gram = mean(points, (x, y) => [x * x, x * y, y * y]);
  const pull = mean(points, (x, y, i) => [labels[i] * x, labels[i] * y]).slice(0, 2);
  const [xx, xy, yy] = gram, det = xx * yy - xy * xy;
  const best = [(yy * pull[0] - xy * pull[1]) / det, (xx * pull[1] - xy * pull[0]) / det];
  return { gram, pull, best, least: 1 - pull[0] * best[0] - pull[1] * best[1], ...axesOf(gram) };
}

/**
 * @param {{ gram: number[], pull: number[] }} valley
 * @param {number[]} weights
 */
export const lossAt = ({ gram: [xx, xy, yy], pull: [px, py] }, [a, b]) =>
  1 - 2 * (px * a + py * b) + a * (xx * a + xy * b) + b * (xy * a + yy * b);

/**
 * The weights of gradient descent from 0, a, b, a, b, …, before the first and after each of so many steps.
 *
 * @param {{ gram: number[], pull: number[] }} valley
 * @param {number} rate
 * @param {number} steps
 */
export function descent({ gram: [xx, xy, yy], pull: [px, py] }, rate, steps) {
  const path = new Float64Array(2 * steps + 2);
  for (let i = 2, a = 0, b = 0; i < path.length; i += 2) {
    [a, b] = [a - 2 * rate * (xx * a + xy * b - px), b - 2 * rate * (xy * a + yy * b - py)];
    path[i] = a;
    path[i + 1] = b;
  }
  return path;
}

/**
 * Weights rotated by some degrees.
 *
 * @param {number[]} weights
 * @param {number} degrees
 */
export function rotated([a, b], degrees) {
  const c = Math.cos(degrees * RADIANS), s = Math.sin(degrees * RADIANS);
  return [c * a - s * b, s * a + c * b];
}

/**
 * The numbers of the points that lie on different sides for two weights.
 *
 * @param {Float64Array} points
 * @param {number[]} weights
 * @param {number[]} others
 */
export function changedSide(points, [a, b], [c, d]) {
  const out = [];
  for (let i = 0; i < points.length; i += 2)
    if (a * points[i] + b * points[i + 1] > 0 !== c * points[i] + d * points[i + 1] > 0) out.push(i / 2);
  return out;
}

/** All of it: of each way the points, mean, covariance and its axes, the valley, the path and its losses. */
export function computed(base, labels, place, { rate, steps, rotate }) {
  return fiveWays(placed(base, place)).map((points) => {
    const covariance = covarianceOf(points), valley = valleyOf(points, labels), path = descent(valley, rate, steps);
    const losses = Float64Array.from({ length: steps + 1 }, (_, i) => lossAt(valley, [path[2 * i], path[2 * i + 1]]));
    const turned = rotated(valley.best, rotate);
    return { points, mean: meanOf(points), covariance, axes: axesOf(covariance), valley, path, losses, turned,
      changed: changedSide(points, valley.best, turned) };
  });
}
