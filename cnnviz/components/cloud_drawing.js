// Points with the axes of their covariance and a classifier's line; the loss over its two weights, and a path on it.

import { contextOf, fitCanvas, mix } from "./canvas.js";
import { lossAt } from "./cloud_numbers.js";

const DOT = 2.6;

const minus = (text) => text.replace("-", "−");
export const places = (value, count = 2) =>
  minus(Number(value.toFixed(count)) === 0 ? (0).toFixed(count) : value.toFixed(count));
/** A number with three digits that count. */
export const brief = (value) => !Number.isFinite(value) ? "∞"
  : Math.abs(value) >= 1e5 ? minus(value.toExponential(1)) : minus(String(Number(value.toPrecision(3))));

/** Turn coordinates within `reach` of `middle` into CSS pixels of a panel `side` wide and `high`, with y upwards. */
export function frameOf(side, high, reach, [mx, my] = [0, 0]) {
  const scale = Math.min(side, high) / 2 / reach;
  /** @param {number[]} place @returns {[number, number]} */
  const to = ([x, y]) => [side / 2 + (x - mx) * scale, high / 2 - (y - my) * scale];
  /** @param {number[]} pixel @returns {[number, number]} */
  const from = ([px, py]) => [mx + (px - side / 2) / scale, my - (py - high / 2) / scale];
  return { side, high, scale, to, from };
}

/** How far a panel reaches: to its farthest point, by whole steps. */
export function reachOf(points, least) {
  let most = 0;
  for (const value of points) most = Math.max(most, Math.abs(value));
  return Math.max(least, Math.ceil(1.02 * most));
}

function line(c, colour, width, points, dash = []) {
  c.strokeStyle = colour;
  c.lineWidth = width;
  c.setLineDash(dash);
  c.beginPath();
  points.forEach(([x, y], i) => i ? c.lineTo(x, y) : c.moveTo(x, y));
  c.stroke();
  c.setLineDash([]);
}

/** The lines of whole numbers, and both axes, which end in numbers. */
function grid(c, inks, { side, scale, to }, font) {
  const reach = side / 2 / scale, step = reach > 8 ? 4 : reach > 4 ? 2 : 1;
  for (let k = Math.ceil(-reach / step) * step; k < reach; k += step) {
    const [x, y] = to([k, k]);
    const colour = k ? inks.faint : inks.edge;
    line(c, colour, 1, [[x, 0], [x, side]]);
    line(c, colour, 1, [[0, y], [side, y]]);
  }
  const last = Math.floor((reach - 1e-9) / step) * step;
  c.font = `11px ${font}`;
  c.fillStyle = inks.quiet;
  c.textAlign = "center";
  c.textBaseline = "top";
  for (const k of [-last, last]) c.fillText(minus(String(k)), to([k, 0])[0] - Math.sign(k) * 6, side / 2 + 3);
}

/** The line of weights: where w . x = 0. */
function divide(c, frame, [a, b], colour, dash = []) {
  const length = Math.hypot(a, b), far = 2 * frame.side / frame.scale;
  if (!(length > 0)) return;
  const [x, y] = [-b / length * far, a / length * far];
  line(c, colour, 2.5, [frame.to([x, y]), frame.to([-x, -y])], dash);
}

/** An arrow from one place to another. */
function arrow(c, colour, [x, y], [u, v], width = 2.5) {
  const length = Math.hypot(u - x, v - y);
  if (length < 3) return;
  const [dx, dy] = [(u - x) / length, (v - y) / length], head = Math.min(8, length);
  line(c, colour, width, [[x, y], [u - dx * head * 0.6, v - dy * head * 0.6]]);
  c.fillStyle = colour;
  c.beginPath();
  c.moveTo(u, v);
  c.lineTo(u - head * dx + head * 0.5 * dy, v - head * dy - head * 0.5 * dx);
  c.lineTo(u - head * dx - head * 0.5 * dy, v - head * dy + head * 0.5 * dx);
  c.fill();
}

