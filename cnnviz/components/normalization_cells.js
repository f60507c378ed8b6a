// The cells of a batch and of what is taken from it: built, coloured, lit, laid out and walked over.

import { inkOn, mix } from "./canvas.js";
import { brief, scaleOf } from "./cell_values.js";
import { clamp, fill } from "./shared.js";

export const GRIDS = ["input", "mean", "variance", "gamma", "beta", "output"];
const LARGEST = 46, TALLEST = 330, BETWEEN = 7, LABEL = 22, NARROW = 700, STATISTIC = 40;

/** How the cells of a grid lie: rows of numbers, blocks of them one beside and one below the other. */
function planOf({ size: [images, channels, height, width] }, { shape }, grid) {
  if (grid === "input" || grid === "output") return { down: images, across: channels, height, width };
  const [down, across] = grid === "mean" || grid === "variance" ? shape : [1, channels];
  return { down, across, height: 1, width: 1 };
}

/** Build a grid's cells in the order of its array, in rows for screen readers. */
export function build(element, grid, own) {
  const { meta } = own, plan = planOf(meta, own.sets, grid), { down, across, height, width } = plan, cells = [];
  const batch = height === meta.size[2] && (grid === "input" || grid === "output"), rows = [];
  const gap = meta.vectors || !batch ? 2 : BETWEEN, editable = element.getAttribute("role") === "grid";
  if (batch) rows.push(rowOf(...Array.from({ length: across }, (_, channel) => placed(
    headerOf("columnheader", meta.words.channel, channel), 1, 2 + channel * (width + 1), 1, width))));
  for (let n = 0; n < down; n++) for (let h = 0; h < height; h++) {
    const row = rowOf();
    if (batch && h === 0)
      row.append(placed(headerOf("rowheader", meta.words.image, n), 2 + n * (height + 1), 1, height, 1));
    for (let c = 0; c < across; c++) for (let w = 0; w < width; w++) {
      const cell = document.createElement("div"), index = ((n * across + c) * height + h) * width + w;
      cell.setAttribute("role", editable ? "gridcell" : "cell");
      cell.className = "cell";
      cell.id = `${grid}-${index}`;
      cells[index] = cell;
      row.append(placed(cell, 2 + n * (height + 1) + h, 2 + c * (width + 1) + w, 1, 1));
    }
    rows.push(row);
  }
  element.replaceChildren(...rows);
  const repeat = (count, each, size) => new Array(count).fill(`repeat(${each}, ${size})`).join(` ${gap}px `);
  element.style.gridTemplateColumns = `${batch ? LABEL : 0}px ${repeat(across, width, "var(--wide)")}`;
  element.style.gridTemplateRows = `${batch ? LABEL : 0}px ${repeat(down, height, "var(--cell)")}`;
  return { ...plan, cells, gap };
}

function rowOf(...children) {
  const row = document.createElement("div");
  row.setAttribute("role", "row");
  row.append(...children);
  return row;
}

function headerOf(role, template, number) {
  const header = document.createElement("div");
  header.setAttribute("role", role);
  header.className = "head";
  header.textContent = String(number);
  header.setAttribute("aria-label", fill(template, { number }));
  return header;
}

function placed(element, row, column, rows, columns) {
  Object.assign(element.style, { gridRow: `${row} / span ${rows}`, gridColumn: `${column} / span ${columns}` });
  return element;
}

/** Write and colour every cell, pale too for while others are lit. */
export function paint(own) {
  const { inks } = own;
  for (const grid of GRIDS) {
    const values = own.values[grid], colour = scaleOf(values, true), places = own.cell < 26 ? 1 : 2;
    own.plans[grid].cells.forEach((cell, i) => {
      const plain = grid !== "input" && grid !== "output", ground = plain ? inks.paper : colour(values[i]);
      const pale = mix(ground, inks.paper, 0.3);
      cell.textContent = brief(values[i], plain ? 2 : places);
      cell.style.setProperty("--ground", ground);
      cell.style.setProperty("--over", inkOn(ground));
      cell.style.setProperty("--pale", pale);
      cell.style.setProperty("--pale-over", inkOn(pale));
      cell.classList.toggle("moved", grid === "output" && own.moved.has(i));
    });
  }
}

