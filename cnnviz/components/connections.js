import { contextOf, fitCanvas, fitText, inkOn, inksOf } from "./canvas.js";
import { clamp, fill, finder, follow, hexOf, memory, product, show, unpack } from "./shared.js";

const TITLE = 26, LARGEST = 40, SMALLEST = 9, NARROW = 700;

const long = (value) => show(value).replace("-", "−");
const brief = (value) => String(Number(value.toFixed(2))).replace("-", "−");

/** A colour for each of `count` weights, evenly along the part of the map that can be seen on `paper`. */
function colours(count, paper) {
  const first = inkOn(paper) === "#000000" ? 0 : 80;
  return Array.from({ length: count }, (_, i) => {
    const at = count > 1 ? first + Math.round((255 - first) * i / (count - 1)) : 100;
    return hexOf("positive", at);
  });
}

/**
 * The middles of the units of one side, in columns or as an image, for cells of `side`; their points, width and height.
 *
 * @returns {[points: [number, number][], width: number, height: number]}
 */
function units(sizes, side) {
  const [rows, columns] = sizes.length > 1 ? sizes : [sizes[0], 1], points = /** @type {[number, number][]} */ ([]);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) points.push([(c + 0.5) * side, (r + 0.5) * side]);
  return [points, columns * side, rows * side];
}

/** Where everything stands: the graph, and beside it, or below it where there is no room, the matrix. */
function arrange(meta, width) {
  const I = product(meta.input), O = product(meta.output), flat = meta.input.length === 1;
  const beside = width >= NARROW, room = beside ? width * 0.62 : width;
  const cell = clamp(Math.floor((room - 12) / (I + 1.7)), SMALLEST, LARGEST);
  const wide = cell * (I + 1.7), left = beside ? width - wide - 2 : 2;
  const graphWidth = beside ? left - 36 : width - 4;
  const high = Math.max(meta.input[0], meta.output[0]);
  const side = flat ? clamp(320 / high, 24, 44)
    : clamp(Math.min(graphWidth / (meta.input[1] + meta.output[1] + 1.6), 300 / high), 12, 44);
  const [ins, inWide, inHigh] = units(meta.input, side), [outs, outWide, outHigh] = units(meta.output, side);
  const tall = Math.max(inHigh, outHigh), span = Math.min(graphWidth - 4, inWide + outWide + (flat ? 380 : 7 * side));
  const inAt = ins.map(([x, y]) => [2 + x, TITLE + y + (tall - inHigh) / 2]);
  const outAt = outs.map(([x, y]) => [2 + span - outWide + x, TITLE + y + (tall - outHigh) / 2]);
  const top = beside ? 0 : TITLE + tall + 24, grid = { left, top: top + TITLE + cell * 1.3, cell };
  return { I, O, flat, side, inAt, outAt, grid, titles: { input: [2, 0], output: [2 + span - outWide, 0], matrix: [left, top] },
    width, height: Math.max(TITLE + tall, grid.top + O * cell) + 6 };
}

