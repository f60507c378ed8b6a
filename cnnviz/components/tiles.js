// Every map of a layer as a tile; the pointer and the keys name one of its numbers, a click picks the map.

import { long, minus } from "./numbers.js";
import { layMark, listen, onKeys, settleOn } from "./grid.js";
import {
  NAN, NO_COLOUR, TOP, ZERO, chosen, clamp, fill, finder, follow, gradient, limits, memory, palette, pend, ramp,
  restore, show, whole
} from "./shared.js";

const TALLEST = 640, LARGEST = 320, FINGER = 24, GAP = 2;

/** One picture with every map at its natural size, side by side; `across` of them a row. */
function paintAtlas(canvas, own) {
  const { meta, codes, ranges, rgb } = own, n = meta.count, [h, w] = meta.drawn;
  const across = own.across = clamp(Math.floor(4096 / w), 1, n), stride = across * w;
  canvas.width = stride;
  canvas.height = Math.ceil(n / across) * h;
  const context = canvas.getContext("2d"), image = context.createImageData(canvas.width, canvas.height);
  const pixels = new Uint32Array(image.data.buffer), colours = rgb ? null : palette(meta.mode);
  for (let k = 0, i = 0; k < n; k++) {
    const corner = Math.floor(k / across) * h * stride + (k % across) * w;
    if (rgb) {
      for (let r = 0; r < h; r++)
        for (let p = corner + r * stride, end = p + w; p < end; p++, i += 3)
          pixels[p] = 0xff000000 | rgb[i + 2] << 16 | rgb[i + 1] << 8 | rgb[i];
      continue;
    }
    const least = ranges[2 * k], greatest = ranges[2 * k + 1];
    const [low, high] = meta.shared ? meta.limits : [least, greatest];
    const [a, b] = ramp(meta.mode, limits(meta.mode, low, high));
    const slope = a * (greatest - least) / TOP, base = a * least + b;
    const special = [b, 0, 255];
    for (let r = 0; r < h; r++)
      for (let p = corner + r * stride, end = p + w; p < end; p++, i++) {
        const code = codes[i];
        if (code === NAN) { pixels[p] = NO_COLOUR; continue; }
        const index = code <= TOP ? slope * code + base : special[code - ZERO];
        pixels[p] = colours[index < 0 ? 0 : index > 255 ? 255 : index | 0];
      }
  }
  context.putImageData(image, 0, 0);
}

/** Columns and the tile's size in device pixels, for a width in CSS pixels. */
function arrange(width, ratio, meta, count) {
  const [h, w] = meta.drawn, single = h * w === 1;
  const least = single ? 12 : 28, largest = single ? 40 : LARGEST, tallest = meta.tallest ?? TALLEST;
  const side = (columns) => {
    const rows = Math.ceil(count / columns);
    return Math.min(largest, (width - (columns - 1) * GAP) / columns, (tallest - (rows - 1) * GAP) / rows * w / h);
  };
  let columns = 1, size = 0;
  if (meta.columns) {
    columns = Math.min(meta.columns, count);
    // What could not be hit with a finger stands in twice as many rows.
    while (columns % 2 === 0 && (width - (columns - 1) * GAP) / columns < FINGER) columns /= 2;
    size = Math.min(largest, (width - (columns - 1) * GAP) / columns);
  } else {
    for (let c = 1; c <= count; c++) if (side(c) > size) { size = side(c); columns = c; }
    if (size < least) {
      columns = clamp(Math.floor((width - 16 + GAP) / (least + GAP)), 1, count);
      size = Math.min(largest, (width - 16 - (columns - 1) * GAP) / columns);
    } else { // full rows look tidier, and cost little
      const best = size;
      for (let c = 1; c <= count; c++)
        if (count % columns && count % c === 0 && side(c) >= 0.9 * best) { columns = c; size = side(c); }
    }
  }
  const scale = size * ratio / w;
  const tileW = Math.max(1, Math.floor(scale >= 2 ? Math.floor(scale) * w : scale * w));
  const tileH = Math.max(1, Math.round(tileW * h / w)), gap = Math.max(1, Math.round(GAP * ratio));
  return { columns, rows: Math.ceil(count / columns), tileW, tileH, gap, ratio };
}

