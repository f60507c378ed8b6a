// Where the nodes and blocks of a network stand: every open block is laid out by itself, and is a box in the one around
// it. "along" is the way of the flow, "across" the other; a line enters and leaves a box at a port in its edge.

import { order, straighten } from "./network_map_order.js";

const GAP = { along: 46, across: 20 }, CLOSED = { along: 124, across: 84 };
/** Where the flow goes down, words stand beside the layers: gaps may be narrow, and closed blocks wide and low. */
const DOWN = { gap: 20, along: 60, across: 250 };
/** Around what an open block holds, and at its top, where its name stands. */
const PAD = 14, TITLE = 24;
const PORT = 6;

/** A place in a layer of one scope: `item` null for a line that passes and for a port. */
const cellOf = (item, along, across, more) => ({ item, along, across, before: [], after: [], rank: 0, at: 0, middle: 0,
  long: !item, ...more });

/** The lines of a scope by the tensor that each carries: from which of its items to which; -1 is the outside. */
function linesOf({ first, last }, owner, model) {
  const lines = new Map();
  const note = (from, to, source) => {
    if (!lines.has(source)) lines.set(source, { from, source, to: new Set() });
    lines.get(source).to.add(to);
  };
  for (let node = first; node <= last; node++) {
    for (const source of model.before[node]) {
      const from = source >= first ? owner[source] : -1;
      if (from !== owner[node]) note(from, owner[node], source);
    }
    for (const target of model.after[node]) if (target > last) note(owner[node], -1, node);
  }
  return [...lines.values()];
}

/** Where a line meets an item: its distance from the item's middle. */
const portOf = (cell, ports, source) => cell.inner?.[ports].get(source) ?? cell.port ?? 0;

function rankAll(cells, lines) {
  const into = cells.map(() => []), out = cells.map(() => []);
  let outside = false;
  for (const { from, to } of lines) for (const target of to) {
    if (target >= 0) into[target].push(from);
    if (from >= 0 && target >= 0) out[from].push(target);
    outside ||= from < 0;
  }
  const start = outside ? 1 : 0;
  cells.forEach((cell, at) => {
    cell.rank = into[at].reduce((most, from) => Math.max(most, from < 0 ? 1 : cells[from].rank + 1), start);
  });
  // What reads nothing stands right before what reads it.
  cells.forEach((cell, at) => {
    if (!into[at].length && out[at].length)
      cell.rank = Math.max(start, Math.min(...out[at].map((to) => cells[to].rank)) - 1);
  });
  return cells.reduce((most, cell) => Math.max(most, cell.rank), 0);
}

/** Lay one line through the layers: one cell a layer that it passes, shared by all that read the tensor. */
function route(line, cells, layers, last, pieces) {
  const { from, source, to } = line;
  const begin = from < 0 ? cellOf(null, 0, PORT, { rank: 0, tensor: source }) : cells[from];
  if (from < 0) layers[0].push(begin);
  const ends = [...to].map((target) => {
    if (target >= 0) return cells[target];
    const end = cellOf(null, 0, PORT, { rank: last, tensor: source, leaves: true });
    layers[last].push(end);
    return end;
  }).sort((a, b) => a.rank - b.rank);
  let way = begin;
  const join = (one, other) => {
    const mine = portOf(one, "out", source), theirs = portOf(other, "in", source);
    one.after.push({ cell: other, mine, theirs });
    other.before.push({ cell: one, mine: theirs, theirs: mine });
    pieces.push({ source, one, other, mine, theirs, begins: one === begin && Boolean(one.item),
      ends: Boolean(other.item) });
  };
  for (const end of ends) {
    while (way.rank < end.rank - 1) {
      const next = cellOf(null, 0, PORT, { rank: way.rank + 1 });
      layers[next.rank].push(next);
      join(way, next);
      way = next;
    }
    join(way, end);
  }
}

/**
 * Lay out the items of a scope, a block or the whole network, and all open blocks in it. `open` has the blocks that are
 * open, `sizeOf(item)` gives a node's cell (network_map_tree.js).
 */
