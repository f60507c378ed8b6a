// A layer's maps inside its block on a network map: the strongest few, from one picture that holds those of all layers,
// and nearer all of them, in a picture of the layer's own.

import { paintMap } from "./paint.js";
import { NAN, NO_COLOUR, TOP, ZERO, clamp, extent, limits, palette, ramp } from "./shared.js";

// Pixels: the common picture's width, a block's shorter side from which maps are drawn in it, and more than one.
const ATLAS = 2048, SHOWN = 16, SEVERAL = 34;
export const WHOLE_LAYER = 170; // pixels of the side of a square as large as a block, from which all maps are drawn
const PARTED = 8; // pixels of a map, from which lines part it from the next

const modeOf = ({ low }) => low < 0 ? "signed" : "positive";

/** The 32-bit colours of the 256 codes of a map of a layer: on its own scale, single numbers on that of their layer. */
function coloursOf(layer, least, greatest) {
  const mode = modeOf(layer), colours = palette(mode), alone = layer.height * layer.width === 1;
  const [a, b] = ramp(mode, limits(mode, alone ? layer.low : least, alone ? layer.high : greatest));
  return Uint32Array.from({ length: 256 }, (_, code) => {
    if (code === NAN) return NO_COLOUR;
    const at = code <= TOP ? a * (least + code * (greatest - least) / TOP) + b : [b, 0, 255][code - ZERO];
    return colours[clamp(Math.floor(at), 0, 255)];
  });
}

/** Paint a map (h, w) of codes from `at` on with its corner at pixel `corner` of a picture `across` pixels wide. */
function paintCodes(pixels, across, corner, codes, at, [h, w], colours) {
  for (let row = 0, from = at; row < h; row++)
    for (let to = corner + row * across, end = to + w; to < end; to++, from++) pixels[to] = colours[codes[from]];
}

/** A canvas of pixels that `fill` is given to paint. */
function painted(width, height, fill) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext("2d"), image = context.createImageData(width, height);
  fill(new Uint32Array(image.data.buffer));
  context.putImageData(image, 0, 0);
  return canvas;
}

/**
 * Read the parcel with the thumbnails: `layers` by their nodes, each with the size of its maps, what a unit sees and
 * `thumbs`, [left, top, width, height] in the one picture `atlas`.
 */
export function thumbnailsOf(codes, [ranges, channels, rows, boxes, ends]) {
  const layers = new Map(), places = [];
  // On shelves, from the left to the right: neighbours are alike in size. A pixel apart, so that none bleeds.
  let left = 0, top = 0, tall = 0, next = 0;
  for (let at = 0; 8 * at < rows.length; at++) {
    const [node, count, h, w, all, height, width, sees] = rows.subarray(8 * at, 8 * at + 8), thumbs = [];
    for (let k = 0; k < count; k++) {
      if (left + w > ATLAS) { left = 0; top += tall + 1; tall = 0; }
      thumbs.push([left, top, w, h]);
      tall = Math.max(tall, h);
      left += w + 1;
    }
    places.push(...thumbs);
    layers.set(node, { count: all, height, width, thumbs, low: ends[2 * at], high: ends[2 * at + 1],
      channels: [...channels.subarray(next, next + count)], sees, field: boxes.subarray(6 * at, 6 * at + 6) });
    next += count;
  }
  const atlas = painted(ATLAS, Math.max(1, top + tall), (pixels) => {
    let at = 0, thumb = 0;
    for (const layer of layers.values()) for (const [x, y, w, h] of layer.thumbs) {
      const [least, greatest] = [ranges[2 * thumb], ranges[2 * thumb + 1]];
      paintCodes(pixels, ATLAS, y * ATLAS + x, codes, at, [h, w], coloursOf(layer, least, greatest));
      at += w * h;
      thumb++;
    }
  });
  return { layers, atlas };
}

/** All maps of a layer (C, h, w), every `step`-th value of each; they are painted when they are drawn. */
export function mosaicOf({ height, width }, step, [codes, ranges]) {
  return { codes, ranges, step, h: Math.ceil(height / step), w: Math.ceil(width / step), columns: 0, canvas: null,
    bytes: 5 * codes.length };
}

