// How numbers are written, and how far a component's own are from Python's.

import { fill, show } from "./shared.js";

/** A number's text with a minus sign in the place of its hyphen. */
export const minus = (text) => text.replace("-", "−");

/** A number with so many digits that count. */
export const digits = (value, count = 3) => minus(String(Number(value.toPrecision(count))));

/** A number with so many decimal places; what rounds to 0 has no sign. */
export const places = (value, count = 2) =>
  minus(Number(value.toFixed(count)) === 0 ? (0).toFixed(count) : value.toFixed(count));

/** A number with the digits that a sum needs. */
export const long = (value) => minus(show(value)).replace("Infinity", "∞");

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const raised = (/** @type {number} */ power) =>
  (power < 0 ? "⁻" : "") + [...String(Math.abs(power))].map((digit) => RAISED[Number(digit)]).join("");

/** A number with so many digits, a very small or large one as 4.6·10⁻⁷. */
export function inPowers(/** @type {number} */ value, count = 2) {
  if (!Number.isFinite(value)) return "∞";
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size >= 1e-3 && size < 1e4) return digits(value, count);
  const [mantissa, power] = value.toExponential(count - 1).split("e");
  return `${minus(mantissa)}·10${raised(Number(power))}`;
}

/** Say in `check` by how much a component's numbers and Python's differ at most. */
export function tellGap(check, { words, name }, most, sentence = words.agree, more = {}) {
  check.textContent = fill(sentence, { name, difference: inPowers(most, 1), ...more });
  check.dataset.difference = String(most);
}
