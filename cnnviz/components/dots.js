// Layers over one axis as rows of dots: what a unit sees below it, and who sees it above, lights up.

import { inksOf } from "./canvas.js";
import { layMark, onKeys } from "./grid.js";
import { clamp, fill, finder, follow, memory, unpack } from "./shared.js";

const RISE = 58, SKY = 26, FOOT = 16;

/** Rows with the middle of each dot in the input's own coordinates: a unit stands over the middle of what it sees. */
function stack(heads, arrays) {
  const rows = [];
  heads.forEach((head, level) => {
    const taps = arrays[level], each = head.count ? taps.length / head.count : 0, below = rows[level - 1];
    const middles = new Float64Array(head.count);
    for (let i = 0; i < head.count; i++) {
      if (!each) { middles[i] = head.first + i; continue; }
      let least = Infinity, most = -Infinity;
      for (let t = i * each; t < (i + 1) * each; t++) {
        const middle = below.middles[taps[t] - below.first];
        least = Math.min(least, middle);
        most = Math.max(most, middle);
      }
      middles[i] = (least + most) / 2;
    }
    rows.push({ ...head, taps, each, middles });
  });
  return rows;
}

/** For each row the units that one unit sees, and those that see it; it is in both. */
function cone(rows, [level, place]) {
  const sets = rows.map(() => new Set());
  sets[level].add(place);
  for (let below = level; below > 0; below--) {
    const { taps, each } = rows[below], first = rows[below - 1].first;
    for (const unit of sets[below])
      for (let t = unit * each; t < (unit + 1) * each; t++) sets[below - 1].add(taps[t] - first);
  }
  for (let above = level + 1; above < rows.length; above++) {
    const { taps, each, count } = rows[above], first = rows[above - 1].first;
    for (let unit = 0; unit < count; unit++) for (let t = unit * each; t < (unit + 1) * each; t++)
      if (sets[above - 1].has(taps[t] - first)) { sets[above].add(unit); break; }
  }
  return sets;
}

const isPadding = ({ first, size }, unit) => first + unit < 0 || first + unit >= size;

/** The unit of a row whose middle is nearest to a place. */
const nearestUnit = ({ middles }, place) => middles.reduce((best, value, unit) =>
  Math.abs(value - place) < Math.abs(middles[best] - place) ? unit : best, 0);

const xOf = (own, place) => own.left + (place - own.least) * own.step;
const yOf = ({ rows }, level) => SKY + RISE * (rows.length - 1 - level) + 8;

/** A context of a canvas as large as all rows, emptied. */
function fresh(canvas, own) {
  const ratio = devicePixelRatio, context = canvas.getContext("2d");
  canvas.width = Math.round(own.width * ratio);
  canvas.height = Math.round(own.height * ratio);
  context.scale(ratio, ratio);
  return context;
}

/** Lines from units of a row to those that they read, or to those of them that are in `only`. */
function drawLinks(context, own, level, units, only = null) {
  const { taps, each, middles } = own.rows[level], below = own.rows[level - 1];
  context.beginPath();
  for (const unit of units) for (let t = unit * each; t < (unit + 1) * each; t++) {
    if (only && !only.has(taps[t] - below.first)) continue;
    context.moveTo(xOf(own, middles[unit]), yOf(own, level));
    context.lineTo(xOf(own, below.middles[taps[t] - below.first]), yOf(own, level - 1));
  }
  context.stroke();
}

function drawDot(context, own, level, unit, colour, radius) {
  const row = own.rows[level];
  context.beginPath();
  context.arc(xOf(own, row.middles[unit]), yOf(own, level), radius, 0, 2 * Math.PI);
  context.lineWidth = 1.5;
  context.strokeStyle = colour;
  context.fillStyle = isPadding(row, unit) ? own.inks.paper : colour;
  context.fill();
  context.stroke();
}

/** Draw all rows with nothing lit, once for all that will be pointed at. */
function drawBase(own) {
  const context = fresh(own.base, own), { rows, inks } = own;
  context.strokeStyle = inks.faint;
  context.lineWidth = 1;
  rows.forEach(({ count }, level) => { if (level) drawLinks(context, own, level, Array(count).keys()); });
  rows.forEach(({ count }, level) => {
    for (let unit = 0; unit < count; unit++) drawDot(context, own, level, unit, inks.edge, own.radius);
  });
}

/** Draw the rows with what is lit around a unit, and their names. */
function drawLit(canvas, own, sets, level) {
  const context = fresh(canvas, own), { rows, inks } = own;
  context.save();
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.drawImage(own.base, 0, 0);
  context.restore();
  context.lineWidth = 1.5;
  for (let l = 1; l < rows.length; l++) {
    // Downwards all that the chosen units read, upwards only the links that lead to the chosen one.
    context.strokeStyle = l <= level ? inks.kernel : inks.input;
    drawLinks(context, own, l, sets[l], l <= level ? null : sets[l - 1]);
  }
  sets.forEach((set, l) => {
    const colour = l === level ? inks.output : l < level ? inks.kernel : inks.input;
    for (const unit of set) drawDot(context, own, l, unit, colour, own.radius + (l === level ? 1.5 : 0.5));
  });
  context.font = own.font;
  context.fillStyle = inks.ink;
  context.textBaseline = "middle";
  rows.forEach(({ name }, l) => context.fillText(name, 0, yOf(own, l)));
}

