// How a network with dropped units, and the outputs of all its subnetworks, are drawn.

import { contextOf, inkOn, mix } from "./canvas.js";
import { places } from "./numbers.js";

const TALL = 330, LOW = 34;

/**
 * Weights summed by bin over [low, high]; what lies beyond counts at the ends.
 *
 * @param {ArrayLike<number>} values
 * @param {ArrayLike<number>} weights
 * @param {number} low
 * @param {number} high
 * @param {number} bins
 */
export function binned(values, weights, low, high, bins) {
  const out = new Float64Array(bins), scale = bins / (high - low || 1);
  for (let i = 0; i < values.length; i++)
    out[Math.max(0, Math.min(bins - 1, Math.floor((values[i] - low) * scale)))] += weights[i];
  return out;
}

/** Where the units stand: by layer the middles [x, y], and their radius; a network of `width` pixels. */
export function arrange(widths, width) {
  const most = Math.max(...widths), radius = Math.min(24, (TALL - 10) / most / 2 - 3, width / widths.length / 3);
  const step = (width - 2 * radius - 8) / (widths.length - 1);
  const rise = Math.min((TALL - 2 * radius - 8) / (most - 1 || 1), 82);
  const middles = widths.map((count, layer) => Array.from({ length: count }, (_, unit) =>
    [radius + 4 + layer * step, TALL / 2 + (unit - (count - 1) / 2) * rise]));
  return { middles, radius, height: TALL };
}

/** One end of a line fades out where its unit is dropped. */
function drawLines(context, own, kept) {
  const { middles, radius } = own.grid, { inks } = own;
  own.layers.forEach((weights, layer) => {
    let most = 1e-9;
    for (const each of weights) most = Math.max(most, Math.abs(each));
    middles[layer + 1].forEach(([x1, y1], to) => middles[layer].forEach(([x0, y0], from) => {
      if (!kept(layer, from) || !kept(layer + 1, to)) return;
      const weight = weights[to * middles[layer].length + from], share = Math.abs(weight) / most;
      context.strokeStyle = mix(weight < 0 ? inks.input : inks.wrong, inks.paper, 0.25 + 0.75 * share);
      context.lineWidth = 0.75 + 3.5 * share;
      context.beginPath();
      context.moveTo(x0 + radius, y0);
      context.lineTo(x1 - radius, y1);
      context.stroke();
    }));
  });
}

/** A unit with its number, or a crossed ring where it is dropped. */
function drawUnit(context, own, [x, y], value, isKept, ground) {
  const { radius } = own.grid, { inks } = own;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = isKept ? ground : inks.paper;
  context.fill();
  context.lineWidth = isKept ? 2 : 1.5;
  context.strokeStyle = isKept ? inks.quiet : inks.edge;
  context.setLineDash(isKept ? [] : [4, 4]);
  context.stroke();
  context.setLineDash([]);
  if (isKept) {
    context.fillStyle = inkOn(ground);
    context.font = `${Math.min(14, radius * 0.72)}px ${own.font}`;
    context.fillText(places(value), x, y + 0.5);
    return;
  }
  const arm = radius * 0.5;
  context.strokeStyle = inks.edge;
  context.lineWidth = 2.5;
  context.beginPath();
  for (const side of [-1, 1]) {
    context.moveTo(x - arm, y - side * arm);
    context.lineTo(x + arm, y + side * arm);
  }
  context.stroke();
}

/**
 * Draw the network under a mask.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {any} own
 * @param {number} mask
 */
export function drawNetwork(canvas, own, mask) {
  const context = contextOf(canvas, own.ratio), { middles } = own.grid, { inks } = own, { widths } = own.meta;
  const first = [0, 0, widths[1]], last = widths.length - 1;
  const kept = (layer, unit) => layer === 0 || layer === last || mask >> first[layer] + unit & 1;
  context.clearRect(0, 0, own.netWidth, own.grid.height);
  drawLines(context, own, kept);
  context.textAlign = "center";
  context.textBaseline = "middle";
  middles.forEach((column, layer) => column.forEach((place, unit) => {
    const isUnit = layer > 0 && layer < last, value = layer === 0 ? own.x[unit]
      : layer === last ? own.outputs[mask] : own.units[mask * own.count + first[layer] + unit];
    const ground = layer === 0 ? mix(inks.input, inks.paper, 0.2) : layer === last ? mix(inks.output, inks.paper, 0.3)
      : mix(inks.kernel, inks.paper, 0.12 + 0.5 * Math.min(1, Math.abs(value) / own.largest));
    drawUnit(context, own, place, value, !isUnit || kept(layer, unit), ground);
  }));
}

function drawUpright(context, x, height, colour, dash) {
  context.strokeStyle = colour;
  context.lineWidth = 3;
  context.setLineDash(dash);
  context.beginPath();
  context.moveTo(x, 4);
  context.lineTo(x, height);
  context.stroke();
  context.setLineDash([]);
}

/**
 * Draw how the outputs of all subnetworks are spread, those of the masks that fell so far, and their means.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {any} own
 * @param {number} mask
 */
export function drawSpread(canvas, own, mask) {
  const context = contextOf(canvas, own.ratio), { inks, meta, range: [low, high], bins, bars, spreadHeight } = own;
  const wide = own.spreadWidth, floor = spreadHeight - LOW, to = (value) => (value - low) / (high - low) * wide;
  const fallen = own.fallen ? binned(own.outputs, own.counts, low, high, bins) : null;
  let most = 1e-9;
  for (let i = 0; i < bins; i++)
    most = Math.max(most, bars[i], fallen ? Math.min(fallen[i] / own.fallen, 2 * own.tallest) : 0);
  const up = (share) => floor - Math.min(1, share / most) * (floor - 12), step = wide / bins;
  context.clearRect(0, 0, wide, spreadHeight);
  context.fillStyle = mix(inks.quiet, inks.paper, 0.35);
  for (let i = 0; i < bins; i++) context.fillRect(i * step + 0.5, up(bars[i]), step - 1, floor - up(bars[i]));
  if (fallen) {
    context.strokeStyle = inks.input;
    context.lineWidth = 2;
    context.beginPath();
    for (let i = 0; i < bins; i++) {
      const y = up(fallen[i] / own.fallen);
      context.lineTo(i * step, y);
      context.lineTo((i + 1) * step, y);
    }
    context.stroke();
  }
  drawUpright(context, to(meta.mean), floor, inks.output, []);
  drawUpright(context, to(meta.scaled), floor, inks.kernel, [7, 6]);
  if (fallen) drawUpright(context, to(own.sum / own.fallen), floor, inks.input, [2, 3]);
  context.fillStyle = inks.wrong;
  context.beginPath();
  context.arc(to(own.outputs[mask]), floor, 6, 0, 2 * Math.PI);
  context.fill();
  context.strokeStyle = inks.edge;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(0, floor);
  context.lineTo(wide, floor);
  context.stroke();
  context.fillStyle = inks.quiet;
  context.font = `13px ${own.font}`;
  context.textBaseline = "top";
  [[low, "left"], [(low + high) / 2, "center"], [high, "right"]].forEach(([value, align]) => {
    context.textAlign = /** @type {CanvasTextAlign} */ (align);
    context.fillText(places(Number(value)), to(Number(value)), floor + 9);
  });
}
