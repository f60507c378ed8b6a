// How the number in a cell comes about, and where it goes.

import { long } from "./cell_values.js";
import { fill } from "./shared.js";
import { unravel } from "./sliding_sums.js";

const MOST_TERMS = 12;

/** A function that writes into `sum` what there is to tell of a cell. */
export function account(own, sum, cells) {
  const { meta, map: { place, source, taps, outs, places, inputs }, arrays } = own, { words } = meta;
  const { channelOf, spot, sourceOf, channelsOf, valueAt, nameOf, soFar, reached } = cells;
  const each = meta.channels / meta.groups;

  // Numbers of this program alone go in as HTML, every word as text.
  const x = (value) => `<b class="x">${long(value)}</b>`, y = (value) => `<b class="y">${long(value)}</b>`;
  const w = (value) => `<b class="w">${value < 0 ? `(${long(value)})` : long(value)}</b>`;
  const plus = (parts) => parts.map((value, i) =>
    i === 0 ? long(value) : value < 0 ? ` − ${long(-value)}` : ` + ${long(value)}`).join("");
  const write = (lines) => {
    sum.replaceChildren(...lines.map((line) => {
      const div = document.createElement("div");
      if (line.html !== undefined) {
        if (line.name) div.append(`${line.name}: `);
        const span = document.createElement("span");
        span.innerHTML = line.html;
        div.append(span);
      } else div.textContent = line;
      if (line.total) div.className = "total";
      return div;
    }));
  };
  const explain = (cell) => {
    if (!cell) return write([words.idle]);
    const value = cell.grid === "output" ? soFar(cell.index) : valueAt(cell), lines = [];
    const mark = { output: y, input: x, kernel: w, bias: w }[cell.grid];
    const title = { name: nameOf(cell), html: mark(value) };
    if (cell.grid === "output") {
      const f = channelOf(cell), o = spot(cell), sums = [];
      if (!meta.weighted) return write([title, { html: pooled(f, o), total: true }]);
      channelsOf(f).forEach((c, j) => {
        const terms = [];
        let total = 0;
        for (let t = 0; t < taps; t++) {
          const p = place[o * taps + t];
          if (p < 0) continue;
          const at = { grid: "input", index: c * places + p }, weight = arrays.weights[(f * each + j) * taps + t];
          if (own.step !== null && meta.paint && c * inputs + sourceOf(at) > own.step) continue;
          terms.push(`${x(valueAt(at))}·${w(weight)}`);
          total += valueAt(at) * weight;
        }
        sums.push(total);
        lines.push({ name: each > 1 ? fill(words.channel, { channel: c }) : "",
          html: `${terms.join(" + ") || "0"} = <b>${long(total)}</b>` });
      });
      const bias = meta.biased ? arrays.bias[f] : null, parts = bias === null ? sums : [...sums, bias];
      if (parts.length > 1 || own.step !== null && meta.paint)
        lines.push({ html: `${plus(parts)} = ${y(value)}`, total: true, name: bias === null ? "" : `+ ${words.bias}` });
      return write([title, ...lines]);
    }
    if (cell.grid === "bias") return write([title, words.adds]);
    if (cell.grid === "kernel") {
      const t = spot(cell);
      let count = 0;
      const seen = new Set();
      for (let o = 0; o < outs; o++) if (place[o * taps + t] >= 0) { count++; seen.add(place[o * taps + t]); }
      return write([title, fill(words.shares, { inputs: seen.size, outputs: count })]);
    }
    const found = reached(cell), c = channelOf(cell);
    const terms = found.slice(0, MOST_TERMS).map(({ f, o, t }) => {
      const at = unravel(o, meta.output).join(", "), to = meta.filters > 1 ? `${f}: ${at}` : at;
      if (!meta.weighted) return `(${to})`;
      const weight = arrays.weights[(f * each + c % each) * taps + t];
      return `${x(value)}·${w(weight)} → <b class="y">(${to})</b>`;
    });
    if (found.length > MOST_TERMS) terms.push("…");
    const sentence = fill(meta.paint ? words.paints : words.reads, { count: found.length, terms: "\u0000" });
    const [before, after] = sentence.split("\u0000");
    write([title, { name: before.replace(/:\s*$/, ""), html: terms.join(", ") || "–" }, ...(after ? [after] : [])]);
  };
  const pooled = (f, o) => {
    const values = [];
    for (let t = 0; t < taps; t++) {
      const p = place[o * taps + t];
      if (p >= 0 && (source[p] >= 0 || meta.operation !== "max"))
        values.push(valueAt({ grid: "input", index: f * places + p }));
    }
    const result = y(own.outputs[f * outs + o]);
    if (meta.operation === "max") return `max(${values.map(x).join(", ")}) = ${result}`;
    if (meta.operation === "lp") {
      const norm = long(meta.norm), powers = values.map((v) => `${x(v)}<sup>${norm}</sup>`).join(" + ");
      const short = arrays.divisors && arrays.divisors[o] !== taps;
      return `(${short ? `${taps}/${arrays.divisors[o]} · (${powers})` : powers})<sup>1/${norm}</sup> = ${result}`;
    }
    return `(${values.map(x).join(" + ")}) / ${long(arrays.divisors ? arrays.divisors[o] : values.length)} = ${result}`;
  };
  return explain;
}
