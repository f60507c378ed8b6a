// From a layer of a network map into its maps, into one of them and to a unit, and back: by clicks, fingers and keys.

import { bodyIn } from "./network_map_tree.js";
import { cellIn, isWhole, wholeGrid } from "./network_map_thumbnails.js";
import { peakOf, placesOf, unitAt } from "./network_map_unit.js";
import { bring, glide, isNarrow } from "./network_map_view.js";
import { clamp } from "./shared.js";

const FULL = 0.94, AROUND = 0.3; // shares of the window: of what one has gone into, and of a layer that one has left
const BELOW = 106; // pixels: the height of a narrow window's inset, which must not lie over what is looked at

/** The layer itself on the map. */
export function bodyOf(own, item) {
  const box = own.boxes.get(item);
  return box && bodyIn(box, own.scene.down);
}

const goTo = (own, box, share) => glide(own, box, share, isNarrow(own) ? BELOW : 0);

const showBody = (own, { left, top, wide, high }, share) => goTo(own, [left, top, wide, high], share);

/** Go into a layer: the keys walk over its maps from now on. Whether it has any. */
export function dive(own, item) {
  const layer = own.photo.layers?.get(item.node), body = bodyOf(own, item);
  if (!layer || !body) return false;
  own.cursor = { item, layer, channel: layer.channels[0] ?? 0 };
  showBody(own, body, FULL);
  return true;
}

/** Go into a map, to a unit [row, column] of it, that with its greatest value if none is given. */
export function enter(own, item, channel, at) {
  const layer = own.photo.layers.get(item.node), [row, column] = at ?? peakOf(own.photo, item, layer, channel);
  own.cursor = { item, layer, channel, row, column, large: true, seeks: !at };
  // A map of few units need not fill the window.
  const share = Math.min(0.9, 0.3 + 0.06 * Math.max(layer.height, layer.width));
  goTo(own, cellIn(wholeGrid(bodyOf(own, item), layer), channel), share);
}

/** Go on to the greatest value of the map that one is in, now that more of it is known, unless one has walked since. */
export function seek(own) {
  const { cursor, photo } = own;
  if (cursor?.seeks) [cursor.row, cursor.column] = peakOf(photo, cursor.item, cursor.layer, cursor.channel);
}

/** Let an arrow key move the cursor over the maps of a layer; whether it was one. */
function walkMaps({ cursor }, body, key) {
  const { layer } = cursor, { columns } = wholeGrid(body, layer);
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, Home: -layer.count,
    End: layer.count }[key];
  if (step) cursor.channel = clamp(cursor.channel + step, 0, layer.count - 1);
  return Boolean(step);
}

/** Let an arrow key move the cursor over the units of a map; whether it was one. */
function walkUnits({ cursor }, key) {
  const { height, width } = cursor.layer;
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0], Home: [0, -width],
    End: [0, width], PageUp: [-height, 0], PageDown: [height, 0] }[key];
  if (step) Object.assign(cursor, { seeks: false, row: clamp(cursor.row + step[0], 0, height - 1),
    column: clamp(cursor.column + step[1], 0, width - 1) });
  return Boolean(step);
}

/** Hear a key where the keys are inside of a layer; `choose` a unit. Whether the key meant anything there. */
function hearInside(own, key, choose) {
  const { cursor } = own, inMap = cursor.row !== undefined, body = bodyOf(own, cursor.item);
  if (key === "Escape") {
    own.cursor = inMap ? { item: cursor.item, layer: cursor.layer, channel: cursor.channel } : null;
    showBody(own, body, inMap ? FULL : AROUND);
  } else if (key === "Enter" || key === " ") {
    if (inMap) choose(cursor);
    else enter(own, cursor.item, cursor.channel);
  } else {
    if (!(inMap ? walkUnits(own, key) : walkMaps(own, body, key))) return false;
    const places = placesOf(own, { row: 0, column: 0, ...cursor });
    const [x, y, width, height] = inMap ? places.unit : places.map;
    bring(own, { x, y, width, height });
  }
  own.pointed = null;
  return true;
}

/** Hear a key; whether it meant a map or a unit. Enter on a layer goes into it, and means the layer as well. */
export function hear(own, key, choose) {
  const { cursor, selected } = own, body = cursor && bodyOf(own, cursor.item);
  // Who has left a map, by the pointer say, walks over layers again.
  const there = body && selected === cursor.item && (own.gliding || isWhole(body, own.view.scale));
  if (!there) own.cursor = null;
  if (own.cursor) return hearInside(own, key, choose);
  if (key === "Enter" && selected && !selected.items) dive(own, selected);
  return false;
}

/** Hear a click on an item at a point of the map; whether it meant a map or a unit, or a layer that is gone into. */
export function press(own, item, point, choose) {
  const at = unitAt(own, item, point);
  if (!at) return Boolean(item) && item === own.selected && !item.items && dive(own, item);
  own.cursor = at;
  if (at.large) choose(at);
  else enter(own, item, at.channel);
  return true;
}
