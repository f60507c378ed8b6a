import { inksOf } from "./canvas.js";
import { cellUnder, nameCell, putMark, sameCell, walk } from "./grid.js";
import { tellGap } from "./numbers.js";
import { chosen, clamp, fill, finder, follow, memory, pend, unpack } from "./shared.js";
import { account, num } from "./warp_account.js";
import { dragging, sameTheta } from "./warp_box.js";
import { drawing } from "./warp_drawing.js";
import { locate, newRead, tied } from "./warp_sampling.js";

const WIDEST = 460, GAP = 32;

export default function ({ data, parentElement, setTriggerValue }) {
  if (!data) return;
  const find = finder(parentElement);
  const [stage, base, over, map, canvas] = [".stage", ".base", ".over", ".map", ".map canvas"].map(find);
  const [cursor, chosenMark, sum, check] = [".cursor", ".chosen", ".sum", ".check"].map(find);
  const own = memory(parentElement), [meta, [bytes, python]] = unpack(data), { words } = meta;
  const [high, wide] = meta.input, [h, w] = meta.output, image = Float32Array.from(bytes, (v) => v / 255);
  meta.reach = { nearest: 1, bilinear: 2, bicubic: 4 }[meta.mode];
  own.inks = inksOf(find(".root"));
  own.box ??= {};
  own.pin ??= {};
  own.tool ??= "turn";
  const out = new Float64Array(meta.channels * h * w);
  const shape = JSON.stringify([meta.input, meta.output, meta.mode, meta.padding, meta.channels]);
  if (shape !== own.shape) {
    own.shape = shape;
    own.drag = null;
    own.tallest = 0;
  }

  const { point, lookAround, paintBase, paintBox, paintOut } = drawing(find, own, meta, image, out);
  const explain = account(find, own, meta, image);
  const paintAll = () => { paintOut(); look(); };

  // --- which output pixel is told: the pointer's, else the keyboard's, else the pinned one
  const inside = (at) => at ? [clamp(at[0], 0, h - 1), clamp(at[1], 0, w - 1)] : null;
  const look = () => {
    const focused = map.matches(":focus-visible");
    own.shown = own.hover ?? (focused ? own.at : own.selected);
    putMark(cursor, own.hover ?? (focused ? own.at : null), own.cell);
    putMark(chosenMark, own.selected, own.cell);
    const [row, column] = own.at;
    const value = out[(meta.plane * h + row) * w + column];
    nameCell(cursor, own.at, own.selected, `${fill(words.place, { row, column })} · ${num(value)}`);
    paintBox();
    explain();
  };
  const pick = (at) => {
    own.at = own.selected = at;
    pend(own.pin, at);
    look();
    setTriggerValue("pick", { pin: at });
  };
  map.onpointermove = (event) => {
    const at = cellUnder(event, canvas, meta.output);
    if (sameCell(own.hover, at)) return;
    own.hover = at;
    sum.setAttribute("aria-live", "off");
    look();
  };
  map.onpointerleave = () => { own.hover = null; look(); };
  map.onfocus = map.onblur = () => look();
  map.onclick = (event) => pick(cellUnder(event, canvas, meta.output));
  walk(map, own, meta.output, (at) => { own.hover = null; pick(at); }, () => { own.hover = null; look(); });

  // --- how far this drawing and Python's agree
  const compare = () => {
    if (!sameTheta(own.theta, meta.theta)) return;
    const read = newRead();
    let most = 0, ties = 0;
    for (let row = 0, at = 0; row < h; row++) for (let column = 0; column < w; column++, at++) {
      if (tied(meta, locate(meta, own.theta, row, column, read))) { ties++; continue; }
      for (let c = 0; c < meta.channels; c++)
        most = Math.max(most, Math.abs(out[c * h * w + at] - python[c * h * w + at]));
    }
    tellGap(check, meta, most, ties ? words.ties : words.agree, { count: ties });
  };
  dragging(find, own, meta, { point, warp: paintAll, unmoved: compare,
    send: (theta) => setTriggerValue("pick", { theta }) });

  // --- names, then the first picture
  find(".choice").setAttribute("aria-label", words.tools);
  find(".keys").textContent = words.keys;
  find(".from figcaption").textContent = fill(words.from, { size: `${high} × ${wide}` });
  find(".to figcaption").textContent = fill(words.to, { size: `${h} × ${w}` });
  map.setAttribute("aria-label", fill(words.to, { size: `${h} × ${w}` }));
  map.setAttribute("aria-rowcount", h);
  map.setAttribute("aria-colcount", w);
  sum.setAttribute("aria-label", words.sum);
  // What is being dragged, or was just changed by the keyboard, is newer than what Python sends.
  if (!own.drag && !own.wait) own.theta = own.sent = chosen(own.box, meta.theta, sameTheta);
  own.box.choose = (theta) => { own.theta = own.sent = theta; lookAround(); paintBase(); paintAll(); compare(); };
  own.selected = inside(chosen(own.pin, meta.selected, sameCell));
  own.pin.choose = (at) => { own.selected = inside(at); look(); };
  own.at = inside(own.at) ?? own.selected;
  own.hover = inside(own.hover);

  return follow(find(".pair"), () => {
    const beside = own.width >= 560, ratio = devicePixelRatio;
    own.side = Math.floor(Math.min(WIDEST, beside ? (own.width - GAP) / 2 : own.width));
    if (!own.drag || !own.view) lookAround();
    own.scale = own.side / Math.max(own.view.wide, own.view.high);
    Object.assign(stage.style, { width: own.side + "px", height: own.side + "px" });
    for (const each of [base, over]) {
      each.width = each.height = Math.round(own.side * ratio);
      Object.assign(each.style, { width: own.side + "px", height: own.side + "px" });
    }
    const cell = Math.min((own.side - 8) / Math.max(h, w), 64);
    // Whole device pixels a cell keep the output sharp.
    own.cell = cell * ratio >= 8 ? Math.floor(cell * ratio) / ratio : cell;
    Object.assign(canvas.style, { width: own.cell * w + "px", height: own.cell * h + "px" });
    own.shown = own.hover ?? own.selected;
    own.tallest = 0;
    sum.style.minHeight = "";
    paintBase();
    paintAll();
    compare();
  }, own);
}
