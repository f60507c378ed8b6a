// The windows of all axes as tables, and the outputs added up from them.

import { product } from "./shared.js";

/** A flat index as one index an axis. */
export function unravel(index, sizes) {
  const out = new Array(sizes.length);
  for (let a = sizes.length - 1; a >= 0; a--) { out[a] = index % sizes[a]; index = Math.floor(index / sizes[a]); }
  return out;
}

/** The tables of all axes as one: which place each tap of each output reads, and which input stands at a place. */
export function lay(meta, arrays) {
  const { places: P, kernel: K, output: O, input: S } = meta;
  const outs = product(O), taps = product(K), count = product(P);
  const place = new Int32Array(outs * taps), source = new Int32Array(count);
  for (let p = 0; p < count; p++) {
    const at = unravel(p, P);
    let flat = 0;
    for (let a = 0; a < P.length && flat >= 0; a++) {
      const s = arrays[`source${a}`][at[a]];
      flat = s < 0 ? -1 : flat * S[a] + s;
    }
    source[p] = flat;
  }
  for (let o = 0; o < outs; o++) {
    const at = unravel(o, O);
    for (let t = 0; t < taps; t++) {
      const tap = unravel(t, K);
      let flat = 0;
      for (let a = 0; a < P.length && flat >= 0; a++) {
        const p = arrays[`taps${a}`][at[a] * K[a] + tap[a]];
        flat = p < 0 ? -1 : flat * P[a] + p;
      }
      place[o * taps + t] = flat;
    }
  }
  return { place, source, outs, taps, places: count, inputs: product(S), firstPlace: firstPlaces(meta, arrays) };
}

/** The true place of each input: among copies of circular or reflected padding the one in the middle of its run. */
function firstPlaces(meta, arrays) {
  const home = meta.input.map((size, a) => {
    const row = arrays[`source${a}`], at = [];
    // The inputs stand in order somewhere; copies stand before and after that run.
    let start = 0;
    for (let i = 0; i < row.length; i++) if (row[i] === 0) {
      let s = 0, j = i;
      for (; j < row.length && s < size; j++) if (row[j] === s) s++; else if (row[j] >= 0) break;
      if (s === size) { start = i; break; }
    }
    for (let i = start, s = 0; s < size && i < row.length; i++) if (row[i] === s) at[s++] = i;
    return at;
  });
  return Int32Array.from({ length: product(meta.input) }, (_, s) => {
    const at = unravel(s, meta.input);
    let flat = 0;
    for (let a = 0; a < at.length; a++) flat = flat * meta.places[a] + (home[a][at[a]] ?? 0);
    return flat;
  });
}

/** The outputs of the same arrays, added up here; `upTo` (channel, input) ends it early, as painting goes on. */
export function compute(own, upTo = Infinity) {
  const { meta, map } = own, out = new Float64Array(meta.filters * map.outs);
  for (let f = 0; f < meta.filters; f++)
    for (let o = 0; o < map.outs; o++) out[f * map.outs + o] = valueOf(own, f, o, upTo);
  return out;
}
export function valueOf({ meta, map, arrays }, f, o, upTo = Infinity) {
  const { place, source, taps, inputs } = map;
  if (!meta.weighted) {
    let most = -Infinity, sum = 0, count = 0;
    for (let t = 0; t < taps; t++) {
      const p = place[o * taps + t];
      if (p < 0) continue;
      const s = source[p], value = s < 0 ? 0 : arrays.inputs[f * inputs + s];
      if (s >= 0 && (value > most || Number.isNaN(value))) most = value;
      sum += meta.operation === "lp" ? value ** meta.norm : value;
      count++;
    }
    if (meta.operation === "max") return most;
    // Torch takes the average of the powers times the size of a whole window.
    if (meta.operation === "lp") return (arrays.divisors ? sum * taps / arrays.divisors[o] : sum) ** (1 / meta.norm);
    return sum / (arrays.divisors ? arrays.divisors[o] : count);
  }
  const each = meta.channels / meta.groups, first = Math.floor(f / (meta.filters / meta.groups)) * each;
  let sum = meta.biased ? arrays.bias[f] : 0;
  for (let j = 0; j < each; j++)
    for (let t = 0; t < taps; t++) {
      const p = place[o * taps + t], s = p < 0 ? -1 : source[p], at = (first + j) * inputs + s;
      if (s >= 0 && at <= upTo) sum += arrays.inputs[at] * arrays.weights[(f * each + j) * taps + t];
    }
  return sum;
}

/** The input that won each window, the first one where several are greatest; -1 where a window has none. */
export function winnersOf({ meta, map: { place, source, taps, outs, inputs }, arrays }) {
  const out = new Int32Array(meta.filters * outs).fill(-1);
  for (let i = 0; i < out.length; i++) {
    const first = Math.floor(i / outs) * inputs;
    for (let t = 0; t < taps; t++) {
      const p = place[i % outs * taps + t], s = p < 0 ? -1 : source[p];
      if (s >= 0 && (out[i] < 0 || arrays.inputs[first + s] > arrays.inputs[first + out[i]])) out[i] = s;
    }
  }
  return out;
}

/** How far the outputs of this program and of Python are apart where they are farthest. */
export function farthest(ours, python) {
  let most = 0;
  for (let i = 0; i < python.length; i++) {
    if (ours[i] === python[i]) continue; // infinities too, whose difference is no number
    const gap = Math.abs(ours[i] - python[i]);
    if (gap > most || Number.isNaN(gap)) most = Number.isNaN(ours[i]) && Number.isNaN(python[i]) ? most : gap;
  }
  return most;
}
