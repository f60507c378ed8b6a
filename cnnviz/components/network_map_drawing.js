// The picture of a network map. How much of it is drawn follows from the scale: an open block that is small on the
// screen is drawn as if it were closed, a layer without its words where these could not be read.

import { inkOn, mix } from "./canvas.js";
import { heatOf } from "./network_map_measures.js";
import { lettersOf } from "./network_map_pens.js";
import { bodyIn, LABEL } from "./network_map_tree.js";
import { clamp } from "./shared.js";

const SMALL = 74; // pixels of an open block's longer side, below which its inside is left out
const READABLE = 10;
const OVER = 8; // how much higher than a layer the words beside it may be

/** The colours of the families of layers. */
export function huesOf(inks) {
  return { conv: inks.kernel, linear: inks.input, pooling: inks.output, norm: mix(inks.quiet, inks.paper, 0.55),
    activation: mix(inks.kernel, inks.paper, 0.45), join: inks.ink, input: inks.paper, other: inks.blank };
}

/** As much of a text as fits into so many pixels, "" where that would tell nothing; how often it is repeated stays. */
export function fitted(text, room, size) {
  const most = Math.floor(room / (0.53 * size));
  if (lettersOf(text) <= most) return text;
  const [times] = / × \d+$/.exec(text) ?? [""], left = most - times.length;
  if (left < 4) return times && left >= 0 ? times.trim() : "";
  let rest = text.slice(0, Math.min(left - 1, text.length - times.length));
  while (lettersOf(rest) > left - 1) rest = rest.slice(0, -1);
  return `${rest}…${times}`;
}

/** What is drawn of a scene in a view: boxes, and lines, inside of the window and large enough. */
function seen(scene, { x, y, scale, width, height }) {
  const right = x + width / scale, bottom = y + height / scale, boxes = [];
  // Boxes come with outer ones first: what is inside of a small one follows it, deeper.
  let below = Infinity;
  const hidden = [];
  for (const box of scene.boxes) {
    if (box.depth > below) continue;
    below = Infinity;
    const small = box.open && Math.max(box.width, box.height) * scale < SMALL;
    const out = box.x > right || box.y > bottom || box.x + box.width < x || box.y + box.height < y;
    if (small || out) below = box.depth;
    if (small) hidden.push(box);
    if (!out) boxes.push(small ? { ...box, open: false } : box);
  }
  const inside = ([left, top]) => hidden.some((box) =>
    left > box.x && left < box.x + box.width && top > box.y && top < box.y + box.height);
  const lines = scene.lines.filter(({ points, depth }) => {
    const [a, , , d] = points;
    if (Math.max(a[0], d[0]) < x || Math.min(a[0], d[0]) > right) return false;
    if (Math.max(a[1], d[1]) < y - 1 || Math.min(a[1], d[1]) > bottom + 1) return false;
    return !hidden.length || depth === 0 || !inside([(a[0] + d[0]) / 2, (a[1] + d[1]) / 2]);
  });
  return { boxes, lines };
}

function drawLayer(pen, box, own, view) {
  const { item, x, y, width, height } = box, { inks, hues } = own, { down } = own.scene, { scale } = view;
  const { wide, high, left, top } = bodyIn(box, down), share = own.measure < 0 ? null : own.share(item);
  const fill = own.measure < 0 ? hues[item.family] ?? hues.other : heatOf(share) ?? inks.blank;
  pen.box(left, top, wide, high, { fill, stroke: inks.edge, thick: 1, round: 3 });
  own.onPhoto?.inside(pen, item, { wide, high, left, top }, view);
  const size = clamp(10.5 * scale, READABLE + 0.5, 13), lines = own.wordsOf(item), step = size * 1.18;
  const edge = Math.min(x + box.room, view.x + view.width / scale);
  const room = (down ? edge - left - wide - OVER : width) * scale, free = (down ? height + OVER : LABEL) * scale;
  const most = Math.floor(free / step + 0.2), both = lines.slice(0, 2).join("  ");
  const words = down && most === 1 && fitted(both, room, size) === both ? [both] : lines.slice(0, most);
  words.forEach((line, at) => {
    const text = fitted(line, room, size), style = { size, bold: at === 0, colour: at ? inks.quiet : inks.ink };
    if (text && down) pen.text(text, left + wide, y + height / 2, { ...style, align: "left", dx: 6 * Math.min(1, scale),
      dy: (at - (words.length - 1) / 2) * step });
    else if (text) pen.text(text, x + width / 2, top + high, { ...style, dy: size * 0.35 + step * (at + 0.5) });
  });
}

