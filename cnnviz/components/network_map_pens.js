// Two pens that draw the same picture: on a canvas, and as the text of an SVG file. Coordinates are the map's own; a
// size of text is in pixels of the picture.

import { contextOf } from "./canvas.js";

/** How wide a text is, in Latin letters: a Chinese character is as wide as almost two. */
export const lettersOf = (text) => text.length + 0.8 * (text.match(/[\u2e80-\uffff]/g)?.length ?? 0);

/** A pen on a canvas, moved and scaled so that the map's `view` fills it. */
export function canvasPen(canvas, ratio, font, { x, y, scale }) {
  const context = contextOf(canvas, ratio);
  const [px, py] = [(value) => (value - x) * scale, (value) => (value - y) * scale];
  return {
    box(left, top, width, height, { fill, stroke, thick = 1, round = 4 }) {
      context.beginPath();
      context.roundRect(px(left), py(top), width * scale, height * scale, round * Math.min(1, scale));
      if (fill) { context.fillStyle = fill; context.fill(); }
      if (stroke) { context.strokeStyle = stroke; context.lineWidth = thick; context.stroke(); }
    },
    curves(lines, down, colour, thick) {
      context.beginPath();
      for (const points of lines) {
        const [a, b, c, d] = points.map(([left, top]) => [px(left), py(top)]), [one, other] = bends(b, c, down);
        context.moveTo(a[0], a[1]);
        context.lineTo(b[0], b[1]);
        context.bezierCurveTo(one[0], one[1], other[0], other[1], c[0], c[1]);
        context.lineTo(d[0], d[1]);
      }
      context.strokeStyle = colour;
      context.lineWidth = thick;
      context.stroke();
    },
    /** A part of a picture: its pixels stay square where it is enlarged. */
    picture(image, [from, down, wide, high], left, top, width, height) {
      context.imageSmoothingEnabled = width * scale * ratio < wide;
      context.drawImage(image, from, down, wide, high, px(left), py(top), width * scale, height * scale);
    },
    text(text, left, top, { size, colour, bold = false, align = /** @type {CanvasTextAlign} */ ("center"), dx = 0,
      dy = 0 }) {
      context.font = `${bold ? "600 " : ""}${size}px ${font}`;
      context.textAlign = align;
      context.textBaseline = "middle";
      context.fillStyle = colour;
      context.fillText(text, px(left) + dx, py(top) + dy);
    },
  };
}

/** Where a curve between two points bends, so that it leaves and arrives in the way of the flow. */
function bends(b, c, down) {
  const half = down ? (b[1] + c[1]) / 2 : (b[0] + c[0]) / 2;
  return down ? [[b[0], half], [c[0], half]] : [[half, b[1]], [half, c[1]]];
}

const SAFE = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const safe = (text) => text.replace(/[&<>"]/g, (letter) => SAFE[letter]);
const tenth = (value) => Math.round(value * 10) / 10;

/** A pen that writes an SVG at scale 1; `end` returns its text. */
export function svgPen(width, height, paper, font) {
  const parts = [`<rect width="100%" height="100%" fill="${paper}"/>`];
  return {
    box(left, top, wide, high, { fill, stroke, thick = 1, round: corner = 4 }) {
      parts.push(`<rect x="${tenth(left)}" y="${tenth(top)}" width="${tenth(wide)}" height="${tenth(high)}" `
        + `rx="${corner}" fill="${fill ?? "none"}"${stroke ? ` stroke="${stroke}" stroke-width="${thick}"` : ""}/>`);
    },
    curves(lines, down, colour, thick) {
      const path = lines.map((points) => {
        const [a, b, c, d] = points.map((point) => point.map(tenth)), [one, other] = bends(b, c, down);
        return `M${a}L${b}C${one} ${other} ${c}L${d}`;
      }).join("");
      parts.push(`<path d="${path}" fill="none" stroke="${colour}" stroke-width="${thick}"/>`);
    },
    picture(image, [from, down, across, deep], left, top, wide, high) {
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [across, deep];
      canvas.getContext("2d").drawImage(image, from, down, across, deep, 0, 0, across, deep);
      // Pixels stay square where they are enlarged, as on the map.
      const square = wide > across ? ' style="image-rendering: pixelated"' : "";
      parts.push(`<image x="${tenth(left)}" y="${tenth(top)}" width="${tenth(wide)}" height="${tenth(high)}"${square} `
        + `preserveAspectRatio="none" href="${canvas.toDataURL()}"/>`);
    },
    text(text, left, top, { size, colour, bold = false, align = "center", dx = 0, dy = 0 }) {
      const anchor = { center: "middle", left: "start", right: "end" }[align];
      parts.push(`<text x="${tenth(left + dx)}" y="${tenth(top + dy)}" font-size="${size}" fill="${colour}"`
        + `${bold ? ' font-weight="600"' : ""} text-anchor="${anchor}" dominant-baseline="central">`
        + `${safe(text)}</text>`);
    },
    end: () => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${tenth(width)} ${tenth(height)}" `
      + `width="${tenth(width)}" height="${tenth(height)}" font-family="${safe(font)}">${parts.join("")}</svg>`,
  };
}
