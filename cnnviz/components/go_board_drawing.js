// A position of Go on a canvas: stones or numbers, and a colour at every point.

import { ACCENTS } from "./colours.js";
import { contextOf, fitText, inkOn, mix } from "./canvas.js";
import { minus } from "./numbers.js";
import { clamp, extent, hexOf, limits, ramp } from "./shared.js";

const WOOD = "#e3c07f", LINE = "#5b4a2c", STONES = { 1: "#101010", "-1": "#fafafa" };
// The board is of wood on light and on dark pages.
const [HEAT] = ACCENTS.input, [NEXT] = ACCENTS.wrong, [MARK] = ACCENTS.mark;
const LETTERS = "ABCDEFGHJKLMNOPQRSTUVWXYZ"; // no I, as on every board
const STARS = [3, 9, 15], MARGIN = 0.9; // cells around the board, for its letters

export const frameSide = (side, cell) => (side + 2 * MARGIN) * cell;

/** A point as players write it, "Q16"; past the last point it is a pass, which `passed` names. */
export const coordinateOf = (point, side, passed) => point === side * side ? passed
  : LETTERS[point % side] + (side - Math.floor(point / side));

/** Letters and numbers around the board, which lies in the middle. */
export function drawEdge(canvas, side, cell, ratio, { font, colour }) {
  const context = contextOf(canvas, ratio), whole = frameSide(side, cell);
  context.clearRect(0, 0, whole, whole);
  for (let i = 0; i < side; i++) {
    const along = (MARGIN + i + 0.5) * cell;
    for (const across of [MARGIN / 2 * cell, whole - MARGIN / 2 * cell]) {
      fitText(context, LETTERS[i], along, across, cell, 13, font, colour);
      fitText(context, String(side - i), across, along, cell, 13, font, colour);
    }
  }
}

/** A function that gives the colour of a value, "#rrggbb", and null for one that has none. */
function colourer(values, mode) {
  if (mode === "shares") return (value) => value < 0.005 ? null : mix(HEAT, WOOD, 0.15 + 0.8 * value ** 0.4);
  const [least, greatest] = extent(values), [a, b] = ramp(mode, limits(mode, mode === "signed" ? least : 0, greatest));
  return (value) => value === 0 ? null : hexOf(mode, clamp(Math.floor(value * a + b), 0, 255));
}

/**
 * Draw one position.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {{points: Int8Array, move: number, turn: number, values: any, next: number, ghost: number | null}} shown
 * @param {any} meta
 * @param {{cell: number, ratio: number, font: string}} own
 */
export function drawPosition(canvas, shown, meta, { cell, ratio, font }) {
  const { side, unit, mode } = meta, context = contextOf(canvas, ratio), all = side * cell;
  const values = Float32Array.from(shown.values, (value) => value * unit), colourOf = colourer(values, mode);
  context.fillStyle = WOOD;
  context.fillRect(0, 0, all, all);
  const grounds = Array.from(values, (value) => meta.heat ? colourOf(value) : null);
  if (meta.numbers) drawNumbers(context, shown, side, cell, font);
  else {
    drawLines(context, side, cell);
    grounds.forEach((ground, point) => {
      // A stone would hide what a small square shows.
      if (ground && (mode !== "shares" || !isStone(shown.points[point])))
        fillSquare(context, point, side, cell, ground, mode === "shares" ? 0.92 : 1);
    });
    drawStones(context, shown, side, cell, mode === "shares" || !meta.heat ? 0.46 : 0.34);
    if (mode === "shares" && meta.heat) drawShares(context, shown.points, values, grounds, side, cell, font);
  }
  drawMarks(context, shown, meta, cell);
}

const isStone = (code) => code === 1 || code === -1;

const middleOf = (point, side, cell) => [(point % side + 0.5) * cell, (Math.floor(point / side) + 0.5) * cell];

function fillSquare(context, point, side, cell, colour, size) {
  const [x, y] = middleOf(point, side, cell), length = size * cell;
  context.fillStyle = colour;
  context.fillRect(x - length / 2, y - length / 2, length, length);
}

