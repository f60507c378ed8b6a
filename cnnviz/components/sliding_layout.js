// Where each cell stands: {grid, index}, in panels of planes, one plane for each channel and slice.

import { clamp } from "./shared.js";

export const LARGEST = 54, TALLEST = 360, TALLEST_ON_A_PHONE = 2480, GAP = 0.6, TITLE = 24, NAME = 20;
export const PANELS = ["input", "kernel", "output"];

/** What stands above each panel: its name and its size. */
export function titlesOf(meta) {
  const { words } = meta, size = (list) => list.join(" × ");
  const more = (count, list) => count > 1 ? [count, ...list] : list;
  const padded = meta.places.some((there, a) => there !== meta.input[a]);
  const sizes = { input: size(more(meta.channels, meta.input)) + (padded ? ` → ${size(meta.places)}` : ""),
    kernel: size(more(meta.channels / meta.groups, meta.kernel)), output: size(more(meta.filters, meta.output)) };
  return Object.fromEntries(PANELS.map((name) => [name, `${words[name]} ${sizes[name]}`]));
}

/** Lay out planes and panels at the largest cell that fits; `titles` are the widths of what stands above them. */
export function arrange(meta, width, titles) {
  const rank = meta.output.length, flat = (sizes) => [...new Array(3 - rank).fill(1), ...sizes];
  const blocks = (sizes, count, grid) => {
    const [slices, rows, columns] = flat(sizes);
    const across = Math.ceil(Math.sqrt(slices)), down = Math.ceil(slices / across);
    return Array.from({ length: count }, (_, channel) => ({
      planes: Array.from({ length: slices }, (__, slice) => ({ grid, channel, slice, rows, columns,
        first: (channel * slices + slice) * rows * columns,
        x: (slice % across) * (columns + GAP), y: Math.floor(slice / across) * (rows + GAP) })),
      wide: across * (columns + GAP) - GAP, high: down * (rows + GAP) - GAP, named: count > 1 }));
  };
  const each = meta.channels / meta.groups;
  const made = { input: blocks(meta.places, meta.channels, "input"),
    kernel: meta.weighted ? blocks(meta.kernel, each, "kernel") : [],
    output: blocks(meta.output, meta.filters, "output") };
  const bias = { grid: "bias", channel: 0, slice: 0, rows: 1, columns: 1, first: 0, x: 0, y: 0 };
  if (meta.biased) made.kernel.push({ planes: [bias], wide: 1, high: 1, named: true });
  const used = PANELS.filter((name) => made[name].length);
  // A panel's blocks in rows of `across`: its width and height in pixels for a cell.
  const measure = (name, across, cell) => {
    const list = made[name], wide = Math.max(...list.map((block) => block.wide)) + GAP;
    let high = TITLE;
    for (let i = 0; i < list.length; i += across) {
      const row = list.slice(i, i + across);
      high += (row[0].named ? NAME : 0) + (Math.max(...row.map((block) => block.high)) + GAP / 2) * cell;
    }
    return { across, pitch: wide * cell, high,
      wide: Math.max((Math.min(across, list.length) * wide - GAP) * cell, titles[name]) };
  };
  const fit = (cell, stacked) => {
    const between = clamp(1.4 * cell, 20, 60), room = width - 4, tallest = width < 640 ? TALLEST_ON_A_PHONE : TALLEST;
    // The fewest columns of blocks that are not too tall; stacked panels have the whole width to themselves.
    const of = Object.fromEntries(used.map((name) => {
      let best = null;
      for (let across = 1; across <= made[name].length; across++) {
        const one = measure(name, across, cell);
        if (stacked ? one.wide <= room : !best || best.high > tallest) best = one;
      }
      return [name, best];
    }));
    if (used.some((name) => !of[name])) return null;
    const wide = stacked ? 0 : used.reduce((sum, name) => sum + of[name].wide, between * (used.length - 1));
    const high = used.reduce((most, name) => stacked ? most + of[name].high + 10 : Math.max(most, of[name].high), 0);
    return wide <= room && high <= tallest ? { cell, stacked, of, between } : null;
  };
  let found = null;
  for (let cell = LARGEST; cell >= 6 && !found; cell--) found = fit(cell, false) ?? fit(cell, true);
  found ??= { cell: 6, stacked: true, between: 0,
    of: Object.fromEntries(used.map((name) => [name, measure(name, 1, 6)])) };
  const { cell, stacked, of, between } = found, planes = [], boxes = {};
  let x = 2, y = 2, right = 0, bottom = 0;
  for (const name of used) {
    const { across, pitch, wide, high } = of[name], list = made[name];
    let top = y + TITLE;
    for (let i = 0; i < list.length; i += across) {
      const row = list.slice(i, i + across);
      if (row[0].named) top += NAME;
      row.forEach((block, n) => block.planes.forEach((plane) => planes.push({ ...plane,
        named: block.named && !plane.slice, left: x + n * pitch + plane.x * cell, top: top + plane.y * cell })));
      top += (Math.max(...row.map((block) => block.high)) + GAP / 2) * cell;
    }
    boxes[name] = { left: x, top: y, width: wide, height: high - GAP / 2 * cell };
    right = Math.max(right, x + wide + 2);
    bottom = Math.max(bottom, y + high);
    if (stacked) y += high + 10;
    else x += wide + between;
  }
  return { cell, planes, boxes, width: right, height: bottom };
}

export const panelOf = (cell) => cell.grid === "bias" ? "kernel" : cell.grid;

export function planeOf(layout, { grid, index }) {
  return layout.planes.find((plane) =>
    plane.grid === grid && index >= plane.first && index < plane.first + plane.rows * plane.columns);
}

/** The left and upper edge of a plane's cell. */
export function edges(layout, plane, index) {
  const i = index - plane.first, { cell } = layout;
  return [plane.left + (i % plane.columns) * cell, plane.top + Math.floor(i / plane.columns) * cell];
}

/** The cell at a point, or null. */
export function cellAt(layout, x, y) {
  for (const plane of layout.planes) {
    const column = Math.floor((x - plane.left) / layout.cell), row = Math.floor((y - plane.top) / layout.cell);
    if (column >= 0 && row >= 0 && column < plane.columns && row < plane.rows)
      return { grid: plane.grid, index: plane.first + row * plane.columns + column };
  }
  return null;
}

/** Where a key leads from a cell, within its panel. */
export function neighbour(layout, cell, key) {
  const planes = layout.planes.filter((plane) => panelOf(plane) === panelOf(cell));
  const plane = planeOf(layout, cell), n = planes.indexOf(plane), i = cell.index - plane.first;
  const r = Math.floor(i / plane.columns), c = i % plane.columns;
  const put = (to, row, column) => ({ grid: to.grid,
    index: to.first + clamp(row, 0, to.rows - 1) * to.columns + clamp(column, 0, to.columns - 1) });
  const beside = (by) => planes[clamp(n + by, 0, planes.length - 1)];
  if (key === "ArrowLeft") return put(plane, r, c - 1);
  if (key === "ArrowRight") return put(plane, r, c + 1);
  if (key === "ArrowUp") return r > 0 || n === 0 ? put(plane, r - 1, c) : put(beside(-1), Infinity, c);
  if (key === "ArrowDown")
    return r < plane.rows - 1 || n === planes.length - 1 ? put(plane, r + 1, c) : put(beside(1), 0, c);
  if (key === "Home") return put(plane, 0, 0);
  if (key === "End") return put(plane, Infinity, Infinity);
  if (key === "PageUp") return put(beside(-1), r, c);
  return put(beside(1), r, c);
}
