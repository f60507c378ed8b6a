// Drawing on a canvas in CSS pixels, in the colours of the page's theme.

import { ACCENTS } from "./colours.js";

/** Streamlit's own colours by the names that canvases call them. */
const THEME = { ink: "text-color", paper: "background-color", rule: "border-color" };

/**
 * The colours of the page as it is now, light or dark, as "#rrggbb": the accents of cnnviz/colours.py, and ink, paper
 * and rule.
 *
 * @param {HTMLElement} root
 * @returns {Record<string, string>}
 */
export function inksOf(root) {
  const probe = root.appendChild(document.createElement("i")), style = getComputedStyle(probe);
  const hex = (/** @type {string} */ name) => {
    probe.style.color = `var(--${name})`;
    const parts = style.color.match(/[\d.]+/g) ?? [];
    return "#" + parts.slice(0, 3).map((part) => Number(part).toString(16).padStart(2, "0")).join("");
  };
  const inks = Object.fromEntries(Object.keys(ACCENTS).map((name) => [name, hex(name)]));
  for (const [name, own] of Object.entries(THEME)) inks[name] = hex("st-" + own);
  probe.remove();
  return inks;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {number} ratio device pixels a CSS pixel
 */
export function contextOf(canvas, ratio) {
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}

/**
 * Make a canvas so many CSS pixels large, at whole device pixels.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 * @param {number} ratio
 */
export function fitCanvas(canvas, width, height, ratio) {
  canvas.width = Math.ceil(width * ratio);
  canvas.height = Math.ceil(height * ratio);
  Object.assign(canvas.style, { width: canvas.width / ratio + "px", height: canvas.height / ratio + "px" });
}

/**
 * Text about a point, made smaller to fit into `room` pixels, and left out where it could not be read.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @param {number} x
 * @param {number} y
 * @param {number} room
 * @param {number} size
 * @param {string} font
 * @param {string} colour
 */
export function fitText(context, text, x, y, room, size, font, colour) {
  const fits = Math.min(size, 1.72 * room / Math.max(2, text.length));
  if (fits < 7) return;
  context.font = `${fits}px ${font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = colour;
  context.fillText(text, x, y);
}

/** What sRGB's bytes count for in light. */
const LIGHT = Float64Array.from({ length: 256 }, (_, byte) =>
  byte <= 10 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4);

/**
 * Black or white, whichever is read better on "#rrggbb"; it stands out 4.58 times or more from any colour.
 *
 * @param {string} ground
 */
export function inkOn(ground) {
  const rgb = parseInt(ground.slice(1), 16);
  const light = 0.2126 * LIGHT[rgb >> 16] + 0.7152 * LIGHT[rgb >> 8 & 255] + 0.0722 * LIGHT[rgb & 255];
  return light > 0.17913 ? "#000000" : "#ffffff"; // where (1 + 0.05) / (light + 0.05) = (light + 0.05) / 0.05
}

/**
 * A mixture of two colours, "#rrggbb", with so large a share of the first.
 *
 * @param {string} one
 * @param {string} other
 * @param {number} share
 */
export function mix(one, other, share) {
  const part = (/** @type {number} */ at) => Math.round(share * parseInt(one.slice(at, at + 2), 16)
    + (1 - share) * parseInt(other.slice(at, at + 2), 16)).toString(16).padStart(2, "0");
  return "#" + part(1) + part(3) + part(5);
}
