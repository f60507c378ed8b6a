// How one normalised number is computed, line by line.

import { long } from "./cell_values.js";
import { fill } from "./shared.js";

const MOST_TERMS = 9, MOST_SQUARES = 3;

/** What a cell of a grid of the batch is called. */
export function nameOf({ size: [, channels, height, width], vectors, words }, index) {
  const each = height * width, image = Math.floor(index / each / channels);
  const channel = Math.floor(index / each) % channels, place = index % each;
  if (vectors) return fill(words.vector_place, { image, channel });
  return fill(words.place, { image, channel, row: Math.floor(place / width), column: place % width });
}

/** Write into `sum` how number `index` is normalised; without one, what can be done. */
export function explain(own, sum, index) {
  const { meta, arrays, sets, found, hats, outputs } = own, { words, way, size: [images, channels] } = meta;
  if (index === null) return sum.replaceChildren(line(words.idle));
  const set = sets.of[index], list = found.members[set], mean = long(found.mean[set]);
  const each = meta.size[2] * meta.size[3], channel = Math.floor(index / each) % channels;
  const per = channels / sets.shape[1], first = (set % sets.shape[1]) * per;
  const whose = fill(words[meta.vectors ? `vector_${way}` : way], { count: list.length, images, channel,
    image: Math.floor(index / each / channels), first, last: first + per - 1 });
  // The number itself comes first, so that it is among those that are written.
  const order = [index, ...list.filter((i) => i !== index)].map((i) => arrays.input[i]);
  const terms = order.slice(0, MOST_TERMS).map((value) => x(bracketed(value)));
  const away = (value) => `(${x(long(value))} − ${s(bracketed(found.mean[set]))})`;
  const squares = order.slice(0, MOST_SQUARES).map((value) => `${away(value)}²`);
  const rest = (most) => order.length > most ? " + …" : "";
  const variance = long(found.variance[set]), eps = long(meta.eps);
  const gamma = arrays.gamma[channel], beta = arrays.beta[channel];
  sum.replaceChildren(
    line(`${nameOf(meta, index)} · ${whose}`),
    line("", `μ = (${terms.join(" + ")}${rest(MOST_TERMS)}) / ${list.length} = ${s(mean)}`),
    line("", `σ² = (${squares.join(" + ")}${rest(MOST_SQUARES)}) / ${list.length} = ${s(variance)}`),
    line("", `x̂ = ${away(arrays.input[index])} / √(${s(variance)} + ${eps}) = `
      + `<b>${long(hats[index])}</b>`),
    line("", `y = γ·x̂ + β = ${w(bracketed(gamma))}·${bracketed(hats[index])} + ${w(bracketed(beta))} = `
      + `<b class="y">${long(outputs[index])}</b>`),
  );
}

// Numbers of this program alone go in as HTML, every word as text.
const x = (text) => `<b class="x">${text}</b>`, s = (text) => `<b class="s">${text}</b>`;
const w = (text) => `<b class="w">${text}</b>`;
const bracketed = (value) => value < 0 ? `(${long(value)})` : long(value);

function line(text, html = "") {
  const made = document.createElement("div");
  if (html) made.innerHTML = html;
  else made.textContent = text;
  return made;
}
