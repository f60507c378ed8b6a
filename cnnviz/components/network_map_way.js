// The view's way to what a tour shows: how large it is there, and the half second in which it goes there.

import { fit, keepIn } from "./network_map_view.js";
import { clamp } from "./shared.js";

const WAY = 550; // milliseconds

/** The view in which a box is in a part of the window, with some room around it, its words as large as they can be. */
export function frameOf(own, { x, y, width, height }, room) {
  const most = Math.min(own.width / own.scene.width, own.height / own.scene.height), around = 0.86;
  const scale = clamp(Math.min(around * room.width / width, around * room.height / height), Math.min(most, 1), 1.1);
  return { scale, width: own.width, height: own.height,
    x: x + width / 2 - (room.left + room.width / 2) / scale, y: y + height / 2 - (room.top + room.height / 2) / scale };
}

/** Move the view to another, null for the usual one, in half a second or at once; whoever moves it meanwhile has it. */
export function travel(own, target, smoothly) {
  const from = { ...own.view };
  cancelAnimationFrame(own.travelling);
  if (target) own.view = { ...target, width: own.width, height: own.height };
  else fit(own, false);
  keepIn(own);
  const to = { ...own.view };
  if (!smoothly || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  own.view = { ...from, width: own.width, height: own.height };
  const began = performance.now();
  const middle = ({ x, y, scale }) => [x + own.width / scale / 2, y + own.height / scale / 2];
  const [start, end] = [middle(from), middle(to)];
  let last = { ...own.view };
  const move = (now) => {
    if (["x", "y", "scale"].some((each) => own.view[each] !== last[each])) return;
    const share = clamp((now - began) / WAY, 0, 1), eased = share * share * (3 - 2 * share);
    const scale = from.scale * (to.scale / from.scale) ** eased;
    // Straight towards the point that stays in its place while the view is zoomed.
    const moved = Math.abs(to.scale / from.scale - 1) < 0.01 ? eased
      : (1 / scale - 1 / from.scale) / (1 / to.scale - 1 / from.scale);
    const [x, y] = [0, 1].map((side) => start[side] + (end[side] - start[side]) * moved);
    own.view = share < 1 ? { ...to, scale, x: x - own.width / scale / 2, y: y - own.height / scale / 2 } : to;
    own.paintNow();
    last = { ...own.view };
    if (share < 1) own.travelling = requestAnimationFrame(move);
  };
  own.travelling = requestAnimationFrame(move);
}
