import { TABLES } from "./colours.js";

const TYPES = { uint8: Uint8Array, uint16: Uint16Array, uint32: Uint32Array, int8: Int8Array, int16: Int16Array,
  int32: Int32Array, float32: Float32Array, float64: Float64Array };
export const TOP = 251, ZERO = 252, MINUS_INFINITY = 253, PLUS_INFINITY = 254, NAN = 255;
export const NO_COLOUR = 0xff888888;

export const product = (sizes) => sizes.reduce((a, b) => a * b, 1);

/** The meta and the typed arrays of a buffer made by pack.py. */
export function unpack(data) {
  const length = new DataView(data.buffer, data.byteOffset).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(data.subarray(4, 4 + length)));
  // The buffer may start anywhere in Streamlit's message, and typed arrays must be aligned.
  const aligned = data.byteOffset % 8 ? data.slice() : data;
  const start = aligned.byteOffset + 4 + length;
  const arrays = head.arrays.map(({ dtype, shape, offset }) =>
    new TYPES[dtype](aligned.buffer, start + offset, product(shape)));
  return [head.meta, arrays];
}

/** What has come, and what waits for it, by the key of the element that it is for. */
const PARCELS = (/** @type {any} */ (window).cnnvizParcels ??= new Map());

/** Keep a parcel's meta and arrays, in the place of what came before, and let go on what waits for it. */
export function deliver(meta, arrays) {
  const [key, name] = meta.parcel, waiting = PARCELS.get(key)?.waiting;
  // One that waits for a newer parcel goes on waiting.
  PARCELS.set(key, { name, meta, arrays, waiting: waiting?.name === name ? undefined : waiting });
  if (waiting?.name === name) waiting.act();
}

/** Call `act` with a parcel, [key, name], once that is there. Returns what calls it off. */
export function awaited([key, name], act) {
  const there = PARCELS.get(key);
  let over = false;
  if (there?.name === name) act(there);
  else PARCELS.set(key, { ...there, waiting: { name, act: () => { if (!over) act(PARCELS.get(key)); } } });
  return () => { over = true; };
}

/**
 * Call `draw` with the meta and the arrays of a buffer together with those of its parcel, once that is there. Returns
 * the clean-up.
 */
export function whole(data, draw) {
  const [meta, arrays] = unpack(data);
  let stop;
  const off = awaited(meta.parcel, (parcel) => {
    stop = draw({ ...parcel.meta, ...meta }, [...arrays, ...parcel.arrays]);
  });
  return () => { off(); stop?.(); };
}

/** A colour of a map, 0 to 255, as "#rrggbb". */
export const hexOf = (mode, at) => "#" + TABLES[mode].slice(6 * at, 6 * at + 6);

/** 256 colours as the 32-bit pixels of an ImageData. */
export function palette(mode) {
  const hex = TABLES[mode], out = new Uint32Array(256);
  for (let i = 0; i < 256; i++) {
    const rgb = parseInt(hex.slice(6 * i, 6 * i + 6), 16);
    out[i] = (0xff000000 | (rgb & 0xff) << 16 | rgb & 0xff00 | rgb >> 16) >>> 0;
  }
  return out;
}

/** The same colours as a CSS gradient, left to right. */
export function gradient(mode) {
  const stops = [];
  for (let i = 0; i <= 255; i += 15) stops.push(hexOf(mode, i));
  return `linear-gradient(to right, ${stops.join(", ")})`;
}

/**
 * The least and the greatest finite value; zeros where there is none.
 *
 * @returns {[number, number]}
 */
export function extent(values) {
  let least = Infinity, greatest = -Infinity;
  for (const value of values) if (Number.isFinite(value)) {
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  return least > greatest ? [0, 0] : [least, greatest];
}

/**
 * The values at both ends of the colours: centred on zero when signed.
 *
 * @returns {[number, number]}
 */
export function limits(mode, least, greatest) {
  const most = Math.max(Math.abs(least), Math.abs(greatest));
  return mode === "signed" ? [-most, most] : [least, greatest];
}

/**
 * [a, b] with colour index = a * value + b, rounded down and clamped to 0..255 by the caller.
 *
 * @returns {[number, number]}
 */
export function ramp(mode, [low, high]) {
  if (high > low) return [255 / (high - low), 0.5 - 255 * low / (high - low)];
  return [0, mode === "signed" ? 128 : high > 0 ? 255 : 0];
}

export function restore(code, least, greatest) {
  if (code < TOP) return least + code * ((greatest - least) / TOP);
  if (code === TOP) return greatest;
  return code === ZERO ? 0 : code === NAN ? NaN : code === PLUS_INFINITY ? Infinity : -Infinity;
}

/** A value with the digits that are known when it was rounded to a multiple of `step`; the last may be off by one. */
export function show(value, step = 0) {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return "0";
  const places = step > 0 ? -Math.ceil(Math.log10(step / 2)) : 7;
  if (step > 0 && places <= 6) return value.toFixed(Math.max(0, places));
  return String(Number(value.toPrecision(5)));
}

/** A text with values in its {braces}, and the form of a word that goes with one, "{count:photo|photos}". */
export const fill = (template, values) => template.replace(/\{(\w+)(?::([^{}|]*)\|([^{}|]*))?\}/g,
  (_, name, one, others) => one === undefined ? values[name] : String(values[name]) === "1" ? one : others);
export const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

/**
 * A function that finds one element of the component, by its selector.
 *
 * @param {HTMLElement} parentElement
 * @returns {(selector: string) => any}
 */
export const finder = (parentElement) => (selector) => parentElement.querySelector(selector);

/** The address of the app itself, without its screens: everything before the last part of the path. */
export const root = () => location.href.replace(/[^/]*([?#].*)?$/, "");

/** What an instance remembers between runs; its width is followed by `follow`. */
const MEMORY = new WeakMap();
export function memory(element) {
  if (!MEMORY.has(element)) MEMORY.set(element, {});
  element.querySelector(".root").classList.add("named");
  return MEMORY.get(element);
}

/** Call `place` now and whenever the element's width changes; later runs replace `place`. Returns the clean-up. */
export function follow(element, place, own) {
  own.place = place;
  if (!own.observer) {
    own.observer = new ResizeObserver(() => {
      if (element.clientWidth !== own.width || devicePixelRatio !== own.ratio) own.refresh();
    });
    own.refresh = () => {
      own.width = element.clientWidth;
      own.ratio = devicePixelRatio;
      if (own.width > 0) own.place();
    };
    own.observer.observe(element);
  }
  own.refresh();
  return () => { own.observer.disconnect(); own.observer = null; };
}

/** Who decides what is chosen: for a moment after a pick the browser does, as answers to older picks may still come. */
export function chosen(own, fromPython, same = (a, b) => a === b) {
  const { pending } = own;
  if (pending && (performance.now() - pending.time > 2000 || same(pending.value, fromPython))) own.pending = null;
  clearTimeout(own.settle);
  if (own.pending && fromPython !== null) {
    own.settle = setTimeout(() => { own.pending = null; own.choose?.(fromPython); }, 2000);
    return own.pending.value;
  }
  return fromPython;
}
export function pend(own, value) {
  own.pending = { value, time: performance.now() };
  clearTimeout(own.settle);
}

/** Have the browser save a blob under a name. */
export function saveAs(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
