// Activation functions and their slopes over x, which is dragged or moved by the arrow keys.

import { contextOf, fitCanvas, inksOf, mix } from "./canvas.js";
import { styleOf, swatch } from "./curve_styles.js";
import { onKeys } from "./grid.js";
import { digits, minus, places } from "./numbers.js";
import { chosen, clamp, fill, finder, follow, memory, pend, unpack } from "./shared.js";

const SHOWN = 6, HIGHEST = 4, LOWEST = -2.2, LEFT = 42, HEAD = 26, FOOT = 24, GAP = 26, WIDE = 640;
const ROOM = [560, 434], ROW = 27, TALLEST = 230; // what a phone and a wide page have for all, and rows of the table
const A_REST = 500; // milliseconds after the last key

/** A distance between ticks, 1, 2 or 5 times a power of ten, of which at most seven fit. */
function tickStep(span) {
  const power = 10 ** Math.floor(Math.log10(span / 6));
  return power * [1, 2, 5, 10].find((times) => span / (power * times) <= 7);
}

const written = (value) => digits(value, 4);

/**
 * The lowest and the highest of some rows within the samples that are shown, no farther than the plane reaches.
 *
 * @param {Float32Array[]} rows
 * @param {number[]} shown
 * @param {number[]} reach
 */
function boundsOf(rows, [first, last], [low, high]) {
  let least = Infinity, most = -Infinity;
  for (const row of rows) for (let i = first; i <= last; i++) {
    least = Math.min(least, row[i]);
    most = Math.max(most, row[i]);
  }
  [least, most] = [Math.max(least, low), Math.min(most, high)];
  const edge = 0.08 * (most - least) + 0.02;
  return [least - edge, most + edge];
}

/** Read what Python sent into `own`. */
function takeIn(own, data, root) {
  const [meta, [values, slopes]] = unpack(data), { names, low, high, count } = meta;
  const step = (high - low) / (count - 1), index = (x) => Math.round((x - low) / step);
  const rowsOf = (flat) => names.map((_, k) => flat.subarray(k * count, (k + 1) * count));
  const shown = [Math.max(0, index(-SHOWN)), Math.min(count - 1, index(SHOWN))];
  const rows = [rowsOf(values), rowsOf(slopes)];
  // The slopes' plane has 0 in it.
  const ranges = [boundsOf(rows[0], shown, [LOWEST, HIGHEST]),
    boundsOf([...rows[1], new Float32Array(count)], shown, [-2, 2])];
  Object.assign(own, { meta, rows, ranges, shown, step, index, xOf: (i) => low + i * step, inks: inksOf(root) });
}

/** Where a panel stands in the plane, and where a sample and a value stand in it. */
function panelOf(own, which) {
  const side = own.width >= WIDE, width = side ? (own.width - GAP) / 2 : own.width;
  const room = ROOM[Number(side)] - ROW * (own.meta.names.length + 1) - 8;
  const height = side ? room : Math.min(room / 2, TALLEST);
  const left = (side ? which * (width + GAP) : 0) + LEFT, top = (side ? 0 : which * height) + HEAD;
  const box = { left, top, right: left + width - LEFT - 4, bottom: top + height - HEAD - FOOT };
  const [first, last] = own.shown, [low, high] = own.ranges[which];
  return { ...box, which, x: (i) => box.left + (i - first) / (last - first) * (box.right - box.left),
    y: (value) => box.bottom - (value - low) / (high - low) * (box.bottom - box.top) };
}

/** Call `act` with the first and the last sample of each stretch in which a slope's size is below the threshold. */
function stretches(own, slopes, act) {
  const [first, last] = own.shown;
  for (let i = first, from = -1; i <= last + 1; i++) {
    const flat = i <= last && Math.abs(slopes[i]) < own.meta.threshold;
    if (flat && from < 0) from = i;
    if (!flat && from >= 0) { act(from, i - 1); from = -1; }
  }
}