/** Paint a way's points, its covariance as an ellipse of two standard deviations with both axes, and both lines. */
export function paintPoints(canvas, way, labels, frame, { inks, ratio, font, told, ends }) {
  fitCanvas(canvas, frame.side, frame.side, ratio);
  const c = contextOf(canvas, ratio), { points, mean, axes } = way, { vector: [u, v] } = axes;
  const [long, short] = axes.values.map(Math.sqrt), at = frame.to(mean);
  c.clearRect(0, 0, frame.side, frame.side);
  grid(c, inks, frame, font);
  divide(c, frame, way.turned, inks.kernel, [6, 4]);
  divide(c, frame, way.valley.best, inks.kernel);
  const spot = (i, radius, colour) => {
    const [x, y] = frame.to([points[2 * i], points[2 * i + 1]]);
    c.fillStyle = colour;
    c.beginPath();
    // The second class is square, for eyes that see no colours.
    if (labels[i] > 0) c.arc(x, y, radius, 0, 7);
    else c.rect(x - 0.88 * radius, y - 0.88 * radius, 1.76 * radius, 1.76 * radius);
    c.fill();
  };
  for (let i = 0; i < labels.length; i++) spot(i, DOT, labels[i] > 0 ? inks.input : inks.output);
  for (const i of way.changed) {
    spot(i, DOT + 2.6, inks.wrong);
    spot(i, DOT + 1, inks.paper);
    spot(i, DOT - 0.2, labels[i] > 0 ? inks.input : inks.output);
  }
  c.strokeStyle = inks.ink;
  c.lineWidth = 1.2;
  c.beginPath();
  c.ellipse(at[0], at[1], 2 * long * frame.scale, 2 * short * frame.scale, -Math.atan2(v, u), 0, 7);
  c.stroke();
  for (const end of ends) line(c, inks.quiet, 1, [at, frame.to(end)], [2, 2]);
  arrow(c, inks.ink, at, frame.to([mean[0] + 2 * long * u, mean[1] + 2 * long * v]), 2);
  arrow(c, inks.ink, at, frame.to([mean[0] - 2 * short * v, mean[1] + 2 * short * u]), 2);
  if (told !== null && told < labels.length) {
    const [x, y] = frame.to([points[2 * told], points[2 * told + 1]]);
    c.strokeStyle = inks.ink;
    c.lineWidth = 2;
    c.beginPath();
    c.arc(x, y, 7, 0, 7);
    c.stroke();
  }
}

/** The part of the weights' plane that is drawn: about the best ones, with 0, where every path begins, inside. */
export function valleyFrame({ best, values }, side, high) {
  const length = Math.hypot(...best);
  return frameOf(side, high, Math.max(1.3 * length, 0.3 / Math.sqrt(values[0])), best);
}

/** Paint a way's loss over both weights as contours, 1, 4, 16, … hundredths above the least, and the path so far. */
export function paintValley(canvas, way, frame, { inks, ratio, font, step }) {
  fitCanvas(canvas, frame.side, frame.high, ratio);
  const c = contextOf(canvas, ratio), { valley, path } = way, { vector: [u, v], values } = valley;
  const [x, y] = frame.to(valley.best), reach = frame.side / frame.scale;
  const most = values[0] * 2 * reach * reach;
  let count = 1;
  while (0.01 * 4 ** count < most && count < 16) count++;
  c.fillStyle = mix(inks.input, inks.paper, 0.62);
  c.fillRect(0, 0, frame.side, frame.high);
  for (let k = count - 1; k >= 0; k--) {
    const gap = 0.01 * 4 ** k;
    c.beginPath();
    c.ellipse(x, y, Math.sqrt(gap / values[0]) * frame.scale, Math.sqrt(gap / Math.max(1e-12, values[1])) * frame.scale,
      -Math.atan2(v, u), 0, 7);
    c.fillStyle = mix(inks.input, inks.paper, Math.min(0.62, 0.09 * k));
    c.fill();
    c.strokeStyle = mix(inks.input, inks.paper, 0.75);
    c.lineWidth = 1;
    c.stroke();
  }
  const [ox, oy] = frame.to([0, 0]);
  line(c, inks.edge, 1, [[ox, 0], [ox, frame.high]], [2, 3]);
  line(c, inks.edge, 1, [[0, oy], [frame.side, oy]], [2, 3]);
  c.font = `12px ${font}`;
  c.fillStyle = inks.ink;
  c.textBaseline = "alphabetic";
  c.textAlign = "right";
  c.fillText("w₁", frame.side - 4, oy > frame.high - 24 ? oy - 6 : oy + 14);
  c.textAlign = "left";
  c.fillText("w₂", Math.min(ox + 4, frame.side - 22), 13);
  const stops = [];
  for (let i = 0; i <= step; i++) stops.push(frame.to([path[2 * i], path[2 * i + 1]]));
  // A path that diverges is drawn until it has left the panel: the rest of it would fill all of it.
  const end = stops.findIndex((at) => Math.max(...at.map((value) => Math.abs(value - frame.side / 2))) > frame.side);
  const shown = end < 0 ? stops : stops.slice(0, end + 1);
  line(c, inks.paper, 4.5, shown);
  line(c, inks.kernel, 2.2, shown);
  shown.forEach(([px, py], i) => {
    c.fillStyle = inks.kernel;
    c.beginPath();
    c.arc(px, py, i === shown.length - 1 ? 5 : 2.2, 0, 7);
    c.fill();
  });
  c.fillStyle = inks.ink;
  c.font = `bold 17px ${font}`;
  c.textAlign = "center";
  c.textBaseline = "middle";
  c.fillText("+", x, y + 1);
  return lossAt(valley, [path[2 * step], path[2 * step + 1]]);
}
