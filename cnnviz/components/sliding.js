// Windows that slide over grids of numbers: hover, step, play and edit, with the sum that makes each output.

import { fitCanvas, inksOf } from "./canvas.js";
import { editing, keepEdits, pointing, same } from "./cell_editing.js";
import { scaleOf } from "./cell_values.js";
import { chosen, clamp, finder, follow, memory, pend, unpack } from "./shared.js";
import { account } from "./sliding_account.js";
import { long, tellGap } from "./numbers.js";
import { cellsOf } from "./sliding_cells.js";
import { drawing } from "./sliding_drawing.js";
import { PANELS, TITLE, arrange, cellAt, edges, neighbour, panelOf, planeOf, titlesOf } from "./sliding_layout.js";
import { playing } from "./sliding_playing.js";
import { compute, farthest, lay, winnersOf } from "./sliding_sums.js";

const LINES = 10, ARRAYS = { input: "inputs", kernel: "weights", bias: "bias" };

/**
 * The component's elements; `panels` and the `marks` in them by their names.
 *
 * @returns {any}
 */
function partsOf(find) {
  const named = Object.fromEntries(["stage", "base", "over", "sum", "edit", "check", "change"]
    .map((name) => [name, find("." + name)]));
  return { ...named, panels: Object.fromEntries(PANELS.map((name) => [name, find(`[data-panel=${name}]`)])),
    marks: Object.fromEntries(PANELS.map((name) => [name, find(`#at-${name}`)])) };
}

/** Read what Python sent into `own`. */
function takeIn(own, data, root, parts) {
  const [meta, list] = unpack(data), arrays = Object.fromEntries(meta.names.map((name, i) => [name, list[i]]));
  meta.weighted = Boolean(arrays.weights);
  meta.biased = Boolean(arrays.bias);
  const map = lay(meta, arrays), shape = JSON.stringify([meta.channels, meta.filters, meta.groups, meta.input,
    meta.places, meta.kernel, meta.output, meta.operation, meta.paint]);
  if (shape !== own.shape) { // another experiment: nothing that was pointed at or played exists any more
    const cursor = Object.fromEntries(PANELS.map((name) => [name, { grid: name, index: 0 }]));
    if (own.tick) cancelAnimationFrame(own.tick);
    Object.assign(own, { shape, edits: new Map(), step: null, playing: false, tick: null, hover: null, cursor,
      editing: null, filter: 0 });
    parts.edit.hidden = true;
  }
  Object.assign(own, { meta, map, arrays, python: arrays.outputs, inks: inksOf(root),
    font: getComputedStyle(root).fontFamily });
  keepEdits(own.edits, arrays, ARRAYS);
}

/** Add up the outputs of the arrays as they are, and tell how far they are from Python's. */
function refresh(own, check) {
  const { meta, arrays, python, map: { outs, places, firstPlace } } = own, { words } = meta;
  const kernel = meta.weighted && scaleOf(arrays.weights, true);
  own.sums = compute(own);
  own.outputs = own.edits.size ? own.sums : python;
  own.colour = { input: scaleOf(arrays.inputs), output: scaleOf(own.outputs), kernel, bias: kernel };
  // Python's winners, until a value is typed that it does not know of yet.
  own.winners = !arrays.winners ? null : own.edits.size ? winnersOf(own) : arrays.winners;
  own.won = new Set();
  own.winners?.forEach((s, i) => { if (s >= 0) own.won.add(Math.floor(i / outs) * places + firstPlace[s]); });
  if (own.edits.size) {
    check.textContent = words.waiting;
    return;
  }
  tellGap(check, meta, farthest(own.sums, python));
}

/** Give canvases and panels their places for the width that there is. */
function layOut(own, { stage, base, over, sum, panels }, titles) {
  const { meta, map: { taps } } = own, pen = base.getContext("2d");
  pen.font = `600 15px ${own.font}`;
  const widths = Object.fromEntries(PANELS.map((name) => [name, pen.measureText(titles[name]).width + 4]));
  const grid = own.grid = arrange(meta, own.width, widths);
  // As many lines as the longest sum takes, so that nothing below moves while the pointer does.
  const perFilter = meta.channels / meta.groups;
  const lines = perFilter * Math.ceil(taps * 62 / (own.width - 120)) + 1
    + (perFilter > 1 || meta.biased || meta.paint ? 1 : 0);
  sum.style.height = `${1.55 * clamp(lines, 3, LINES) + 1.1}em`;
  stage.style.height = grid.height + "px";
  for (const canvas of [base, over]) fitCanvas(canvas, Math.max(grid.width, own.width), grid.height, own.ratio);
  for (const name of PANELS) {
    const box = grid.boxes[name];
    panels[name].hidden = !box;
    if (!box) continue;
    Object.assign(panels[name].style, { left: box.left + "px", top: box.top + TITLE + "px", width: box.width + "px",
      height: box.height - TITLE + "px" });
    own.cursor[name] = inside(own, own.cursor[name]) ?? { grid: name, index: 0 };
  }
}

