// The cloud's handles: what dragging its middle, or the end of one of its axes, makes of where it lies.

import { RADIANS } from "./cloud_numbers.js";
import { clamp } from "./shared.js";

// The ends of the axes are drawn so many standard deviations from the mean; their handles stand `gap` beyond.
export const OUT = 2;

export const samePlace = (a, b) =>
  Boolean(a && b && Object.keys(a).every((name) => Math.abs(a[name] - b[name]) < 1e-9));

/** Where the handles are: the middle, the end of the first axis, the end of the second. */
export function handlesOf({ x, y, long, short, turn }, gap) {
  const c = Math.cos(turn * RADIANS), s = Math.sin(turn * RADIANS), [far, near] = [OUT * long + gap, OUT * short + gap];
  return [[x, y], [x + far * c, y + far * s], [x - near * s, y + near * c]];
}

/** What dragging handle `k` to a point makes of a place; within `limits`, and with two decimal places. */
export function draggedTo(place, k, [px, py], limits, gap) {
  const dx = px - place.x, dy = py - place.y, length = Math.max(0, Math.hypot(dx, dy) - gap) / OUT;
  const angle = Math.atan2(dy, dx) / RADIANS - (k === 2 ? 90 : 0);
  const wanted = k === 0 ? { ...place, x: px, y: py }
    : { ...place, [k === 1 ? "long" : "short"]: length, turn: Math.hypot(dx, dy) > 1e-6 ? angle : place.turn };
  // An axis has no direction: half a turn leaves a cloud's covariance as it was.
  wanted.turn = ((wanted.turn + 90) % 180 + 180) % 180 - 90;
  return Object.fromEntries(Object.entries(wanted).map(([name, value]) =>
    [name, clamp(Number(value.toFixed(2)), ...limits[name]) || 0]));
}

/**
 * Let pointer and keys move the handles on a stage: one `draw` a frame, and one `send` of the place when it ends.
 *
 * `at` is where on the stage, in the cloud's coordinates, an event happened; `within` whether that is on the cloud.
 */
export function dragCloud(stage, own, { limits, at, within, draw, send }) {
  const handles = stage.querySelectorAll(".handle");
  const finish = (cancelled) => {
    if (!own.drag) return;
    cancelAnimationFrame(own.frame);
    own.frame = null;
    own.cloud = cancelled ? own.drag.start : own.aim;
    own.drag = null;
    draw();
    if (!cancelled) own.commit();
  };
  own.commit = () => {
    clearTimeout(own.wait);
    own.wait = null;
    if (!samePlace(own.cloud, own.sent)) send(own.sent = own.cloud);
  };
  stage.onpointerdown = (event) => {
    const handle = event.target.closest(".handle"), from = at(event);
    if (event.button !== 0 || (!handle && (event.pointerType === "touch" || !within(from)))) return;
    const places = handlesOf(own.cloud, own.gap), off = places.map(([x, y]) => Math.hypot(x - from[0], y - from[1]));
    // Where handles overlap, the nearest is meant.
    const k = handle ? off.indexOf(Math.min(...off)) : 0, middle = places[k];
    own.drag = { k, start: own.cloud, grab: [from[0] - middle[0], from[1] - middle[1]] };
    own.aim = own.cloud;
    stage.setPointerCapture(event.pointerId);
    if (handle) handles[k].focus({ focusVisible: false });
    event.preventDefault();
  };
  stage.onpointermove = (event) => {
    const to = at(event);
    stage.style.cursor = own.drag ? "grabbing" : within(to) ? "move" : "";
    if (!own.drag) return own.pointAt(to);
    const { k, grab, start } = own.drag;
    own.aim = draggedTo(start, k, [to[0] - grab[0], to[1] - grab[1]], limits, own.gap);
    own.frame ??= requestAnimationFrame(() => { own.frame = null; own.cloud = own.aim; draw(); });
  };
  stage.onpointerup = () => finish(false);
  stage.onpointercancel = () => finish(true);
  stage.onpointerleave = () => { if (!own.drag) own.pointAt(null); };
  handles.forEach((handle, k) => {
    handle.onkeydown = (event) => {
      if (event.key === "Escape" && own.drag) { finish(true); event.stopPropagation(); return; }
      const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
      if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in moves)) return;
      const step = event.shiftKey ? 0.05 : 0.25, [right, up] = moves[event.key];
      const [x, y] = handlesOf(own.cloud, own.gap)[k];
      own.cloud = draggedTo(own.cloud, k, [x + step * right, y + step * up], limits, own.gap);
      draw();
      clearTimeout(own.wait);
      own.wait = setTimeout(own.commit, 500);
      event.preventDefault();
      event.stopPropagation();
    };
    handle.onblur = () => { if (own.wait) own.commit(); };
  });
}