function layScope(scope, model, open, sizeOf, down) {
  const cells = scope.items.map((item) => {
    if (item.items && open.has(item.id)) {
      const inner = layScope(item, model, open, sizeOf, down);
      return cellOf(item, inner.along, inner.across, { inner });
    }
    if (!item.items) {
      const { along, across, ...meets } = sizeOf(item);
      return cellOf(item, along, across, meets);
    }
    return down ? cellOf(item, DOWN.along, DOWN.across) : cellOf(item, CLOSED.along, CLOSED.across);
  });
  const { owner } = model;
  scope.items.forEach((item, at) => owner.fill(at, item.first, item.last + 1));
  const lines = linesOf(scope, owner, model), most = rankAll(cells, lines);
  const leaves = lines.some(({ to }) => to.has(-1)), last = most + (leaves ? 1 : 0);
  const layers = Array.from({ length: last + 1 }, () => []), pieces = [];
  for (const cell of cells) layers[cell.rank].push(cell);
  for (const line of lines) route(line, cells, layers, last, pieces);
  const crossed = order(layers);
  straighten(layers, GAP.across);
  return placed(scope, { cells, layers, pieces, crossed }, down);
}

/** Turn ranks and middles into coordinates in the scope's own box. */
function placed(scope, { cells, layers, pieces, crossed }, down) {
  const outermost = !scope.name, pad = outermost ? 0 : PAD, title = outermost ? 0 : TITLE;
  const gap = down ? DOWN.gap : GAP.along;
  let least = Infinity, greatest = -Infinity, along = pad + (down ? title : 0);
  const bands = layers.map((layer, rank) => {
    const only = layer.every((cell) => !cell.item), wide = layer.reduce((most, cell) => Math.max(most, cell.along), 0);
    for (const cell of layer) {
      least = Math.min(least, cell.middle - cell.across / 2);
      greatest = Math.max(greatest, cell.middle + cell.across / 2);
    }
    const ports = only && layer.some((cell) => cell.tensor !== undefined);
    const enters = ports && rank === 0, begin = enters ? 0 : along;
    along = begin + wide + (enters ? gap / 2 + along : rank < layers.length - 1 ? gap : 0);
    return { begin, end: begin + wide };
  });
  along += pad;
  if (layers.at(-1).some((cell) => cell.leaves)) bands.at(-1).begin = bands.at(-1).end = along;
  const shift = pad + (down ? 0 : title) - least, across = greatest - least + 2 * pad + (down ? 0 : title);
  const ports = { in: new Map(), out: new Map() };
  for (const cell of cells) {
    const { begin, end } = bands[cell.rank];
    const low = cell.middle + shift - cell.across / 2;
    // Words beside a layer that nothing stands or runs beside may go on to the edge.
    const alone = layers[cell.rank].length === 1, edge = outermost ? Infinity : across - PAD / 2;
    Object.assign(cell, { from: (begin + end - cell.along) / 2, low, room: alone ? edge - low : cell.across });
  }
  for (const layer of layers) for (const cell of layer) if (cell.tensor !== undefined)
    ports[cell.leaves ? "out" : "in"].set(cell.tensor, cell.middle + shift - across / 2);
  const lines = pieces.map(({ source, one, other, mine, theirs, begins, ends }) => ({ source, begins, ends, points: [
    [one.item ? one.from + (one.far ?? one.along) : bands[one.rank].begin, one.middle + mine + shift],
    [bands[one.rank].end, one.middle + mine + shift],
    [bands[other.rank].begin, other.middle + theirs + shift],
    [other.item ? other.from + (other.near ?? 0) : bands[other.rank].begin, other.middle + theirs + shift],
  ] }));
  return { cells, lines, along, across, in: ports.in, out: ports.out, crossed };
}

/** Gather boxes and lines of a scope and all open ones in it, moved to where its box stands. */
function gather(found, [a, c], depth, down, scene) {
  const point = ([along, across]) => down ? [c + across, a + along] : [a + along, c + across];
  for (const { source, begins, ends, points } of found.lines)
    scene.lines.push({ source, begins, ends, depth, points: points.map(point) });
  scene.crossings += found.crossed;
  for (const { item, from, low, along, across, inner, room } of found.cells) {
    const [x, y] = point([from, low]), [width, height] = down ? [across, along] : [along, across];
    scene.boxes.push({ item, x, y, width, height, depth, room, open: Boolean(inner) });
    if (inner) gather(inner, [a + from, c + low], depth + 1, down, scene);
  }
}

/**
 * The whole picture: `boxes` of nodes and blocks, outer ones first, and `lines` of four points, straight but for the
 * middle part.
 */
export function layOut(model, open, sizeOf, down) {
  const found = layScope({ items: model.items, first: 0, last: model.count - 1 }, model, open, sizeOf, down);
  const scene = { boxes: [], lines: [], crossings: 0, width: down ? found.across : found.along,
    height: down ? found.along : found.across, down };
  gather(found, [0, 0], 0, down, scene);
  return scene;
}
