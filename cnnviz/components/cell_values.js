// Numbers in cells: how they are written and coloured, and what a person typed.

import { clamp, extent, hexOf, limits, ramp, show } from "./shared.js";

/** A number as short as a cell needs it, with at most so many decimal places. */
export function brief(value, places = 2) {
  if (!Number.isFinite(value)) return String(value).replace("-", "−").replace("Infinity", "∞");
  const text = Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toFixed(places)));
  return text === "-0" ? "0" : text.replace("-", "−");
}

/** A number with the digits that a sum needs. */
export const long = (value) => show(value).replace("-", "−").replace("Infinity", "∞");

/** A function from a value to its colour, "#rrggbb"; zero is always on the scale. */
export function scaleOf(values, signed) {
  const [first, last] = extent(values), least = Math.min(0, first), greatest = Math.max(0, last);
  const mode = signed || least < 0 ? "signed" : "positive", [a, b] = ramp(mode, limits(mode, least, greatest));
  return (value) => {
    const at = clamp(Math.floor(a * value + b), 0, 255);
    return Number.isNaN(at) ? "#888888" : hexOf(mode, at);
  };
}

/** What a person typed as a number: 1.5, 1,5 or 1/9; NaN for anything else. */
export function typed(text) {
  const parts = text.trim().replace(",", ".").replace("−", "-").split("/");
  if (parts.length > 2 || parts.some((part) => !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(part.trim()))) return NaN;
  const value = Math.fround(parts.length === 2 ? parts[0] / parts[1] : parts[0]);
  return Math.abs(value) <= 1e6 ? value : NaN;
}
