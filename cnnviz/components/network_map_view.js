// Which part of a network map the window shows: all of it, its beginning, or what was moved and zoomed to.

import { clamp } from "./shared.js";

const LOW = 0.012, HIGH = 4, ROOM = 0.96;
/** The greatest scale where layers have maps inside, to their units, and the milliseconds of a way there. */
const NEAR = 400, GLIDE = 320;
// The least scale at which a whole map shows its words, where the flow goes on to the right and where it goes down.
export const LEAST = { right: 0.42, down: 0.3 };

/** The scale at which the whole map is in the window, that at which it is across the flow, and the least to be read. */
const scales = ({ scene: { width, height, down }, width: wide, height: high }) => {
  const [one, other] = [ROOM * wide / width, ROOM * high / height];
  return { entire: Math.min(one, other), across: down ? one : other, least: down ? LEAST.down : LEAST.right };
};

/** Whether the words of the whole map can be read when all of it is in the window. */
export const isReadable = (own) => scales(own).entire >= scales(own).least;

/** Whether what is beside the map in a wide window stands under it. */
export const isNarrow = ({ width }) => width < 600;

/** Show the whole map, or its beginning where its words could not be read. */
export function fit(own, entire) {
  const { width, height } = own.scene, { entire: all, across, least } = scales(own);
  const scale = clamp(entire || all >= least ? all : clamp(across, least, 0.8), LOW, 1.5);
  const free = [own.width / scale - width, own.height / scale - height];
  own.view = { scale, width: own.width, height: own.height, x: free[0] > 0 ? -free[0] / 2 : -12 / scale,
    y: free[1] > 0 ? -free[1] / 2 : own.scene.down ? -12 / scale : -free[1] / 2 };
  if (!own.scene.down && free[1] < 0) own.view.y = height / 2 - own.height / scale / 2;
  if (own.scene.down && free[0] < 0) own.view.x = width / 2 - own.width / scale / 2;
  own.fitted = { ...own.view, entire };
}

/** Let the view fill a window of another size: fitted again where nobody has moved it, about its middle otherwise. */
export function refill(own) {
  const { view, fitted } = own;
  if (fitted && ["x", "y", "scale"].every((each) => view[each] === fitted[each])) { fit(own, fitted.entire); return; }
  view.x += (view.width - own.width) / view.scale / 2;
  view.y += (view.height - own.height) / view.scale / 2;
  Object.assign(view, { width: own.width, height: own.height });
}

/** Keep some of the map in the window. */
export function keepIn({ view, scene }) {
  const wide = view.width / view.scale, high = view.height / view.scale;
  view.x = clamp(view.x, -wide * 0.7, scene.width - wide * 0.3);
  view.y = clamp(view.y, -high * 0.7, scene.height - high * 0.3);
}

/** Zoom by a factor about a point of the window, its middle if none is given. */
export function zoom(own, factor, at = [own.width / 2, own.height / 2]) {
  const { view } = own, most = own.onPhoto ? NEAR : HIGH;
  // Farther away than at half its size in the window nothing more is to be seen.
  const scale = clamp(view.scale * factor, clamp(scales(own).entire / 2, LOW, view.scale), most);
  own.gliding = null;
  view.x += at[0] / view.scale - at[0] / scale;
  view.y += at[1] / view.scale - at[1] / scale;
  view.scale = scale;
}

/** The box that stands for an item, its own or that of a closed block around it. */
export function boxOf({ boxes }, item) {
  for (let at = item; at; at = at.parent) if (boxes?.has(at)) return boxes.get(at);
  return undefined;
}

/** Move the window so that a box is in it. */
export function bring(own, box) {
  const { view } = own, wide = view.width / view.scale, high = view.height / view.scale;
  const into = (low, size, from, room) => low < from || low + size > from + room ? low + size / 2 - room / 2 : from;
  view.x = into(box.x, box.width, view.x, wide);
  view.y = into(box.y, box.height, view.y, high);
}

/** Move and zoom until a box takes so large a share of the window, but for `above` pixels at its top. */
export function glide(own, [left, top, wide, high], share, above) {
  const { view } = own, from = { ...view }, tall = own.height - above;
  const scale = clamp(share * Math.min(own.width / wide, tall / high), LOW, NEAR);
  const to = { x: left + wide / 2 - own.width / 2 / scale, y: top + high / 2 - (above + tall / 2) / scale };
  const go = (part) => {
    // Edges move with 1 / scale, so that one point of the map stays where it is.
    view.scale = from.scale * (scale / from.scale) ** part;
    const way = Math.abs(scale - from.scale) < 1e-6 ? part
      : (1 / view.scale - 1 / from.scale) / (1 / scale - 1 / from.scale);
    view.x = from.x + (to.x - from.x) * way;
    view.y = from.y + (to.y - from.y) * way;
    own.paint();
  };
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches, began = performance.now();
  const mine = own.gliding = {};
  const step = () => {
    if (own.gliding !== mine || own.view !== view) return;
    const part = still ? 1 : clamp((performance.now() - began) / GLIDE, 0, 1);
    if (part === 1) own.gliding = null;
    go(part * part * (3 - 2 * part));
    if (part < 1) requestAnimationFrame(step);
  };
  // Without a way there it is there at the next frame: what the same key does to the view comes before.
  requestAnimationFrame(step);
}
