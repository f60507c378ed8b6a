// The input with theta's box on it, and the warped output.

import { contextOf } from "./canvas.js";
import { opaque, paintPixels } from "./paint.js";
import { clamp, fill } from "./shared.js";
import { num } from "./warp_account.js";
import { CORNERS, centreOf, cornerOf } from "./warp_box.js";
import { broughtIn, locate, newRead, placeOf, target, warpAll } from "./warp_sampling.js";

const MARGIN = 0.22, FARTHEST = 1.6, LINES = 15, DOTS = 4;

const byte = (value) => Math.round(255 * clamp(value, 0, 1));

/** Paint one channel as grey, or three as red, green and blue; `valueOf` a channel and a pixel's number. */
function paintChannels(canvas, size, channels, valueOf) {
  paintPixels(canvas, size, (i) => {
    const red = byte(valueOf(0, i));
    return channels > 1 ? opaque(red, byte(valueOf(1, i)), byte(valueOf(2, i))) : opaque(red, red, red);
  });
}

/** The closed line through points. */
function outline(c, points) {
  c.beginPath();
  points.forEach(([x, y], i) => i ? c.lineTo(x, y) : c.moveTo(x, y));
  c.closePath();
}

/** The first and the last of so many lines of a grid, and those in between that have room. */
function spread(count) {
  const step = Math.ceil(count / LINES);
  return Array.from({ length: count }, (_, i) => i).filter((i) => i % step === 0 || i === count - 1);
}

