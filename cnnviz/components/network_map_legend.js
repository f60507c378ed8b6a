// What the colours of a saved map mean, drawn below it: the families of layers, or a measure with its numbers.

import { heatOf, short } from "./network_map_measures.js";
import { lettersOf } from "./network_map_pens.js";

const LINE = 18, PATCH = 12, STEPS = 32, STEP = 6, SIZE = 12, LETTER = 0.56 * SIZE;
/** The least width of a picture with a legend. */
export const LEAST_WIDTH = 420;

// A word with the space before it, or a Chinese character; the punctuation behind it stays on its line.
const PIECE = /\s*(?:[\u2e80-\uffff]|[^\s\u2e80-\uffff]+)[，。；：、）]*/g;

/** A text in lines of so many letters at most. */
function broken(text, most) {
  const lines = [];
  for (const piece of text.match(PIECE) ?? []) {
    if (lines.length && lettersOf(lines.at(-1) + piece) <= most) lines.push(lines.pop() + piece);
    else lines.push(piece.trimStart());
  }
  return lines;
}

/** What stands in the legend, line by line: patches of [colour, words], or words alone. */
function legendLines(own, width) {
  const { words, measures, asks, note } = own.meta, name = measures[own.measure];
  const most = Math.floor(width / LETTER);
  if (name === undefined) {
    const there = new Set(own.model.byNode.map(({ family }) => family)), rows = [[]];
    let left = 0;
    for (const family of Object.keys(own.hues).filter((each) => there.has(each))) {
      const text = words[`family.${family}`], wide = PATCH + 18 + lettersOf(text) * LETTER;
      if (left + wide > width && rows.at(-1).length) { rows.push([]); left = 0; }
      rows.at(-1).push({ left, colour: own.hues[family], text });
      left += wide;
    }
    return rows;
  }
  const told = asks.includes(name) ? broken(note, most) : [];
  return [words[`by.${name}`], { scale: own.limits[own.measure], name }, ...told];
}

/** How high the legend of a picture of a width is. */
export const heightOfLegend = (own, width) => LINE * (legendLines(own, width).length + 1);

/** Draw it from a place of the map on, so wide and at that scale. */
export function drawLegend(pen, own, { left, top, width, scale }) {
  const { inks } = own, text = (words, x, y) =>
    pen.text(words, left + x, top + y, { size: SIZE * scale, colour: inks.ink, align: "left" });
  legendLines(own, width).forEach((line, at) => {
    const y = LINE * (at + 1);
    if (typeof line === "string") return text(line, 0, y);
    if (Array.isArray(line)) {
      for (const { left: x, colour, text: words } of line) {
        pen.box(left + x, top + y - PATCH / 2, PATCH, PATCH, { fill: colour, stroke: inks.edge, round: 3 });
        text(words, x + PATCH + 6, y);
      }
      return undefined;
    }
    const [low, high] = line.scale.map((value) => short(line.name, value)), begin = low.length * LETTER + 8;
    text(low, 0, y);
    for (let step = 0; step < STEPS; step++)
      pen.box(left + begin + step * STEP, top + y - PATCH / 2, STEP + 0.5, PATCH,
        { fill: heatOf(step / (STEPS - 1)), round: 0 });
    return text(high, begin + STEPS * STEP + 8, y);
  });
}