function drawLines(context, side, cell) {
  const first = cell / 2, last = (side - 0.5) * cell;
  context.strokeStyle = LINE;
  context.lineWidth = 1;
  context.beginPath();
  for (let i = 0; i < side; i++) {
    const at = (i + 0.5) * cell;
    context.moveTo(first, at);
    context.lineTo(last, at);
    context.moveTo(at, first);
    context.lineTo(at, last);
  }
  context.stroke();
  context.fillStyle = LINE;
  for (const row of STARS) for (const column of STARS) drawCircle(context, row * side + column, side, cell, 0.11);
}

function drawCircle(context, point, side, cell, radius) {
  const [x, y] = middleOf(point, side, cell);
  context.beginPath();
  context.arc(x, y, radius * cell, 0, 2 * Math.PI);
  context.fill();
}

function drawStones(context, { points, ghost, turn }, side, cell, radius) {
  const put = (point, colour) => {
    context.fillStyle = STONES[colour];
    drawCircle(context, point, side, cell, radius);
    context.strokeStyle = "#000000";
    context.lineWidth = 0.8;
    context.stroke();
  };
  points.forEach((code, point) => { if (isStone(code)) put(point, code); });
  if (ghost === null) return;
  context.globalAlpha = 0.6;
  put(ghost, turn);
  context.globalAlpha = 1;
}

function drawShares(context, points, values, grounds, side, cell, font) {
  values.forEach((value, point) => {
    if (value < 0.00995 || isStone(points[point])) return;
    const [x, y] = middleOf(point, side, cell);
    fitText(context, String(Math.round(100 * value)), x, y, cell * 0.85, 13, font, inkOn(grounds[point] ?? WOOD));
  });
}

/** What the network gets: 1 for a stone of the player to move, -1 for one of the opponent, 0. */
function drawNumbers(context, { points, turn }, side, cell, font) {
  points.forEach((code, point) => {
    const number = isStone(code) ? code * turn : 0, [x, y] = middleOf(point, side, cell);
    const ground = hexOf("signed", Math.round(127.5 + 90 * number));
    fillSquare(context, point, side, cell, ground, 1);
    fitText(context, minus(String(number)), x, y, cell * 0.85, 13, font, inkOn(ground));
  });
  context.strokeStyle = "#00000022";
  context.lineWidth = 1;
  context.beginPath();
  for (let i = 0; i <= side; i++) {
    context.moveTo(0, i * cell);
    context.lineTo(side * cell, i * cell);
    context.moveTo(i * cell, 0);
    context.lineTo(i * cell, side * cell);
  }
  context.stroke();
}

/** The last move, the next one, the point that is asked about, and what is seen of the board. */
function drawMarks(context, { points, move, next }, { side, target, box, rings }, cell) {
  const on = (point) => point >= 0 && point < side * side;
  const ring = (point, radius, colour, width) => {
    const [x, y] = middleOf(point, side, cell);
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    context.arc(x, y, radius * cell, 0, 2 * Math.PI);
    context.stroke();
  };
  if (box) drawBox(context, box, side, cell);
  if (on(move) && isStone(points[move])) ring(move, 0.24, points[move] === 1 ? "#ffffff" : "#000000", 2);
  if (on(next)) ring(next, 0.4, NEXT, 2);
  for (const each of rings) ring(each, 0.3, "#000000", 1.5);
  if (target !== null) {
    const [x, y] = middleOf(target, side, cell), half = cell / 2 - 1;
    for (const [colour, width] of [["#000000", 4], [MARK, 2.5]]) {
      context.strokeStyle = /** @type {string} */ (colour);
      context.lineWidth = Number(width);
      context.strokeRect(x - half, y - half, 2 * half, 2 * half);
    }
  }
}

function drawBox(context, [top, left, bottom, right], side, cell) {
  const x = Math.max(0, left) * cell, y = Math.max(0, top) * cell;
  const width = Math.min(side, right) * cell - x, height = Math.min(side, bottom) * cell - y;
  context.fillStyle = "#00000055";
  context.beginPath();
  context.rect(0, 0, side * cell, side * cell);
  context.rect(x, y, width, height);
  context.fill("evenodd");
  context.strokeStyle = MARK;
  context.lineWidth = 3;
  context.strokeRect(x + 1.5, y + 1.5, width - 3, height - 3);
}
