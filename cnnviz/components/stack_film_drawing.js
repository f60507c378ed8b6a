// Distributions of a stack's layers: all side by side, and one of them as a histogram.

import { contextOf, mix } from "./canvas.js";
import { inPowers } from "./numbers.js";
import { fill } from "./shared.js";

export const LEFT = 58;
const HEAD = 4, FOOT = 36, NUMBERS = 5;

export const percent = (/** @type {number} */ share) =>
  (100 * share).toFixed(share > 0 && share < 0.0995 || share > 0.995 && share < 1 ? 1 : 0);

export const columnOf = (wide, layers) => (wide - LEFT - 4) / layers;

/** One row of the numbers and the counts, by layer, and what lies at the ends of its axis. */
export function tableOf(row, layers, numbers, counts) {
  const bins = counts.length / (2 * layers);
  const of = (layer) => {
    const place = row * layers + layer;
    const [mean, deviation, zeros, saturated, limit] = numbers.subarray(NUMBERS * place, NUMBERS * (place + 1));
    return { mean, deviation, zeros, saturated, limit, found: counts.subarray(bins * place, bins * (place + 1)) };
  };
  let reach = 0;
  // The input has the same values whatever the layers do.
  for (let layer = row ? 0 : 1; layer < layers; layer++) reach = Math.max(reach, of(layer).limit);
  return { layers, of, reach: reach || of(row ? layers - 1 : 0).limit || 1 };
}

/** Every layer's distribution as wide as it is frequent, on one axis. */
export function drawAll({ all, colour, table }, { at, ratio, inks, font, words, wide, tall }) {
  const { layers, reach } = table, context = contextOf(all, ratio), column = columnOf(wide, layers);
  const half = (tall - HEAD - FOOT) / 2, middle = HEAD + half;
  context.clearRect(0, 0, wide, tall);
  context.fillStyle = mix(colour, inks.paper, 0.18);
  context.fillRect(LEFT + at * column, HEAD, column, tall - HEAD - FOOT);
  context.strokeStyle = inks.rule;
  context.strokeRect(LEFT + 0.5, HEAD + 0.5, layers * column - 1, tall - HEAD - FOOT - 1);
  context.beginPath();
  context.moveTo(LEFT, middle);
  context.lineTo(LEFT + layers * column, middle);
  context.stroke();
  context.font = `12px ${font}`;
  context.fillStyle = inks.ink;
  context.textBaseline = "middle";
  context.textAlign = "right";
  [[reach, HEAD + 7], [0, middle], [-reach, tall - FOOT - 7]].forEach(([value, place]) =>
    context.fillText(inPowers(value), LEFT - 6, place));
  context.textAlign = "center";
  // As many layers are named as there is room for, and every deviation where all fit.
  const every = Math.max(1, Math.ceil(26 / column)), allFit = column >= 38;
  for (let layer = 0; layer < layers; layer++) {
    const centre = LEFT + (layer + 0.5) * column, here = layer === at;
    context.fillStyle = inks.ink;
    context.font = `${here ? "bold " : ""}12px ${font}`;
    if (here || layer % every === 0 && Math.abs(layer - at) * column > 24) {
      context.fillText(String(layer), centre, tall - FOOT + 9);
    }
    if (allFit) context.fillText(inPowers(table.of(layer).deviation), centre, tall - FOOT + 26);
  }
  context.textAlign = "right";
  context.font = `12px ${font}`;
  context.fillText(words.axis, LEFT - 6, tall - FOOT + 9);
  if (allFit) context.fillText(words.spread, LEFT - 6, tall - FOOT + 26);
  context.textAlign = "center";
  context.save();
  context.beginPath();
  context.rect(LEFT, HEAD, layers * column, tall - HEAD - FOOT);
  context.clip();
  context.lineWidth = 1;
  for (let layer = 0; layer < layers; layer++) {
    const place = { centre: LEFT + (layer + 0.5) * column, room: 0.45 * column, middle, scale: half / reach };
    drawLayer(context, table.of(layer), { ...place, colour, ink: inks.ink });
  }
  context.restore();
}

/** One layer's distribution about its column's centre, `scale` pixels a unit above and below `middle`. */
function drawLayer(context, { deviation, zeros, limit, found }, { centre, room, middle, scale, colour, ink }) {
  const bins = found.length, most = found.reduce((a, b) => Math.max(a, b), 0);
  context.fillStyle = ink;
  if (!Number.isFinite(deviation)) {
    context.fillText("∞", centre, middle);
    return;
  }
  context.fillStyle = context.strokeStyle = colour;
  context.beginPath();
  for (const side of [1, -1]) {
    for (let at = 0; at < bins; at++) {
      const bin = side > 0 ? at : bins - 1 - at, y = middle + limit * scale * (1 - 2 * (bin + 0.5) / bins);
      if (found[bin]) context.lineTo(centre + side * room * found[bin] / most, y);
    }
  }
  context.closePath();
  context.fill();
  // What is flatter than a pixel is seen by its outline.
  context.stroke();
  context.fillStyle = ink;
  if (zeros > 0) context.fillRect(centre - room * zeros, middle - 1, 2 * room * zeros, 2);
}

/** The histogram of the layer that is looked at, on an axis of its own. */
export function drawOne({ one, colour, table }, { at, ratio, inks, font, words, rest, low }) {
  const context = contextOf(one, ratio), { deviation, zeros, limit, found } = table.of(at), bins = found.length;
  const floor = low - 22, tall = floor - HEAD;
  const most = found.reduce((a, b) => Math.max(a, b), 0), step = (rest - 2) / bins;
  context.clearRect(0, 0, rest, low);
  context.fillStyle = colour;
  if (Number.isFinite(deviation) && most) {
    for (let bin = 0; bin < bins; bin++) {
      const height = tall * found[bin] / most;
      context.fillRect(1 + bin * step, floor - height, Math.max(1, step - 0.6), height);
    }
  }
  context.fillStyle = inks.ink;
  context.fillRect(0, floor, rest, 1);
  if (zeros > 0) context.fillRect(rest / 2 - 1.5, HEAD, 3, tall);
  context.font = `12px ${font}`;
  context.textBaseline = "middle";
  const label = (text, place, align) => { context.textAlign = align; context.fillText(text, place, floor + 12); };
  label("0", rest / 2, "center");
  if (limit > 0) { label(inPowers(-limit), 2, "left"); label(inPowers(limit), rest - 2, "right"); }
  if (zeros > 0) {
    // What is exactly 0 is most often all that was below.
    context.textAlign = "right";
    context.fillText(fill(words.spike, { share: percent(zeros) }), rest / 2 - 7, HEAD + 8);
  }
}