/** Paint all maps of a layer as one picture, `columns` a row, unless that is how they are. */
function paintWhole(mosaic, layer, columns) {
  if (mosaic.columns === columns) return;
  const { codes, ranges, h, w } = mosaic, { count } = layer, across = columns * w;
  mosaic.columns = columns;
  mosaic.canvas = painted(across, Math.ceil(count / columns) * h, (pixels) => {
    for (let k = 0; k < count; k++) {
      const corner = Math.floor(k / columns) * h * across + (k % columns) * w;
      const colours = coloursOf(layer, ranges[2 * k], ranges[2 * k + 1]);
      paintCodes(pixels, across, corner, codes, k * w * h, [h, w], colours);
    }
  });
}

/** One map with all of its values (H, W) as a picture. */
export function exactOf(layer, channel, values) {
  const canvas = document.createElement("canvas"), mode = modeOf(layer);
  const ends = layer.height * layer.width === 1 ? [layer.low, layer.high] : extent(values);
  paintMap(canvas, values, [layer.height, layer.width], mode, limits(mode, ends[0], ends[1]));
  return { channel, values, canvas };
}

/** Where `count` maps stand in a block so that they are as large as can be; sizes are the network map's. */
export function gridIn({ left, top, wide, high }, count, { height, width }, pad) {
  const [room, tall] = [wide - 2 * pad, high - 2 * pad];
  let columns = 1, size = 0;
  for (let each = 1; each <= count; each++) {
    const side = Math.min(room / each, tall / Math.ceil(count / each) * width / height);
    if (side > size) [columns, size] = [each, side];
  }
  const rows = Math.ceil(count / columns), deep = size * height / width;
  return { columns, rows, wide: size, high: deep, left: left + (wide - columns * size) / 2,
    top: top + (high - rows * deep) / 2 };
}

/** The place of map k in such a grid. */
export const cellIn = ({ columns, wide, high, left, top }, k) =>
  [left + (k % columns) * wide, top + Math.floor(k / columns) * high, wide, high];

/** Whether a block is drawn so large that all maps of its layer are. */
export const isWhole = ({ wide, high }, scale) => Math.sqrt(wide * high) * scale >= WHOLE_LAYER;

/** Where all maps of a layer stand in its block. */
export const wholeGrid = (body, layer) => gridIn(body, layer.count, layer, Math.min(body.wide, body.high) * 0.03);

/** Draw the strongest maps of a layer, as many as its block has room for. */
export function drawThumbnails(pen, atlas, layer, body, scale) {
  const least = Math.min(body.wide, body.high) * scale, many = layer.height * layer.width === 1 || least >= SEVERAL;
  if (least < SHOWN) return;
  const count = many ? layer.thumbs.length : 1, grid = gridIn(body, count, layer, Math.min(3, body.wide * 0.06));
  // Apart by a pixel or so, that none looks like a part of the next.
  const apart = count > 1 ? Math.min(grid.wide, grid.high) * 0.03 : 0;
  for (let k = 0; k < count; k++) {
    const [x, y, w, h] = cellIn(grid, k);
    pen.picture(atlas, layer.thumbs[k], x + apart, y + apart, w - 2 * apart, h - 2 * apart);
  }
}

/** Draw all maps of a layer, and of one, where it has come, every value. */
export function drawWhole(pen, mosaic, exact, layer, body, view, paper) {
  const grid = wholeGrid(body, layer), { columns, rows, left, top, wide, high } = grid;
  paintWhole(mosaic, layer, columns);
  const { canvas } = mosaic;
  pen.picture(canvas, [0, 0, canvas.width, canvas.height], left, top, columns * wide, rows * high);
  if (exact) pen.picture(exact.canvas, [0, 0, layer.width, layer.height], ...cellIn(grid, exact.channel));
  if (Math.min(wide, high) * view.scale < PARTED) return;
  const thick = Math.min(3, 0.06 * Math.min(wide, high) * view.scale) / view.scale;
  const from = (start, size) => Math.max(1, Math.floor(start / size)), to = (end, size, most) =>
    Math.min(most - 1, Math.ceil(end / size));
  for (let k = from(view.x - left, wide); k <= to(view.x + view.width / view.scale - left, wide, columns); k++)
    pen.box(left + k * wide - thick / 2, top, thick, rows * high, { fill: paper, round: 0 });
  for (let k = from(view.y - top, high); k <= to(view.y + view.height / view.scale - top, high, rows); k++)
    pen.box(left, top + k * high - thick / 2, columns * wide, thick, { fill: paper, round: 0 });
}
