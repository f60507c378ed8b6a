// Masks fall over a small network: drawn, counted and averaged here; Python hears of the mask that is chosen or left.

import { fitCanvas, inksOf } from "./canvas.js";
import { arrange, binned, drawNetwork, drawSpread } from "./dropout_drawing.js";
import { places } from "./numbers.js";
import { chosen, extent, fill, finder, follow, memory, pend, unpack } from "./shared.js";

const BINS = 41;

/** Random numbers from 0 to 1 that a seed determines (mulberry32). */
function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = state + 0x6d2b79f5 >>> 0;
    let mixed = Math.imul(state ^ state >>> 15, state | 1);
    mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61);
    return ((mixed ^ mixed >>> 14) >>> 0) / 4294967296;
  };
}

/** A mask over `units` in which each is kept with probability `keep`. */
function drawMask(random, units, keep) {
  let mask = 0;
  for (let unit = 0; unit < units; unit++) if (random() < keep) mask |= 1 << unit;
  return mask;
}

/** Read what Python sent into `own`; another network, or another seed, begins to count anew. */
function takeIn(own, data, root) {
  const [meta, [x, units, outputs, probabilities, ...layers]] = unpack(data);
  const count = Math.log2(outputs.length), [low, high] = extent(outputs), room = (high - low || 1) * 0.04;
  const film = [meta.widths, meta.keep, meta.seed, ...outputs.slice(0, 40), outputs.at(-1)].join();
  const range = [Math.min(low, meta.scaled) - room, Math.max(high, meta.scaled) + room];
  const bars = binned(outputs, probabilities, range[0], range[1], BINS);
  Object.assign(own, { meta, x, units, outputs, layers, count, range, bars, bins: BINS, tallest: Math.max(...bars),
    largest: Math.max(1e-9, ...extent(units).map(Math.abs)), inks: inksOf(root),
    font: getComputedStyle(root).fontFamily });
  if (own.film === film) return;
  cancelAnimationFrame(own.playing);
  Object.assign(own, { film, playing: null, pending: null, fallen: 0, sum: 0, counts: new Uint32Array(outputs.length),
    random: randomOf(meta.seed), mask: meta.mask, asked: meta.mask });
}

/** A line of the legend: how it is drawn, its number, and what it is. */
function legendLine(kind, colour, value, name) {
  const mark = document.createElement("b"), number = document.createElement("span"), text = document.createElement("i");
  mark.className = kind;
  mark.style.color = colour;
  number.textContent = value;
  text.textContent = name;
  text.style.fontStyle = "normal";
  return [mark, number, text];
}

/** What is said of a mask. */
function describe(own) {
  const { words } = own.meta, kept = own.mask.toString(2).replaceAll("0", "").length;
  return fill(words.mask, { kept, units: own.count, output: places(own.outputs[own.mask], 3) });
}

export default function ({ data, parentElement, setTriggerValue }) {
  if (!data) return;
  const find = finder(parentElement), own = memory(parentElement);
  takeIn(own, data, find(".root"));
  const { meta } = own, { words } = meta, last = meta.widths.length - 1;
  const [net, spread] = [".net canvas", ".spread canvas"].map(find);
  const [play, one, all, rate] = [".play", ".one", ".all", ".tools input"].map(find);
  find(".units").setAttribute("aria-label", words.units);
  find(".tools label span").textContent = words.rate;
  one.textContent = words.one;
  all.textContent = words.all;

  const buttons = meta.widths.slice(1, last).flatMap((width, layer) => Array.from({ length: width }, () => layer + 1));
  while (find(".units").children.length > buttons.length) find(".units").lastChild.remove();
  while (find(".units").children.length < buttons.length) find(".units").append(document.createElement("button"));

  const draw = () => {
    if (!own.netWidth) return;
    drawNetwork(net, own, own.mask);
    drawSpread(spread, own, own.mask);
    [...find(".units").children].forEach((button, unit) => {
      button.setAttribute("aria-pressed", String(Boolean(own.mask >> unit & 1)));
      button.setAttribute("aria-label", fill(words.unit, { unit: unit + 1 }));
    });
    const { inks } = own, mean = own.fallen ? own.sum / own.fallen : null;
    find(".lines").replaceChildren(
      ...legendLine("", inks.output, places(meta.mean, 3),
        fill(words.mean, { count: own.outputs.length.toLocaleString("en") })),
      ...legendLine("dashed", inks.kernel, places(meta.scaled, 3), words.scaled),
      ...legendLine("dashed", inks.input, mean === null ? "–" : places(mean, 3),
        fill(words.drawn, { count: own.fallen.toLocaleString("en") })),
      ...legendLine("dot", inks.wrong, places(own.outputs[own.mask], 3), words.this));
    spread.setAttribute("aria-label",
      fill(words.spread, { mean: places(meta.mean, 3), scaled: places(meta.scaled, 3) }));
    find(".readout").textContent = describe(own);
  };
  const fall = () => {
    own.mask = drawMask(own.random, own.count, own.meta.keep);
    own.counts[own.mask]++;
    own.fallen++;
    own.sum += own.outputs[own.mask];
  };
  const tell = () => { pend(own, own.mask); setTriggerValue("pick", own.mask); };
  const stop = () => {
    cancelAnimationFrame(own.playing);
    own.playing = null;
    play.textContent = words.play;
  };
  own.draw = draw; // what is playing may have been begun by an older run
  own.choose = (mask) => { if (!own.playing) { own.mask = mask; draw(); } };
  const asked = chosen(own, meta.mask);
  if (!own.playing && asked !== own.asked) own.mask = asked;
  own.asked = meta.mask;
  play.textContent = own.playing ? words.pause : words.play;
  play.onclick = () => {
    if (own.playing) { stop(); tell(); return; }
    play.textContent = words.pause;
    let before = performance.now(), owed = 1;
    const tick = (now) => {
      own.playing = requestAnimationFrame(tick);
      owed += Math.max(0, now - before) / 1000 * Number(rate.value);
      before = now;
      if (owed < 1) return;
      for (; owed >= 1; owed--) fall();
      own.draw();
    };
    own.playing = requestAnimationFrame(tick);
  };
  one.onclick = () => { if (own.playing) stop(); fall(); draw(); tell(); };
  all.onclick = () => { if (own.playing) stop(); own.mask = own.outputs.length - 1; draw(); tell(); };
  [...find(".units").children].forEach((button, unit) => {
    button.onclick = () => { if (own.playing) stop(); own.mask ^= 1 << unit; draw(); tell(); };
  });

  const unfollow = follow(find(".halves"), () => {
    own.netWidth = net.parentElement.clientWidth;
    own.spreadWidth = spread.parentElement.clientWidth;
    own.spreadHeight = own.width > 640 ? 230 : 180;
    own.grid = arrange(meta.widths, own.netWidth);
    fitCanvas(net, own.netWidth, own.grid.height, own.ratio);
    fitCanvas(spread, own.spreadWidth, own.spreadHeight, own.ratio);
    const { middles, radius } = own.grid, first = [0, 0, meta.widths[1]];
    buttons.forEach((layer, unit) => {
      const [x, y] = middles[layer][unit - first[layer]], button = find(".units").children[unit];
      Object.assign(button.style, { left: x - radius + "px", top: y - radius + "px", width: 2 * radius + "px",
        height: 2 * radius + "px" });
    });
    draw();
  }, own);
  return () => { unfollow(); if (!parentElement.isConnected) stop(); };
}
