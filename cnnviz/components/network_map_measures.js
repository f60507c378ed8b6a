// The measures of a network map: how those of layers make those of a block, their colours, and their short numbers.

import { clamp, fill, hexOf } from "./shared.js";

const COUNTS = ["", " k", " M", " G", " T", " P"], BYTES = [" B", " KiB", " MiB", " GiB", " TiB"];
const TIMES = [" µs", " ms", " s"];
const LATE = 1000; // milliseconds in which Python may still answer to an earlier choice
/** How the numbers of layers make that of a block; all others add up. */
const POOLED = { field: (sum, one) => Math.max(sum, one) };

/**
 * The number of a measure for the nodes from `first` to `last`: the sum, of receptive fields the greatest, of shares of
 * zeros that of all their outputs; NaN where none is known. `row` has the measure's numbers, `outputs` how many outputs
 * there are.
 */
export function pooled(measure, row, outputs, first, last) {
  const add = POOLED[measure] ?? ((sum, one) => sum + one), shared = measure === "zeros";
  let sum = NaN, all = 0;
  for (let node = first; node <= last; node++) {
    if (Number.isNaN(row[node])) continue;
    const one = shared ? row[node] * outputs[node] : row[node];
    sum = Number.isNaN(sum) ? one : add(sum, one);
    all += outputs[node];
  }
  return shared ? sum / all : sum;
}

/** Whether a number of a measure tells something: a share of 0 does, 0 parameters do not. */
export const tells = (measure, value) => measure === "zeros" ? value >= 0 : value > 0;

/** The numbers at both ends of a measure's colours. */
export function limitsOf(measure, at, { byNode, items }) {
  if (measure === "zeros") return [0, 1];
  const all = byNode.map(({ values }) => values[at]).filter((value) => value > 0 && value < Infinity);
  const blocks = measure === "field" ? [] : items.map(({ values }) => values[at] || 0);
  return [Math.min(...all), Math.max(...blocks, ...all)];
}

/** 0 to 1 for a number on a measure's colours, in steps of equal factors, for zeros of equal shares; null for none. */
export function shareOf(measure, value, [low, high]) {
  if (!tells(measure, value)) return null;
  if (measure === "zeros") return clamp((value - low) / (high - low), 0, 1);
  return high > low ? clamp(Math.log(value / low) / Math.log(high / low), 0, 1) : 1;
}

/** The colour of a share, null for none. */
export const heatOf = (share) => share === null ? null : hexOf("positive", Math.round(255 * share));

function scaled(value, base, units, isExact = true) {
  let at = 0;
  for (; value >= base && at < units.length - 1; at++) value /= base;
  return Number(value.toPrecision(isExact && (value >= 100 || at === 0) ? 4 : 3)) + units[at];
}

/** A number of a measure, short. */
export function short(measure, value) {
  if (!Number.isFinite(value)) return "";
  if (measure === "memory") return scaled(value, 1024, BYTES);
  if (measure === "time") return scaled(value * 1e6, 1000, TIMES, false);
  if (measure === "zeros") return `${Number((100 * value).toFixed(1))}%`;
  return measure === "field" ? `${Math.round(value)} px` : scaled(value, 1000, COUNTS);
}

const commas = (value) => Math.round(value).toLocaleString("en-GB");
const EXACT = new Set(["parameters", "macs", "field"]);

/** A number of a measure in words, short or in full; a receptive field without end is the whole image. */
export function saying(words, name, value, isShort) {
  if (value === Infinity) return words[isShort ? "short.whole" : "whole"];
  if (isShort) return fill(words[`short.${name}`], { value: short(name, value) });
  return fill(words[name], { value: EXACT.has(name) ? commas(value) : short(name, value) });
}

/** The numbers of all measures that are known of an item, in words. */
export const numbersOf = ({ words, measures }, { values }) => measures.flatMap((name, at) => tells(name, values[at])
  ? [saying(words, name, values[at], false)] : []);

/** Take over what Python says a map is to be coloured by, where that is new; its answer to a choice is not. */
export function heatFromPython(own) {
  const { heat, measures } = own.meta, answers = own.heat === null;
  if (heat === own.heat) return;
  // To an earlier choice, while the answer to the last one is on its way.
  if (own.earlier?.includes(heat) && performance.now() - own.lastAsked < LATE) return;
  own.heat = heat;
  if (!answers) own.measure = measures.indexOf(heat);
}

/** Tell Python of a chosen measure where it hears of one: it is in the link, and some take a run. */
export function askFor(own, tell) {
  const { asks, measures } = own.meta, now = measures[own.measure] ?? "";
  if (!asks.length || now === (own.heat ?? "")) return;
  own.earlier = [...own.earlier ?? [], own.heat ?? ""].filter((name) => name !== now);
  own.lastAsked = performance.now();
  own.heat = now || null;
  tell(now);
}

/** Write below the map what its colours mean: the numbers at their ends, how they run, and how they were measured. */
export function showLegend(find, own, colours) {
  const { words, measures, asks, note } = own.meta, name = measures[own.measure], [low, high] = own.limits[own.measure];
  const there = Number.isFinite(low) && Number.isFinite(high), ran = asks.includes(name);
  find(".low").textContent = there ? short(name, low) : "";
  find(".high").textContent = there ? short(name, high) : "";
  find(".legend .bar").style.background = colours;
  find(".legend .steps").textContent = words[name === "zeros" ? "steps.shares" : "steps.factors"];
  const measured = ran && own.model.byNode.some(({ values }) => tells(name, values[own.measure]));
  find(".note").hidden = !ran;
  find(".note").textContent = !ran ? "" : measured ? note : own.meta.heat === name ? "" : words.measuring;
}