/** Draw what is in sight of the scrolled frame. */
function drawTiles(canvas, frame, own) {
  const { columns, rows, tileW, tileH, gap, ratio } = own.grid, { order, atlas, across } = own, [h, w] = own.meta.drawn;
  const context = canvas.getContext("2d"), top = Math.round(frame.scrollTop * ratio), pitch = tileH + gap;
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingEnabled = tileW < 2 * w && tileW !== w;
  context.imageSmoothingQuality = tileW < w ? "medium" : "high";
  const last = Math.min(rows, Math.ceil((top + canvas.height) / pitch)) * columns;
  for (let i = Math.floor(top / pitch) * columns; i < last && i < order.length; i++) {
    const k = order[i];
    context.drawImage(atlas, (k % across) * w, Math.floor(k / across) * h, w, h,
      (i % columns) * (tileW + gap), Math.floor(i / columns) * pitch - top, tileW, tileH);
  }
}

/** Where tile `i` stands, in CSS pixels; null for none. */
function boxOf({ columns, tileW, tileH, gap, ratio }, i) {
  return i < 0 ? null : { left: (i % columns) * (tileW + gap) / ratio,
    top: Math.floor(i / columns) * (tileH + gap) / ratio, width: tileW / ratio, height: tileH / ratio };
}

/** The tile and the row and column of its map under the pointer, [i, row, column]; null between and beside tiles. */
function placeUnder(event, space, { grid, order, meta }) {
  const { columns, tileW, tileH, gap, ratio } = grid, [h, w] = meta.drawn, box = space.getBoundingClientRect();
  const x = (event.clientX - box.left) * ratio, y = (event.clientY - box.top) * ratio;
  const column = Math.floor(x / (tileW + gap)), row = Math.floor(y / (tileH + gap)), i = row * columns + column;
  if (column < 0 || row < 0 || column >= columns || i >= order.length) return null;
  return [i, clamp(Math.floor((y - row * (tileH + gap)) / tileH * h), 0, h - 1),
    clamp(Math.floor((x - column * (tileW + gap)) / tileW * w), 0, w - 1)];
}

/** Scroll the frame, not the page, until a tile is in sight. */
function reveal(frame, { top, height }) {
  if (top < frame.scrollTop) frame.scrollTop = top;
  else if (top + height > frame.scrollTop + frame.clientHeight) frame.scrollTop = top + height - frame.clientHeight;
}

/** What is said of map k and of its number at (row, column), and the scale of its colours: `name`, `say`, `idle`. */
function telling(find, own) {
  const [readout, low, high] = [".readout", ".low", ".high"].map(find), { meta, order } = own, { words } = meta;
  const [h, w] = meta.drawn;
  const scale = (k) => {
    if (meta.mode === "rgb") return;
    const both = meta.shared || k === undefined ? meta.limits : [own.ranges[2 * k], own.ranges[2 * k + 1]];
    const [least, greatest] = limits(meta.mode, both[0], both[1]), step = (greatest - least) / 2000;
    const told = meta.shared || k !== undefined;
    low.textContent = told ? minus(show(least, step)) : "";
    high.textContent = told ? minus(show(greatest, step)) : words.own;
  };
  const name = (k) => [fill(words.channel, { channel: k }), meta.labels?.[k]].filter(Boolean).join(" · ");
  const number = (k, r, c) => {
    const plane = h * w, at = k * plane + r * w + c;
    if (meta.mode !== "rgb") {
      const [least, greatest] = [own.ranges[2 * k], own.ranges[2 * k + 1]], step = (greatest - least) / TOP;
      return fill(words.value, { value: minus(show(restore(own.codes[at], least, greatest), step)) });
    }
    const colour = (j) => own.weights ? long(own.weights[(3 * k + j) * plane + r * w + c]) : own.rgb[3 * at + j];
    return fill(words.weights, { red: colour(0), green: colour(1), blue: colour(2) });
  };
  const say = ([i, r, c]) => {
    const k = order[i], parts = [name(k)];
    if (meta.size[0] * meta.size[1] > 1) parts.push(fill(words.place, { row: r * meta.step, column: c * meta.step }));
    parts.push(number(k, r, c));
    if (meta.step > 1) parts.push(fill(words.step, { step: meta.step }));
    readout.textContent = parts.filter(Boolean).join(" · ");
    scale(k);
  };
  const idle = () => {
    const [height, width] = meta.size;
    const size = fill(meta.picks ? words.idle : words.look, { count: meta.count, height, width });
    readout.textContent = own.selected === null ? size : `${name(own.selected)} · ${size}`;
    scale();
  };
  return { name, say, idle };
}