function drawGrid(context, own, panel, title) {
  const { inks } = own, [low, high] = own.ranges[panel.which], step = tickStep(high - low);
  context.lineWidth = 1;
  context.font = own.font;
  context.fillStyle = inks.quiet;
  const line = (x, y, toX, toY, isAxis) => {
    context.strokeStyle = isAxis ? inks.edge : inks.faint;
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(toX, toY);
    context.stroke();
  };
  context.textAlign = "center";
  context.textBaseline = "top";
  for (let x = -SHOWN; x <= SHOWN; x += 2) {
    const at = panel.x(own.index(x));
    line(at, panel.top, at, panel.bottom, x === 0);
    context.fillText(minus(String(x)), at, panel.bottom + 6);
  }
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (let tick = Math.ceil(low / step); tick * step <= high; tick++) {
    const at = panel.y(tick * step);
    line(panel.left, at, panel.right, at, tick === 0);
    context.fillText(written(tick * step), panel.left - 6, at);
  }
  context.textAlign = "left";
  context.textBaseline = "alphabetic";
  context.fillStyle = inks.ink;
  context.font = `600 ${own.font}`;
  context.fillText(title, panel.left, panel.top - 9);
}

/** Shade where the first function is flat, in both panels, and below the slopes where each of the others is. */
function drawFlat(context, own, panel) {
  const { inks } = own;
  context.fillStyle = mix(inks.input, inks.paper, 0.16);
  stretches(own, own.rows[1][0], (from, to) =>
    context.fillRect(panel.x(from), panel.top, panel.x(to) - panel.x(from), panel.bottom - panel.top));
  if (!panel.which) return;
  own.rows[1].forEach((slopes, k) => {
    if (!k) return;
    context.fillStyle = styleOf(inks, k).colour;
    stretches(own, slopes, (from, to) =>
      context.fillRect(panel.x(from), panel.bottom - 5 * k, panel.x(to) - panel.x(from), 3));
  });
}

function drawCurves(context, own, panel) {
  const [first, last] = own.shown, rows = own.rows[panel.which];
  context.save();
  context.beginPath();
  context.rect(panel.left, panel.top, panel.right - panel.left, panel.bottom - panel.top);
  context.clip();
  for (let k = rows.length - 1; k >= 0; k--) {
    const { colour, dash, width } = styleOf(own.inks, k);
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.setLineDash(dash);
    context.beginPath();
    for (let i = first; i <= last; i += 2) context.lineTo(panel.x(i), panel.y(rows[k][i]));
    context.stroke();
  }
  context.setLineDash([]);
  context.restore();
}

/** Draw all that does not depend on x, once for all that it will be dragged to. */
function drawBase(own) {
  const context = contextOf(own.base, own.ratio), { words } = own.meta;
  context.clearRect(0, 0, own.width, own.height);
  own.panels.forEach((panel, which) => {
    drawFlat(context, own, panel);
    drawGrid(context, own, panel, which ? words.slope : words.value);
    drawCurves(context, own, panel);
  });
}

/** Draw x on top: a line through both panels, a dot on every curve, and the tangent of the first function. */
function drawAt(canvas, own) {
  const context = contextOf(canvas, own.ratio), { inks, at } = own;
  context.clearRect(0, 0, own.width, own.height);
  context.drawImage(own.base, 0, 0, own.base.width / own.ratio, own.base.height / own.ratio);
  for (const panel of own.panels) {
    const x = panel.x(at);
    context.save();
    context.beginPath();
    context.rect(panel.left - 8, panel.top, panel.right - panel.left + 16, panel.bottom - panel.top);
    context.clip();
    context.strokeStyle = inks.ink;
    context.lineWidth = 1.5;
    context.beginPath();
    context.moveTo(x, panel.top);
    context.lineTo(x, panel.bottom);
    context.stroke();
    const rows = own.rows[panel.which];
    if (!panel.which) {
      const reach = Math.round(1.2 / own.step), slope = own.rows[1][0][at];
      context.lineWidth = 2;
      context.beginPath();
      context.moveTo(panel.x(at - reach), panel.y(rows[0][at] - 1.2 * slope));
      context.lineTo(panel.x(at + reach), panel.y(rows[0][at] + 1.2 * slope));
      context.stroke();
    }
    for (let k = rows.length - 1; k >= 0; k--) {
      context.fillStyle = styleOf(inks, k).colour;
      context.strokeStyle = inks.paper;
      context.lineWidth = 1.5;
      context.beginPath();
      context.arc(x, panel.y(rows[k][at]), k ? 5 : 6.5, 0, 2 * Math.PI);
      context.fill();
      context.stroke();
    }
    context.restore();
  }
}

