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

/** Say in `check` by how much a component's numbers and Python's differ at most. */
export function tellGap(check, { words, name }, most, sentence = words.agree, more = {}) {
  const difference = most === 0 ? "0" : most.toExponential(0);
  check.textContent = fill(sentence, { name, difference, ...more });
  check.dataset.difference = String(most);
}
