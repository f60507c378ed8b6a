import { onKeys, sameCell } from "./grid.js";
import { opaque, paintPixels } from "./paint.js";
import { chosen, clamp, fill, finder, follow, memory, pend, whole } from "./shared.js";

const TALLEST = 400, PATIENCE = 2000; // milliseconds without an answer after which the next place is sent all the same

export default function ({ data, parentElement, setTriggerValue }) {
  if (!data) return;
  return whole(data, (meta, arrays) => drawOccluder(meta, arrays, parentElement, setTriggerValue));
}

function drawOccluder(meta, [rgb, filling], parentElement, setTriggerValue) {
  const find = finder(parentElement), own = memory(parentElement), { words, size, stride } = meta;
  const [stage, photo, patch] = [".stage", ".photo", ".patch"].map(find), [high, wide] = meta.photo;
  const last = [high - size, wide - size];
  const inside = ([top, left]) => [clamp(Math.round(top), 0, last[0]), clamp(Math.round(left), 0, last[1])];

  find(".keys").textContent = words.keys;
  photo.setAttribute("aria-label", words.photo);
  const draw = () => {
    const [top, left] = own.at, s = own.scale ?? 1;
    const hides = (at) => {
      const row = Math.floor(at / wide), column = at % wide;
      return row >= top && row < top + size && column >= left && column < left + size;
    };
    paintPixels(photo, meta.photo, (at) => {
      const from = hides(at) ? filling : rgb;
      return opaque(from[3 * at], from[3 * at + 1], from[3 * at + 2]);
    });
    Object.assign(patch.style, { left: left * s + "px", top: top * s + "px", width: size * s + "px",
      height: size * s + "px" });
    const said = fill(words.patch, { top, bottom: top + size - 1, left, right: left + size - 1 });
    patch.setAttribute("aria-label", said);
    find(".readout").textContent = said;
  };
  const send = () => {
    own.sent = [...own.at];
    own.when = performance.now();
    setTriggerValue("pick", own.sent);
  };
  // One question at a time: the next place is sent when the answer to the last has come.
  const move = (to) => {
    own.at = inside(to);
    pend(own, own.at);
    draw();
    if (own.sent ? performance.now() - own.when > PATIENCE : !sameCell(own.at, meta.at)) send();
  };
  own.choose = (at) => { own.at = inside(at); draw(); };
  if (own.sent && sameCell(own.sent, meta.at)) own.sent = null;
  own.at = inside(chosen(own, meta.at, sameCell));
  if (!own.sent && !sameCell(own.at, meta.at)) send();

  const to = (event) => {
    const frame = photo.getBoundingClientRect();
    const x = (event.clientX - frame.left) / frame.width * wide, y = (event.clientY - frame.top) / frame.height * high;
    move([y - size / 2, x - size / 2]);
  };
  stage.onpointerdown = (event) => {
    if (event.pointerType !== "mouse" && event.target !== patch) return;
    own.dragged = true;
    stage.setPointerCapture(event.pointerId);
    to(event);
  };
  stage.onpointermove = (event) => { if (own.dragged) to(event); };
  stage.onpointerup = stage.onpointercancel = () => {
    own.dragged = false;
    if (!sameCell(own.at, own.sent ?? meta.at)) send();
  };
  onKeys(patch, (key, event) => {
    const by = event.shiftKey ? 1 : stride;
    const moves = { ArrowLeft: [0, -by], ArrowRight: [0, by], ArrowUp: [-by, 0], ArrowDown: [by, 0] };
    if (!(key in moves)) return false;
    move([own.at[0] + moves[key][0], own.at[1] + moves[key][1]]);
    return true;
  });
  listRows(find, meta);

  return follow(find(".pair"), () => {
    const room = own.width >= 640 ? own.width * 0.45 : own.width;
    const s = own.scale = Math.min(room / wide, TALLEST / high);
    for (const each of [stage, photo]) Object.assign(each.style, { width: wide * s + "px", height: high * s + "px" });
    photo.style.imageRendering = s > 2 ? "pixelated" : "auto";
    draw();
  }, own);
}

/** The classes with two bars each: the probability of the whole photo, and with the patch. */
function listRows(find, { rows, words }) {
  const percent = (/** @type {number} */ share) => (100 * share).toFixed(1) + "%";
  const line = (/** @type {string} */ tag, /** @type {string[]} */ texts) => {
    const tr = document.createElement("tr");
    texts.forEach((text) => { tr.appendChild(document.createElement(tag)).textContent = text; });
    return tr;
  };
  find("thead").replaceChildren(line("th", [words.class, "", words.whole, words.hidden]));
  find("tbody").replaceChildren(...rows.map(([name, before, after]) => {
    const tr = line("td", [name, "", percent(before), percent(after)]);
    [["before", before], ["after", after]].forEach(([kind, share]) => {
      const bar = tr.children[1].appendChild(document.createElement("i"));
      bar.className = String(kind);
      bar.style.width = 100 * Number(share) + "%";
    });
    return tr;
  }));
}
