// What a cell {grid, index} holds, what it is called, and what lights up with it.

import { fill } from "./shared.js";
import { unravel, valueOf } from "./sliding_sums.js";

/** Questions about cells. An input's index counts places as drawn, a kernel's those of the filter shown. */
export function cellsOf(own) {
  const { meta, map, arrays } = own, { words } = meta, { place, source, firstPlace, taps, outs, places, inputs } = map;
  const each = meta.channels / meta.groups, filtersEach = meta.filters / meta.groups;
  const groupOf = (f) => Math.floor(f / filtersEach);
  const channelsOf = (f) => Array.from({ length: each }, (_, j) => groupOf(f) * each + j);
  const per = { input: places, kernel: taps, output: outs, bias: 1 };
  const sizes = { input: meta.places, kernel: meta.kernel, output: meta.output, bias: [1] };
  const channelOf = ({ grid, index }) => Math.floor(index / per[grid]);
  const spot = ({ grid, index }) => index % per[grid];
  const sourceOf = (cell) => source[spot(cell)];
  const valueAt = (cell) => {
    const { grid, index } = cell;
    if (grid === "output") return own.outputs[index];
    if (grid === "kernel") return arrays.weights[own.filter * each * taps + index];
    if (grid === "bias") return arrays.bias[own.filter];
    const s = sourceOf(cell);
    // A maximum is never that of the padding: torch puts the least of all numbers there.
    if (s >= 0) return arrays.inputs[channelOf(cell) * inputs + s];
    return !meta.weighted && meta.operation === "max" ? -Infinity : 0;
  };
  const inArray = (cell) => cell.grid === "input" ? channelOf(cell) * inputs + sourceOf(cell)
    : cell.grid === "kernel" ? own.filter * each * taps + cell.index : own.filter;
  const mayEdit = (cell) => cell && meta.editable.includes(cell.grid) && (cell.grid !== "input" || sourceOf(cell) >= 0);
  const where = (at) => [at.length > 2 ? fill(words.slice, { slice: at[0] }) : "",
    at.length > 1 ? fill(words.row, { row: at[at.length - 2] }) : "",
    fill(at.length > 1 ? words.column : words.position, { column: at[at.length - 1] })].filter(Boolean).join(" · ");
  const nameOf = (cell) => {
    const { grid } = cell, c = channelOf(cell), parts = [words[grid]];
    if (grid === "bias" && meta.filters > 1) parts.push(fill(words.filter, { filter: own.filter }));
    if (grid === "bias") return parts.join(" · ");
    if (grid === "output" && meta.filters > 1) parts.push(fill(words.filter, { filter: c }));
    if (grid === "kernel" && meta.filters > 1) parts.push(fill(words.filter, { filter: own.filter }));
    if (grid === "input" && meta.channels > 1) parts.push(fill(words.channel, { channel: c }));
    if (grid === "kernel" && each > 1) parts.push(fill(words.channel, { channel: groupOf(own.filter) * each + c }));
    if (grid !== "input") parts.push(where(unravel(spot(cell), sizes[grid])));
    else {
      const s = sourceOf(cell);
      // Which row of the input it is, not of the grid with its padding.
      if (s < 0) parts.push(words.padding);
      else {
        const named = where(unravel(s, meta.input));
        parts.push(cell.index % places === firstPlace[s] ? named : fill(words.copy, { place: named }));
      }
    }
    return parts.join(" · ");
  };

  // What there is of an output while the animation goes on.
  const hidden = (index) => own.step !== null && !meta.paint && index > own.step;
  const soFar = (index) => own.step !== null && meta.paint
    ? valueOf(own, Math.floor(index / outs), index % outs, own.step) : own.outputs[index];

  /** What lights up with a cell: Maps from index to what is written on it, a weight or nothing, a panel. */
  const lit = (cell) => {
    const out = { input: new Map(), kernel: new Map(), bias: new Map(), output: new Map() };
    out[cell.grid].set(cell.index, null);
    if (cell.grid === "output") {
      const f = channelOf(cell), o = spot(cell);
      (meta.weighted ? channelsOf(f) : [f]).forEach((c, j) => {
        for (let t = 0; t < taps; t++) {
          const p = place[o * taps + t];
          if (p < 0) continue;
          out.input.set(c * places + p, meta.weighted ? arrays.weights[(f * each + j) * taps + t] : null);
          if (meta.weighted) out.kernel.set(j * taps + t, null);
        }
      });
      if (meta.biased) out.bias.set(0, null);
    } else if (cell.grid === "input") {
      const c = channelOf(cell), s = sourceOf(cell);
      if (s >= 0) for (let p = 0; p < places; p++) if (source[p] === s) out.input.set(c * places + p, null);
      for (const { f, o, t } of reached(cell)) {
        const w = meta.weighted ? arrays.weights[(f * each + c % each) * taps + t] : null, at = f * outs + o;
        out.output.set(at, meta.paint ? w : null);
        if (meta.weighted && f === own.filter) out.kernel.set((c % each) * taps + t, null);
      }
    } else if (cell.grid === "kernel") {
      const c = groupOf(own.filter) * each + channelOf(cell), t = spot(cell);
      for (let o = 0; o < outs; o++) {
        const p = place[o * taps + t];
        if (p >= 0) { out.input.set(c * places + p, null); out.output.set(own.filter * outs + o, null); }
      }
    } else for (let o = 0; o < outs; o++) out.output.set(own.filter * outs + o, null);
    return out;
  };
  const reached = (cell) => {
    const c = channelOf(cell), p = spot(cell), s = source[p], out = [];
    const fs = !meta.weighted ? [c]
      : Array.from({ length: filtersEach }, (_, i) => Math.floor(c / each) * filtersEach + i);
    for (const f of fs) for (let o = 0; o < outs; o++) for (let t = 0; t < taps; t++) {
      const q = place[o * taps + t];
      if (q >= 0 && (q === p || (s >= 0 && source[q] === s))) out.push({ f, o, t });
    }
    return out;
  };
  return { channelOf, spot, sourceOf, channelsOf, groupOf, valueAt, inArray, mayEdit, nameOf, hidden, soFar, lit,
    reached };
}