const inside = (own, cell) => cell && planeOf(own.grid, cell) ? cell : null;

/** Say what can be changed, and call the panels by their names. */
function label(find, { meta }, { sum, change, panels }, titles) {
  const { words } = meta;
  change.textContent = words.edit;
  change.hidden = !meta.editable.length;
  find(".keys").textContent = meta.editable.length ? `${words.keys} · ${words.edits}` : words.keys;
  sum.setAttribute("aria-label", words.sum);
  for (const name of PANELS) panels[name].setAttribute("aria-label", titles[name]);
}

export default function ({ data, parentElement, setTriggerValue }) {
  if (!data) return;
  const began = performance.now(), find = finder(parentElement), own = memory(parentElement), parts = partsOf(find);
  const { stage, base, over, sum, check, change, panels, marks } = parts;
  takeIn(own, data, find(".root"), parts);
  const { meta } = own, cells = cellsOf(own), { channelOf, valueAt, mayEdit, nameOf } = cells, titles = titlesOf(meta);
  const { paint, highlight } = drawing(own, [base, over], titles, cells);
  const explain = account(own, sum, cells);
  function boxOf(cell) {
    const { grid } = own, [left, top] = edges(grid, planeOf(grid, cell), cell.index);
    return { left, top, width: grid.cell, height: grid.cell, stage: grid.width };
  }
  const { cellOf, buttons, stop, leave } = playing(own, find, { paint, settle });
  const edited = editing(own, find, { ...cells, placeOf: cells.inArray, boxOf, settle,
    arrayOf: (grid) => own.arrays[ARRAYS[grid]], elementOf: (cell) => panels[panelOf(cell)],
    changed: () => { refresh(own, check); paint(); nameCells(); settle(); },
    send: (edits) => setTriggerValue("pick", { edits }) });
  const edit = (cell, begun) => { leave(); edited(cell, begun); };

  // Who is shown: the pointer's cell, else the keyboard's, else the animation's, else the pinned one.
  function target() {
    if (own.hover) return own.hover;
    const panel = PANELS.find((name) => panels[name].matches(":focus-visible"));
    if (panel && own.step === null) return own.cursor[panel];
    return own.step !== null ? cellOf(own.step) : own.pin;
  }
  function settle() {
    const cell = target();
    own.filter = cell?.grid === "output" && meta.weighted ? channelOf(cell) : own.filter;
    if (own.painted !== own.filter) paint();
    highlight(cell);
    explain(cell);
    buttons();
    change.disabled = !mayEdit(cell);
  }
  function nameCells() {
    for (const name of PANELS) if (own.grid.boxes[name]) {
      const cell = own.cursor[name];
      marks[name].setAttribute("aria-label", `${nameOf(cell)} = ${long(valueAt(cell))}`);
      marks[name].setAttribute("aria-selected", String(same(cell, own.pin)));
    }
  }
  const cellFrom = (told) => inside(own, told && { grid: told[0], index: told[1] });
  own.choose = (told) => { own.pin = cellFrom(told); settle(); };
  const pin = (cell) => {
    own.pin = same(own.pin, cell) ? null : cell;
    const told = own.pin && [own.pin.grid, own.pin.index];
    pend(own, told);
    settle();
    setTriggerValue("pick", { pin: told });
  };
  const move = (cell) => { own.cursor[panelOf(cell)] = cell; nameCells(); };
  const under = (event) => {
    const box = stage.getBoundingClientRect();
    return cellAt(own.grid, event.clientX - box.left, event.clientY - box.top);
  };
  pointing(own, { stage, sum, elements: panels }, { under, mayEdit, cursorOf: (name) => own.cursor[name],
    neighbour: (cell, key) => neighbour(own.grid, cell, key) }, { settle, move, pin, edit, stop, leave });
  change.onclick = () => { const cell = target(); if (mayEdit(cell)) edit(cell); };
  change.onkeydown = (event) => event.stopPropagation();

  label(find, own, parts, titles);
  refresh(own, check);
  const ended = follow(stage, () => {
    layOut(own, parts, titles);
    own.pin = cellFrom(chosen(own, meta.selected, (a, b) => a && b && a[0] === b[0] && a[1] === b[1]));
    if (own.pin?.grid === "output" && meta.weighted) own.filter = channelOf(own.pin);
    own.hover = inside(own, own.hover);
    paint();
    nameCells();
    settle();
  }, own);
  performance.measure("cnnviz:sliding", { start: began, end: performance.now() });
  return ended;
}
