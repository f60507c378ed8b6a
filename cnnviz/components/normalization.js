// A batch of numbers normalised: its cells, the set that a number belongs to, and the sum behind its output.

import { inksOf } from "./canvas.js";
import { editing, keepEdits, pointing, same } from "./cell_editing.js";
import { explain, nameOf } from "./normalization_account.js";
import { GRIDS, build, highlight, layOut, neighbour, paint } from "./normalization_cells.js";
import { outputsOf, setsOf, standardised, statisticsOf } from "./normalization_sums.js";
import { long, tellGap } from "./numbers.js";
import { chosen, fill, finder, follow, memory, pend, unpack } from "./shared.js";

// The grids whose cells may be given other values, under their names among the arrays.
const TYPED = { input: "input", gamma: "gamma", beta: "beta" };
const mayEdit = (cell) => Boolean(cell) && cell.grid in TYPED;

/** Read what Python sent into `own`, and compute the rest; what was typed and Python does not know yet stays. */
function takeIn(own, data, root) {
  const [meta, [input, gamma, beta, output]] = unpack(data), shape = JSON.stringify([meta.size, meta.vectors]);
  if (shape !== own.shape) Object.assign(own, { shape, edits: new Map(), moved: new Set(), hover: null, editing: null,
    cursor: { input: 0, output: 0, gamma: 0, beta: 0 } });
  Object.assign(own, { meta, python: output, inks: inksOf(root),
    arrays: { input, gamma, beta } });
  keepEdits(own.edits, own.arrays, TYPED);
  compute(own);
}

function compute(own) {
  const { meta, arrays } = own;
  own.sets = setsOf(meta);
  own.found = statisticsOf(own.sets, arrays.input);
  own.hats = standardised(meta, own.sets, own.found, arrays.input);
  own.outputs = outputsOf(meta, own.hats, arrays.gamma, arrays.beta);
  own.values = { ...arrays, mean: own.found.mean, variance: own.found.variance, output: own.outputs };
}

