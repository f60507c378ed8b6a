// The grids as they are, and over them what lights up with one cell.

import { contextOf, fitText, inkOn, mix } from "./canvas.js";
import { brief } from "./cell_values.js";
import { fill } from "./shared.js";
import { same } from "./cell_editing.js";
import { NAME, PANELS, TITLE, edges, planeOf } from "./sliding_layout.js";

/** Ways to draw: `paint` the grids, with `titles` above them, and `highlight` a cell. */
export function drawing(own, [base, over], titles, cells) {
  const { meta, inks, map: { firstPlace, places } } = own, { words } = meta, each = meta.channels / meta.groups;
  const accent = { ...inks, bias: inks.kernel };
  const { channelOf, spot, sourceOf, groupOf, valueAt, hidden, soFar, lit } = cells;

  // The grids as they are while some of their cells are lit, painted once for all of them.
  const dimmed = own.dimmed ??= document.createElement("canvas");

  const drawCell = (c, plane, index, { note = null, dim = false } = {}) => {
    const { cell } = own.grid, [x, y] = edges(own.grid, plane, index), it = { grid: plane.grid, index };
    const out = plane.grid === "output", empty = out && hidden(index), value = out ? soFar(index) : valueAt(it);
    const padding = plane.grid === "input" && (sourceOf(it) < 0 || firstPlace[sourceOf(it)] !== spot(it));
    const blank = plane.grid === "input" && sourceOf(it) < 0;
    const full = empty ? inks.paper : blank ? inks.blank : own.colour[plane.grid](value);
    const shown = padding && !blank ? mix(full, inks.blank, 0.45) : full;
    const ground = dim ? mix(shown, inks.paper, 0.6) : shown;
    c.fillStyle = ground;
    c.fillRect(x, y, cell, cell);
    c.strokeStyle = padding ? inks.edge : "rgb(128 128 128 / 0.5)";
    c.lineWidth = 1;
    c.setLineDash(padding ? [2, 2] : []);
    c.strokeRect(x + 0.5, y + 0.5, cell - 1, cell - 1);
    c.setLineDash([]);
    if (empty) return;
    const split = note !== null && cell >= 22;
    if (plane.grid === "input" && own.won.has(index)) corner(c, x, y, cell);
    const ink = blank ? inks.quiet : inkOn(ground), middle = x + cell / 2;
    const [at, size] = split ? [0.3, 0.36] : [0.52, 0.4];
    fitText(c, brief(value), middle, y + cell * at, cell - 3, cell * size, own.font, ink);
    if (!split) return;
    c.fillStyle = inks.paper;
    c.fillRect(x + 1, y + cell * 0.56, cell - 2, cell * 0.44 - 1);
    fitText(c, "×" + brief(note), middle, y + cell * 0.79, cell - 3, cell * 0.36, own.font, inks.kernel);
  };
  /** The sign of a winner: a folded corner, light with a dark edge to be seen on every colour. */
  const corner = (c, x, y, side) => {
    const long = Math.max(5, side * 0.3);
    c.beginPath();
    c.moveTo(x + side - 1 - long, y + 1);
    c.lineTo(x + side - 1, y + 1);
    c.lineTo(x + side - 1, y + 1 + long);
    c.closePath();
    c.fillStyle = inks.mark;
    c.fill();
    c.strokeStyle = "#000";
    c.lineWidth = 1;
    c.stroke();
  };
  const paint = () => {
    const c = contextOf(base, own.ratio), { boxes, planes } = own.grid;
    c.clearRect(0, 0, base.width, base.height);
    Object.assign(dimmed, { width: base.width, height: base.height });
    const pale = contextOf(dimmed, own.ratio);
    c.textBaseline = "middle";
    c.textAlign = "left";
    for (const name of PANELS) if (boxes[name]) {
      c.fillStyle = accent[name];
      c.font = `600 15px ${own.font}`;
      c.fillText(titles[name], boxes[name].left, boxes[name].top + TITLE / 2 - 3);
    }
    for (const plane of planes) {
      if (plane.named) {
        c.font = `13px ${own.font}`;
        c.textAlign = "left";
        c.textBaseline = "middle";
        c.fillStyle = accent[plane.grid];
        const k = plane.channel, shown = plane.grid === "output" ? fill(words.filter, { filter: k })
          : plane.grid === "bias" ? words.bias
          : fill(words.channel, { channel: plane.grid === "kernel" ? groupOf(own.filter) * each + k : k });
        c.fillText(shown, plane.left, plane.top - NAME / 2 + 1);
      }
      for (let i = 0; i < plane.rows * plane.columns; i++) {
        drawCell(c, plane, plane.first + i);
        drawCell(pale, plane, plane.first + i, { dim: true });
      }
      c.strokeStyle = accent[plane.grid];
      c.lineWidth = 1.5;
      const { cell } = own.grid;
      c.strokeRect(plane.left - 0.75, plane.top - 0.75, plane.columns * cell + 1.5, plane.rows * cell + 1.5);
    }
    own.painted = own.filter;
  };
  const highlight = (cell) => {
    const c = contextOf(over, own.ratio), { planes, cell: side } = own.grid;
    c.clearRect(0, 0, over.width, over.height);
    if (!cell) return;
    const on = lit(cell);
    c.drawImage(dimmed, 0, 0, dimmed.width / own.ratio, dimmed.height / own.ratio);
    for (const plane of planes) {
      const marked = [];
      for (const [index, note] of on[plane.grid])
        if (index >= plane.first && index < plane.first + plane.rows * plane.columns) {
          drawCell(c, plane, index, { note });
          marked.push(edges(own.grid, plane, index));
        }
      c.strokeStyle = plane.grid === "input" ? (cell.grid === "input" ? inks.input : inks.kernel) : accent[plane.grid];
      c.lineWidth = 2.5;
      for (const [x, y] of marked) c.strokeRect(x + 1, y + 1, side - 2, side - 2);
    }
    mark(c, cell, inks.ink, 3);
    if (cell.grid === "output" && own.winners) {
      const f = channelOf(cell), s = own.winners[cell.index];
      if (s >= 0) mark(c, { grid: "input", index: f * places + firstPlace[s] }, inks.mark, 4);
    }
    if (own.pin && !same(own.pin, cell)) mark(c, own.pin, inks.ink, 2, [4, 3]);
  };
  const mark = (c, cell, colour, width, dash = []) => {
    const plane = planeOf(own.grid, cell);
    if (!plane) return;
    const [x, y] = edges(own.grid, plane, cell.index), { cell: side } = own.grid;
    c.setLineDash(dash);
    c.strokeStyle = inks.paper;
    c.lineWidth = width + 2;
    if (!dash.length) c.strokeRect(x, y, side, side);
    c.strokeStyle = colour;
    c.lineWidth = width;
    c.strokeRect(x, y, side, side);
    c.setLineDash([]);
  };
  return { paint, highlight };
}