function describe({ rows, words }, sets, [level, place]) {
  const row = rows[level], index = row.first + place;
  const parts = [fill(isPadding(row, place) ? words.padding : words.unit, { name: row.name, index })];
  if (level) {
    const seen = [...sets[0]].map((unit) => rows[0].first + unit).sort((a, b) => a - b);
    const first = seen[0], last = seen.at(-1), span = last - first + 1;
    parts.push(fill(words.reads, { count: row.each }), fill(words.sees, { first, last, span }));
    if (span > seen.length) parts.push(fill(words.skips, { count: span - seen.length }));
  }
  for (let l = level + 1; l < rows.length; l++)
    parts.push(fill(words.reaches, { count: sets[l].size, name: rows[l].name }));
  return parts.join(" · ");
}

/** Read what Python sent into `own`. */
function takeIn(own, data, frame, root) {
  const [meta, arrays] = unpack(data), rows = stack(meta.rows, arrays), top = rows.length - 1;
  const middles = rows.map((row) => [...row.middles]).flat(), shape = JSON.stringify(meta.rows);
  const [least, most] = middles.reduce(([low, high], middle) => [Math.min(low, middle), Math.max(high, middle)],
    [Infinity, -Infinity]);
  Object.assign(own, { rows, words: meta.words, least, most, inks: inksOf(root), height: SKY + RISE * top + FOOT + 8,
    font: `13px ${getComputedStyle(frame).fontFamily}`, base: own.base ?? document.createElement("canvas") });
  const valid = (at) => at && at[0] <= top && at[1] < rows[at[0]].count;
  if (own.shape !== shape || !valid(own.pinned))
    own.pinned = own.at = [top, Math.floor((rows[top].count - 1) / 2)];
  own.shape = shape;
}

/** Where a key leads from a unit, or null. */
function keyed({ rows, at: [level, place] }, key) {
  const to = { ArrowLeft: place - 1, ArrowRight: place + 1, Home: 0, End: rows[level].count - 1 };
  if (key in to) return [level, clamp(to[key], 0, rows[level].count - 1)];
  if (key !== "ArrowUp" && key !== "ArrowDown") return null;
  const next = clamp(level + (key === "ArrowUp" ? 1 : -1), 0, rows.length - 1);
  return [next, nearestUnit(rows[next], rows[level].middles[place])];
}

export default function ({ data, parentElement }) {
  if (!data) return;
  const find = finder(parentElement), own = memory(parentElement);
  const [frame, canvas, dot, readout] = [".rows", "canvas", ".dot", ".readout"].map(find);
  takeIn(own, data, frame, find(".root"));
  const { rows, words } = own, top = rows.length - 1;
  frame.setAttribute("aria-label", words.label);
  frame.setAttribute("aria-rowcount", rows.length);

  const look = (at) => {
    const sets = cone(rows, at), [level, place] = at, text = describe(own, sets, at);
    drawLit(canvas, own, sets, level);
    readout.textContent = text;
    dot.setAttribute("aria-label", text);
    dot.setAttribute("aria-rowindex", top - level + 1);
    dot.setAttribute("aria-colindex", place + 1);
    const side = 2 * own.radius + 10, x = xOf(own, rows[level].middles[place]), y = yOf(own, level);
    layMark(dot, { left: x - side / 2, top: y - side / 2, width: side, height: side });
  };
  const under = (event) => {
    const box = canvas.getBoundingClientRect();
    const level = clamp(Math.round(top - (event.clientY - box.top - SKY - 8) / RISE), 0, top);
    return [level, nearestUnit(rows[level], (event.clientX - box.left - own.left) / own.step + own.least)];
  };
  frame.onpointermove = (event) => {
    readout.setAttribute("aria-live", "off");
    const at = under(event);
    if (own.hovered?.join() !== at.join()) look(own.hovered = at);
  };
  frame.onpointerleave = () => { own.hovered = null; look(own.pinned); };
  frame.onclick = (event) => { own.pinned = own.at = under(event); look(own.pinned); };
  onKeys(frame, (key) => {
    const to = keyed(own, key);
    if (!to) return false;
    own.at = own.pinned = to;
    readout.setAttribute("aria-live", "polite");
    look(to);
    return true;
  });

  return follow(frame, () => {
    const measure = canvas.getContext("2d");
    measure.font = own.font;
    const names = Math.max(...rows.map(({ name }) => measure.measureText(name).width));
    own.left = Math.min(names + 24, own.width * 0.45);
    own.step = Math.max(0.5, (own.width - own.left - 16) / Math.max(1, own.most - own.least));
    own.step = Math.min(own.step, 44);
    own.radius = clamp(own.step * 0.32, 1.5, 8);
    Object.assign(canvas.style, { width: own.width + "px", height: own.height + "px" });
    frame.style.height = own.height + "px";
    drawBase(own);
    look(own.hovered ?? own.pinned);
  }, own);
}
