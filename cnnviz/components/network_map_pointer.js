// The pointer over a network map: one drags it, two pinch it, the wheel zooms it once the map has the focus.

import { clamp } from "./shared.js";

const STILL = 5; // pixels that a click may move

/** Let pointers move the map; `under(point)` is the item there, `press(item, point)` hears a click. */
export function pointAt(stage, mini, own, { paint, settle, press, zoom, under }) {
  const held = new Map();
  /** @returns {[number, number]} */
  const place = (event) => {
    const box = stage.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  /** @param {number[]} at */
  const onMap = ([left, top]) => [own.view.x + left / own.view.scale, own.view.y + top / own.view.scale];
  /** @returns {{ size: number, middle: [number, number] }} */
  const apart = () => {
    const [one, other] = [...held.values()];
    return { size: Math.hypot(one[0] - other[0], one[1] - other[1]) || 1,
      middle: [(one[0] + other[0]) / 2, (one[1] + other[1]) / 2] };
  };
  let moved = 0;
  stage.onpointerdown = (event) => {
    if (event.button || mini.contains(event.target)) return;
    own.gliding = null;
    held.set(event.pointerId, place(event));
    if (held.size === 1) moved = 0;
    // A finger that scrolls the page must stay the page's.
    if (event.pointerType === "mouse" || stage.matches(":focus")) stage.setPointerCapture(event.pointerId);
  };
  stage.onpointermove = (event) => {
    const at = place(event), last = held.get(event.pointerId);
    if (!last) {
      const inside = !mini.contains(event.target), item = inside ? under(onMap(at)) : null;
      const other = own.onPhoto?.points(item, inside ? onMap(at) : null);
      if (item === own.hover && !other) return;
      own.hover = item;
      stage.style.cursor = item ? "pointer" : "";
      stage.querySelector("canvas").dataset.hover = item?.name ?? "";
      settle();
      return;
    }
    const before = held.size === 2 ? apart() : null;
    held.set(event.pointerId, at);
    moved += Math.hypot(at[0] - last[0], at[1] - last[1]);
    if (moved < STILL) return;
    stage.classList.add("drag");
    if (before) {
      const after = apart();
      own.view.x -= (after.middle[0] - before.middle[0]) / own.view.scale;
      own.view.y -= (after.middle[1] - before.middle[1]) / own.view.scale;
      zoom(after.size / before.size, after.middle);
    } else {
      own.view.x -= (at[0] - last[0]) / own.view.scale;
      own.view.y -= (at[1] - last[1]) / own.view.scale;
    }
    paint();
  };
  const release = (event, clicked) => {
    if (!held.delete(event.pointerId)) return;
    stage.classList.remove("drag");
    if (clicked && !held.size && moved < STILL) press(under(onMap(place(event))), onMap(place(event)));
  };
  stage.onpointerup = (event) => release(event, true);
  stage.onpointercancel = (event) => release(event, false);
  stage.onpointerleave = () => {
    own.hover = null;
    own.onPhoto?.points(null, null);
    settle();
  };
  if (own.wheel) stage.removeEventListener("wheel", own.wheel);
  own.wheel = (event) => {
    if (!event.ctrlKey && !stage.matches(":focus")) return;
    event.preventDefault();
    zoom(Math.exp(-clamp(event.deltaY, -200, 200) * (event.ctrlKey ? 0.01 : 0.0015)), place(event));
    paint();
  };
  // React and others listen passively to the wheel; this one stops the page from scrolling.
  stage.addEventListener("wheel", own.wheel, { passive: false });
  const jump = (event) => {
    const box = mini.getBoundingClientRect(), { view } = own;
    view.x = (event.clientX - box.left) / own.mini.scale - view.width / view.scale / 2;
    view.y = (event.clientY - box.top) / own.mini.scale - view.height / view.scale / 2;
    paint();
  };
  mini.onpointerdown = (event) => { mini.setPointerCapture(event.pointerId); jump(event); };
  mini.onpointermove = (event) => { if (mini.hasPointerCapture(event.pointerId)) jump(event); };
}
