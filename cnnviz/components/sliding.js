const INPUT = "#0b5cad", KERNEL = "#b45309", OUTPUT = "#0f766e"; // the accents of cnnviz.figures.style
const LARGEST = 54, TALLEST = 620, GAP = 0.6, TITLE = 24, NAME = 20, MOST_TERMS = 12, LINES = 10;
const PANELS = ["input", "kernel", "output"], ACCENT = { input: INPUT, kernel: KERNEL, bias: KERNEL, output: OUTPUT };

const product = (sizes) => sizes.reduce((a, b) => a * b, 1);

/** A flat index as one index an axis. */
function unravel(index, sizes) {
  const out = new Array(sizes.length);
  for (let a = sizes.length - 1; a >= 0; a--) { out[a] = index % sizes[a]; index = Math.floor(index / sizes[a]); }
  return out;
}

/** The tables of all axes as one: which place each tap of each output reads, and which input stands at a place. */
function lay(meta, arrays) {
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
  return { place, source, outs, taps, places: count, inputs: product(S) };
}

/** Where everything stands: one plane for each channel and slice of each panel, at the largest cell that fits. */
function arrange(meta, width, titles) {
  const rank = meta.output.length, flat = (sizes) => [...new Array(3 - rank).fill(1), ...sizes];
  const blocks = (sizes, count, grid) => {
    const [slices, rows, columns] = flat(sizes), across = Math.ceil(Math.sqrt(slices)), down = Math.ceil(slices / across);
    return Array.from({ length: count }, (_, channel) => ({
      planes: Array.from({ length: slices }, (_, slice) => ({ grid, channel, slice, rows, columns,
        first: (channel * slices + slice) * rows * columns,
        x: (slice % across) * (columns + GAP), y: Math.floor(slice / across) * (rows + GAP) })),
      wide: across * (columns + GAP) - GAP, high: down * (rows + GAP) - GAP, named: count > 1 }));
  };
  const each = meta.channels / meta.groups;
  const made = { input: blocks(meta.places, meta.channels, "input"),
    kernel: meta.weighted ? blocks(meta.kernel, each, "kernel") : [], output: blocks(meta.output, meta.filters, "output") };
  if (meta.biased) made.kernel.push({ planes: [{ grid: "bias", channel: 0, slice: 0, rows: 1, columns: 1, first: 0, x: 0,
    y: 0 }], wide: 1, high: 1, named: true });
  const used = PANELS.filter((name) => made[name].length);
  // A panel's blocks in rows of `across`: its width and height in pixels for a cell.
  const measure = (name, across, cell) => {
    const list = made[name], wide = Math.max(...list.map((block) => block.wide)) + GAP;
    let high = TITLE;
    for (let i = 0; i < list.length; i += across) {
      const row = list.slice(i, i + across);
      high += (row[0].named ? NAME : 0) + (Math.max(...row.map((block) => block.high)) + GAP / 2) * cell;
    }
    return { across, pitch: wide * cell, high,
      wide: Math.max((Math.min(across, list.length) * wide - GAP) * cell, titles[name]) };
  };
  const fit = (cell, stacked) => {
    const between = clamp(1.4 * cell, 20, 60), room = width - 4, tallest = width < 640 ? 4 * TALLEST : TALLEST;
    // The fewest columns of blocks that are not too tall; stacked panels have the whole width to themselves.
    const of = Object.fromEntries(used.map((name) => {
      let best = null;
      for (let across = 1; across <= made[name].length; across++) {
        const one = measure(name, across, cell);
        if (stacked ? one.wide <= room : !best || best.high > tallest) best = one;
      }
      return [name, best];
    }));
    if (used.some((name) => !of[name])) return null;
    const wide = stacked ? 0 : used.reduce((sum, name) => sum + of[name].wide, between * (used.length - 1));
    const high = used.reduce((most, name) => stacked ? most + of[name].high + 10 : Math.max(most, of[name].high), 0);
    return wide <= room && high <= tallest ? { cell, stacked, of, between } : null;
  };
  let found = null;
  for (let cell = LARGEST; cell >= 6 && !found; cell--) found = fit(cell, false) ?? fit(cell, true);
  found ??= { cell: 6, stacked: true, between: 0, of: Object.fromEntries(used.map((name) => [name, measure(name, 1, 6)])) };
  const { cell, stacked, of, between } = found, planes = [], boxes = {};
  let x = 2, y = 2, right = 0, bottom = 0;
  for (const name of used) {
    const { across, pitch, wide, high } = of[name], list = made[name];
    let top = y + TITLE;
    for (let i = 0; i < list.length; i += across) {
      const row = list.slice(i, i + across);
      if (row[0].named) top += NAME;
      row.forEach((block, n) => block.planes.forEach((plane) => planes.push({ ...plane, named: block.named && !plane.slice,
        left: x + n * pitch + plane.x * cell, top: top + plane.y * cell })));
      top += (Math.max(...row.map((block) => block.high)) + GAP / 2) * cell;
    }
    boxes[name] = { left: x, top: y, width: wide, height: high - GAP / 2 * cell };
    right = Math.max(right, x + wide + 2);
    bottom = Math.max(bottom, y + high);
    if (stacked) y += high + 10;
    else x += wide + between;
  }
  return { cell, planes, boxes, width: right, height: bottom };
}