function drawBlock(pen, box, own, scale) {
  const { item, x, y, width, height } = box, { inks } = own;
  const fill = own.measure < 0 ? inks.blank : heatOf(own.share(item)) ?? inks.blank, ink = inkOn(fill);
  const soft = own.measure < 0 ? inks.quiet : ink;
  if (item.count > 1) {
    const step = 4 / Math.max(0.5, scale);
    for (const at of [2, 1])
      pen.box(x + step * at, y - step * at, width, height, { fill: inks.paper, stroke: inks.edge });
  }
  pen.box(x, y, width, height, { fill, stroke: inks.edge, thick: 1.5, round: 8 });
  const size = clamp(11 * scale, READABLE + 0.5, 14), room = width * scale - 8;
  const lines = own.wordsOf(item), most = Math.floor((height * scale - 4) / (size * 1.25));
  const both = lines.slice(0, 2).join("  ");
  const shown = most === 1 && fitted(both, room, size) === both ? [both] : lines.slice(0, most);
  shown.forEach((words, at) => {
    const text = fitted(words, room, size);
    if (text) pen.text(text, x + width / 2, y + height / 2, { size, bold: at === 0, colour: at ? soft : ink,
      dy: (at - (shown.length - 1) / 2) * size * 1.25 });
  });
}

function drawOpen(pen, box, own) {
  const { x, y, width, height } = box;
  pen.box(x, y, width, height, { fill: paperOf(box, own.inks), stroke: own.inks.edge, round: 8 });
}

const paperOf = ({ depth }, inks) => depth % 2 ? inks.paper : mix(inks.blank, inks.paper, 0.5);

/** Write the name of an open block over the line that may enter it there. */
function drawTitle(pen, box, own, scale) {
  const { item, x, y, width } = box, { inks } = own, size = clamp(11 * scale, READABLE + 0.5, 14);
  const text = fitted(`− ${own.wordsOf(item)[0]}`, width * scale - 12, size);
  if (!text || 24 * scale <= 0.65 * size) return;
  const dy = Math.max(12 * scale, size * 0.7), high = 1.1 * size;
  pen.box(x + 6 / scale, y + (dy - high / 2) / scale, 0.57 * size * lettersOf(text) / scale, high / scale,
    { fill: paperOf(box, inks) });
  pen.text(text, x, y, { size, bold: true, colour: inks.ink, align: "left", dx: 8, dy });
}

/** Write the size of a tensor at the beginning of its line, where there is room. */
function drawSize(pen, { source, points: [start, , , end] }, down, own, scale) {
  const size = clamp(9 * scale, READABLE, 11), text = own.sizes[source];
  const room = (down ? end[1] - start[1] : end[0] - start[0]) * scale;
  if (room < (down ? 2.2 * size : 0.56 * size * text.length)) return;
  const [left, top] = down ? [start[0], (start[1] + end[1]) / 2] : [(start[0] + end[0]) / 2, start[1]];
  pen.text(text, left, top, { size, colour: own.inks.quiet, align: down ? "left" : "center", dx: down ? 4 : 0,
    dy: down ? 0 : -size * 0.75 });
}

/** Draw the part of a scene that a view shows. */
export function drawScene(pen, scene, view, own) {
  const { boxes, lines } = seen(scene, view), { scale } = view, { inks } = own, at = own.selected;
  for (const box of boxes) if (box.open) drawOpen(pen, box, own);
  const lit = [], plain = [];
  for (const line of lines) (own.lit?.has(line.source) ? lit : plain).push(line.points);
  pen.curves(plain, scene.down, inks.edge, clamp(1.4 * scale, 0.7, 1.8));
  if (lit.length) pen.curves(lit, scene.down, inks.kernel, clamp(2.6 * scale, 1.6, 3.2));
  for (const box of boxes) if (box.open) drawTitle(pen, box, own, scale);
  if (scale > 0.6) for (const line of lines) if (line.begins) drawSize(pen, line, scene.down, own, scale);
  for (const box of boxes) if (!box.open) {
    if (box.item.items) drawBlock(pen, box, own, scale);
    else drawLayer(pen, box, own, view);
  }
  for (const box of boxes) {
    if (box.item === at) pen.box(box.x - 3, box.y - 3, box.width + 6, box.height + 6,
      { stroke: inks.input, thick: 3, round: 8 });
    else if (own.found?.has(box.item)) pen.box(box.x - 2, box.y - 2, box.width + 4, box.height + 4,
      { stroke: inks.kernel, thick: 2, round: 8 });
  }
}

/** Draw those boxes of a scene again that are chosen, and the lines of some tensors; return the boxes. */
export function drawSome(pen, scene, view, own, isChosen, sources) {
  const { boxes, lines } = seen(scene, view), { scale } = view;
  const chosen = boxes.filter((box) => !box.open && isChosen(box));
  const along = lines.filter(({ source }) => sources.has(source)).map(({ points }) => points);
  if (along.length) pen.curves(along, scene.down, own.inks.input, clamp(3.2 * scale, 2, 4));
  for (const box of chosen) if (box.item.items) drawBlock(pen, box, own, scale);
  else drawLayer(pen, box, own, view);
  return chosen;
}

/** The innermost box at a point of the map, of those that are drawn in a view. */
export function boxAt(scene, view, [left, top]) {
  let found = null;
  for (const box of seen(scene, view).boxes)
    if (left >= box.x && left <= box.x + box.width && top >= box.y && top <= box.y + box.height) found = box;
  return found;
}
