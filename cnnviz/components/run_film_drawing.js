// What a network shows at a moment, drawn: maps side by side, and a plane with points on it.

import { contextOf, fitCanvas, mix } from "./canvas.js";
import { opaque, paintPixels } from "./paint.js";
import { clamp, limits, palette, ramp } from "./shared.js";

const GAP = 2, WIDE = 560, CAPTION = 22, LARGE = 300, LEAD = 84, ROOM = 330;
// Of the plane: the first class, neither, the second.
const BLUE = "#6ea4d8", WHITE = "#f7f7f7", ORANGE = "#eda45c";

const pixel = (hex) => 0xff000000 | parseInt(hex.slice(5) + hex.slice(3, 5) + hex.slice(1, 3), 16);

/** The 256 colours of a plane, as the pixels of an ImageData. */
export const planePalette = () => Uint32Array.from({ length: 256 }, (_, at) => {
  const share = at / 255 * 2 - 1;
  return pixel(mix(share < 0 ? BLUE : ORANGE, WHITE, Math.abs(share))) >>> 0;
});

/**
 * A panel of `count` pictures (h, w) a frame, with what draws it: a colour for every value, the same in all frames.
 *
 * `kind` is "map", or of planes "unit", coloured about zero, or "answer", from 0 to 1. With a third size pictures are
 * colours, whose grey is zero, or of a "photo" as they are.
 */
export function panelOf({ size, ends, caption }, codes, ranges, kind) {
  const [count, h, w, channels = 1] = size, signed = ends[0] < 0;
  const mode = kind === "unit" || signed ? "signed" : "positive";
  const soft = kind === "unit" || kind === "answer", colours = soft ? planePalette() : palette(mode);
  const [slope, base] = ramp(mode, kind === "answer" ? [0, 1] : limits(mode, ends[0], ends[1]));
  /** The place in the colours of a code of a frame. */
  const placeOf = (frame, code) => {
    const low = ranges[2 * frame], high = ranges[2 * frame + 1];
    return clamp(Math.floor(slope * (low + code / 255 * (high - low)) + base), 0, 255);
  };
  if (channels === 3) {
    const most = Math.max(Math.abs(ends[0]), Math.abs(ends[1])) || 1;
    /** The byte of a colour's code of a frame. */
    const byteOf = (frame, code) => {
      const low = ranges[2 * frame], value = low + code / 255 * (ranges[2 * frame + 1] - low);
      return kind === "photo" ? code : clamp(Math.round(127.5 + 127.5 * value / most), 0, 255);
    };
    return { count, h, w, codes, byteOf, caption, soft: false };
  }
  return { count, h, w, codes, colours, placeOf, caption, soft };
}

const STRIP = new Map();

/** All pictures of a frame below each other, as they come, on a canvas that is not in the page. */
function stripOf(panel, frame) {
  const key = panel.soft ? "planes" : "maps", { h, w, count, codes } = panel;
  const canvas = STRIP.get(key) ?? document.createElement("canvas"), first = frame * count * h * w;
  STRIP.set(key, canvas);
  if (panel.byteOf) {
    const bytes = Uint8Array.from({ length: 256 }, (_, code) => panel.byteOf(frame, code));
    const [red, green, blue] = [0, 1, 2].map((channel) => (i) => bytes[codes[3 * (first + i) + channel]]);
    paintPixels(canvas, [count * h, w], (i) => opaque(red(i), green(i), blue(i)));
    return canvas;
  }
  const look = Uint32Array.from({ length: 256 }, (_, code) => panel.colours[panel.placeOf(frame, code)]);
  paintPixels(canvas, [count * h, w], (i) => look[codes[first + i]]);
  return canvas;
}

/** How many columns, and how large a tile, fill a box best. */
export function arranged({ count, h, w }, width, height) {
  let best = { columns: 1, size: 0 };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const high = (height - (rows - 1) * GAP) / rows * w / h;
    const size = Math.floor(Math.min((width - (columns - 1) * GAP) / columns, high));
    if (size > best.size) best = { columns, size };
  }
  return { ...best, tall: best.size * h / w, rows: Math.ceil(count / best.columns) };
}

/** Draw a panel's pictures side by side; the one that is `marked` has an edge. */
export function drawPanel(canvas, panel, frame, { width, height }, ratio, marked, ink) {
  const grid = arranged(panel, width, height), strip = stripOf(panel, frame), { h, w } = panel;
  fitCanvas(canvas, grid.columns * (grid.size + GAP) - GAP, grid.rows * (grid.tall + GAP) - GAP, ratio);
  const context = contextOf(canvas, ratio);
  context.imageSmoothingEnabled = panel.soft;
  for (let at = 0; at < panel.count; at++) {
    const [x, y] = cornerOf(grid, at);
    context.drawImage(strip, 0, at * h, w, h, x, y, grid.size, grid.tall);
    if (at !== marked) continue;
    context.strokeStyle = ink;
    context.lineWidth = 2.5;
    context.strokeRect(x + 1, y + 1, grid.size - 2, grid.tall - 2);
  }
  return grid;
}

const cornerOf = (grid, at) =>
  [(at % grid.columns) * (grid.size + GAP), Math.floor(at / grid.columns) * (grid.tall + GAP)];

/** The picture of a panel that an event happened over, null for none. */
export function tileUnder(event, canvas, grid, count) {
  const frame = canvas.getBoundingClientRect();
  const column = Math.floor((event.clientX - frame.left) / (grid.size + GAP));
  const at = Math.floor((event.clientY - frame.top) / (grid.tall + GAP)) * grid.columns + column;
  return column >= 0 && column < grid.columns && at >= 0 && at < count ? at : null;
}

/** Draw one plane of a panel, and on it the points (N, 2) of both classes. */
export function drawPlane(canvas, panel, frame, which, side, ratio, { points, classes, reach, inks }) {
  fitCanvas(canvas, side, side, ratio);
  const context = contextOf(canvas, ratio), strip = stripOf(panel, frame), { h, w } = panel;
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = "high";
  context.drawImage(strip, 0, which * h, w, h, 0, 0, side, side);
  context.strokeStyle = "#ffffff";
  context.lineWidth = 0.7;
  for (let at = 0; at < classes.length; at++) {
    context.beginPath();
    const [x, y] = [points[2 * at], -points[2 * at + 1]].map((place) => (place / reach + 1) / 2 * side);
    context.arc(x, y, 3, 0, 2 * Math.PI);
    context.fillStyle = inks[classes[at]];
    context.fill();
    context.stroke();
  }
}

/** The boxes of a run's pictures, for `reels` of them in so wide a place. */
export function sizesOf(width, reels, { planes, rows }) {
  const across = width < WIDE ? 1 : reels, own = (width - 28 * (across - 1)) / across, phone = own < WIDE;
  if (!planes) {
    const height = ROOM / rows - CAPTION;
    const first = own - LEAD - 16;
    return { lead: LEAD, units: true, row: (at) => ({ width: at ? own : first, height }) };
  }
  const lead = Math.min(LARGE, own), units = reels === 1;
  const height = (phone ? 90 : LARGE / Math.max(1, rows)) - CAPTION;
  return { lead, units, row: () => ({ width: phone ? own : own - lead - 20, height }) };
}
