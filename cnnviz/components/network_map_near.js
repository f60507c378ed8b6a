// Nearer to a network map's items: what a closed block holds takes its place once the block fills the window.

import { boxAt } from "./network_map_drawing.js";
import { boxOf, bring, LEAST, zoom } from "./network_map_view.js";
import { clamp } from "./shared.js";

const FILLS = 0.6, WHOLE = 0.9; // shares of the window's width or height
const INSET = 0.3; // the share of an item's width and height around what is its inside
const LEGIBLE = 0.7; // the scale from which on all words of a layer are there

/** How far a point is from a box, 0 inside of it. */
const awayFrom = ([left, top], { x, y, width, height }) =>
  Math.hypot(Math.max(x - left, 0, left - x - width), Math.max(y - top, 0, top - y - height));

/** The closed block at a point of the map, or next to it, that fills the window; undefined where none does. */
function filling(own, point) {
  const { scale } = own.view, there = boxAt(own.scene, own.view, point);
  if (there && !there.item.items) return undefined;
  let found, least = Infinity;
  for (const box of own.scene.boxes) {
    const fills = Math.max(box.width * scale / own.width, box.height * scale / own.height) > FILLS;
    if (!fills || !box.item.items || box.open) continue;
    const away = awayFrom(point, box);
    if (away < Math.min(least, box.width / 2, box.height / 2)) [found, least] = [box, away];
  }
  return found;
}

/** The point of an open block at the shares of its width and height, or what is nearest inside of an item in it. */
function inside({ scene }, { item, x, y, width, height }, [across, down]) {
  const to = [x + across * width, y + down * height];
  const points = scene.boxes.filter((box) => box.item.parent === item).map((box) =>
    [clamp(to[0], box.x + INSET * box.width, box.x + (1 - INSET) * box.width),
      clamp(to[1], box.y + INSET * box.height, box.y + (1 - INSET) * box.height)]);
  const away = ([left, top]) => Math.hypot(left - to[0], top - to[1]);
  return points.reduce((one, other) => away(other) < away(one) ? other : one);
}

/** Zoom by a factor about a point of the window, its middle if none is given; `open` opens a closed block. */
export function approach(own, factor, open, at = [own.width / 2, own.height / 2]) {
  zoom(own, factor, at);
  const { view } = own, onMap = [view.x + at[0] / view.scale, view.y + at[1] / view.scale];
  const closed = factor > 1 && filling(own, onMap);
  if (!closed) return;
  open(closed.item);
  // The same part of the block comes to the point, and as much of the rest is seen as can be read.
  const box = boxOf(own, closed.item), least = own.scene.down ? LEAST.down : LEAST.right;
  const entire = Math.min(own.width / box.width, own.height / box.height);
  view.scale = clamp(entire, Math.min(least, view.scale), view.scale);
  const [left, top] = inside(own, box, [(onMap[0] - closed.x) / closed.width, (onMap[1] - closed.y) / closed.height]);
  view.x = left - at[0] / view.scale;
  view.y = top - at[1] / view.scale;
}

/** Zoom so that a box can be read and is whole in the window, not at all where it is. */
export function suit(own, { width, height }) {
  const whole = WHOLE * Math.min(own.width / width, own.height / height);
  own.view.scale = clamp(own.view.scale, LEGIBLE, Math.max(LEGIBLE, whole));
}

/** Move the window to an item, and zoom where it is too small to be drawn: in an open block drawn as a closed one. */
export function goToItem(own, item) {
  const box = boxOf(own, item);
  if (!box) return;
  bring(own, box);
  const drawn = boxAt(own.scene, own.view, [box.x + box.width / 2, box.y + box.height / 2]);
  if (item.items || drawn?.item === box.item) return;
  suit(own, box);
  bring(own, box);
}
