import { contextOf, fitCanvas, inksOf } from "./canvas.js";
import { unitMap } from "./grid.js";
import { digits, inPowers, minus } from "./numbers.js";
import { paintMap } from "./paint.js";
import { extent, fill, finder, follow, gradient, limits, memory, show, whole } from "./shared.js";

const WIDEST = 420, TALLEST = 360, ROW = 84, TITLE = 20;

export default function ({ data, parentElement, setTriggerValue }) {
  if (!data) return;
  return whole(data, (meta, arrays) => drawPixels(meta, arrays, parentElement, setTriggerValue));
}

function drawPixels(meta, [values, weights, inputs], parentElement, setTriggerValue) {
  const find = finder(parentElement), { words, channel, bias, read } = meta;
  const [canvas, bars, readout] = [".map canvas", ".bars", ".readout"].map(find);
  const own = memory(parentElement), [rows, columns] = meta.size, area = rows * columns;

  const range = limits("signed", ...extent(values));
  paintMap(canvas, values, meta.size, "signed", range);
  find(".bar").style.background = gradient("signed");
  const step = (range[1] - range[0]) / 2000;
  find(".low").textContent = minus(show(range[0], step));
  find(".high").textContent = minus(show(range[1], step));
  find(".map-name").textContent = fill(words.map, { channel });
  find(".layer-name").textContent = fill(words.layer, { read, channel });
  find(".map").setAttribute("aria-label", fill(words.map, { channel }));

  /** The channels of one pixel, what each adds, and their sum with the bias: a linear layer's output. */
  const at = ([row, column]) => {
    const pixel = Array.from({ length: read }, (_, c) => inputs[c * area + row * columns + column]);
    const products = pixel.map((value, c) => value * weights[c]);
    return { pixel, products, value: products.reduce((sum, each) => sum + each, bias) };
  };
  const label = ([row, column]) =>
    fill(words.place, { row, column, value: minus(show(values[row * columns + column])) });
  const most = (list) => Math.max(...extent(list).map(Math.abs)) || 1;

  const drawBars = ({ pixel, products }) => {
    if (!own.room) return;
    const inks = inksOf(find(".root")), c = contextOf(bars, devicePixelRatio);
    c.clearRect(0, 0, own.room, 3 * ROW);
    const wide = own.room / read, series = [pixel, weights, products];
    ["input", "kernel", "output"].forEach((name, k) => {
      const largest = most(series[k]);
      const middle = k * ROW + TITLE + (ROW - TITLE) / 2, half = (ROW - TITLE) / 2 - 4;
      c.font = `13px ${getComputedStyle(bars).fontFamily}`;
      c.fillStyle = inks[name];
      c.fillText(fill(words[name], { channel }), 0, k * ROW + 14, own.room);
      c.fillStyle = inks.edge;
      c.fillRect(0, middle, own.room, 1);
      c.fillStyle = inks[name];
      for (let i = 0; i < read; i++) {
        const tall = half * series[k][i] / largest;
        c.fillRect(i * wide + wide * 0.1, Math.min(middle, middle - tall), Math.max(1, wide * 0.8), Math.abs(tall));
      }
    });
  };
  const look = (place) => {
    const [row, column] = place ?? own.at, found = at([row, column]), made = values[row * columns + column];
    const gap = Math.abs(found.value - made);
    find(".linear").textContent = fill(words.linear, { read, sum: minus(show(found.value - bias)),
      bias: digits(bias, 5), value: minus(found.value.toPrecision(7)) });
    find(".convolved").textContent = fill(words.convolved, { value: minus(made.toPrecision(7)) });
    find(".gap").textContent = fill(words.gap, { gap: inPowers(gap) });
    find(".gap").dataset.difference = String(gap);
    readout.textContent = label([row, column]);
    bars.setAttribute("aria-label", fill(words.layer, { read, channel }));
    drawBars(found);
  };
  const { settle } = unitMap(find, own, meta.size, meta.selected, { look, label,
    send: (place) => setTriggerValue("pick", place) });

  return follow(find(".pair"), () => {
    const beside = own.width >= 620, room = Math.min(WIDEST, beside ? own.width * 0.5 : own.width);
    const cell = Math.min(room / columns, TALLEST / rows), ratio = devicePixelRatio;
    own.cell = cell * ratio >= 2 ? Math.floor(cell * ratio) / ratio : cell;
    Object.assign(canvas.style, { width: own.cell * columns + "px", height: own.cell * rows + "px" });
    own.room = beside ? own.width - own.cell * columns - 24 : own.width;
    fitCanvas(bars, own.room, 3 * ROW, ratio);
    own.choose(own.selected);
    settle();
  }, own);
}
