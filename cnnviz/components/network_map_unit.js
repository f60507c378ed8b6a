// A unit of a layer on a network map: which one is pointed at, what it is, and what it sees of the photo.

import { fitCanvas } from "./canvas.js";
import { minus } from "./numbers.js";
import { bodyIn } from "./network_map_tree.js";
import { cellIn, isWhole, wholeGrid } from "./network_map_thumbnails.js";
import { TOP, fill, restore, show } from "./shared.js";

// Pixels of a map, or of a unit, from which a click means the unit and not its map.
const LARGE_MAP = 150, LARGE_UNIT = 10;

/** The unit at a point of the map: `item`, `layer`, `channel`, `row`, `column`, `large`; null where there is none. */
export function unitAt(own, item, [x, y]) {
  const layer = own.photo?.layers?.get(item?.node), box = layer && own.boxes.get(item);
  if (!box) return null;
  const body = bodyIn(box, own.scene.down);
  if (!isWhole(body, own.view.scale)) return null;
  const grid = wholeGrid(body, layer), across = (x - grid.left) / grid.wide, down = (y - grid.top) / grid.high;
  const channel = Math.floor(down) * grid.columns + Math.floor(across);
  if (across < 0 || across >= grid.columns || down < 0 || channel >= layer.count) return null;
  const within = (part, count) => Math.min(count - 1, Math.floor((part % 1) * count));
  return { item, layer, channel, row: within(down, layer.height), column: within(across, layer.width),
    large: isLarge(grid, layer, own.view.scale) };
}

/** Whether a map is drawn so large that its units can be pointed at. */
export const isLarge = ({ wide, high }, { height, width }, scale) =>
  Math.max(wide, high) * scale >= LARGE_MAP || Math.min(wide / width, high / height) * scale >= LARGE_UNIT;

/** The place of a unit's map and of the unit itself on the network map, [left, top, width, height]. */
export function placesOf(own, { item, layer, channel, row, column }) {
  const box = own.boxes.get(item);
  if (!box) return null;
  const [left, top, wide, high] = cellIn(wholeGrid(bodyIn(box, own.scene.down), layer), channel);
  const [w, h] = [wide / layer.width, high / layer.height];
  return { map: [left, top, wide, high], unit: [left + column * w, top + row * h, w, h] };
}

export const sameUnit = (one, other) => one === other || Boolean(one && other) && one.item === other.item
  && one.channel === other.channel && one.row === other.row && one.column === other.column;

/** The row and column of a map's greatest value, to 8 bits until its numbers are there, its middle before. */
export function peakOf(photo, item, layer, channel) {
  const exact = photo.exact.get(`${item.node} ${channel}`);
  if (exact) {
    const best = exact.values.reduce((most, value, at) => value > exact.values[most] ? at : most, 0);
    return [Math.floor(best / layer.width), best % layer.width];
  }
  const mosaic = photo.mosaics.get(item.node), middle = [layer.height >> 1, layer.width >> 1];
  if (!mosaic) return middle;
  const size = mosaic.h * mosaic.w, [least, greatest] = mosaic.ranges.subarray(2 * channel, 2 * channel + 2);
  let best = 0, most = -Infinity;
  for (let at = 0; at < size; at++) {
    const value = restore(mosaic.codes[channel * size + at], least, greatest);
    if (value > most) [best, most] = [at, value];
  }
  return [Math.floor(best / mosaic.w) * mosaic.step, best % mosaic.w * mosaic.step];
}

/** What is known of a unit's value: exactly, to 8 bits, or nothing yet. */
function valueOf(photo, words, { item, layer, channel, row, column }) {
  const exact = photo.exact.get(`${item.node} ${channel}`);
  if (exact) return fill(words.exactly, { value: minus(show(exact.values[row * layer.width + column])) });
  const mosaic = photo.mosaics.get(item.node);
  if (!mosaic) return words.coming;
  const [least, greatest] = mosaic.ranges.subarray(2 * channel, 2 * channel + 2);
  const at = (channel * mosaic.h + Math.floor(row / mosaic.step)) * mosaic.w + Math.floor(column / mosaic.step);
  const value = restore(mosaic.codes[at], least, greatest);
  return fill(words.about, { value: minus(show(value, (greatest - least) / TOP)) });
}

/** The box that a unit sees, [top, left, height, width] in pixels of the photo; null where there is none. */
export function fieldOf({ layer: { field, sees }, row, column }, [high, wide]) {
  if (sees === 2) return [0, 0, high, wide];
  return sees ? [field[0] + row * field[4], field[1] + column * field[5], field[2], field[3]] : null;
}

const edgeOf = (value) => minus(Number.isInteger(value) ? String(value) : value.toFixed(2));

/** All that is known of a unit, in two lines. */
export function describeUnit(own, unit) {
  const { photo, meta: { words } } = own, { item, layer, channel, row, column, large } = unit;
  const field = fieldOf(unit, photo.size), single = layer.height * layer.width === 1;
  const [top, left, height, width] = (field ?? []).map(edgeOf);
  const sees = !field ? words.unknown : layer.sees === 2 ? words.all : fill(words.sees, { top, left, height, width,
    bottom: edgeOf(field[0] + field[2] - 1), right: edgeOf(field[1] + field[3] - 1) });
  return [fill(single ? words.single : words.channel, { layer: item.name, channel, count: layer.count }),
    [...single ? [] : [fill(words.place, { row, column })], valueOf(photo, words, unit), sees,
      large ? words.sum : words.larger].join(" · ")];
}

/** Show the photo in a corner with what a unit sees on it; nothing without a unit. */
export function drawInset(find, own, unit) {
  const inset = find(".inset"), mark = find(".inset i"), { photo } = own;
  inset.hidden = !unit || !photo?.picture;
  if (inset.hidden) return;
  const [high, wide] = photo.size, room = own.width < 600 ? 96 : 150, scale = room / Math.max(high, wide);
  const canvas = find(".inset canvas");
  if (canvas.dataset.of !== `${photo.token} ${scale} ${own.ratio}`) {
    fitCanvas(canvas, wide * scale, high * scale, own.ratio);
    canvas.getContext("2d").drawImage(photo.picture, 0, 0, canvas.width, canvas.height);
    canvas.dataset.of = `${photo.token} ${scale} ${own.ratio}`;
  }
  const field = fieldOf(unit, photo.size);
  mark.hidden = !field;
  if (!field) return;
  const [top, left, height, width] = field.map((value) => value * scale);
  Object.assign(mark.style, { left: left + width / 2 - Math.max(6, width) / 2 + "px",
    top: top + height / 2 - Math.max(6, height) / 2 + "px", width: Math.max(6, width) + "px",
    height: Math.max(6, height) + "px" });
  inset.dataset.box = field.join(" ");
}