/** The keys walk `own.at` over the tiles; `moved` is called, or `pick` for Enter and space. */
function walkTiles(frame, own, pick, moved) {
  onKeys(frame, (key) => {
    const { columns, rows } = own.grid, count = own.order.length, page = columns * Math.max(1, Math.floor(rows / 4));
    const moves = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, PageUp: -page, PageDown: page,
      Home: -count, End: count };
    if (key !== "Enter" && key !== " " && !(key in moves)) return false;
    own.pointer = null;
    if (!(key in moves)) pick(own.at);
    else {
      const to = own.at + moves[key], vertical = key === "ArrowUp" || key === "ArrowDown";
      if (!vertical || (to >= 0 && to < count)) own.at = clamp(to, 0, count - 1);
      moved();
    }
    return true;
  });
}

/** Read what Python sent into `own`, and paint the maps. */
function takeIn(own, meta, [order, ...arrays]) {
  const coloured = meta.mode === "rgb";
  [own.rgb, own.weights] = coloured ? arrays : [null, null];
  [own.codes, own.ranges] = coloured ? [null, null] : arrays;
  Object.assign(own, { meta, order, atlas: own.atlas ?? document.createElement("canvas") });
  paintAtlas(own.atlas, own);
  own.selected = chosen(own, meta.selected);
  own.at = Math.max(0, order.indexOf(own.selected));
}

/** Give frame and canvas the size that the tiles take in the frame's width. */
function layOut(frame, space, canvas, own) {
  const { columns, rows, tileW, tileH, gap, ratio } = own.grid = arrange(own.width, devicePixelRatio, own.meta,
    own.order.length);
  const tall = (rows * (tileH + gap) - gap) / ratio, seen = Math.min(tall, (own.meta.tallest ?? TALLEST) + 2);
  frame.style.height = Math.ceil(seen) + "px";
  space.style.height = tall + "px";
  canvas.width = columns * (tileW + gap) - gap;
  canvas.height = Math.ceil(seen * ratio);
  canvas.style.width = canvas.width / ratio + "px";
  canvas.style.height = canvas.height / ratio + "px";
}

export default function ({ data, parentElement, setTriggerValue }) {
  if (!data) return;
  return whole(data, (meta, arrays) => drawAll(meta, arrays, parentElement, setTriggerValue));
}

function drawAll(given, arrays, parentElement, setTriggerValue) {
  const began = performance.now(), find = finder(parentElement), own = memory(parentElement);
  const [frame, space, canvas, readout] = [".frame", ".space", "canvas", ".readout"].map(find);
  const [chosenMark, cursorMark, legend] = [".chosen", ".cursor", ".legend"].map(find);
  takeIn(own, given, arrays);
  const { meta, order } = own, [h, w] = meta.drawn, { name, say, idle } = telling(find, own);
  frame.setAttribute("aria-label", meta.label);
  cursorMark.setAttribute("aria-setsize", order.length);
  legend.hidden = meta.mode === "rgb";
  if (meta.mode !== "rgb") find(".bar").style.background = gradient(meta.mode);

  const put = (mark, i) => layMark(mark, boxOf(own.grid, i));
  const look = (place) => { put(cursorMark, place[0]); say(place); };
  const middle = () => /** @type {[number, number, number]} */ ([own.at, Math.floor(h / 2), Math.floor(w / 2)]);
  const rest = () => {
    if (frame.matches(":focus-visible")) return look(middle());
    put(cursorMark, -1);
    return idle();
  };
  const settle = settleOn(frame, own, rest);
  own.choose = (k) => {
    own.selected = k;
    put(chosenMark, order.indexOf(k));
    cursorMark.setAttribute("aria-selected", String(order[own.at] === k));
    cursorMark.setAttribute("aria-label", name(order[own.at]));
    cursorMark.setAttribute("aria-posinset", own.at + 1);
  };
  const pick = (i) => {
    own.at = i;
    if (!meta.picks) return;
    pend(own, order[i]);
    own.choose(order[i]);
    setTriggerValue("pick", order[i]);
  };
  listen(frame, own, readout, { under: (event) => placeUnder(event, space, own), look, rest,
    // A finger, which only taps, reads by it what a pointer reads by resting there.
    pick: (place) => { pick(place[0]); if (!meta.picks) look(place); } });
  frame.onscroll = () => drawTiles(canvas, frame, own);
  walkTiles(frame, own, pick, () => {
    readout.setAttribute("aria-live", "polite");
    reveal(frame, boxOf(own.grid, own.at));
    own.choose(own.selected);
    look(middle());
  });

  const stop = follow(frame, () => {
    layOut(frame, space, canvas, own);
    drawTiles(canvas, frame, own);
    own.choose(own.selected);
    if (order.indexOf(own.selected) >= 0) reveal(frame, boxOf(own.grid, order.indexOf(own.selected)));
    settle();
  }, own);
  performance.measure("cnnviz:tiles", { start: began, end: performance.now() });
  return stop;
}
