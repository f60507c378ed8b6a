// What Python sent about a network, as blocks and nodes that know their sums, and what each reads.

import { pooled } from "./network_map_measures.js";

/** How large a layer is drawn: its side in proportion to the logarithm of the map's side, its width of its channels. */
export const heightOf = (side) => 12 + 10 * Math.log2(1 + side);
export const widthOf = (channels) => 10 + 5.5 * Math.log2(1 + channels);
/** The channels that make a layer as wide as it is high. */
export const channelsOf = (side) => 2 ** ((heightOf(side) - 10) / 5.5) - 1;
export const LABEL = 40;
const CELL = 92, BESIDE = 92, APART = 6;
/** Where the flow goes down, layers are this much lower, so that more are seen at once, and cells at least so high. */
const LOWER = 0.5, CELL_DOWN = 26;
const drawnHigh = (side, down) => heightOf(side) * (down ? LOWER : 1);

/**
 * Read the message: `nodes` are [name, kind, family, size, identities], `items` the tree, a node as its place and a
 * block as [name, kind, count, items]; edges are pairs of places, numbers a row a measure and one of outputs.
 */
export function modelOf(meta, [edges, numbers, scales]) {
  const count = meta.nodes.length, before = Array.from({ length: count }, () => []);
  const after = Array.from({ length: count }, () => []);
  for (let at = 0; at < edges.length; at += 2) {
    before[edges[at + 1]].push(edges[at]);
    after[edges[at]].push(edges[at + 1]);
  }
  const rows = [...meta.measures, "outputs"].map((_, at) => numbers.subarray(at * count, (at + 1) * count));
  const value = (measure, first, last) =>
    pooled(meta.measures[measure], rows[measure], rows.at(-1), first, last);
  const blocks = [], byNode = [];
  const read = (part, parent) => {
    if (typeof part === "number") {
      const [name, kind, family, size, identities] = meta.nodes[part];
      const node = { node: part, first: part, last: part, name, kind, family, size, identities, parent,
        channels: scales[2 * part], side: scales[2 * part + 1] };
      byNode[part] = node;
      return Object.assign(node, { values: meta.measures.map((_, measure) => value(measure, part, part)) });
    }
    const [name, kind, times] = part, first = { items: null, first: 0, last: 0 };
    const block = { id: blocks.length, name, kind, count: times, parent, ...first };
    blocks.push(block);
    block.items = part[3].map((inner) => read(inner, block));
    block.first = block.items[0].first;
    block.last = block.items.at(-1).last;
    return Object.assign(block, { size: meta.nodes[block.last][3],
      values: meta.measures.map((_, measure) => value(measure, block.first, block.last)) });
  };
  const items = meta.items.map((part) => read(part, null));
  return { items, blocks, byNode, count, before, after, owner: new Int32Array(count), measures: meta.measures };
}

/**
 * A node's cell: the layer drawn to scale with its words below, or beside it where the flow goes down. Lines meet the
 * layer itself: it reaches from `near` to `far` along the cell, and its middle is `port` from the cell's across.
 */
export const cellSize = (down) => ({ channels, side }) => {
  const wide = widthOf(channels), high = drawnHigh(side, down);
  if (down) {
    const along = Math.max(high, CELL_DOWN), across = wide + APART + BESIDE;
    return { along, across, near: (along - high) / 2, far: (along + high) / 2, port: (wide - across) / 2 };
  }
  const along = Math.max(CELL, wide);
  return { along, across: high + LABEL, near: (along - wide) / 2, far: (along + wide) / 2, port: -LABEL / 2 };
};

/** The layer itself in its cell's box. */
export function bodyIn({ item, x, y, width, height }, down) {
  const wide = widthOf(item.channels), high = drawnHigh(item.side, down);
  return { wide, high, left: down ? x : x + (width - wide) / 2, top: down ? y + (height - high) / 2 : y };
}

/** How many layers the nodes from `first` to `last` are: those that hand a tensor on count, the input does not. */
export const layersOf = ({ byNode }, first = 0, last = byNode.length - 1) =>
  byNode.slice(first, last + 1).reduce((sum, { family, identities }) =>
    sum + (family === "input" ? 0 : 1) + identities.length, 0);

/**
 * The blocks that are open at first: outer ones first, of those the ones with the most layers, none of like blocks, as
 * long as not too much is to be seen.
 */
export function openAtFirst(model, most) {
  const open = new Set();
  let level = [...model.items], seen = level.length;
  while (level.length) {
    const next = [];
    // Otherwise a stem of two layers might be open, and all that follows be one closed block.
    level.sort((one, other) => other.last - other.first - (one.last - one.first));
    for (const item of level) if (item.items && item.count < 2 && seen - 1 + item.items.length <= most) {
      open.add(item.id);
      seen += item.items.length - 1;
      next.push(...item.items);
    }
    level = next;
  }
  return open;
}

/** What is to be seen that stands for a node: itself, or the outermost closed block around it. */
export function shownFor(item, open) {
  let found = item;
  for (let at = item.parent; at; at = at.parent) if (!open.has(at.id)) found = at;
  return found;
}
