// Inputs, outputs and the lines between them, and the weight matrix: where all of it stands and how it is drawn.

import { contextOf, fitText, inkOn } from "./canvas.js";
import { minus } from "./numbers.js";
import { clamp, hexOf, product } from "./shared.js";

const TITLE = 26, LARGEST = 40, SMALLEST = 9, NARROW = 700;

const brief = (value) => minus(String(Number(value.toFixed(2))));

/** A colour for each of `count` weights, evenly along the part of the map that can be seen on `paper`. */
export function colours(count, paper) {
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
export function arrange(meta, width) {
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
  const titles = { input: [2, 0], output: [2 + span - outWide, 0], matrix: [left, top] };
  return { I, O, flat, side, inAt, outAt, grid, titles, width,
    height: Math.max(TITLE + tall, grid.top + O * cell) + 6 };
}

/** A unit: a circle in a column, a square in an image. */
function drawUnit(c, own, [x, y], value, colour, lit) {
  const { side, flat } = own.grid, half = side / 2 - (flat ? 3 : 1);
  c.beginPath();
  if (flat) c.arc(x, y, half, 0, 2 * Math.PI);
  else c.rect(x - half, y - half, 2 * half, 2 * half);
  c.fillStyle = own.inks.paper;
  c.fill();
  c.strokeStyle = colour;
  c.lineWidth = lit ? 4 : 1.5;
  c.stroke();
  fitText(c, brief(value), x, y + 1, 2 * half - 4, side * 0.4, own.font, own.inks.ink);
}

function drawLine(c, { grid, hues, owners, I }, o, i, width) {
  c.beginPath();
  c.moveTo(...grid.inAt[i]);
  c.lineTo(...grid.outAt[o]);
  c.strokeStyle = hues[owners[o * I + i]];
  c.lineWidth = width;
  c.stroke();
}

/** The upper left corner of a cell: row -1 are the inputs, column I the outputs. */
function placeOf({ grid: { grid: { left, top, cell } }, I }, o, i) {
  return [left + (i === I ? (I + 0.3) * cell : i * cell), o < 0 ? top - 1.3 * cell : top + o * cell];
}

function drawCell(c, own, o, i) {
  const { inks, hues, owners, inputs, outputs, matrix, I } = own, [x, y] = placeOf(own, o, i), { cell } = own.grid.grid;
  const side = o < 0 || i === I, owner = side ? -1 : owners[o * I + i], hue = owner < 0 ? null : hues[owner];
  c.fillStyle = side ? inks.paper : hue ?? inks.blank;
  c.fillRect(x, y, cell, cell);
  c.strokeStyle = o < 0 ? inks.input : i === I ? inks.output : "rgb(128 128 128 / 0.5)";
  c.lineWidth = 1;
  c.strokeRect(x + 0.5, y + 0.5, cell - 1, cell - 1);
  if (!side && owner < 0) return;
  const value = o < 0 ? inputs[i] : i === I ? outputs[o] : matrix[o * I + i];
  const ink = hue ? inkOn(hue) : inks.ink;
  fitText(c, brief(value), x + cell / 2, y + cell / 2 + 1, cell - 3, cell * 0.42, own.font, ink);
}

function frameCell(c, own, o, i, width) {
  const [x, y] = placeOf(own, o, i), { cell } = own.grid.grid;
  c.strokeStyle = own.inks.ink;
  c.lineWidth = width;
  c.strokeRect(x + 1, y + 1, cell - 2, cell - 2);
}

function eachConnection({ owners, I, O }, visit) {
  for (let o = 0; o < O; o++) for (let i = 0; i < I; i++) if (owners[o * I + i] >= 0) visit(o, i);
}

/** Draw all of it, nothing lit. */
export function paintAll(base, own) {
  const { grid, inks, meta, I, O } = own, { words } = meta, c = contextOf(base, own.ratio);
  c.clearRect(0, 0, base.width, base.height);
  for (const [key, [x, y]] of Object.entries(grid.titles)) {
    c.font = `600 15px ${own.font}`;
    c.textAlign = "left";
    c.textBaseline = "top";
    c.fillStyle = inks[key] ?? inks.ink;
    const size = key === "matrix" ? `${O} × ${I}` : meta[key].join(" × ");
    const left = key === "output" ? Math.min(x, grid.width - c.measureText(words[key]).width - 60) : x;
    c.fillText(`${words[key]} ${size}`, left, y);
  }
  eachConnection(own, (o, i) => drawLine(c, own, o, i, grid.flat ? 2 : 1));
  grid.inAt.forEach((point, i) => drawUnit(c, own, point, own.inputs[i], inks.input, false));
  grid.outAt.forEach((point, o) => drawUnit(c, own, point, own.outputs[o], inks.output, false));
  for (let i = 0; i < I; i++) drawCell(c, own, -1, i);
  for (let o = 0; o < O; o++) for (let i = 0; i <= I; i++) drawCell(c, own, o, i);
}

/** Which connections light up with a place: an input's, an output's, or those of the same weight. */
function litWith({ owners, I }, [o, i]) {
  if (o < 0) return (row, column) => column === i;
  if (i === I) return (row) => row === o;
  const owner = owners[o * I + i];
  return owner < 0 ? () => false : (row, column) => owners[row * I + column] === owner;
}

/** Draw over it what lights up with a place, or nothing. */
export function highlight(over, own, at) {
  const { grid, inks, I } = own, c = contextOf(over, own.ratio), below = grid.titles.matrix[1];
  c.clearRect(0, 0, over.width, over.height);
  if (!at) return;
  const [o, i] = at, on = litWith(own, at), ins = new Set(), outs = new Set(), lit = [];
  c.fillStyle = inks.paper + "b8"; // seven tenths
  c.fillRect(0, TITLE, grid.width, below ? below - TITLE : grid.height);
  if (below) c.fillRect(0, below + TITLE, grid.width, grid.height);
  if (o < 0) ins.add(i);
  else if (i === I) outs.add(o);
  eachConnection(own, (row, column) => { if (on(row, column)) lit.push([row, column]); });
  for (const [row, column] of lit) {
    ins.add(column);
    outs.add(row);
    drawLine(c, own, row, column, 4);
  }
  grid.inAt.forEach((point, n) => drawUnit(c, own, point, own.inputs[n], inks.input, ins.has(n)));
  grid.outAt.forEach((point, n) => drawUnit(c, own, point, own.outputs[n], inks.output, outs.has(n)));
  for (const n of ins) drawCell(c, own, -1, n);
  for (const n of outs) drawCell(c, own, n, I);
  for (const [row, column] of lit) {
    drawCell(c, own, row, column);
    frameCell(c, own, row, column, 1.5);
  }
  drawCell(c, own, o, i);
  frameCell(c, own, o, i, 3);
}

/** The place at a point of the stage, [row, column], or null. */
export function placeAt({ grid, I, O }, x, y) {
  const { left, top, cell } = grid.grid;
  const near = ([px, py]) => Math.max(Math.abs(px - x), Math.abs(py - y)) <= grid.side / 2;
  const i = grid.inAt.findIndex(near), o = grid.outAt.findIndex(near);
  if (i >= 0) return [-1, i];
  if (o >= 0) return [o, I];
  const column = Math.floor((x - left) / cell), row = Math.floor((y - top) / cell);
  const first = y >= top - 1.3 * cell && y < top - 0.3 * cell;
  if (first && column >= 0 && column < I) return [-1, column];
  if (row < 0 || row >= O) return null;
  if (column >= 0 && column < I) return [row, column];
  return x >= left + (I + 0.3) * cell && x < left + (I + 1.3) * cell ? [row, I] : null;
}