/** What lights up with a cell: {grid, index} of every other one. */
function litWith(own, { grid, index }) {
  const { meta, sets, found } = own, each = meta.size[2] * meta.size[3], channels = meta.size[1], lit = [[grid, index]];
  if (grid === "mean" || grid === "variance") {
    for (const i of found.members[index]) lit.push(["input", i], ["output", i]);
    lit.push(["mean", index], ["variance", index]);
  } else if (grid === "gamma" || grid === "beta") {
    own.outputs.forEach((_, i) => { if (Math.floor(i / each) % channels === index) lit.push(["output", i]); });
  } else {
    const set = sets.of[index], channel = Math.floor(index / each) % channels;
    for (const i of found.members[set]) lit.push(["input", i]);
    lit.push(["mean", set], ["variance", set], ["gamma", channel], ["beta", channel], ["output", index]);
  }
  return lit;
}

/** Give cells a class, and take it from those that had it before: neighbours mostly belong to the same set. */
function mark(name, before, now) {
  before?.forEach((cell) => { if (!now.has(cell)) cell.classList.remove(name); });
  now.forEach((cell) => { if (!before?.has(cell)) cell.classList.add(name); });
}

export function highlight(own, root, target) {
  const lit = new Set(), here = new Set(), cellOf = (grid, index) => own.plans[grid].cells[index];
  if (target) {
    for (const [grid, index] of litWith(own, target)) lit.add(cellOf(grid, index));
    const both = target.grid === "input" || target.grid === "output" ? ["input", "output"] : [target.grid];
    for (const grid of both) here.add(cellOf(grid, target.index));
  }
  mark("lit", own.shown?.lit, lit);
  mark("here", own.shown?.here, here);
  own.shown = { lit, here };
  root.classList.toggle("dimmed", Boolean(target));
}

/** The largest cells with which all grids stand side by side, or one below the other on a phone. */
export function layOut(own, root) {
  const { meta: { size: [images, channels, height, width] }, plans, sets } = own, gap = plans.input.gap;
  const narrow = own.width < NARROW, across = Math.max(channels, sets.shape[1]);
  const wide = narrow ? 0 : across * (STATISTIC + 2);
  const room = narrow ? own.width - LABEL : (own.width - wide - 60) / 2 - LABEL;
  const side = (room - (channels - 1) * gap) / (channels * width);
  const tall = (TALLEST - LABEL - (images - 1) * gap) / (images * height);
  own.cell = Math.floor(clamp(Math.min(side, narrow ? LARGEST : tall), 10, LARGEST));
  root.classList.toggle("narrow", narrow);
  root.style.setProperty("--cell", own.cell + "px");
  root.style.setProperty("--letters", clamp(own.cell * 0.42, 8, 15) + "px");
  root.style.setProperty("--edge-width", own.cell < 22 ? "1px" : "2px");
  root.style.setProperty("--small-letters", clamp(own.cell * 0.35, 7.5, 13) + "px");
  root.style.setProperty("--statistic", narrow ? `${Math.min(STATISTIC, (own.width - 40) / 2 / across - 2)}px`
    : STATISTIC + "px");
}

/** The cell above, below or beside another, as the keys say. */
export function neighbour({ down, across, height, width }, index, key) {
  const rows = down * height, columns = across * width, each = height * width;
  const block = Math.floor(index / each), place = index % each;
  const at = [Math.floor(block / across) * height + Math.floor(place / width),
    (block % across) * width + place % width];
  const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [0, -columns],
    End: [0, columns], PageUp: [-rows, 0], PageDown: [rows, 0] };
  const [row, column] = [clamp(at[0] + moves[key][0], 0, rows - 1), clamp(at[1] + moves[key][1], 0, columns - 1)];
  return ((Math.floor(row / height) * across + Math.floor(column / width)) * height + row % height) * width
    + column % width;
}
