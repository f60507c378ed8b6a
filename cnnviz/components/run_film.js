// Runs that learn: their first weights and maps, or their planes, at any moment; two of them side by side.

import { inksOf } from "./canvas.js";
import { ACCENTS } from "./colours.js";
import { player } from "./player.js";
import { drawPanel, drawPlane, panelOf, sizesOf, tileUnder } from "./run_film_drawing.js";
import { fill, finder, follow, memory, unpack } from "./shared.js";

const A_SECOND = 8;

/** An element of a class, with its children. */
function made(tag, name, ...children) {
  const element = document.createElement(tag);
  element.className = name;
  element.append(...children);
  return element;
}

function figure(name, caption) {
  const canvas = document.createElement("canvas");
  canvas.setAttribute("aria-hidden", "true");
  return { canvas, told: made("figcaption", "", caption), name };
}

/** A run's elements: the picture or the large plane, a mosaic a layer, and what is said of the moment. */
function elementsOf(reel, planes, picture) {
  const [first, ...others] = reel.panels.map(({ caption }) => caption);
  const lead = figure("lead", planes ? first : picture), rows = (planes ? others : [first, ...others]).map((each) =>
    figure("row", each));
  const said = made("span", "said"), parts = made("div", "parts", ...[lead, ...rows].map(({ canvas, told, name }) =>
    made("figure", name, canvas, told)));
  const head = made("div", "head", made("b", "", reel.title), " ", said);
  return { lead, rows, said, section: made("section", "reel", head, parts) };
}

/** The panels of each run as they are drawn, and what comes after them: a picture, or points and their classes. */
function read(meta, arrays) {
  let next = 0;
  const kind = (at) => meta.planes ? at ? "unit" : "answer" : "map";
  const panels = meta.reels.map((reel) => reel.panels.map((panel, at) => panelOf(panel, arrays[next++], arrays[next++],
    kind(at))));
  return [panels, arrays.slice(next)];
}

export default function ({ data, parentElement }) {
  if (!data) return;
  const find = finder(parentElement), inks = inksOf(find(".root"));
  const own = memory(parentElement), [meta, arrays] = unpack(data), { words, planes, steps } = meta;
  const [slider, button, list] = [".tools input", ".play", ".tools select"].map(find), last = steps.length - 1;
  const [panels, rest] = read(meta, arrays);
  const reels = meta.reels.map((reel, at) =>
    ({ ...elementsOf(reel, planes, words.picture), reel, panels: panels[at] }));
  const picture = meta.picture && panelOf({ size: [1, ...meta.picture], ends: [0, 255], caption: "" }, rest[0],
    Float32Array.of(0, 255), "photo");
  if (picture) picture.colours = Uint32Array.from({ length: 256 }, (_, i) => (0xff000000 | i << 16 | i << 8 | i) >>> 0);
  const points = { points: rest[0], classes: rest[1], reach: meta.reach, inks: [ACCENTS.input[0], ACCENTS.kernel[0]] };

  find(".reels").replaceChildren(...reels.map(({ section }) => section));
  find(".root").classList.toggle("planes", planes);
  find(".root").classList.toggle("pair", reels.length > 1);
  find(".tools").classList.toggle("still", meta.live || !last);
  find(".tools label span").textContent = words.slider;

  // Any plane can be the large one: [which panel, which of its planes].
  const choices = planes ? panels[0].flatMap(({ count }, panel) =>
    Array.from({ length: count }, (_, unit) => [panel, unit])) : [];
  const nameOf = ([panel, unit]) => panel === 0 ? panels[0][0].caption
    : fill(words.unit, { layer: panels[0][panel].caption, unit: unit + 1 });
  list.hidden = choices.length < 2;
  list.setAttribute("aria-label", words.large);
  list.replaceChildren(...choices.map((each, at) => new Option(nameOf(each), String(at))));
  own.large = Math.min(own.large ?? 0, Math.max(0, choices.length - 1));
  const enlarge = (at) => { own.large = at; list.value = String(at); own.look(own.at); };
  list.value = String(own.large);
  list.onchange = () => enlarge(Number(list.value));

  const drawLead = ({ lead, panels: shown }, frame, side) => {
    lead.canvas.parentElement.hidden = !picture && !planes;
    if (!picture && !planes) return null;
    if (picture) return drawPanel(lead.canvas, picture, 0, { width: side, height: side }, own.ratio, -1, "");
    const [panel, unit] = choices[own.large], there = shown[panel] && unit < shown[panel].count;
    lead.told.textContent = nameOf(there ? choices[own.large] : [0, 0]);
    return drawPlane(lead.canvas, shown[there ? panel : 0], frame, there ? unit : 0, side, own.ratio, points);
  };
  const draw = (position) => {
    const told = fill(words.step, { step: steps[position] });
    slider.setAttribute("aria-valuetext", [told, ...reels.map(({ reel }) => reel.said[reel.at[position]])].join(". "));
    for (const each of reels) {
      const frame = each.reel.at[position];
      each.said.textContent = each.reel.said[frame];
      if (!(own.width > 0)) continue;
      const sizes = sizesOf(own.width, reels.length, { planes, rows: each.rows.length });
      drawLead(each, frame, sizes.lead);
      each.rows.forEach(({ canvas }, at) => {
        canvas.parentElement.hidden = !sizes.units;
        const panel = at + Number(planes), [marked, unit] = choices[own.large] ?? [-1, -1];
        const grid = drawPanel(canvas, each.panels[panel], frame, sizes.row(at), own.ratio,
          marked === panel ? unit : -1, inks.ink);
        canvas.onclick = !planes ? null : (event) => {
          const tile = tileUnder(event, canvas, grid, each.panels[panel].count);
          if (tile === null) return;
          const found = choices.findIndex(([one, other]) => one === panel && other === tile);
          enlarge(found === own.large ? 0 : found);
        };
      });
    }
  };

  const { look, stop } = player(own, [button, slider], words,
    { last, end: last, rate: A_SECOND, draw, send: () => {} });
  // A film that goes on, or another one, begins with its last moment; the same, sent again, stays where it was.
  const film = [reels.length, ...steps, meta.reels[0].title, meta.picture, rest[0]?.slice(0, 400)].join();
  if (own.film !== film) { stop(); own.at = last; }
  own.film = film;
  const unfollow = follow(find(".reels"), () => look(own.at), own);
  return () => { unfollow(); if (!parentElement.isConnected) stop(); };
}
