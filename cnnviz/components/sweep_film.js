import { paintPhoto, paintPixels } from "./paint.js";
import { player } from "./player.js";
import { chosen, fill, finder, memory, palette, unpack } from "./shared.js";

const A_SECOND = 8;

const percent = (share) => (100 * share).toFixed(share < 0.0995 ? 1 : 0);

/** As many figures as there are things to see, kept from run to run. */
function figures(row, captions) {
  while (row.children.length > captions.length) row.lastChild.remove();
  while (row.children.length < captions.length) {
    const figure = document.createElement("figure"), canvas = document.createElement("canvas");
    canvas.setAttribute("aria-hidden", "true");
    figure.append(canvas, document.createElement("figcaption"));
    row.append(figure);
  }
  return captions.map((text, i) => {
    row.children[i].lastChild.textContent = text;
    return row.children[i].firstChild;
  });
}

export default function ({ data, parentElement, setTriggerValue }) {
  if (!data) return;
  const find = finder(parentElement);
  const own = memory(parentElement), [meta, [pictures, maps, answers]] = unpack(data), { words, count } = meta;
  const [slider, button, readout, bars] = [".tools input", ".play", ".readout", ".bars"].map(find);
  const [h, w] = meta.picture, area = meta.map[0] * meta.map[1], kinds = meta.channels.length;
  const colours = meta.modes.map(palette), classes = meta.names.length;

  find(".tools label span").textContent = words.slider;
  find(".still").textContent = words.unmoved;
  find(".answers .head").textContent = words.answers;
  // A network with one output has no classes to draw bars of.
  find(".answers").style.display = classes ? "" : "none";
  find(".legend .before").textContent = words.unmoved;
  find(".legend .after").textContent = words.now;
  const captions = [words.input, ...meta.channels.map((channel) => fill(words.channel, { channel }))];
  const still = figures(find(".first"), captions), now = figures(find(".second"), captions);
  const soft = w >= 64;
  for (const canvas of [still[0], now[0]]) canvas.classList.toggle("soft", soft);

  while (bars.children.length > classes) bars.lastChild.remove();
  while (bars.children.length < classes) {
    const bar = document.createElement("div");
    bar.className = "bar";
    bar.append(...["name", "before", "after", "number"].map((name) => {
      const part = document.createElement("span");
      part.className = name;
      return part;
    }));
    bars.append(bar);
  }

  const paintFrame = (canvases, frame) => {
    paintPhoto(canvases[0], pictures.subarray(3 * frame * h * w, 3 * (frame + 1) * h * w), meta.picture);
    for (let k = 0; k < kinds; k++) {
      const first = (frame * kinds + k) * area;
      paintPixels(canvases[k + 1], meta.map, (i) => colours[k][maps[first + i]]);
    }
  };
  const draw = (state) => {
    slider.setAttribute("aria-valuetext", meta.said[state]);
    readout.textContent = meta.said[state];
    find(".now").textContent = meta.labels[state];
    paintFrame(now, state + 1);
    for (let k = 0; k < classes; k++) {
      const before = answers[k], after = answers[(state + 1) * classes + k], parts = bars.children[k].children;
      parts[0].textContent = meta.names[k];
      parts[1].style.width = 100 * before + "%";
      parts[2].style.width = 100 * after + "%";
      parts[3].textContent = `${percent(before)} → ${percent(after)}%`;
    }
  };
  // The last state is seen as long as the others before playing ends.
  const { look, stop } = player(own, [button, slider], words, { last: count - 1, end: count, rate: A_SECOND, draw,
    send: (state) => setTriggerValue("pick", state) });

  const film = [count, meta.labels[0], meta.labels[count - 1]].join();
  if (own.film !== film) { own.pending = null; stop(); }
  own.film = film;
  const asked = chosen(own, meta.selected);
  paintFrame(still, 0);
  look(own.playing ? own.at : asked);
  return () => { if (!parentElement.isConnected) stop(); };
}
