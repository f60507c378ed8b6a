// Operations on one picture, all at the magnitude that a slider or the playing film says.

import { player } from "./player.js";
import { chosen, fill, finder, memory, unpack } from "./shared.js";

const A_SECOND = 6;

export default function ({ data, parentElement }) {
  if (!data) return;
  const find = finder(parentElement), own = memory(parentElement), [meta, [jpeg]] = unpack(data);
  const { size: [h, w], last, names, words } = meta;
  const [slider, button, readout, pictures] = [".tools input", ".play", ".readout", ".pictures"].map(find);

  const canvases = names.map((name) => {
    const figure = document.createElement("figure"), canvas = document.createElement("canvas");
    const caption = document.createElement("figcaption");
    [canvas.width, canvas.height] = [w, h];
    canvas.setAttribute("aria-hidden", "true");
    caption.textContent = name;
    figure.append(canvas, caption);
    return { figure, canvas };
  });
  pictures.replaceChildren(...canvases.map(({ figure }) => figure));
  find(".tools label span").textContent = words.magnitude;

  function draw(at) {
    const text = fill(words.at, { at, last });
    readout.textContent = text;
    slider.setAttribute("aria-valuetext", text);
    if (!own.sheet) return;
    canvases.forEach(({ canvas }, row) =>
      canvas.getContext("2d").drawImage(own.sheet, at * w, row * h, w, h, 0, 0, w, h));
  }

  const { look, stop } = player(own, [button, slider], words, { last, end: last, rate: A_SECOND, draw,
    send: () => {} });
  const asked = chosen(own, meta.at);
  if (own.at === undefined || (!own.playing && asked !== own.asked)) own.at = asked;
  own.asked = meta.at;
  own.sheet = null;
  look(own.at);
  createImageBitmap(new Blob([jpeg], { type: "image/jpeg" })).then((sheet) => {
    own.sheet = sheet;
    own.look(own.at);
  });
  return () => { if (!parentElement.isConnected) stop(); };
}
