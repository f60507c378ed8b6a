import {
  NAN, NO_COLOUR, TOP, ZERO, chosen, clamp, fill, finder, follow, gradient, limits, memory, palette, pend, ramp, restore,
  show, unpack
} from "./shared.js";

const TALLEST = 640, LARGEST = 320, FINGER = 24, GAP = 2;

/** One picture with every map at its natural size, side by side; `across` of them a row. */
function paintAtlas(canvas, own) {
  const { meta, codes, ranges, weights, rgb } = own, n = meta.count, [h, w] = meta.drawn;
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
    const [a, b] = ramp(meta.mode, meta.shared ? limits(meta.mode, ...meta.limits) : limits(meta.mode, least, greatest));
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
  const least = single ? 12 : 28, largest = single ? 40 : LARGEST;
  const side = (columns) => {
    const rows = Math.ceil(count / columns);
    return Math.min(largest, (width - (columns - 1) * GAP) / columns, (TALLEST - (rows - 1) * GAP) / rows * w / h);
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

export default function ({ data, parentElement, setTriggerValue }) {
  if (!data) return;
  const find = finder(parentElement);
  const [frame, space, canvas, readout] = [".frame", ".space", "canvas", ".readout"].map(find);
  const [chosenMark, cursorMark, legend] = [".chosen", ".cursor", ".legend"].map(find);
  const own = memory(parentElement), [meta, [order, ...arrays]] = unpack(data), words = meta.words;
  own.meta = meta;
  [own.rgb, own.weights] = meta.mode === "rgb" ? arrays : [null, null];
  [own.codes, own.ranges] = meta.mode === "rgb" ? [null, null] : arrays;
  const [h, w] = meta.drawn, count = order.length, atlas = own.atlas ??= document.createElement("canvas");
  const began = performance.now();
  paintAtlas(atlas, own);
  own.selected = chosen(own, meta.selected);
  own.at = Math.max(0, order.indexOf(own.selected));

  frame.setAttribute("aria-label", meta.label);
  cursorMark.setAttribute("aria-setsize", count);
  legend.hidden = meta.mode === "rgb";
  if (meta.mode !== "rgb") find(".bar").style.background = gradient(meta.mode);

  const draw = () => {
    const { columns, rows, tileW, tileH, gap, ratio } = own.grid, pitch = tileH + gap;
    const context = canvas.getContext("2d"), top = Math.round(frame.scrollTop * ratio);
    context.clearRect(0, 0, canvas.width, canvas.height);
    const smooth = tileW < 2 * w && tileW !== w;
    context.imageSmoothingEnabled = smooth;
    context.imageSmoothingQuality = tileW < w ? "medium" : "high";
    const last = Math.min(rows, Math.ceil((top + canvas.height) / pitch)) * columns;
    for (let i = Math.floor(top / pitch) * columns; i < last && i < count; i++) {
      const k = order[i];
      context.drawImage(atlas, (k % own.across) * w, Math.floor(k / own.across) * h, w, h,
        (i % columns) * (tileW + gap), Math.floor(i / columns) * pitch - top, tileW, tileH);
    }
  };
  const put = (mark, i) => {
    const { columns, tileW, tileH, gap, ratio } = own.grid;
    mark.style.opacity = i < 0 ? 0 : 1; // not display: the option must stay for screen readers
    if (i < 0) return;
    mark.style.width = tileW / ratio + "px";
    mark.style.height = tileH / ratio + "px";
    mark.style.transform = `translate(${(i % columns) * (tileW + gap) / ratio}px, ` +
      `${Math.floor(i / columns) * (tileH + gap) / ratio}px)`;
  };
  const scale = (k) => {
    if (meta.mode === "rgb") return;
    const both = meta.shared || k === undefined ? meta.limits : [own.ranges[2 * k], own.ranges[2 * k + 1]];
    const [low, high] = limits(meta.mode, ...both), step = (high - low) / 2000;
    const text = meta.shared || k !== undefined ? [show(low, step), show(high, step)] : ["", words.own];
    find(".low").textContent = text[0];
    find(".high").textContent = text[1];
  };
  const name = (k) => fill(words.channel, { channel: k }) + (meta.labels ? " · " + meta.labels[k] : "");
  const number = (k, r, c) => {
    const at = k * h * w + r * w + c;
    if (meta.mode !== "rgb") {
      const [least, greatest] = [own.ranges[2 * k], own.ranges[2 * k + 1]];
      return fill(words.value, { value: show(restore(own.codes[at], least, greatest), (greatest - least) / TOP) });
    }
    const plane = h * w, colour = (j) => own.weights
      ? show(own.weights[(3 * k + j) * plane + r * w + c]) : own.rgb[3 * at + j];
    return fill(words.weights, { red: colour(0), green: colour(1), blue: colour(2) });
  };
  const say = (i, r, c) => {
    const k = order[i], parts = [name(k)];
    if (meta.size[0] * meta.size[1] > 1) parts.push(fill(words.place, { row: r * meta.step, column: c * meta.step }));
    parts.push(number(k, r, c));
    if (meta.step > 1) parts.push(fill(words.step, { step: meta.step }));
    readout.textContent = parts.filter(Boolean).join(" · ");
    scale(k);
  };
  const idle = () => {
    if (frame.matches(":focus-visible")) {
      put(cursorMark, own.at);
      return say(own.at, Math.floor(h / 2), Math.floor(w / 2));
    }
    put(cursorMark, -1);
    const size = { count: meta.count, height: meta.size[0], width: meta.size[1] };
    readout.textContent = own.selected === null ? fill(words.idle, size)
      : name(own.selected) + " · " + fill(words.idle, size);
    return scale();
  };
  const settle = () => own.pointer ? frame.onpointermove(own.pointer) : idle();
  const reveal = (i) => {
    const { columns, tileH, gap, ratio } = own.grid, top = Math.floor(i / columns) * (tileH + gap) / ratio;
    if (top < frame.scrollTop) frame.scrollTop = top;
    else if (top + tileH / ratio > frame.scrollTop + frame.clientHeight)
      frame.scrollTop = top + tileH / ratio - frame.clientHeight;
  };
  own.choose = (k) => {
    own.selected = k;
    put(chosenMark, order.indexOf(k));
    cursorMark.setAttribute("aria-selected", String(order[own.at] === k));
    cursorMark.setAttribute("aria-label", name(order[own.at]));
    cursorMark.setAttribute("aria-posinset", own.at + 1);
  };
  const pick = (i) => {
    own.at = i;
    pend(own, order[i]);
    own.choose(order[i]);
    setTriggerValue("pick", order[i]);
  };
  const under = (event) => {
    const { columns, tileW, tileH, gap, ratio } = own.grid, box = space.getBoundingClientRect();
    const x = (event.clientX - box.left) * ratio, y = (event.clientY - box.top) * ratio;
    const column = Math.floor(x / (tileW + gap)), row = Math.floor(y / (tileH + gap)), i = row * columns + column;
    if (column < 0 || row < 0 || column >= columns || i >= count) return null;
    return [i, clamp(Math.floor((y - row * (tileH + gap)) / tileH * h), 0, h - 1),
      clamp(Math.floor((x - column * (tileW + gap)) / tileW * w), 0, w - 1)];
  };

  frame.onpointermove = (event) => {
    own.pointer = { clientX: event.clientX, clientY: event.clientY };
    const hit = under(event);
    if (!hit) return idle();
    readout.setAttribute("aria-live", "off");
    put(cursorMark, hit[0]);
    say(...hit);
  };
  frame.onpointerleave = () => { own.pointer = null; idle(); };
  frame.onclick = (event) => { const hit = under(event); if (hit) pick(hit[0]); };
  frame.onscroll = draw;
  frame.onfocus = settle;
  frame.onblur = settle;
  frame.onkeydown = (event) => {
    const { columns } = own.grid, page = columns * Math.max(1, Math.floor(own.grid.rows / 4));
    const moves = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, PageUp: -page, PageDown: page,
      Home: -count, End: count };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" || event.key === " ") pick(own.at);
    else if (event.key in moves) {
      const to = own.at + moves[event.key];
      const vertical = event.key === "ArrowUp" || event.key === "ArrowDown";
      if (!vertical || (to >= 0 && to < count)) own.at = clamp(to, 0, count - 1);
      readout.setAttribute("aria-live", "polite");
      reveal(own.at);
      put(cursorMark, own.at);
      own.choose(own.selected);
      say(own.at, Math.floor(h / 2), Math.floor(w / 2));
    } else return;
    own.pointer = null;
    event.preventDefault();
    event.stopPropagation();
  };

  const stop = follow(frame, () => {
    own.grid = arrange(own.width, devicePixelRatio, meta, count);
    const { columns, rows, tileW, tileH, gap, ratio } = own.grid;
    const tall = (rows * (tileH + gap) - gap) / ratio, seen = Math.min(tall, TALLEST + 2);
    frame.style.height = Math.ceil(seen) + "px";
    space.style.height = tall + "px";
    canvas.width = columns * (tileW + gap) - gap;
    canvas.height = Math.ceil(seen * ratio);
    canvas.style.width = canvas.width / ratio + "px";
    canvas.style.height = canvas.height / ratio + "px";
    draw();
    own.choose(own.selected);
    if (order.indexOf(own.selected) >= 0) reveal(order.indexOf(own.selected));
    settle();
  }, own);
  performance.measure("cnnviz:tiles", { start: began, end: performance.now() });
  return stop;
}
