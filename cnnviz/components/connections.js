// Connections and the weight matrix: the pointer and the keys name a place, a click or space pins it.
// A place is [row, column]: row -1 are the inputs, column I the outputs; the corner of both is none.

import { fitCanvas, inksOf } from "./canvas.js";
import { arrange, colours, highlight, paintAll, placeAt } from "./connections_drawing.js";
import { onKeys } from "./grid.js";
import { long } from "./numbers.js";
import { clamp, fill, finder, follow, memory, unpack } from "./shared.js";

/** Read what Python sent into `own`. */
function takeIn(own, data, root) {
  const [meta, [inputs, outputs, matrix, owners]] = unpack(data), I = inputs.length, O = outputs.length;
  let count = 0;
  for (const owner of owners) count = Math.max(count, owner + 1);
  const used = new Int32Array(count), inks = inksOf(root);
  for (const owner of owners) if (owner >= 0) used[owner]++;
  const font = getComputedStyle(root).fontFamily, hues = colours(count, inks.paper);
  Object.assign(own, { meta, inputs, outputs, matrix, owners, used, hues, inks, font, I, O });
  const shape = JSON.stringify([meta.input, meta.output]);
  if (own.shape !== shape) Object.assign(own, { shape, hover: null, pin: null, at: [Math.floor(O / 2), 0] });
  if (own.began) return;
  own.began = true;
  own.at = [0, Math.max(0, [...owners].findIndex((owner) => owner >= 0))];
}

/** What is said of a place: its name and number, and what it connects. */
function describe({ meta, inputs, outputs, matrix, owners, used, I, O }, [o, i]) {
  const { words } = meta;
  const name = (sizes, n) => sizes.length > 1 ? `(${Math.floor(n / sizes[1])}, ${n % sizes[1]})` : String(n);
  const input = name(meta.input, i), output = name(meta.output, o), columns = Array.from({ length: I }, (_, c) => c);
  if (o < 0) {
    let reached = 0;
    for (let row = 0; row < O; row++) if (owners[row * I + i] >= 0) reached++;
    return [fill(words.input_at, { input, value: long(inputs[i]) }),
      fill(words.reaches, { count: reached, outputs: O })];
  }
  if (i === I) {
    const terms = columns.filter((column) => owners[o * I + column] >= 0).map((column) => {
      const weight = matrix[o * I + column];
      return `${long(inputs[column])}·${weight < 0 ? `(${long(weight)})` : long(weight)}`;
    });
    return [fill(words.output_at, { output, value: long(outputs[o]) }), `${terms.join(" + ")} = ${long(outputs[o])}`];
  }
  const owner = owners[o * I + i];
  if (owner < 0) return [fill(words.none, { input, output }), ""];
  return [fill(words.weight, { weight: owner, value: long(matrix[o * I + i]) }),
    fill(used[owner] > 1 ? words.used : words.once, { input, output, count: used[owner] })];
}

/** Where a key leads from a place, or undefined. */
function keyed({ at: [o, i], I, O }, key) {
  const moves = { ArrowLeft: [o, i - 1], ArrowRight: [o, i + 1], ArrowUp: [o - 1, i], ArrowDown: [o + 1, i],
    Home: [o, 0], End: [o, o < 0 ? I - 1 : I] };
  if (!(key in moves)) return undefined;
  const row = clamp(moves[key][0], -1, O - 1);
  return [row, clamp(moves[key][1], 0, row < 0 ? I - 1 : I)];
}

export default function ({ data, parentElement }) {
  if (!data) return;
  const find = finder(parentElement), own = memory(parentElement);
  const [stage, base, over, sum, mark] = [".stage", ".base", ".over", ".sum", ".mark"].map(find);
  takeIn(own, data, find(".root"));
  const { words } = own.meta;
  stage.setAttribute("aria-label", words.label);
  find(".keys").textContent = words.keys;

  const settle = () => {
    const at = own.hover ?? (stage.matches(":focus-visible") ? own.at : own.pin);
    highlight(over, own, at);
    sum.replaceChildren(...(at ? describe(own, at) : [words.idle]).map((text) => {
      const div = document.createElement("div");
      div.textContent = text;
      return div;
    }));
    mark.setAttribute("aria-label", describe(own, own.at).filter(Boolean).join(", "));
    mark.setAttribute("aria-selected", String(Boolean(own.pin) && own.pin.join() === own.at.join()));
  };
  const under = (event) => {
    const box = stage.getBoundingClientRect();
    return placeAt(own, event.clientX - box.left, event.clientY - box.top);
  };
  const pin = (at) => {
    own.pin = String(at) === String(own.pin) ? null : at;
    own.at = at;
    settle();
  };
  stage.onpointermove = (event) => {
    const at = under(event);
    if (String(at) === String(own.hover)) return;
    own.hover = at;
    stage.style.cursor = at ? "crosshair" : "default";
    sum.setAttribute("aria-live", "off");
    settle();
  };
  stage.onpointerleave = () => { own.hover = null; settle(); };
  stage.onclick = (event) => { const at = under(event); if (at) pin(at); };
  stage.onfocus = settle;
  stage.onblur = settle;
  onKeys(stage, (key) => {
    const to = keyed(own, key);
    if (to) {
      own.at = to;
      own.hover = null;
      sum.setAttribute("aria-live", "polite");
    } else if (key === " " || key === "Enter") pin(own.at);
    else if (key === "Escape") own.pin = null;
    else return false;
    settle();
    return true;
  });
  return follow(stage, () => {
    own.grid = arrange(own.meta, own.width);
    stage.style.height = own.grid.height + "px";
    for (const canvas of [base, over]) fitCanvas(canvas, own.grid.width, own.grid.height, own.ratio);
    paintAll(base, own);
    settle();
  }, own);
}