export default function ({ data, parentElement }) {
  if (!data) return;
  const find = finder(parentElement), inks = inksOf(find(".root"));
  const [stage, base, over, sum, mark] = [".stage", ".base", ".over", ".sum", ".mark"].map(find);
  const own = memory(parentElement), [meta, [inputs, outputs, matrix, owners]] = unpack(data), { words } = meta;
  const I = inputs.length, O = outputs.length;
  let count = 0;
  for (const owner of owners) count = Math.max(count, owner + 1);
  const hues = colours(count, inks.paper), used = new Int32Array(count);
  for (const owner of owners) if (owner >= 0) used[owner]++;
  stage.setAttribute("aria-label", words.label);
  find(".keys").textContent = words.keys;
  const shape = JSON.stringify([meta.input, meta.output]);
  // A place is [row, column]: row -1 are the inputs, column I the outputs; the corner of both is none.
  if (own.shape !== shape) Object.assign(own, { shape, hover: null, pin: null, at: [Math.floor(O / 2), 0] });
  if (!own.began) { own.began = true; own.at = [0, Math.max(0, [...owners].findIndex((owner) => owner >= 0))]; }

  const name = (sizes, index) => sizes.length > 1 ? `(${Math.floor(index / sizes[1])}, ${index % sizes[1]})` : String(index);
  const inName = (i) => name(meta.input, i), outName = (o) => name(meta.output, o);
  const describe = ([o, i]) => {
    if (o < 0) {
      let reached = 0;
      for (let row = 0; row < O; row++) if (owners[row * I + i] >= 0) reached++;
      return [fill(words.input_at, { input: inName(i), value: long(inputs[i]) }), fill(words.reaches, { count: reached, outputs: O })];
    }
    if (i === I) {
      const terms = [];
      for (let column = 0; column < I; column++) if (owners[o * I + column] >= 0) {
        const weight = matrix[o * I + column];
        terms.push(`${long(inputs[column])}·${weight < 0 ? `(${long(weight)})` : long(weight)}`);
      }
      return [fill(words.output_at, { output: outName(o), value: long(outputs[o]) }), `${terms.join(" + ")} = ${long(outputs[o])}`];
    }
    const owner = owners[o * I + i], places = { input: inName(i), output: outName(o) };
    if (owner < 0) return [fill(words.none, places), ""];
    return [fill(words.weight, { weight: owner, value: long(matrix[o * I + i]) }),
      fill(used[owner] > 1 ? words.used : words.once, { ...places, count: used[owner] })];
  };

  const unit = (c, [x, y], value, colour, lit) => {
    const { side, flat } = own.grid, half = side / 2 - (flat ? 3 : 1);
    c.beginPath();
    if (flat) c.arc(x, y, half, 0, 2 * Math.PI);
    else c.rect(x - half, y - half, 2 * half, 2 * half);
    c.fillStyle = inks.paper;
    c.fill();
    c.strokeStyle = colour;
    c.lineWidth = lit ? 4 : 1.5;
    c.stroke();
    fitText(c, brief(value), x, y + 1, 2 * half - 4, side * 0.4, own.font, inks.ink);
  };
  const line = (c, o, i, width) => {
    c.beginPath();
    c.moveTo(...own.grid.inAt[i]);
    c.lineTo(...own.grid.outAt[o]);
    c.strokeStyle = hues[owners[o * I + i]];
    c.lineWidth = width;
    c.stroke();
  };
  const place = (o, i) => {
    const { left, top, cell } = own.grid.grid;
    return [left + (i === I ? (I + 0.3) * cell : i * cell), o < 0 ? top - 1.3 * cell : top + o * cell];
  };
  const cellAt = (c, o, i) => {
    const [x, y] = place(o, i), { cell } = own.grid.grid, side = o < 0 || i === I;
    const owner = side ? -1 : owners[o * I + i], hex = owner < 0 ? null : hues[owner];
    c.fillStyle = side ? inks.paper : hex ?? inks.blank;
    c.fillRect(x, y, cell, cell);
    c.strokeStyle = o < 0 ? inks.input : i === I ? inks.output : "rgb(128 128 128 / 0.5)";
    c.lineWidth = 1;
    c.strokeRect(x + 0.5, y + 0.5, cell - 1, cell - 1);
    if (!side && owner < 0) return;
    const value = o < 0 ? inputs[i] : i === I ? outputs[o] : matrix[o * I + i];
    const ink = hex ? inkOn(hex) : inks.ink;
    fitText(c, brief(value), x + cell / 2, y + cell / 2 + 1, cell - 3, cell * 0.42, own.font, ink);
  };
  const frame = (c, o, i, colour, width) => {
    const [x, y] = place(o, i), { cell } = own.grid.grid;
    c.strokeStyle = colour;
    c.lineWidth = width;
    c.strokeRect(x + 1, y + 1, cell - 2, cell - 2);
  };
  const each = (visit) => { for (let o = 0; o < O; o++) for (let i = 0; i < I; i++) if (owners[o * I + i] >= 0) visit(o, i); };
  const paint = () => {
    const c = contextOf(base, own.ratio), { grid } = own;
    c.clearRect(0, 0, base.width, base.height);
    for (const [key, [x, y]] of Object.entries(grid.titles)) {
      c.font = `600 15px ${own.font}`;
      c.textAlign = "left";
      c.textBaseline = "top";
      c.fillStyle = inks[key] ?? inks.ink;
      const size = key === "matrix" ? `${O} × ${I}` : meta[key].join(" × ");
      c.fillText(`${words[key]} ${size}`, key === "output" ? Math.min(x, grid.width - c.measureText(words[key]).width - 60) : x, y);
    }
    each((o, i) => line(c, o, i, own.grid.flat ? 2 : 1));
    grid.inAt.forEach((point, i) => unit(c, point, inputs[i], inks.input));
    grid.outAt.forEach((point, o) => unit(c, point, outputs[o], inks.output));
    for (let i = 0; i < I; i++) cellAt(c, -1, i);
    for (let o = 0; o < O; o++) for (let i = 0; i <= I; i++) cellAt(c, o, i);
  };
  const lit = ([o, i]) => {
    if (o < 0) return (row, column) => column === i;
    if (i === I) return (row) => row === o;
    const owner = owners[o * I + i];
    return owner < 0 ? () => false : (row, column) => owners[row * I + column] === owner;
  };
  const look = (at) => {
    const c = contextOf(over, own.ratio), [o, i] = at ?? [], { grid } = own;
    c.clearRect(0, 0, over.width, over.height);
    sum.replaceChildren(...(at ? describe(at) : [words.idle]).map((line) => {
      const div = document.createElement("div");
      div.textContent = line;
      return div;
    }));
    if (!at) return;
    c.fillStyle = inks.paper + "b8"; // seven tenths
    c.fillRect(0, TITLE, grid.width, grid.titles.matrix[1] ? grid.titles.matrix[1] - TITLE : grid.height);
    if (grid.titles.matrix[1]) c.fillRect(0, grid.titles.matrix[1] + TITLE, grid.width, grid.height);
    const on = lit(at), ins = new Set(), outs = new Set();
    if (o < 0) ins.add(i);
    else if (i === I) outs.add(o);
    each((row, column) => { if (on(row, column)) { ins.add(column); outs.add(row); } });
    each((row, column) => { if (on(row, column)) line(c, row, column, 4); });
    grid.inAt.forEach((point, n) => unit(c, point, inputs[n], inks.input, ins.has(n)));
    grid.outAt.forEach((point, n) => unit(c, point, outputs[n], inks.output, outs.has(n)));
    for (const n of ins) cellAt(c, -1, n);
    for (const n of outs) cellAt(c, n, I);
    each((row, column) => { if (on(row, column)) { cellAt(c, row, column); frame(c, row, column, inks.ink, 1.5); } });
    cellAt(c, o, i);
    frame(c, o, i, inks.ink, 3);
  };
  const focused = () => stage.matches(":focus-visible");
  const settle = () => {
    look(own.hover ?? (focused() ? own.at : own.pin));
    const [title, rest] = describe(own.at);
    mark.setAttribute("aria-label", [title, rest].filter(Boolean).join(", "));
    mark.setAttribute("aria-selected", String(Boolean(own.pin) && own.pin.join() === own.at.join()));
  };
  const under = (event) => {
    const box = stage.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top, { grid } = own;
    const { left, top, cell } = grid.grid, near = ([px, py]) => Math.max(Math.abs(px - x), Math.abs(py - y)) <= grid.side / 2;
    const i = grid.inAt.findIndex(near), o = grid.outAt.findIndex(near);
    if (i >= 0) return [-1, i];
    if (o >= 0) return [o, I];
    const column = Math.floor((x - left) / cell), row = Math.floor((y - top) / cell);
    const first = y >= top - 1.3 * cell && y < top - 0.3 * cell;
    if (first && column >= 0 && column < I) return [-1, column];
    if (row < 0 || row >= O) return null;
    if (column >= 0 && column < I) return [row, column];
    return x >= left + (I + 0.3) * cell && x < left + (I + 1.3) * cell ? [row, I] : null;
  };
  stage.onpointermove = (event) => {
    const at = under(event);
    if (String(at) === String(own.hover)) return;
    own.hover = at;
    stage.style.cursor = at ? "crosshair" : "default";
    sum.setAttribute("aria-live", "off");
    settle();
  };
  stage.onpointerleave = () => { own.hover = null; settle(); };
  const pin = (at) => { own.pin = String(at) === String(own.pin) ? null : at; own.at = at ?? own.at; settle(); };
  stage.onclick = (event) => { const at = under(event); if (at) pin(at); };
  stage.onfocus = settle;
  stage.onblur = settle;
  stage.onkeydown = (event) => {
    const [o, i] = own.at, { key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const moves = { ArrowLeft: [o, i - 1], ArrowRight: [o, i + 1], ArrowUp: [o - 1, i], ArrowDown: [o + 1, i], Home: [o, 0], End: [o, o < 0 ? I - 1 : I] };
    if (moves[key]) {
      const row = clamp(moves[key][0], -1, O - 1);
      own.at = [row, clamp(moves[key][1], 0, row < 0 ? I - 1 : I)];
      own.hover = null;
      sum.setAttribute("aria-live", "polite");
    } else if (key === " " || key === "Enter") pin(own.at);
    else if (key === "Escape") own.pin = null;
    else return;
    event.preventDefault();
    event.stopPropagation();
    settle();
  };
  own.font = getComputedStyle(find(".root")).fontFamily;
  return follow(stage, () => {
    own.grid = arrange(meta, own.width);
    stage.style.height = own.grid.height + "px";
    for (const canvas of [base, over]) fitCanvas(canvas, own.grid.width, own.grid.height, own.ratio);
    paint();
    settle();
  }, own);
}