export default function ({ data, parentElement, setTriggerValue }) {
  if (!data) return;
  const find = finder(parentElement), own = memory(parentElement), root = find(".root");
  const [stage, sum, check, change] = [".stage", ".sum", ".check", ".change"].map(find);
  takeIn(own, data, root);
  const { meta } = own, { words } = meta, elements = Object.fromEntries(GRIDS.map((name) => [name, find(`.${name}`)]));
  own.plans = Object.fromEntries(GRIDS.map((name) => [name, build(elements[name], name, own)]));
  const called = (cell) => cell.grid === "input" || cell.grid === "output"
    ? `${words[cell.grid]} · ${nameOf(meta, cell.index)}` : `${words[cell.grid]} ${cell.index}`;

  const inside = (cell) => cell && own.plans[cell.grid]?.cells[cell.index] ? cell : null;
  const focused = () => ["input", "gamma", "beta", "output"].find((name) => elements[name].matches(":focus-visible"));
  const target = () => {
    if (own.hover) return own.hover;
    const grid = focused();
    return grid ? { grid, index: own.cursor[grid] } : own.pin;
  };
  const settle = () => {
    const cell = target(), batch = cell && (cell.grid === "input" || cell.grid === "output");
    highlight(own, root, cell);
    // A statistic is shown by the first number of its set, a gamma by the first of its channel.
    explain(own, sum, !cell ? null : batch ? cell.index : cell.grid === "mean" || cell.grid === "variance"
      ? own.found.members[cell.index][0] : cell.index * meta.size[2] * meta.size[3]);
    change.disabled = !mayEdit(cell);
    for (const grid of Object.keys(own.cursor)) {
      const index = own.cursor[grid], at = own.plans[grid].cells[index];
      elements[grid].setAttribute("aria-activedescendant", at.id);
      at.setAttribute("aria-label", `${called({ grid, index })} = ${long(own.values[grid][index])}`);
    }
  };
  const told = () => {
    if (own.edits.size) { check.textContent = words.waiting; return; }
    const most = own.outputs.reduce((gap, value, i) => Math.max(gap, Math.abs(value - own.python[i])), 0);
    tellGap(check, meta, most);
  };
  const tellMoved = () => {
    const each = own.outputs.length / meta.size[0], images = new Set([...own.moved].map((i) => Math.floor(i / each)));
    find(".moved-count").textContent = own.moved.size
      ? fill(words.moved, { count: own.moved.size, all: own.outputs.length, images: images.size }) : "";
  };
  const refresh = () => { paint(own); told(); tellMoved(); settle(); };
  const pin = (cell) => {
    own.pin = same(own.pin, cell) ? null : cell;
    const value = own.pin && [own.pin.grid, own.pin.index];
    pend(own, value);
    settle();
    setTriggerValue("pick", { pin: value });
  };

  const boxOf = ({ grid, index }) => {
    const box = own.plans[grid].cells[index].getBoundingClientRect(), frame = stage.getBoundingClientRect();
    return { left: box.left - frame.left, top: box.top - frame.top, width: box.width, height: box.height,
      stage: frame.width };
  };
  const edit = editing(own, find, { boxOf, settle, nameOf: called, arrayOf: (grid) => own.arrays[grid],
    placeOf: (cell) => cell.index, elementOf: (cell) => elements[cell.grid],
    valueAt: ({ grid, index }) => own.values[grid][index],
    changed: () => {
      const before = own.outputs;
      compute(own);
      own.moved = new Set([...own.outputs.keys()].filter((i) => Math.abs(own.outputs[i] - before[i]) > 1e-9));
      refresh();
    },
    send: (edits) => setTriggerValue("pick", { edits }) });
  const under = (event) => {
    const id = event.target.closest?.(".cell")?.id;
    return id ? { grid: id.split("-")[0], index: Number(id.split("-")[1]) } : null;
  };
  const walked = Object.fromEntries(Object.keys(own.cursor).map((grid) => [grid, elements[grid]]));
  pointing(own, { stage, sum, elements: walked }, { under, mayEdit,
    cursorOf: (grid) => ({ grid, index: own.cursor[grid] }),
    neighbour: ({ grid, index }, key) => ({ grid, index: neighbour(own.plans[grid], index, key) }) },
  { settle, pin, edit, move: ({ grid, index }) => { if (grid in own.cursor) own.cursor[grid] = index; } });
  change.onclick = () => { const cell = target(); if (mayEdit(cell)) edit(cell); };
  change.onkeydown = (event) => event.stopPropagation();

  label(find, own, elements);
  const from = (value) => inside(value && { grid: value[0], index: value[1] });
  own.choose = (value) => { own.pin = from(value); settle(); };
  return follow(stage, () => {
    layOut(own, root);
    own.pin = from(chosen(own, meta.selected, (a, b) => a && b && a[0] === b[0] && a[1] === b[1]));
    own.hover = inside(own.hover);
    refresh();
  }, own);
}

/** Write what the grids are called, with their shapes, and what can be done. */
function label(find, { meta, sets }, elements) {
  const { words, size, vectors } = meta, batch = (vectors ? size.slice(0, 2) : size).join(" × ");
  const ones = vectors ? [] : [1, 1], statistic = [...sets.shape, ...ones].join(" × ");
  const shapes = { input: batch, output: batch, mean: statistic, variance: statistic,
    gamma: [1, size[1], ...ones].join(" × "), beta: [1, size[1], ...ones].join(" × ") };
  for (const grid of GRIDS) {
    find(`.${grid}-name`).textContent = `${words[grid]} ${shapes[grid]}`;
    elements[grid].setAttribute("aria-label", `${words[grid]} ${shapes[grid]}`);
  }
  find(".change").textContent = words.edit;
  find(".keys").textContent = `${words.keys} · ${words.edits}`;
  find(".sum").setAttribute("aria-label", words.sum);
}