/** Ways to draw `image` as `own.theta` warps it; `paintOut` leaves the warped values in `out`. */
export function drawing(find, own, meta, image, out) {
  const { inks } = own;
  const [stage, base, over, canvas, matrix] = [".stage", ".base", ".over", ".map canvas", ".matrix"].map(find);
  const handles = stage.querySelectorAll(".handle"), [high, wide] = meta.input, [h, w] = meta.output, { words } = meta;
  const read = newRead();

  const sx = (column) => (column - own.view.left) * own.scale, sy = (row) => (row - own.view.top) * own.scale;
  /** @returns {[number, number]} */
  const point = ([x, y]) => [sx(placeOf(x, wide, meta.alignSample)), sy(placeOf(y, high, meta.alignSample))];
  /** @returns {[number, number]} */
  const there = (row, column) => {
    const x = target(column, w, meta.alignGrid), y = target(row, h, meta.alignGrid);
    return point(cornerOf(own.theta, [x, y]));
  };
  /** How much is drawn around the image: more where a corner lies outside. */
  const lookAround = () => {
    const far = Math.max(0, ...CORNERS.flatMap((corner) => {
      const [x, y] = cornerOf(own.theta, corner);
      return [-placeOf(x, wide, meta.alignSample) / wide, placeOf(x, wide, meta.alignSample) / wide - 1,
        -placeOf(y, high, meta.alignSample) / high, placeOf(y, high, meta.alignSample) / high - 1];
    }));
    const around = clamp(Math.ceil((far + 0.06) / MARGIN) * MARGIN, MARGIN, FARTHEST);
    own.view = { left: -0.5 - around * wide, top: -0.5 - around * high, wide: wide * (1 + 2 * around),
      high: high * (1 + 2 * around) };
  };
  const paintBase = () => {
    const c = contextOf(base, own.ratio), { view } = own;
    // The pixels outside, as grid_sample takes them, so that the three ways of padding can be seen.
    const first = [Math.floor(view.top), Math.floor(view.left)];
    const size = [Math.ceil(view.top + view.high) - first[0] + 1, Math.ceil(view.left + view.wide) - first[1] + 1];
    const bring = (at, count) => {
      const p = Math.round(broughtIn(at, count, meta));
      return p >= 0 && p < count ? p : -1;
    };
    const rows = Array.from({ length: size[0] }, (_, i) => bring(first[0] + i, high));
    const columns = Array.from({ length: size[1] }, (_, i) => bring(first[1] + i, wide));
    own.around ??= document.createElement("canvas");
    paintChannels(own.around, size, meta.channels, (channel, i) => {
      const r = rows[Math.floor(i / size[1])], k = columns[i % size[1]];
      return r < 0 || k < 0 ? 0 : image[(channel * high + r) * wide + k];
    });
    c.imageSmoothingEnabled = false;
    c.drawImage(own.around, sx(first[1] - 0.5), sy(first[0] - 0.5), size[1] * own.scale, size[0] * own.scale);
    c.fillStyle = inks.paper + "8c"; // a little more than half
    const [l, t, r, b] = [sx(-0.5), sy(-0.5), sx(wide - 0.5), sy(high - 0.5)];
    c.fillRect(0, 0, own.side, t);
    c.fillRect(0, b, own.side, own.side);
    c.fillRect(0, t, l, b - t);
    c.fillRect(r, t, own.side, b - t);
    c.strokeStyle = inks.input;
    c.lineWidth = 2;
    c.strokeRect(l, t, r - l, b - t);
  };
  const paintBox = () => {
    const c = contextOf(over, own.ratio), corners = CORNERS.map((corner) => point(cornerOf(own.theta, corner)));
    c.clearRect(0, 0, own.side, own.side);
    c.beginPath();
    for (const row of spread(h)) { c.moveTo(...there(row, 0)); c.lineTo(...there(row, w - 1)); }
    for (const column of spread(w)) { c.moveTo(...there(0, column)); c.lineTo(...there(h - 1, column)); }
    c.strokeStyle = "rgba(0, 0, 0, 0.35)";
    c.lineWidth = 2;
    c.stroke();
    c.strokeStyle = inks.mark + "8c";
    c.lineWidth = 1;
    c.stroke();
    const [a, b] = [there(0, 0), there(0, Math.min(1, w - 1))], [d] = [there(Math.min(1, h - 1), 0)];
    const apart = Math.min(w > 1 ? Math.hypot(b[0] - a[0], b[1] - a[1]) : 99,
      h > 1 ? Math.hypot(d[0] - a[0], d[1] - a[1]) : 99);
    if (apart >= DOTS) {
      const size = clamp(apart / 4, 1.5, 4);
      c.fillStyle = inks.mark;
      for (let row = 0; row < h; row++) for (let column = 0; column < w; column++) {
        const [x, y] = there(row, column);
        c.fillRect(x - size / 2, y - size / 2, size, size);
      }
    }
    for (const { colour, line } of [{ colour: "#000", line: 4.5 }, { colour: inks.mark, line: 2.5 }]) {
      outline(c, corners);
      c.strokeStyle = colour;
      c.lineWidth = line;
      c.stroke();
    }
    handles.forEach((handle, k) => {
      const [u, v] = k === 4 ? centreOf(own.theta) : cornerOf(own.theta, CORNERS[k]), [x, y] = point([u, v]);
      handle.style.transform = `translate(${clamp(x, 8, own.side - 8)}px, ${clamp(y, 8, own.side - 8)}px)`;
      const at = { x: num(u, 2), y: num(v, 2), name: words.corners.split("|")[k] };
      handle.setAttribute("aria-label", fill(k === 4 ? words.centre : words.handle, at));
    });
    // The pixel that is told: where it is read, and the pixels that take part.
    locate(meta, own.theta, own.shown[0], own.shown[1], read);
    c.lineWidth = 2;
    for (let i = 0; i < meta.reach; i++) for (let j = 0; j < meta.reach; j++) {
      const [x, y] = [sx(read.columns.asked[j] - 0.5), sy(read.rows.asked[i] - 0.5)];
      c.strokeStyle = "#fff";
      c.strokeRect(x + 2, y + 2, own.scale - 4, own.scale - 4);
      c.strokeStyle = inks.kernel;
      c.strokeRect(x, y, own.scale, own.scale);
    }
    const [x, y] = there(...own.shown);
    for (const [colour, radius] of [["#000", 5.5], ["#fff", 4], [inks.kernel, 2.5]]) {
      c.beginPath();
      c.arc(x, y, radius, 0, 7);
      c.fillStyle = colour;
      c.fill();
    }
  };
  const paintOut = () => {
    warpAll(meta, image, own.theta, out, read);
    paintChannels(canvas, meta.output, meta.channels, (channel, i) => out[channel * h * w + i]);
    matrix.replaceChildren(...own.theta.map((value) => {
      const span = document.createElement("span");
      span.textContent = num(value, 3);
      return span;
    }));
    find(".theta").setAttribute("aria-label", `${words.theta}: ${own.theta.map((value) => num(value, 3)).join(", ")}`);
  };
  return { point, lookAround, paintBase, paintBox, paintOut };
}
