// Where an output pixel reads the input, and by what weights, as affine_grid and grid_sample do.

import { clamp } from "./shared.js";

export const CUBIC = -0.75, TIE = 1e-9;

const halfEven = (value) => {
  const low = Math.floor(value), rest = value - low;
  return rest < 0.5 ? low : rest > 0.5 ? low + 1 : low % 2 === 0 ? low : low + 1;
};
export const target = (i, count, align) => count === 1 ? 0 : align ? 2 * i / (count - 1) - 1 : (2 * i + 1) / count - 1;
export const placeOf = (x, count, align) => align ? (x + 1) / 2 * (count - 1) : ((x + 1) * count - 1) / 2;
export const coordinate = (place, count, align) => align ? 2 * place / (count - 1) - 1 : (2 * place + 1) / count - 1;
const modulo = (value, span) => value - span * Math.floor(value / span);

/** The place in the image that a place outside is read at; for zeros, the place itself. */
export function broughtIn(place, count, { padding, alignSample }) {
  if (padding === "zeros") return place;
  if (padding === "reflection") {
    const first = alignSample ? 0 : -0.5, span = count - 1 - 2 * first;
    place = span ? first + span - Math.abs(modulo(place - first, 2 * span) - span) : 0;
  }
  return clamp(place, 0, count - 1);
}
const cubic = (d) => d <= 1 ? (CUBIC + 2) * d ** 3 - (CUBIC + 3) * d ** 2 + 1
  : CUBIC * (d ** 3 - 5 * d ** 2 + 8 * d - 4);

/** Along one axis: `asked` the pixels about a place, `read` those that have the values (-1: zero), `weight` of each. */
function along(place, count, meta, to) {
  const first = meta.mode === "nearest" ? halfEven(place) : Math.floor(place) - (meta.mode === "bicubic" ? 1 : 0);
  for (let k = 0; k < meta.reach; k++) {
    const pixel = first + k, at = Math.round(broughtIn(pixel, count, meta)), d = Math.abs(place - pixel);
    to.asked[k] = pixel;
    to.read[k] = at >= 0 && at < count ? at : -1;
    to.weight[k] = meta.mode === "nearest" ? 1 : meta.mode === "bilinear" ? 1 - d : cubic(d);
  }
}
const newAxis = () => ({ asked: new Int32Array(4), read: new Int32Array(4), weight: new Float64Array(4) });
export const newRead = () => ({ x: 0, y: 0, u: 0, v: 0, row: 0, column: 0, inRow: 0, inColumn: 0, rows: newAxis(),
  columns: newAxis() });

/** Fills `to` with all about one output pixel; it is used again and again, so that a whole warp leaves no garbage. */
export function locate(meta, theta, row, column, to) {
  const [high, wide] = meta.input, { alignGrid, alignSample } = meta;
  to.x = target(column, meta.output[1], alignGrid);
  to.y = target(row, meta.output[0], alignGrid);
  to.u = theta[0] * to.x + theta[1] * to.y + theta[2];
  to.v = theta[3] * to.x + theta[4] * to.y + theta[5];
  to.row = placeOf(to.v, high, alignSample);
  to.column = placeOf(to.u, wide, alignSample);
  // Bicubic brings in each pixel that it reads, not the place.
  to.inRow = meta.mode === "bicubic" ? to.row : broughtIn(to.row, high, meta);
  to.inColumn = meta.mode === "bicubic" ? to.column : broughtIn(to.column, wide, meta);
  along(to.inRow, high, meta, to.rows);
  along(to.inColumn, wide, meta, to.columns);
  return to;
}
const half = (place) => Math.abs(place - Math.floor(place) - 0.5) < TIE;
export const tied = (meta, to) => meta.mode === "nearest" && (half(to.inRow) || half(to.inColumn));

export function valueAt(meta, image, to, channel) {
  const [high, wide] = meta.input, { rows, columns } = to, start = channel * high * wide;
  let sum = 0;
  for (let i = 0; i < meta.reach; i++) {
    if (rows.read[i] < 0) continue;
    let line = 0;
    for (let j = 0; j < meta.reach; j++)
      if (columns.read[j] >= 0) line += columns.weight[j] * image[start + rows.read[i] * wide + columns.read[j]];
    sum += rows.weight[i] * line;
  }
  return sum;
}
/** The warped image, (channels, h, w). */
export function warpAll(meta, image, theta, out, to) {
  const [h, w] = meta.output;
  for (let row = 0, at = 0; row < h; row++) for (let column = 0; column < w; column++, at++) {
    locate(meta, theta, row, column, to);
    for (let c = 0; c < meta.channels; c++) out[c * h * w + at] = valueAt(meta, image, to, c);
  }
  return out;
}
