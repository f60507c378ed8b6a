import { long, minus } from "./numbers.js";
import { unitMap } from "./grid.js";
import { paintMap, paintPhoto } from "./paint.js";
import { clamp, extent, fill, finder, follow, gradient, limits, memory, show, whole } from "./shared.js";

const WIDEST = 520, TALLEST = 460;

/** How far receptive fields reach outside the picture on each side, at most its own size. */
function margins(field, [rows, columns], [h, w]) {
  if (!field) return { top: 0, bottom: 0, left: 0, right: 0 };
  const last = [field.top + (rows - 1) * field.row_stride + field.height,
    field.left + (columns - 1) * field.column_stride + field.width];
  return { top: clamp(-field.top, 0, h), bottom: clamp(last[0] - h, 0, h),
    left: clamp(-field.left, 0, w), right: clamp(last[1] - w, 0, w) };
}

export default function ({ data, parentElement, setTriggerValue }) {
  if (!data) return;
  return whole(data, (meta, arrays) => drawUnit(meta, arrays, parentElement, setTriggerValue));
}

function drawUnit(meta, [values, rgb], parentElement, setTriggerValue) {
  const find = finder(parentElement);
  const [map, canvas, stage, photo, over, box] = [".map", ".map canvas", ".stage", ".photo", ".over", ".box"].map(find);
  const [readout, slider] = [".readout", ".opacity input"].map(find);
  const own = memory(parentElement), { field, words, mode } = meta;
  const [rows, columns] = meta.size, [high, wide] = meta.photo;

  const range = limits(mode, ...extent(values));
  paintMap(canvas, values, meta.size, mode, range);
  paintMap(over, values, meta.size, mode, range);
  paintPhoto(photo, rgb, meta.photo);
  find(".bar").style.background = gradient(mode);
  const step = (range[1] - range[0]) / 2000;
  find(".low").textContent = minus(show(range[0], step));
  find(".high").textContent = minus(show(range[1], step));
  find(".map-name").textContent = words.map;
  find(".photo-name").textContent = words.photo;
  find(".opacity span").textContent = words.opacity;
  find(".padding").textContent = words.padding;
  map.setAttribute("aria-label", words.map);
  stage.setAttribute("aria-label", words.photo);

  const boxOf = ([row, column]) => field && { top: field.top + row * field.row_stride,
    left: field.left + column * field.column_stride, height: field.height, width: field.width };
  const sides = margins(field, meta.size, meta.photo);
  find(".padding").hidden = !Object.values(sides).some((side) => side > 0);
  const label = ([row, column]) => fill(words.place, { row, column, value: long(values[row * columns + column]) });
  const number = (value) => minus(Number.isInteger(value) ? String(value) : value.toFixed(2));
  const look = (at) => {
    box.style.display = at ? "block" : "none";
    if (!at) { readout.textContent = ""; return; }
    const parts = [label(at)], b = boxOf(at);
    const seen = b ?? { top: 0, left: 0, height: high, width: wide };
    const s = own.scale, edge = 3;
    box.style.width = Math.max(8, seen.width * s + 2 * edge) + "px";
    box.style.height = Math.max(8, seen.height * s + 2 * edge) + "px";
    box.style.transform = `translate(${(seen.left + sides.left) * s - edge}px, ${(seen.top + sides.top) * s - edge}px)`;
    if (!b) parts.push(words.whole);
    else {
      parts.push(fill(words.box, { top: number(b.top), bottom: number(b.top + b.height - 1), left: number(b.left),
        right: number(b.left + b.width - 1), height: number(b.height), width: number(b.width) }));
      if (-b.top > sides.top || -b.left > sides.left || b.top + b.height > high + sides.bottom ||
        b.left + b.width > wide + sides.right) parts.push(words.beyond);
    }
    readout.textContent = parts.join(" · ");
    stage.setAttribute("aria-label", words.photo + ". " + parts.slice(1).join(" · "));
  };
  const { settle } = unitMap(find, own, meta.size, meta.selected, { look, label,
    send: (at) => setTriggerValue("pick", at) });
  slider.oninput = () => { over.style.opacity = slider.value / 100; };
  slider.onkeydown = (event) => event.stopPropagation();
  slider.oninput();

  return follow(find(".pair"), () => {
    const column = own.width >= 440 ? (own.width - 24) / 2 : own.width, room = Math.min(WIDEST, column);
    // Whole device pixels a cell keep the map sharp.
    const cell = Math.min(room / columns, TALLEST / rows, 64), ratio = devicePixelRatio;
    own.cell = cell * ratio >= 2 ? Math.floor(cell * ratio) / ratio : cell;
    Object.assign(canvas.style, { width: own.cell * columns + "px", height: own.cell * rows + "px" });
    canvas.style.imageRendering = own.cell * ratio < 1 ? "auto" : "pixelated";

    const fullW = wide + sides.left + sides.right, fullH = high + sides.top + sides.bottom;
    const s = own.scale = Math.min(room / fullW, TALLEST / fullH);
    Object.assign(stage.style, { width: fullW * s + "px", height: fullH * s + "px" });
    stage.classList.toggle("soft", s * ratio < 2);
    Object.assign(photo.style, { left: sides.left * s + "px", top: sides.top * s + "px", width: wide * s + "px",
      height: high * s + "px" });
    // A cell of the overlay is centred on the centre of the field that its unit sees.
    const f = field ?? { top: 0, left: 0, height: high / rows, width: wide / columns,
      row_stride: high / rows, column_stride: wide / columns };
    Object.assign(over.style, { left: (sides.left + f.left + (f.width - f.column_stride) / 2) * s + "px",
      top: (sides.top + f.top + (f.height - f.row_stride) / 2) * s + "px",
      width: f.column_stride * columns * s + "px", height: f.row_stride * rows * s + "px" });
    own.choose(own.selected);
    settle();
  }, own);
}
