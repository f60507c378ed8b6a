import { unitMap } from "./grid.js";
import { long, places, tellGap } from "./numbers.js";
import { paintMap, paintPhoto } from "./paint.js";
import { extent, fill, finder, follow, gradient, limits, memory, whole } from "./shared.js";

const TALLEST = 400, LISTED = 8;

/** What each place adds to the logit: the mean over places of the channels' weighted sum, place by place. */
function sharesOf(maps, weights, count) {
  const shares = new Float64Array(count);
  weights.forEach((weight, channel) => {
    for (let at = 0; at < count; at++) shares[at] += weight * maps[channel * count + at] / count;
  });
  return shares;
}

export default function ({ data, parentElement, setTriggerValue }) {
  if (!data) return;
  return whole(data, (meta, arrays) => drawShares(meta, arrays, parentElement, setTriggerValue));
}

function drawShares(meta, [weights, rgb, maps], parentElement, setTriggerValue) {
  const find = finder(parentElement), own = memory(parentElement), { words } = meta;
  const [rows, columns] = meta.size, [high, wide] = meta.photo, count = rows * columns;
  const [map, photo, over, slider] = [".map", ".photo", ".over", ".opacity input"].map(find);
  const shares = sharesOf(maps, weights, count), range = limits("signed", ...extent(shares));
  const total = shares.reduce((sum, each) => sum + each, 0);

  paintPhoto(photo, rgb, meta.photo);
  paintMap(over, shares, meta.size, "signed", range);
  find(".bar").style.background = gradient("signed");
  [find(".low").textContent, find(".high").textContent] = range.map((each) => places(each, 3));
  find(".map-name").textContent = words.map;
  find(".opacity span").textContent = words.opacity;
  map.setAttribute("aria-label", words.map);
  find(".total").textContent = fill(words.total, { count, sum: places(total, 4), bias: places(meta.bias, 4),
    logit: places(total + meta.bias, 4), name: words.logit });
  tellGap(find(".check"), { words, name: "PyTorch" }, Math.abs(total + meta.bias - meta.logit));
  find("thead").innerHTML = "<tr><th></th><th></th><th></th><th></th></tr>";
  [words.channel, words.weight, words.value, words.adds].forEach((word, at) => {
    find("thead").querySelectorAll("th")[at].textContent = word;
  });

  const best = shares.indexOf(Math.max(...shares)), strongest = [Math.floor(best / columns), best % columns];
  const label = ([row, column]) =>
    fill(words.place, { row, column, value: places(shares[row * columns + column], 4) });
  const look = (at) => {
    const [row, column] = at ?? strongest, place = row * columns + column;
    find(".readout").textContent = label([row, column]);
    const adds = Array.from(weights, (weight, channel) => weight * maps[channel * count + place] / count);
    const order = adds.map((_, channel) => channel).sort((one, other) => Math.abs(adds[other]) - Math.abs(adds[one]));
    const lines = order.slice(0, LISTED).map((channel) =>
      [String(channel), long(weights[channel]), long(maps[channel * count + place]), adds[channel]]);
    const rest = order.slice(LISTED).reduce((sum, channel) => sum + adds[channel], 0);
    const others = (order.length - LISTED).toLocaleString("en");
    if (order.length > LISTED) lines.push([fill(words.rest, { count: others }), "", "", rest]);
    lines.push([words.sum, "", "", shares[place]]);
    const most = Math.max(...lines.map((line) => Math.abs(Number(line[3]))), 1e-12), body = find("tbody");
    body.replaceChildren(...lines.map((line) => {
      const tr = document.createElement("tr");
      line.forEach((each, cellAt) => {
        const cell = tr.appendChild(document.createElement("td"));
        if (cellAt < 3) { cell.textContent = String(each); return; }
        const bar = cell.appendChild(document.createElement("i")), number = Number(each);
        bar.className = number < 0 ? "against" : "";
        bar.style.width = 70 * Math.abs(number) / most + "px";
        cell.append(places(number, 5));
      });
      return tr;
    }));
  };
  const { settle } = unitMap(find, own, meta.size, meta.selected, { look, label,
    send: (at) => setTriggerValue("pick", at) });
  slider.oninput = () => { over.style.opacity = slider.value / 100; };
  slider.onkeydown = (event) => event.stopPropagation();
  slider.oninput();

  return follow(find(".pair"), () => {
    const room = own.width >= 640 ? own.width * 0.45 : own.width;
    own.cell = Math.min(room / columns, TALLEST / rows);
    Object.assign(map.style, { width: own.cell * columns + "px", height: own.cell * rows + "px" });
    photo.style.imageRendering = own.cell * columns > 2 * wide || own.cell * rows > 2 * high ? "pixelated" : "auto";
    own.choose(own.selected);
    settle();
  }, own);
}
