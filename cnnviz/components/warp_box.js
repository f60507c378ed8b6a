// Theta's box: its corners, what dragging one makes of theta, and the dragging itself.

import { clamp, pend } from "./shared.js";
import { coordinate } from "./warp_sampling.js";

/** @type {[number, number][]} */
export const CORNERS = [[-1, -1], [1, -1], [1, 1], [-1, 1]];

export const sameTheta = (a, b) => Boolean(a && b && a.every((value, i) => Math.abs(value - b[i]) < 1e-9));
/** @returns {[number, number]} */
export const centreOf = (t) => [t[2], t[5]];
/** @returns {[number, number]} */
export const cornerOf = (t, [sx, sy]) => [t[0] * sx + t[1] * sy + t[2], t[3] * sx + t[4] * sy + t[5]];

/** What dragging corner `k`, or the centre as the fifth, to (x, y) makes of theta. */
function dragged(tool, t, k, [x, y]) {
  if (k === 4) return [t[0], t[1], x, t[3], t[4], y];
  const [sx, sy] = CORNERS[k], [px, py] = cornerOf(t, [sx, sy]), [ox, oy] = cornerOf(t, [-sx, -sy]);
  const det = t[0] * t[4] - t[1] * t[3], ux = px - t[2], uy = py - t[5], length = ux * ux + uy * uy;
  if (tool === "turn" && length > 1e-9) { // about the centre
    const vx = x - t[2], vy = y - t[5], re = (vx * ux + vy * uy) / length, im = (vy * ux - vx * uy) / length;
    return [re * t[0] - im * t[3], re * t[1] - im * t[4], t[2], im * t[0] + re * t[3], im * t[1] + re * t[4], t[5]];
  }
  const gx = (x - ox) / 2, gy = (y - oy) / 2; // from the new centre to the corner
  if (tool === "stretch" && Math.abs(det) > 1e-9) { // the sides keep their directions, the opposite corner stays
    const across = sx * (t[4] * gx - t[1] * gy) / det, down = sy * (t[0] * gy - t[3] * gx) / det;
    return [t[0] * across, t[1] * down, ox + gx, t[3] * across, t[4] * down, oy + gy];
  }
  // The opposite side stays, so this one shifts along.
  const [nx, ny] = cornerOf(t, [-sx, sy]), hx = nx - ox - gx, hy = ny - oy - gy;
  return [sx * (gx - hx) / 2, sy * (gx + hx) / 2, ox + gx, sx * (gy - hy) / 2, sy * (gy + hy) / 2, oy + gy];
}

/**
 * Let pointer and keys move the box: one `warp` a frame, and one message, by `send`, when it ends.
 *
 * `point` is where on the stage coordinates are. `unmoved` is called where nothing has changed in the end.
 */
export function dragging(find, own, meta, { point, warp, unmoved, send }) {
  const [stage, choice, check] = [".stage", ".choice", ".check"].map(find), [high, wide] = meta.input, { words } = meta;
  const handles = stage.querySelectorAll(".handle");
  /** @returns {[number, number]} */
  const middle = (k) => k === 4 ? centreOf(own.theta) : cornerOf(own.theta, CORNERS[k]);
  const tidy = (theta) => theta.map((value) => clamp(Number(value.toFixed(meta.places)), -meta.limit, meta.limit) || 0);
  const change = (theta) => {
    own.theta = tidy(theta);
    check.textContent = words.waiting;
    delete check.dataset.difference;
  };
  const commit = () => {
    clearTimeout(own.wait);
    own.wait = null;
    if (sameTheta(own.theta, own.sent)) { unmoved(); return; }
    own.sent = own.theta;
    pend(own.box, own.theta);
    send(own.theta);
  };
  own.commit = commit;
  /** @returns {[number, number]} */
  const coordinates = (event) => {
    const frame = stage.getBoundingClientRect();
    const x = clamp(event.clientX - frame.left, 0, own.side), y = clamp(event.clientY - frame.top, 0, own.side);
    return [coordinate(x / own.scale + own.view.left, wide, meta.alignSample),
      coordinate(y / own.scale + own.view.top, high, meta.alignSample)];
  };
  const within = ([x, y]) => {
    const t = own.theta, det = t[0] * t[4] - t[1] * t[3], dx = x - t[2], dy = y - t[5];
    return Math.abs(det) > 1e-9 && Math.abs(t[4] * dx - t[1] * dy) <= Math.abs(det)
      && Math.abs(t[0] * dy - t[3] * dx) <= Math.abs(det);
  };
  own.step = () => {
    own.frame = null;
    if (!own.drag) return;
    const { k, grab, start } = own.drag, [x, y] = own.aim;
    change(dragged(own.tool, start, k, [x - grab[0], y - grab[1]]));
    warp();
  };
  own.finish = (cancelled) => {
    if (!own.drag) return;
    if (own.frame) { cancelAnimationFrame(own.frame); own.step(); }
    if (cancelled) change(own.drag.start);
    own.drag = null;
    stage.classList.remove("held");
    handles.forEach((handle) => handle.classList.remove("held"));
    warp();
    commit();
  };
  stage.onpointerdown = (event) => {
    const handle = event.target.closest(".handle"), at = coordinates(event);
    if (event.button !== 0 || (!handle && (event.pointerType === "touch" || !within(at)))) return;
    const k = handle ? Number(handle.dataset.corner) : 4, from = middle(k);
    // A corner out of sight is drawn at the edge, and jumps to the pointer.
    const held = handle && point(from).some((value) => value < 8 || value > own.side - 8);
    own.drag = { k, start: own.theta, grab: held ? [0, 0] : [at[0] - from[0], at[1] - from[1]] };
    own.hover = null;
    stage.setPointerCapture(event.pointerId);
    stage.classList.add("held");
    handle?.classList.add("held");
    handle?.focus({ focusVisible: false });
    event.preventDefault();
  };
  stage.onpointermove = (event) => {
    if (!own.drag) {
      stage.style.cursor = !event.target.closest(".handle") && within(coordinates(event)) ? "move" : "";
      return;
    }
    own.aim = coordinates(event);
    own.frame ??= requestAnimationFrame(() => own.step());
  };
  stage.onpointerup = () => own.finish(false);
  stage.onpointercancel = () => own.finish(true);
  handles.forEach((handle, k) => {
    handle.setAttribute("aria-roledescription", words.movable);
    handle.onkeydown = (event) => {
      if (event.key === "Escape" && own.drag) { own.finish(true); event.stopPropagation(); return; }
      const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
      if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in moves)) return;
      const step = event.shiftKey ? 0.01 : 0.05, [right, down] = moves[event.key];
      const [x, y] = middle(k);
      change(dragged(own.tool, own.theta, k, [x + step * right, y + step * down]));
      warp();
      clearTimeout(own.wait);
      own.wait = setTimeout(() => own.commit(), 700);
      event.preventDefault();
      event.stopPropagation();
    };
    handle.onkeyup = () => {
      if (!own.wait) return;
      clearTimeout(own.wait);
      own.wait = setTimeout(() => own.commit(), 350);
    };
    handle.onblur = () => { if (own.wait) commit(); };
  });
  choice.querySelectorAll("input").forEach((tool) => {
    tool.checked = tool.value === own.tool;
    tool.nextElementSibling.textContent = words[tool.value];
    tool.onchange = () => { own.tool = tool.value; };
    tool.onkeydown = (event) => event.stopPropagation();
  });
}
