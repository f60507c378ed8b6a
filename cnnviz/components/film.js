import { inksOf } from "./canvas.js";
import { places } from "./numbers.js";
import { opaque, paintPixels } from "./paint.js";
import { player } from "./player.js";
import { chosen, clamp, fill, finder, follow, memory, palette, unpack } from "./shared.js";

const A_SECOND = 20, TALL = 150, LEFT = 56, FOOT = 22, HEAD = 8;

const paintGrey = (canvas, size, bytes) => paintPixels(canvas, size, (i) => opaque(bytes[i], bytes[i], bytes[i]));

/** What was changed, from -255 to 255, in the signed colours. */
function paintChange(canvas, size, from, to, colours) {
  paintPixels(canvas, size, (i) => colours[clamp(Math.round((to[i] - from[i] + 255) / 2), 0, 255)]);
}

export default function ({ data, parentElement, setTriggerValue }) {
  if (!data) return;
  const find = finder(parentElement), inks = inksOf(find(".root"));
  const own = memory(parentElement), [meta, arrays] = unpack(data), { size, steps, words } = meta;
  const [target, given, ...rest] = arrays;
  const pictures = rest.slice(0, 2), losses = rest.slice(2, 4), thetas = rest.slice(4);
  const [slider, button, readout, curve] = [".tools input", ".play", ".readout", ".losses canvas"].map(find);
  const area = size[0] * size[1], count = meta.numbers.length, signed = palette("signed");
  const names = [words.first, words.second];

  const { look, stop } = player(own, [button, slider], words, { last: steps, end: steps, rate: A_SECOND, draw,
    send: (step) => setTriggerValue("pick", step) });
  // A new film begins where Python says; the same one, sent again, goes on.
  const film = [steps, ...losses[0].slice(0, 40), ...target.slice(area / 2, area / 2 + 40)].join();
  const asked = chosen(own, meta.at);
  if (own.film !== film) { own.pending = null; stop(); own.at = meta.at; }
  else if (!own.playing && asked !== own.asked) own.at = asked;
  own.film = film;
  own.asked = meta.at;

  const head = document.createElement("tr"), body = [];
  const cell = (tag, text, scope) => {
    const made = document.createElement(tag);
    made.textContent = text;
    if (scope) made.scope = scope;
    return made;
  };
  head.append(cell("td", ""), cell("th", words.loss, "col"), ...meta.numbers.map((name) => cell("th", name, "col")));
  [...names, words.answer].forEach((name, row) => {
    const line = document.createElement("tr");
    line.append(cell("th", name, "row"), ...Array.from({ length: count + 1 }, () => cell("td", "")));
    line.className = ["one", "two", "right"][row];
    body.push(line);
  });
  find("thead").replaceChildren(head);
  find("tbody").replaceChildren(...body);
  find("table").setAttribute("aria-label", words.table);
  body[2].cells[1].textContent = "0";
  meta.answer.forEach((number, i) => { body[2].cells[i + 2].textContent = places(number, 3); });
  const captions = [...parentElement.querySelectorAll("figcaption")];
  const off = names.map((name) => fill(words.difference, { name }));
  [words.target, ...names, words.given, ...off].forEach((text, i) => { captions[i].textContent = text; });
  find(".tools label span").textContent = words.step;

  paintGrey(find(".target"), size, target);
  paintGrey(find(".given"), size, given);

  const most = Math.max(...losses[0], ...losses[1]) * 1.05 || 1;
  const x = (step) => LEFT + (own.width - LEFT - 10) * step / Math.max(1, steps);
  const y = (loss) => HEAD + (TALL - HEAD - FOOT) * (1 - loss / most);
  const drawLosses = () => {
    const ratio = devicePixelRatio, context = curve.getContext("2d");
    curve.width = Math.round(own.width * ratio);
    curve.height = Math.round(TALL * ratio);
    Object.assign(curve.style, { width: own.width + "px", height: TALL + "px" });
    context.scale(ratio, ratio);
    context.font = `13px ${getComputedStyle(slider).fontFamily}`;
    context.fillStyle = getComputedStyle(readout).color;
    context.strokeStyle = inks.rule;
    context.strokeRect(LEFT, HEAD, own.width - LEFT - 10, TALL - HEAD - FOOT);
    context.textAlign = "right";
    context.fillText(Number((most / 1.05).toPrecision(2)), LEFT - 6, y(most / 1.05) + 5);
    context.fillText("0", LEFT - 6, y(0) + 4);
    context.fillText(words.loss, LEFT - 6, (y(0) + y(most)) / 2 + 4);
    context.textAlign = "center";
    context.fillText("0", x(0), TALL - 6);
    context.fillText(steps, x(steps) - 4, TALL - 6);
    context.fillText(words.step, (x(0) + x(steps)) / 2, TALL - 6);
    losses.forEach((loss, which) => {
      context.strokeStyle = which ? inks.input : inks.kernel;
      context.setLineDash(which ? [7, 4] : []);
      context.lineWidth = 2.5;
      context.beginPath();
      loss.forEach((value, step) => context.lineTo(x(step), y(value)));
      context.stroke();
    });
    context.setLineDash([]);
    losses.forEach((loss, which) => {
      context.fillStyle = which ? inks.input : inks.kernel;
      context.strokeStyle = inks.paper;
      context.beginPath();
      context.arc(x(own.at), y(loss[own.at]), 6.5, 0, 2 * Math.PI);
      context.fill();
      context.stroke();
    });
  };

  function draw(step) {
    const text = fill(words.steps, { step, steps });
    readout.textContent = text;
    slider.setAttribute("aria-valuetext", `${text}, ${names[0]}: ${words.loss} ${losses[0][step].toPrecision(3)}`);
    [[".first", ".first-off"], [".second", ".second-off"]].forEach(([whole, change], which) => {
      const picture = pictures[which].subarray(step * area, (step + 1) * area);
      paintGrey(find(whole), size, picture);
      paintChange(find(change), size, target, picture, signed);
      const cells = body[which].cells;
      cells[1].textContent = Number(losses[which][step].toPrecision(3));
      for (let i = 0; i < count; i++) cells[i + 2].textContent = places(thetas[which][step * count + i], 3);
    });
    if (own.width > 0) drawLosses();
  }

  const unfollow = follow(find(".losses"), () => look(own.at), own);
  return () => { unfollow(); if (!parentElement.isConnected) stop(); };
}
