import { fitCanvas, inksOf } from "./canvas.js";
import { inPowers } from "./numbers.js";
import { player } from "./player.js";
import { chosen, clamp, fill, finder, follow, memory, pend, unpack } from "./shared.js";
import { columnOf, drawAll, drawOne, LEFT, percent, tableOf } from "./stack_film_drawing.js";

const GAP = 20, NARROW = 640;

export default function ({ data, parentElement, setTriggerValue }) {
  if (!data) return;
  const find = finder(parentElement), inks = inksOf(find(".root"));
  const own = memory(parentElement), [meta, [numbers, counts]] = unpack(data), { last, words } = meta;
  const [slider, button, told] = [".tools input", ".play", ".tools label span"].map(find);
  const font = getComputedStyle(find(".root")).fontFamily;
  const panels = [".up", ".down"].map((name, row) => ({
    row,
    all: find(`${name} .layers`),
    one: find(`${name} .one`),
    said: find(`${name} .head span`),
    colour: row ? inks.kernel : inks.output,
    table: tableOf(row, last + 1, numbers, counts),
  }));
  [words.activations, words.gradients].forEach((text, row) => { find([".up b", ".down b"][row]).textContent = text; });

  function sentence(row, layer) {
    const { mean, deviation, zeros, saturated } = panels[row].table.of(layer);
    if (!Number.isFinite(deviation)) return words.overflow;
    const parts = [fill(words.mean, { mean: inPowers(mean) }),
      fill(words.deviation, { deviation: inPowers(deviation, 3) })];
    if (zeros > 0) parts.push(fill(words.zeros, { share: percent(zeros) }));
    if (!row && meta.saturates && layer) parts.push(fill(words.saturated, { share: percent(saturated) }));
    return parts.join(" · ");
  }

  const sizes = () => {
    const narrow = own.width < NARROW;
    const wide = narrow ? own.width : Math.floor((own.width - GAP) * 0.64);
    const rest = narrow ? wide : own.width - GAP - wide;
    return { wide, rest, tall: narrow ? 132 : 176, low: narrow ? 90 : 176 };
  };
  function draw(layer) {
    told.textContent = fill(words.layer, { layer, last });
    const sentences = panels.map(({ row }) => sentence(row, layer));
    panels.forEach(({ said, row }) => { said.textContent = sentences[row]; });
    slider.setAttribute("aria-label", words.axis);
    slider.setAttribute("aria-valuetext",
      `${told.textContent}. ${words.activations}: ${sentences[0]}. ${words.gradients}: ${sentences[1]}`);
    if (!(own.width > 0)) return;
    const room = sizes();
    const view = { at: own.at, ratio: own.ratio, inks, font, words, ...room };
    for (const panel of panels) { drawAll(panel, view); drawOne(panel, view); }
  }

  const { look, stop } = player(own, [button, slider], words, { last, end: last, rate: Math.max(2.5, last / 6), draw,
    send: (layer) => { own.kept = layer; setTriggerValue("pick", layer); } });

  panels.forEach(({ all }) => {
    const at = (event) => {
      const x = event.clientX - all.getBoundingClientRect().left - LEFT;
      return clamp(Math.floor(x / columnOf(sizes().wide, last + 1)), 0, last);
    };
    all.onpointermove = (event) => { if (!own.playing && at(event) !== own.at) look(at(event)); };
    all.onpointerleave = () => { if (!own.playing) look(own.kept); };
    all.onclick = (event) => {
      stop();
      look(at(event));
      pend(own, own.at);
      own.kept = own.at;
      setTriggerValue("pick", own.at);
    };
  });

  const film = [last, ...numbers.subarray(0, 40)].join();
  if (own.film !== film) { own.pending = null; stop(); }
  own.film = film;
  own.kept = chosen(own, meta.at);
  if (!own.playing) own.at = own.kept;

  const place = () => {
    const { wide, rest, tall, low } = sizes();
    for (const { all, one } of panels) { fitCanvas(all, wide, tall, own.ratio); fitCanvas(one, rest, low, own.ratio); }
    look(own.at);
  };
  const unfollow = follow(find(".root"), place, own);
  return () => { unfollow(); if (!parentElement.isConnected) stop(); };
}
