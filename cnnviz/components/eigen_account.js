// The sum behind one coefficient of a patch: its pixels, the eigenimage's, their products, and what they add up to.

import { putMark } from "./grid.js";
import { opaque, paintMap, paintPixels } from "./paint.js";
import { clamp, fill } from "./shared.js";

const minus = (text) => text.replace("-", "−");
export const digits = (value, count = 3) => minus(String(Number(value.toPrecision(count))));
export const byte = (value) => Math.round(255 * clamp(value, 0, 1));

/** Paint numbers (h, w, C) in the signed colours, or those of three channels as red, green and blue about grey. */
export function paintSigned(canvas, values, side, channels) {
  let most = 1e-12;
  for (const value of values) most = Math.max(most, Math.abs(value));
  if (channels === 1) return paintMap(canvas, values, [side, side], "signed", [-most, most]);
  return paintPixels(canvas, [side, side], (i) =>
    opaque(...[0, 1, 2].map((k) => byte(0.5 + values[3 * i + k] / most / 2))));
}

/** Which small pictures stand for what: a patch, an eigenimage and the products. */
const PARTS = [".patch", ".vector", ".product"];

/** A function that tells of the component and the patch that are pointed at, else of those that are chosen. */
export function accounting(find, own, meta) {
  const { words, grid } = meta, { side, channels } = grid, { basis, eigenvalues, length, count } = own;
  const many = grid.rows * grid.columns;
  const captions = [words.patch, words.vector, words.product];
  PARTS.forEach((part, i) => { find(`${part} figcaption`).textContent = captions[i]; });
  return () => {
    const j = own.overComponent ?? own.component, p = own.overPatch ?? own.patch;
    const patch = own.patches.subarray(p * length, (p + 1) * length);
    const vector = basis.subarray(j * length, (j + 1) * length);
    own.terms = patch.map((each, d) => each * vector[d]);
    [patch, vector, own.terms].forEach((values, i) => paintSigned(find(`${PARTS[i]} canvas`), values, side, channels));
    const number = own.numbers[p * count + j], root = Math.sqrt(eigenvalues[j]);
    const [first, second, third] = [...own.terms].sort((a, b) => Math.abs(b) - Math.abs(a));
    find(".told").textContent = fill(words.sum, { component: j + 1, first: digits(first), second: digits(second),
      third: digits(third), count: length, sum: digits(number, 4) });
    find(".scaled").textContent = fill(words.scaled, { component: j + 1, sum: digits(number, 4), root: digits(root, 4),
      scaled: digits(number / root, 4) });
    find(".variance").textContent = fill(words.variance, { component: j + 1, value: digits(eigenvalues[j]),
      share: (100 * eigenvalues[j] / own.total).toFixed(eigenvalues[j] / own.total < 0.001 ? 3 : 1) });
    find(".cursor-j").setAttribute("aria-label", fill(words.component, { component: j + 1 }));
    find(".cursor-p").setAttribute("aria-label", fill(words.patchAt, { row: Math.floor(p / grid.columns),
      column: p % grid.columns }));
    const { wide: across, cell } = own, place = (each, columns) => [Math.floor(each / columns), each % columns];
    putMark(find(".cursor-j"), own.overComponent === null ? null : place(j, across), cell);
    putMark(find(".chosen-j"), place(own.component, across), cell);
    putMark(find(".cursor-p"), own.overPatch === null || many === 1 ? null : place(p, grid.columns), own.step);
    putMark(find(".chosen-p"), many === 1 ? null : place(own.patch, grid.columns), own.step);
  };
}