/** Lay out the table, a row a function; returns the cells that follow x, and the one that names it. */
function tableOf(find, own) {
  const { names, words } = own.meta, cell = (tag, text, scope) => {
    const made = document.createElement(tag);
    made.textContent = text;
    if (scope) made.scope = scope;
    return made;
  };
  const head = document.createElement("tr"), named = cell("th", "", "col");
  head.append(named, ...[words.value, words.slope].map((text) => cell("th", text, "col")));
  const rows = names.map((name, k) => {
    const row = document.createElement("tr"), first = cell("th", "", "row"), cells = [cell("td", ""), cell("td", "")];
    first.append(swatch(k), document.createTextNode(name));
    row.append(first, ...cells);
    return { row, cells };
  });
  find("thead").replaceChildren(head);
  find("tbody").replaceChildren(...rows.map(({ row }) => row));
  find("table").setAttribute("aria-label", words.table);
  return { named, rows };
}

export default function ({ data, parentElement, setTriggerValue }) {
  if (!data) return;
  const find = finder(parentElement), own = memory(parentElement), plane = find(".plane"), canvas = find("canvas");
  takeIn(own, data, find(".root"));
  const { meta } = own, { words } = meta, table = tableOf(find, own), [first, last] = own.shown;
  // An answer to what x was before leaves it where it has been moved to since.
  const isMoving = () => own.dragging || own.resting;
  own.at = clamp(isMoving() ? own.at : chosen(own, meta.at), first, last);
  own.base ??= document.createElement("canvas");
  own.font = `13px ${getComputedStyle(plane).fontFamily}`;
  plane.setAttribute("aria-label", words.label);
  plane.setAttribute("aria-valuemin", own.xOf(first).toFixed(2));
  plane.setAttribute("aria-valuemax", own.xOf(last).toFixed(2));

  const look = (at) => {
    own.at = clamp(at, first, last);
    drawAt(canvas, own);
    const x = places(own.xOf(own.at));
    table.named.textContent = fill(words.at, { x });
    table.rows.forEach(({ cells }, k) => {
      const slope = own.rows[1][k][own.at], flat = Math.abs(slope) < meta.threshold;
      cells[0].textContent = written(own.rows[0][k][own.at]);
      cells[1].textContent = written(slope) + (flat ? ` ${words.flat}` : "");
      cells[1].className = flat ? "flat" : "";
    });
    plane.setAttribute("aria-valuenow", own.xOf(own.at).toFixed(2));
    const [value, slope] = own.rows.map(([row]) => written(row[own.at]));
    plane.setAttribute("aria-valuetext", fill(words.told, { x, name: meta.names[0], value, slope }));
  };
  own.choose = (at) => { if (!isMoving()) look(at); };
  const leave = () => {
    clearTimeout(own.resting);
    own.resting = null;
    if (own.at === own.told) return;
    own.told = own.at;
    pend(own, own.at);
    setTriggerValue("pick", own.at);
  };
  const under = (event) => {
    const frame = canvas.getBoundingClientRect(), x = event.clientX - frame.left, y = event.clientY - frame.top;
    const { left, top } = own.panels[1], isSecond = own.width >= WIDE ? x > left - LEFT : y > top - HEAD;
    const panel = own.panels[Number(isSecond)];
    return Math.round(first + (x - panel.left) / (panel.right - panel.left) * (last - first));
  };
  plane.onpointerdown = (event) => {
    own.dragging = true;
    plane.setPointerCapture(event.pointerId);
    look(under(event));
  };
  plane.onpointermove = (event) => { if (own.dragging) look(under(event)); };
  plane.onpointerup = plane.onpointercancel = () => { if (own.dragging) { own.dragging = false; leave(); } };
  onKeys(plane, (key, event) => {
    const small = event.shiftKey ? 1 : 10, moves = { ArrowLeft: -small, ArrowDown: -small, ArrowRight: small,
      ArrowUp: small, PageDown: -100, PageUp: 100, Home: first - own.at, End: last - own.at };
    if (!(key in moves)) return false;
    look(own.at + moves[key]);
    clearTimeout(own.resting);
    own.resting = setTimeout(leave, A_REST);
    return true;
  });

  const unfollow = follow(plane, () => {
    own.panels = [panelOf(own, 0), panelOf(own, 1)];
    own.height = own.panels[1].bottom + FOOT;
    for (const each of [canvas, own.base]) fitCanvas(each, own.width, own.height, own.ratio);
    drawBase(own);
    look(own.at);
  }, own);
  return () => { unfollow(); if (!parentElement.isConnected) clearTimeout(own.resting); };
}