/** A number as short as a cell needs it. */
function brief(value) {
  if (!Number.isFinite(value)) return String(value).replace("-", "−").replace("Infinity", "∞");
  const text = Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toFixed(2)));
  return text === "-0" ? "0" : text.replace("-", "−");
}
const long = (value) => show(value).replace("-", "−").replace("Infinity", "∞");

/** What a person typed as a number: 1.5, 1,5 or 1/9; NaN for anything else. */
function typed(text) {
  const parts = text.trim().replace(",", ".").replace("−", "-").split("/");
  if (parts.length > 2 || parts.some((part) => !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(part.trim()))) return NaN;
  const value = Math.fround(parts.length === 2 ? parts[0] / parts[1] : parts[0]);
  return Math.abs(value) <= 1e6 ? value : NaN;
}

/** The outputs of the same arrays, added up here; `upTo` (channel, input) ends it early, as painting goes on. */
function compute(own, upTo = Infinity) {
  const { meta, map, arrays } = own, out = new Float64Array(meta.filters * map.outs);
  for (let f = 0; f < meta.filters; f++)
    for (let o = 0; o < map.outs; o++) out[f * map.outs + o] = valueOf(own, f, o, upTo);
  return out;
}
function valueOf({ meta, map, arrays }, f, o, upTo = Infinity) {
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
function winnersOf({ meta, map: { place, source, taps, outs, inputs }, arrays }) {
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

function scaleOf(values, signed) {
  let least = 0, greatest = 0;
  for (const value of values) if (Number.isFinite(value)) { least = Math.min(least, value); greatest = Math.max(greatest, value); }
  const mode = signed || least < 0 ? "signed" : "positive", [a, b] = ramp(mode, limits(mode, least, greatest));
  return (value) => {
    const at = clamp(Math.floor(a * value + b), 0, 255);
    return Number.isNaN(at) ? "888888" : TABLES[mode].slice(6 * at, 6 * at + 6);
  };
}
const bright = (hex) => {
  const rgb = parseInt(hex, 16);
  return 0.299 * (rgb >> 16) + 0.587 * (rgb >> 8 & 255) + 0.114 * (rgb & 255) > 140;
};

export default function ({ data, parentElement, setTriggerValue }) {
  if (!data) return;
  const began = performance.now();
  const find = (name) => parentElement.querySelector(name);
  const [stage, base, over, sum, editor, check] = [".stage", ".base", ".over", ".sum", ".edit", ".check"].map(find);
  const [back, play, next, all, change, speed] = [".back", ".play", ".step", ".all", ".change", ".speed input"].map(find);
  const panels = Object.fromEntries(PANELS.map((name) => [name, find(`[data-panel=${name}]`)]));
  const marks = Object.fromEntries(PANELS.map((name) => [name, find(`#at-${name}`)]));
  const own = memory(parentElement), [meta, list] = unpack(data), words = meta.words;
  const arrays = Object.fromEntries(meta.names.map((name, i) => [name, list[i]]));
  meta.weighted = Boolean(arrays.weights);
  meta.biased = Boolean(arrays.bias);
  const python = arrays.outputs, map = lay(meta, arrays), { place, source, taps, outs, places, inputs } = map;
  const shape = JSON.stringify([meta.channels, meta.filters, meta.groups, meta.input, meta.places, meta.kernel,
    meta.output, meta.operation, meta.paint]);
  if (shape !== own.shape) { // another experiment: nothing that was pointed at or played exists any more
    Object.assign(own, { shape, edits: new Map(), step: null, playing: false, hover: null, cursor: null, filter: 0 });
    own.tick && cancelAnimationFrame(own.tick);
    own.tick = null;
    editor.hidden = true;
  }
  Object.assign(own, { meta, map, arrays });
  const each = meta.channels / meta.groups, filtersEach = meta.filters / meta.groups;
  const groupOf = (f) => Math.floor(f / filtersEach), channelsOf = (f) => Array.from({ length: each }, (_, j) => groupOf(f) * each + j);

  // What was typed and Python does not know yet stays, on top of what it sent.
  arrays.inputs = arrays.inputs.slice();
  if (meta.weighted) arrays.weights = arrays.weights.slice();
  if (meta.biased) arrays.bias = arrays.bias.slice();
  const NAMES = { input: "inputs", kernel: "weights", bias: "bias" };
  for (const [id, { grid, index, value, time }] of own.edits) {
    if (arrays[NAMES[grid]][index] === value || performance.now() - time > 4000) own.edits.delete(id);
    else arrays[NAMES[grid]][index] = value;
  }

  const refresh = () => {
    own.sums = compute(own);
    own.outputs = own.edits.size ? own.sums : python;
    own.colour = { input: scaleOf(arrays.inputs), output: scaleOf(own.outputs), kernel: meta.weighted && scaleOf(arrays.weights, true) };
    own.colour.bias = own.colour.kernel;
    // Python's winners, until a value is typed that it does not know of yet.
    own.winners = !arrays.winners ? null : own.edits.size ? winnersOf(own) : arrays.winners;
    own.won = new Set();
    own.winners?.forEach((s, i) => { if (s >= 0) own.won.add(Math.floor(i / outs) * places + firstPlace[s]); });
    if (own.edits.size) check.textContent = words.waiting;
    else {
      let most = 0;
      for (let i = 0; i < python.length; i++) {
        if (own.sums[i] === python[i]) continue; // infinities too, whose difference is no number
        const gap = Math.abs(own.sums[i] - python[i]);
        if (gap > most || Number.isNaN(gap)) most = Number.isNaN(own.sums[i]) && Number.isNaN(python[i]) ? most : gap;
      }
      check.textContent = fill(words.agree, { name: meta.name, difference: most === 0 ? "0" : most.toExponential(0) });
      check.dataset.difference = most;
    }
  };

  // --- cells: {grid, index}; an input's index counts places as drawn, a kernel's those of the filter shown.
  const same = (a, b) => Boolean(a && b && a.grid === b.grid && a.index === b.index);
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
    return s >= 0 ? arrays.inputs[channelOf(cell) * inputs + s] : !meta.weighted && meta.operation === "max" ? -Infinity : 0;
  };
  const inArray = (cell) => cell.grid === "input" ? channelOf(cell) * inputs + sourceOf(cell)
    : cell.grid === "kernel" ? own.filter * each * taps + cell.index : own.filter;
  const mayEdit = (cell) => cell && meta.editable.includes(cell.grid) && (cell.grid !== "input" || sourceOf(cell) >= 0);
  const where = (at) => [at.length > 2 ? fill(words.slice, { slice: at[0] }) : "",
    at.length > 1 ? fill(words.row, { row: at[at.length - 2] }) : "",
    fill(at.length > 1 ? words.column : words.position, { column: at[at.length - 1] })].filter(Boolean).join(" · ");
  const nameOf = (cell) => {
    const { grid } = cell, c = channelOf(cell), parts = [words[grid]];
    if (grid === "bias") return meta.filters > 1 ? `${words.bias} · ${fill(words.filter, { filter: own.filter })}` : words.bias;
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
  // The true place of each input: among copies of circular or reflected padding the one in the middle of its run.
  const firstPlace = new Int32Array(inputs).fill(-1);
  {
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
    for (let s = 0; s < inputs; s++) {
      const at = unravel(s, meta.input);
      let flat = 0;
      for (let a = 0; a < at.length; a++) flat = flat * meta.places[a] + (home[a][at[a]] ?? 0);
      firstPlace[s] = flat;
    }
  }

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
    const fs = meta.weighted ? Array.from({ length: filtersEach }, (_, i) => Math.floor(c / each) * filtersEach + i) : [c];
    for (const f of fs) for (let o = 0; o < outs; o++) for (let t = 0; t < taps; t++) {
      const q = place[o * taps + t];
      if (q >= 0 && (q === p || (s >= 0 && source[q] === s))) out.push({ f, o, t });
    }
    return out;
  };

  // --- drawing
  const context = (canvas) => { const c = canvas.getContext("2d"); c.setTransform(own.ratio, 0, 0, own.ratio, 0, 0); return c; };
  const rect = (plane, index) => {
    const i = index - plane.first, { cell } = own.grid;
    return [plane.left + (i % plane.columns) * cell, plane.top + Math.floor(i / plane.columns) * cell];
  };
  const planeOf = ({ grid, index }) => own.grid.planes.find((plane) =>
    plane.grid === grid && index >= plane.first && index < plane.first + plane.rows * plane.columns);
  const text = (c, value, x, y, room, size) => {
    const fits = Math.min(size, 1.72 * room / Math.max(2, value.length));
    if (fits < 7) return;
    c.font = `${fits}px ${own.font}`;
    c.fillText(value, x, y);
  };
  const drawCell = (c, plane, index, note) => {
    const { cell } = own.grid, [x, y] = rect(plane, index), it = { grid: plane.grid, index };
    const empty = plane.grid === "output" && hidden(index), value = plane.grid === "output" ? soFar(index) : valueAt(it);
    const padding = plane.grid === "input" && (sourceOf(it) < 0 || firstPlace[sourceOf(it)] !== spot(it));
    const blank = plane.grid === "input" && sourceOf(it) < 0;
    const hex = empty ? "ffffff" : blank ? "e9edf2" : own.colour[plane.grid](value);
    c.fillStyle = "#" + hex;
    c.fillRect(x, y, cell, cell);
    if (padding && !blank) { c.fillStyle = "rgba(233, 237, 242, 0.55)"; c.fillRect(x, y, cell, cell); }
    c.strokeStyle = padding ? "#9aa5b1" : "rgba(13, 17, 23, 0.28)";
    c.lineWidth = 1;
    c.setLineDash(padding ? [2, 2] : []);
    c.strokeRect(x + 0.5, y + 0.5, cell - 1, cell - 1);
    c.setLineDash([]);
    if (empty) return;
    c.textAlign = "center";
    c.textBaseline = "middle";
    const split = note !== undefined && note !== null && cell >= 22;
    if (plane.grid === "input" && own.won.has(index)) corner(c, x, y, cell);
    c.fillStyle = blank ? "#4b5563" : padding || bright(hex) ? "#0d1117" : "#ffffff";
    text(c, brief(value), x + cell / 2, y + cell * (split ? 0.3 : 0.52), cell - 3, cell * (split ? 0.36 : 0.4));
    if (!split) return;
    c.fillStyle = "#fff7ed";
    c.fillRect(x + 1, y + cell * 0.56, cell - 2, cell * 0.44 - 1);
    c.fillStyle = KERNEL;
    text(c, "×" + brief(note), x + cell / 2, y + cell * 0.79, cell - 3, cell * 0.36);
  };
  /** The sign of a winner: a folded corner, light with a dark edge to be seen on every colour. */
  const corner = (c, x, y, side) => {
    const long = Math.max(5, side * 0.3);
    c.beginPath();
    c.moveTo(x + side - 1 - long, y + 1);
    c.lineTo(x + side - 1, y + 1);
    c.lineTo(x + side - 1, y + 1 + long);
    c.closePath();
    c.fillStyle = "#ffd400";
    c.fill();
    c.strokeStyle = "#0d1117";
    c.lineWidth = 1;
    c.stroke();
  };
  const heads = () => {
    const size = (list) => list.join(" × "), more = (count, list) => count > 1 ? [count, ...list] : list;
    const padded = meta.places.some((there, a) => there !== meta.input[a]);
    const wide = { input: size(more(meta.channels, meta.input)) + (padded ? ` → ${size(meta.places)}` : ""),
      kernel: size(more(each, meta.kernel)), output: size(more(meta.filters, meta.output)) };
    return Object.fromEntries(PANELS.map((name) => [name, `${words[name]} ${wide[name]}`]));
  };
  const paint = () => {
    const c = context(base), { boxes, planes } = own.grid, titles = heads();
    c.clearRect(0, 0, base.width, base.height);
    c.textBaseline = "middle";
    c.textAlign = "left";
    for (const name of PANELS) if (boxes[name]) {
      c.fillStyle = ACCENT[name];
      c.font = `600 15px ${own.font}`;
      c.fillText(titles[name], boxes[name].left, boxes[name].top + TITLE / 2 - 3);
    }
    for (const plane of planes) {
      if (plane.named) {
        c.font = `13px ${own.font}`;
        c.textAlign = "left";
        c.textBaseline = "middle";
        c.fillStyle = ACCENT[plane.grid];
        const k = plane.channel, shown = plane.grid === "output" ? fill(words.filter, { filter: k })
          : plane.grid === "bias" ? words.bias
          : fill(words.channel, { channel: plane.grid === "kernel" ? groupOf(own.filter) * each + k : k });
        c.fillText(shown, plane.left, plane.top - NAME / 2 + 1);
      }
      for (let i = 0; i < plane.rows * plane.columns; i++) drawCell(c, plane, plane.first + i);
      c.strokeStyle = ACCENT[plane.grid];
      c.lineWidth = 1.5;
      c.strokeRect(plane.left - 0.75, plane.top - 0.75, plane.columns * own.grid.cell + 1.5, plane.rows * own.grid.cell + 1.5);
    }
    own.painted = own.filter;
  };
  const highlight = (cell) => {
    const c = context(over), { planes, cell: side } = own.grid;
    c.clearRect(0, 0, over.width, over.height);
    if (!cell) return;
    const on = lit(cell);
    for (const plane of planes) {
      c.fillStyle = "rgba(255, 255, 255, 0.4)";
      c.fillRect(plane.left, plane.top, plane.columns * side, plane.rows * side);
      const marked = [];
      for (const [index, note] of on[plane.grid])
        if (index >= plane.first && index < plane.first + plane.rows * plane.columns) {
          drawCell(c, plane, index, note);
          marked.push(rect(plane, index));
        }
      c.strokeStyle = plane.grid === "input" ? (cell.grid === "input" ? INPUT : KERNEL) : ACCENT[plane.grid];
      c.lineWidth = 2.5;
      for (const [x, y] of marked) c.strokeRect(x + 1, y + 1, side - 2, side - 2);
    }
    mark(c, cell, "#0d1117", 3);
    if (cell.grid === "output" && own.winners) {
      const f = channelOf(cell), s = own.winners[cell.index];
      if (s >= 0) mark(c, { grid: "input", index: f * places + firstPlace[s] }, "#ffd400", 4);
    }
    if (own.pin && !same(own.pin, cell)) mark(c, own.pin, "#0d1117", 2, [4, 3]);
  };
  const mark = (c, cell, colour, width, dash = []) => {
    const plane = planeOf(cell);
    if (!plane) return;
    const [x, y] = rect(plane, cell.index), { cell: side } = own.grid;
    c.setLineDash(dash);
    c.strokeStyle = "#ffffff";
    c.lineWidth = width + 2;
    if (!dash.length) c.strokeRect(x, y, side, side);
    c.strokeStyle = colour;
    c.lineWidth = width;
    c.strokeRect(x, y, side, side);
    c.setLineDash([]);
  };

  // --- what is written out: numbers of this program alone go in as HTML, every word as text.
  const x = (value) => `<b class="x">${long(value)}</b>`, w = (value) => `<b class="w">${value < 0 ? `(${long(value)})` : long(value)}</b>`;
  const y = (value) => `<b class="y">${long(value)}</b>`;
  const plus = (parts) => parts.map((value, i) => i === 0 ? long(value) : value < 0 ? ` − ${long(-value)}` : ` + ${long(value)}`).join("");
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
    const title = { name: nameOf(cell), html: cell.grid === "output" ? y(value) : cell.grid === "input" ? x(value) : w(value) };
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
        lines.push({ name: each > 1 ? fill(words.channel, { channel: c }) : "", html: `${terms.join(" + ") || "0"} = <b>${long(total)}</b>` });
      });
      const bias = meta.biased ? arrays.bias[f] : null, parts = bias === null ? sums : [...sums, bias];
      if (parts.length > 1 || own.step !== null && meta.paint) lines.push({ html: `${plus(parts)} = ${y(value)}`, total: true,
        name: bias === null ? "" : `+ ${words.bias}` });
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
    const [before, after] = fill(meta.paint ? words.paints : words.reads, { count: found.length, terms: "\u0000" }).split("\u0000");
    write([title, { name: before.replace(/:\s*$/, ""), html: terms.join(", ") || "–" }, ...(after ? [after] : [])]);
  };
  const pooled = (f, o) => {
    const values = [];
    for (let t = 0; t < taps; t++) {
      const p = place[o * taps + t];
      if (p >= 0 && (source[p] >= 0 || meta.operation !== "max")) values.push(valueAt({ grid: "input", index: f * places + p }));
    }
    const result = y(own.outputs[f * outs + o]);
    if (meta.operation === "max") return `max(${values.map(x).join(", ")}) = ${result}`;
    const short = meta.operation === "lp" && arrays.divisors && arrays.divisors[o] !== taps ? `${taps}/${arrays.divisors[o]} · ` : "";
    if (short) return `(${short}(${values.map((v) => `${x(v)}<sup>${long(meta.norm)}</sup>`).join(" + ")}))<sup>1/${long(meta.norm)}</sup> = ${result}`;
    if (meta.operation === "lp") return `(${values.map((v) => `${x(v)}<sup>${long(meta.norm)}</sup>`).join(" + ")})<sup>1/${long(meta.norm)}</sup> = ${result}`;
    return `(${values.map(x).join(" + ")}) / ${long(arrays.divisors ? arrays.divisors[o] : values.length)} = ${result}`;
  };

  // --- the animation: one step an output, or painting, an input
  const steps = meta.paint ? meta.channels * inputs : meta.filters * outs;
  const cellOf = (step) => meta.paint
    ? { grid: "input", index: Math.floor(step / inputs) * places + firstPlace[step % inputs] } : { grid: "output", index: step };
  const hidden = (index) => own.step !== null && !meta.paint && index > own.step;
  const soFar = (index) => own.step !== null && meta.paint
    ? valueOf(own, Math.floor(index / outs), index % outs, own.step) : own.outputs[index];
  const goTo = (step) => {
    own.step = step === null ? null : clamp(step, 0, steps - 1);
    own.hover = null;
    paint();
    settle();
  };
  const buttons = () => {
    play.textContent = (own.playing ? "❚❚ " : "▶ ") + (own.playing ? words.pause : words.play);
    play.setAttribute("aria-pressed", String(own.playing));
    back.disabled = own.step === null || own.step === 0;
    all.disabled = own.step === null;
    change.disabled = !mayEdit(target());
  };
  const run = (now) => {
    const rate = 2 ** Number(speed.value);
    own.due += Math.min(0.25, (now - own.last) / 1000) * rate;
    own.last = now;
    const forward = Math.floor(own.due);
    if (forward > 0) {
      own.due -= forward;
      if (own.step + forward >= steps) { stop(); own.step = null; paint(); settle(); return; }
      own.goTo(own.step + forward);
    }
    own.tick = requestAnimationFrame(own.run);
  };
  const stop = () => { own.playing = false; cancelAnimationFrame(own.tick); own.tick = null; buttons(); };
  Object.assign(own, { goTo, run: (now) => run(now) });
  play.onclick = () => {
    if (own.playing) return stop();
    own.playing = true;
    own.last = performance.now();
    own.due = 0;
    own.goTo(own.step ?? 0);
    own.tick = requestAnimationFrame(own.run);
    return buttons();
  };
  next.onclick = () => { stop(); goTo(own.step === null ? 0 : own.step + 1); };
  back.onclick = () => { stop(); goTo(own.step - 1); };
  all.onclick = () => { stop(); goTo(null); };
  const say = () => {
    const rate = 2 ** Number(speed.value);
    find(".speed output").textContent = fill(words.rate, { speed: Number(rate.toFixed(1)) });
  };
  speed.oninput = say;
  for (const each of [back, play, next, all, change, speed]) each.onkeydown = (event) => event.stopPropagation();

  // --- who is shown: the pointer's cell, else the keyboard's, else the animation's, else the pinned one
  const focused = () => PANELS.find((name) => panels[name].matches(":focus-visible"));
  const target = () => {
    if (own.hover) return own.hover;
    const panel = focused();
    if (panel && own.step === null) return own.cursor[panel];
    return own.step !== null ? cellOf(own.step) : own.pin;
  };
  const look = (cell) => {
    const f = cell?.grid === "output" && meta.weighted ? channelOf(cell) : own.filter;
    if (f !== own.filter) own.filter = f;
    if (own.painted !== own.filter) paint();
    highlight(cell);
    explain(cell);
    buttons();
  };
  const settle = () => look(target());
  const inside = (cell) => cell && planeOf(cell) ? cell : null;
  own.choose = (pin) => { own.pin = inside(pin && { grid: pin[0], index: pin[1] }); settle(); };
  const pin = (cell) => {
    own.pin = same(own.pin, cell) ? null : cell;
    const told = own.pin && [own.pin.grid, own.pin.index];
    pend(own, told);
    settle();
    setTriggerValue("pick", { pin: told });
  };

  const under = (event) => {
    const box = stage.getBoundingClientRect(), px = event.clientX - box.left, py = event.clientY - box.top;
    for (const plane of own.grid.planes) {
      const column = Math.floor((px - plane.left) / own.grid.cell), row = Math.floor((py - plane.top) / own.grid.cell);
      if (column >= 0 && row >= 0 && column < plane.columns && row < plane.rows)
        return { grid: plane.grid, index: plane.first + row * plane.columns + column };
    }
    return null;
  };
  const panelOf = (cell) => cell.grid === "bias" ? "kernel" : cell.grid;
  const move = (cell) => {
    own.cursor[panelOf(cell)] = cell;
    cells();
  };
  const cells = () => {
    for (const name of PANELS) if (own.grid.boxes[name]) {
      const cell = own.cursor[name];
      marks[name].setAttribute("aria-label", `${nameOf(cell)} = ${long(valueAt(cell))}`);
      marks[name].setAttribute("aria-selected", String(same(cell, own.pin)));
    }
  };
  stage.onpointermove = (event) => {
    if (event.target === editor) return;
    const cell = under(event);
    if (same(cell, own.hover) || (!cell && !own.hover)) return;
    own.hover = cell;
    stage.style.cursor = cell ? "crosshair" : "default";
    sum.setAttribute("aria-live", "off");
    settle();
  };
  stage.onpointerleave = () => { own.hover = null; settle(); };
  stage.onclick = (event) => {
    if (event.target === editor) return;
    const cell = under(event);
    if (!cell) return;
    stop();
    move(cell);
    // The second click of a double click must not undo what the first one did.
    if (event.detail < 2) pin(cell);
  };
  stage.ondblclick = (event) => {
    const cell = event.target === editor ? null : under(event);
    if (mayEdit(cell)) edit(cell);
  };
  const neighbour = (cell, key) => {
    const planes = own.grid.planes.filter((plane) => panelOf(plane) === panelOf(cell));
    const plane = planeOf(cell), n = planes.indexOf(plane), i = cell.index - plane.first;
    const r = Math.floor(i / plane.columns), c = i % plane.columns;
    const put = (to, row, column) => ({ grid: to.grid, index: to.first + clamp(row, 0, to.rows - 1) * to.columns + clamp(column, 0, to.columns - 1) });
    const beside = (by) => planes[clamp(n + by, 0, planes.length - 1)];
    if (key === "ArrowLeft") return put(plane, r, c - 1);
    if (key === "ArrowRight") return put(plane, r, c + 1);
    if (key === "ArrowUp") return r > 0 || n === 0 ? put(plane, r - 1, c) : put(beside(-1), Infinity, c);
    if (key === "ArrowDown") return r < plane.rows - 1 || n === planes.length - 1 ? put(plane, r + 1, c) : put(beside(1), 0, c);
    if (key === "Home") return put(plane, 0, 0);
    if (key === "End") return put(plane, Infinity, Infinity);
    if (key === "PageUp") return put(beside(-1), r, c);
    return put(beside(1), r, c);
  };
  for (const name of PANELS) {
    const panel = panels[name];
    panel.onfocus = settle;
    panel.onblur = settle;
    panel.onkeydown = (event) => {
      const cell = own.cursor[name], { key } = event;
      if (event.ctrlKey || event.metaKey || event.altKey || event.target === editor) return;
      if (/^(Arrow(Left|Right|Up|Down)|Home|End|Page(Up|Down))$/.test(key)) {
        stop();
        own.hover = null;
        if (own.step !== null) { own.step = null; paint(); }
        sum.setAttribute("aria-live", "polite");
        move(neighbour(cell, key));
      } else if (key === " ") pin(cell);
      else if (key === "Escape") { if (own.pin) pin(own.pin); }
      else if ((key === "Enter" || key === "F2") && mayEdit(cell)) edit(cell);
      else if (key === "Enter") pin(cell);
      else if (/^[\d.,+-]$/.test(key) && mayEdit(cell)) edit(cell, key);
      else return;
      event.preventDefault();
      event.stopPropagation();
      settle();
    };
  }

  // --- giving a cell another value
  const edit = (cell, begun) => {
    stop();
    if (own.step !== null) { own.step = null; paint(); }
    const [left, top] = rect(planeOf(cell), cell.index), wide = Math.max(64, own.grid.cell);
    Object.assign(editor.style, { left: clamp(left, 0, own.grid.width - wide) + "px", top: top + "px", width: wide + "px",
      height: Math.max(26, own.grid.cell) + "px" });
    own.editing = cell;
    own.panel = panelOf(cell);
    editor.hidden = false;
    editor.value = begun ?? String(Number(valueAt(cell).toPrecision(6)));
    editor.setAttribute("aria-label", nameOf(cell));
    editor.setAttribute("aria-invalid", "false");
    editor.focus();
    if (begun === undefined) editor.select();
  };
  const close = (refocus) => {
    own.editing = null;
    editor.hidden = true;
    if (refocus) panels[own.panel].focus({ focusVisible: true });
  };
  const commit = (refocus) => {
    const cell = own.editing, value = typed(editor.value);
    if (!cell) return;
    if (Number.isNaN(value)) {
      editor.setAttribute("aria-invalid", "true");
      check.textContent = words.wrong;
      if (!refocus) close(false);
      return;
    }
    close(refocus);
    const index = inArray(cell);
    if (arrays[NAMES[cell.grid]][index] === value) return settle();
    arrays[NAMES[cell.grid]][index] = value;
    own.edits.set(`${cell.grid} ${index}`, { grid: cell.grid, index, value, time: performance.now() });
    refresh();
    paint();
    cells();
    settle();
    setTriggerValue("pick", { edits: [...own.edits.values()].map(({ grid, index, value }) => [grid, index, value]) });
  };
  editor.onkeydown = (event) => {
    event.stopPropagation();
    if (event.key === "Enter") { event.preventDefault(); commit(true); }
    else if (event.key === "Escape") { event.preventDefault(); close(true); }
  };
  editor.onblur = () => commit(false);
  change.onclick = () => { const cell = target(); if (mayEdit(cell)) edit(cell); };

  // --- names, then the first picture
  editor.hidden = !own.editing;
  [back.textContent, next.textContent, all.textContent, change.textContent] = [`◂ ${words.back}`, `${words.step} ▸`, words.all, words.edit];
  find(".speed span").textContent = words.speed;
  change.hidden = !meta.editable.length;
  find(".keys").textContent = meta.editable.length ? `${words.keys} · ${words.edits}` : words.keys;
  sum.setAttribute("aria-label", words.sum);
  const titles = heads();
  for (const name of PANELS) panels[name].setAttribute("aria-label", titles[name]);
  say();
  refresh();
  own.font = getComputedStyle(find(".root")).fontFamily;

  const ended = follow(stage, () => {
    const pen = base.getContext("2d"), ratio = devicePixelRatio;
    pen.font = `600 15px ${own.font}`;
    const grid = own.grid = arrange(meta, own.width, Object.fromEntries(PANELS.map((name) =>
      [name, pen.measureText(titles[name]).width + 4])));
    // As many lines as the longest sum takes, so that nothing below moves while the pointer does.
    const lines = each * Math.ceil(taps * 62 / (own.width - 120)) + 1 + (each > 1 || meta.biased || meta.paint);
    sum.style.height = `${1.55 * clamp(lines, 3, LINES) + 1.1}em`;
    stage.style.height = grid.height + "px";
    for (const canvas of [base, over]) {
      canvas.width = Math.ceil(Math.max(grid.width, own.width) * ratio);
      canvas.height = Math.ceil(grid.height * ratio);
      Object.assign(canvas.style, { width: canvas.width / ratio + "px", height: canvas.height / ratio + "px" });
    }
    own.cursor ??= Object.fromEntries(PANELS.map((name) => [name, { grid: name, index: 0 }]));
    for (const name of PANELS) {
      const box = grid.boxes[name];
      panels[name].hidden = !box;
      if (!box) continue;
      Object.assign(panels[name].style, { left: box.left + "px", top: box.top + TITLE + "px", width: box.width + "px",
        height: box.height - TITLE + "px" });
      own.cursor[name] = inside(own.cursor[name]) ?? { grid: name, index: 0 };
    }
    const from = chosen(own, meta.selected, (a, b) => a && b && a[0] === b[0] && a[1] === b[1]);
    own.pin = inside(from && { grid: from[0], index: from[1] });
    if (own.pin?.grid === "output" && meta.weighted) own.filter = channelOf(own.pin);
    own.hover = inside(own.hover);
    paint();
    cells();
    settle();
  }, own);
  performance.measure("cnnviz:sliding", { start: began, end: performance.now() });
  return ended;
}
