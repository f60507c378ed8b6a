// What a network map says: of a layer in a few lines, of a block its sums, and what was looked for.

import { numbersOf, saying, showLegend, tells } from "./network_map_measures.js";
import { layersOf } from "./network_map_tree.js";
import { fill } from "./shared.js";

/** A block's name within the blocks around it: branch1 of inception1.branch1, but layer3.4 of layer3.4. */
function within({ name, parent }) {
  let around = parent;
  while (around && !name.startsWith(around.name + ".")) around = around.parent;
  const rest = around ? name.slice(around.name.length + 1) : name, before = around?.name.split(".").at(-1);
  return /^\d/.test(rest) && before ? `${before}.${rest}` : rest;
}

const titleOf = (item) => item.items ? within(item) + (item.count > 1 ? ` × ${item.count}` : "") : item.kind;

/** The lines that stand at an item, the more important first. */
export function wordsOf(item, { meta: { words, measures }, measure }) {
  const said = (name) => {
    const value = item.values[measures.indexOf(name)];
    return tells(name, value) ? saying(words, name, value, true) : "";
  };
  const first = measure < 0 ? "" : said(measures[measure]);
  const rest = [item.size, said("parameters"), said("macs")].filter((line) => line && line !== first);
  const kind = item.items && item.kind !== "Sequential" ? item.kind : "";
  return [titleOf(item), first, kind, ...rest].filter(Boolean);
}

/** All that is known of an item, in two lines; without one, what can be done. */
export function describe({ meta, model, open }, item) {
  const { words } = meta;
  if (!item) return [fill(words.idle, { layers: layersOf(model), blocks: model.blocks.length })];
  const numbers = numbersOf(meta, item);
  if (item.items) {
    const kind = fill(item.count > 1 ? words.repeated : words.block, { name: item.name, kind: item.kind,
      count: item.count, layers: layersOf(model, item.first, item.last) });
    return [kind, [fill(words.gives, { size: item.size }), ...numbers,
      open.has(item.id) ? words.closes : words.opens].join(" · ")];
  }
  const reads = model.before[item.node].map((source) => model.byNode[source].name).join(", ");
  const also = item.identities.length ? [fill(words.identities, { names: item.identities.join(", ") })] : [];
  return [fill(words.layer, { name: item.name, kind: item.kind }),
    [...reads ? [fill(words.reads, { names: reads })] : [], fill(words.gives, { size: item.size }), ...numbers, ...also]
      .join(" · ")];
}

/** The layers whose name, kind or size has a text in it; null for no text. */
export function lookedFor({ model }, text) {
  const typed = text.trim().toLowerCase().replaceAll("x", "×");
  if (!typed) return null;
  const plain = (item) => `${item.name} ${item.kind} ${item.size} ${item.identities.join(" ")}`
    .toLowerCase().replaceAll("x", "×");
  return new Set(model.byNode.filter((item) => plain(item).includes(typed)));
}

export const hearing = (template, count) => fill(template, { count });

/** Put words on the tools and below the map. */
export function speak(find, own, colours) {
  const { words, measures } = own.meta, { inks, hues } = own;
  for (const name of ["fit", "open", "close"]) find(`.${name}`).textContent = words[`tool.${name}`];
  for (const name of ["in", "out", "svg", "png"]) find(`.${name}`).setAttribute("aria-label", words[`tool.${name}`]);
  find(".by").textContent = words.by;
  find(".keys").textContent = words.keys;
  Object.assign(find(".find"), { placeholder: words.find, ariaLabel: words.find });
  find(".stage").setAttribute("aria-label", words.label);
  const option = (value, text) => Object.assign(document.createElement("option"), { value, textContent: text });
  find(".measure").replaceChildren(option(-1, words["by.kind"]),
    ...measures.map((name, at) => option(at, words[`by.${name}`])));
  find(".measure").value = String(own.measure);
  const heat = own.measure >= 0;
  find(".legend").hidden = find(".note").hidden = !heat;
  find(".hues").hidden = heat;
  if (heat) {
    showLegend(find, own, colours);
    return;
  }
  const there = new Set(own.model.byNode.map(({ family }) => family));
  find(".hues").replaceChildren(...Object.keys(hues).filter((each) => there.has(each)).map((each) => {
    const entry = document.createElement("span"), patch = document.createElement("i");
    patch.style.background = hues[each] ?? inks.edge;
    entry.append(patch, words[`family.${each}`]);
    return entry;
  }));
}
