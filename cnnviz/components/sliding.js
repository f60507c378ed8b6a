import { fitCanvas, inksOf } from "./canvas.js";
import { chosen, clamp, fill, finder, follow, memory, pend, unpack } from "./shared.js";
import { account, long } from "./sliding_account.js";
import { cellsOf, same } from "./sliding_cells.js";
import { drawing, scaleOf } from "./sliding_drawing.js";
import { editing, keepEdits } from "./sliding_editing.js";
import { PANELS, TITLE, arrange, cellAt, neighbour, panelOf, planeOf, titlesOf } from "./sliding_layout.js";
import { playing } from "./sliding_playing.js";
import { compute, farthest, lay, winnersOf } from "./sliding_sums.js";

const LINES = 10;

export default function ({ data, parentElement, setTriggerValue }) {
  if (!data) return;
  const began = performance.now();
  const find = finder(parentElement);
  const [stage, base, over, sum] = [".stage", ".base", ".over", ".sum"].map(find);
  const [editor, check, change] = [".edit", ".check", ".change"].map(find);
  const panels = Object.fromEntries(PANELS.map((name) => [name, find(`[data-panel=${name}]`)]));
  const marks = Object.fromEntries(PANELS.map((name) => [name, find(`#at-${name}`)]));
  const own = memory(parentElement), [meta, list] = unpack(data), { words } = meta;
  const arrays = Object.fromEntries(meta.names.map((name, i) => [name, list[i]]));
  meta.weighted = Boolean(arrays.weights);
  meta.biased = Boolean(arrays.bias);
  const python = arrays.outputs, map = lay(meta, arrays), { taps, outs, places, firstPlace } = map;
  const shape = JSON.stringify([meta.channels, meta.filters, meta.groups, meta.input, meta.places, meta.kernel,
    meta.output, meta.operation, meta.paint]);
  if (shape !== own.shape) { // another experiment: nothing that was pointed at or played exists any more
    const cursor = Object.fromEntries(PANELS.map((name) => [name, { grid: name, index: 0 }]));
    Object.assign(own, { shape, edits: new Map(), step: null, playing: false, hover: null, cursor, editing: null, filter: 0 });
    own.tick && cancelAnimationFrame(own.tick);
    own.tick = null;
    editor.hidden = true;
  }
  Object.assign(own, { meta, map, arrays, inks: inksOf(find(".root")) });
  keepEdits(own);

  const cells = cellsOf(own), { channelOf, valueAt, mayEdit, nameOf } = cells, titles = titlesOf(meta);
  const { paint, highlight } = drawing(own, [base, over], titles, cells);
  const explain = account(own, sum, cells);
  const { cellOf, buttons, stop, leave } = playing(own, find, { paint, settle });
  const edit = editing(own, find, panels, cells, { leave, settle,
    changed: () => { refresh(); paint(); nameCells(); settle(); },
    send: (edits) => setTriggerValue("pick", { edits }) });

  const refresh = () => {
    own.sums = compute(own);
    own.outputs = own.edits.size ? own.sums : python;
    own.colour = { input: scaleOf(arrays.inputs), output: scaleOf(own.outputs), kernel: meta.weighted && scaleOf(arrays.weights, true) };
    own.colour.bias = own.colour.kernel;
    // Python's winners, until a value is typed that it does not know of yet.
    own.winners = !arrays.winners ? null : own.edits.size ? winnersOf(own) : arrays.winners;
    own.won = new Set();
    own.winners?.forEach((s, i) => { if (s >= 0) own.won.add(Math.floor(i / outs) * places + firstPlace[s]); });
    if (own.edits.size) check.textContent = words.waiting;
    else {
      const most = farthest(own.sums, python);
      check.textContent = fill(words.agree, { name: meta.name, difference: most === 0 ? "0" : most.toExponential(0) });
      check.dataset.difference = most;
    }
  };

  // --- who is shown: the pointer's cell, else the keyboard's, else the animation's, else the pinned one
  const focused = () => PANELS.find((name) => panels[name].matches(":focus-visible"));
  function target() {
    if (own.hover) return own.hover;
    const panel = focused();
    if (panel && own.step === null) return own.cursor[panel];
    return own.step !== null ? cellOf(own.step) : own.pin;
  }
  function settle() {
    const cell = target();
    const f = cell?.grid === "output" && meta.weighted ? channelOf(cell) : own.filter;
    if (f !== own.filter) own.filter = f;
    if (own.painted !== own.filter) paint();
    highlight(cell);
    explain(cell);
    buttons();
    change.disabled = !mayEdit(cell);
  }
  const inside = (cell) => cell && planeOf(own.grid, cell) ? cell : null;
  own.choose = (pin) => { own.pin = inside(pin && { grid: pin[0], index: pin[1] }); settle(); };
  const pin = (cell) => {
    own.pin = same(own.pin, cell) ? null : cell;
    const told = own.pin && [own.pin.grid, own.pin.index];
    pend(own, told);
    settle();
    setTriggerValue("pick", { pin: told });
  };

  const under = (event) => {
    const box = stage.getBoundingClientRect();
    return cellAt(own.grid, event.clientX - box.left, event.clientY - box.top);
  };
  const move = (cell) => {
    own.cursor[panelOf(cell)] = cell;
    nameCells();
  };
  const nameCells = () => {
    for (const name of PANELS) if (own.grid.boxes[name]) {
      const cell = own.cursor[name];
      marks[name].setAttribute("aria-label", `${nameOf(cell)} = ${long(valueAt(cell))}`);
      marks[name].setAttribute("aria-selected", String(same(cell, own.pin)));
    }
  };
  stage.onpointermove = (event) => {
    if (event.target === editor) return;
    const cell = under(event);
    if (same(cell, own.hover) || (!cell && !own.hover)) return;
    own.hover = cell;
    stage.style.cursor = cell ? "crosshair" : "default";
    sum.setAttribute("aria-live", "off");
    settle();
  };
  stage.onpointerleave = () => { own.hover = null; settle(); };
  stage.onclick = (event) => {
    if (event.target === editor) return;
    const cell = under(event);
    if (!cell) return;
    stop();
    move(cell);
    // The second click of a double click must not undo what the first one did.
    if (event.detail < 2) pin(cell);
  };
  stage.ondblclick = (event) => {
    const cell = event.target === editor ? null : under(event);
    if (mayEdit(cell)) edit(cell);
  };
  for (const name of PANELS) {
    const panel = panels[name];
    panel.onfocus = settle;
    panel.onblur = settle;
    panel.onkeydown = (event) => {
      const cell = own.cursor[name], { key } = event;
      if (event.ctrlKey || event.metaKey || event.altKey || event.target === editor) return;
      if (/^(Arrow(Left|Right|Up|Down)|Home|End|Page(Up|Down))$/.test(key)) {
        own.hover = null;
        leave();
        sum.setAttribute("aria-live", "polite");
        move(neighbour(own.grid, cell, key));
      } else if (key === " ") pin(cell);
      else if (key === "Escape") { if (own.pin) pin(own.pin); }
      else if ((key === "Enter" || key === "F2") && mayEdit(cell)) edit(cell);
      else if (key === "Enter") pin(cell);
      else if (/^[\d.,+-]$/.test(key) && mayEdit(cell)) edit(cell, key);
      else return;
      event.preventDefault();
      event.stopPropagation();
      settle();
    };
  }

  change.onclick = () => { const cell = target(); if (mayEdit(cell)) edit(cell); };
  change.onkeydown = (event) => event.stopPropagation();

  // --- names, then the first picture
  change.textContent = words.edit;
  change.hidden = !meta.editable.length;
  find(".keys").textContent = meta.editable.length ? `${words.keys} · ${words.edits}` : words.keys;
  sum.setAttribute("aria-label", words.sum);
  for (const name of PANELS) panels[name].setAttribute("aria-label", titles[name]);
  refresh();
  own.font = getComputedStyle(find(".root")).fontFamily;

  const ended = follow(stage, () => {
    const pen = base.getContext("2d");
    pen.font = `600 15px ${own.font}`;
    const grid = own.grid = arrange(meta, own.width, Object.fromEntries(PANELS.map((name) =>
      [name, pen.measureText(titles[name]).width + 4])));
    // As many lines as the longest sum takes, so that nothing below moves while the pointer does.
    const perFilter = meta.channels / meta.groups;
    const lines = perFilter * Math.ceil(taps * 62 / (own.width - 120)) + 1 + (perFilter > 1 || meta.biased || meta.paint);
    sum.style.height = `${1.55 * clamp(lines, 3, LINES) + 1.1}em`;
    stage.style.height = grid.height + "px";
    for (const canvas of [base, over]) fitCanvas(canvas, Math.max(grid.width, own.width), grid.height, own.ratio);
    for (const name of PANELS) {
      const box = grid.boxes[name];
      panels[name].hidden = !box;
      if (!box) continue;
      Object.assign(panels[name].style, { left: box.left + "px", top: box.top + TITLE + "px", width: box.width + "px",
        height: box.height - TITLE + "px" });
      own.cursor[name] = inside(own.cursor[name]) ?? { grid: name, index: 0 };
    }
    const from = chosen(own, meta.selected, (a, b) => a && b && a[0] === b[0] && a[1] === b[1]);
    own.pin = inside(from && { grid: from[0], index: from[1] });
    if (own.pin?.grid === "output" && meta.weighted) own.filter = channelOf(own.pin);
    own.hover = inside(own.hover);
    paint();
    nameCells();
    settle();
  }, own);
  performance.measure("cnnviz:sliding", { start: began, end: performance.now() });
  return ended;
}
