const WIDEST = 520, TALLEST = 460;

function paintMap(canvas, values, [h, w], mode, range) {
  canvas.width = w;
  canvas.height = h;
  const context = canvas.getContext("2d"), image = context.createImageData(w, h), colours = palette(mode);
  const pixels = new Uint32Array(image.data.buffer), [a, b] = ramp(mode, range);
  for (let i = 0; i < values.length; i++)
    pixels[i] = Number.isNaN(values[i]) ? NO_COLOUR : colours[clamp(Math.floor(finite(values[i]) * a + b), 0, 255)];
  context.putImageData(image, 0, 0);
}
const finite = (value) => clamp(value, -3.4e38, 3.4e38);

function paintPhoto(canvas, rgb, [h, w]) {
  canvas.width = w;
  canvas.height = h;
  const context = canvas.getContext("2d"), image = context.createImageData(w, h);
  const pixels = new Uint32Array(image.data.buffer);
  for (let p = 0, i = 0; p < pixels.length; p++, i += 3)
    pixels[p] = 0xff000000 | rgb[i + 2] << 16 | rgb[i + 1] << 8 | rgb[i];
  context.putImageData(image, 0, 0);
}

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
  const find = (name) => parentElement.querySelector(name);
  const [map, stage, photo, over, box] = [".map", ".stage", ".photo", ".over", ".box"].map(find);
  const [cursor, chosenMark, readout, slider] = [".cursor", ".chosen", ".readout", ".opacity input"].map(find);
  const own = memory(parentElement), [meta, [values, rgb]] = unpack(data), { field, words, mode } = meta;
  const [rows, columns] = meta.size, [high, wide] = meta.photo, canvas = map.querySelector("canvas");
  const same = (a, b) => a && b && a[0] === b[0] && a[1] === b[1];

  let least = Infinity, greatest = -Infinity;
  for (const value of values) if (Number.isFinite(value)) {
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  const range = least > greatest ? [0, 0] : limits(mode, least, greatest);
  paintMap(canvas, values, meta.size, mode, range);
  paintMap(over, values, meta.size, mode, range);
  paintPhoto(photo, rgb, meta.photo);
  find(".bar").style.background = gradient(mode);
  const digits = (range[1] - range[0]) / 2000;
  find(".low").textContent = show(range[0], digits);
  find(".high").textContent = show(range[1], digits);
  find(".map-name").textContent = words.map;
  find(".photo-name").textContent = words.photo;
  find(".opacity span").textContent = words.opacity;
  find(".padding").textContent = words.padding;
  map.setAttribute("aria-label", words.map);
  stage.setAttribute("aria-label", words.photo);
  map.setAttribute("aria-rowcount", rows);
  map.setAttribute("aria-colcount", columns);

  const boxOf = ([row, column]) => field && { top: field.top + row * field.row_stride,
    left: field.left + column * field.column_stride, height: field.height, width: field.width };
  const sides = margins(field, meta.size, meta.photo);
  find(".padding").hidden = !Object.values(sides).some((side) => side > 0);
  const put = (mark, at) => {
    mark.style.opacity = at ? 1 : 0; // not display: the cell must stay for screen readers
    if (!at) return;
    mark.style.width = own.cellW + 4 + "px";
    mark.style.height = own.cellH + 4 + "px";
    mark.style.transform = `translate(${at[1] * own.cellW - 2}px, ${at[0] * own.cellH - 2}px)`;
  };
  const number = (value) => Number.isInteger(value) ? String(value) : value.toFixed(2);
  const look = (at) => {
    box.style.display = at ? "block" : "none";
    if (!at) { readout.textContent = ""; return; }
    const [row, column] = at, value = show(values[row * columns + column]);
    const parts = [fill(words.place, { row, column, value })], b = boxOf(at);
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
  const rest = () => {
    put(cursor, map.matches(":focus-visible") ? own.at : null);
    look(map.matches(":focus-visible") ? own.at : own.selected);
  };
  const settle = () => own.pointer ? map.onpointermove(own.pointer) : rest();
  own.choose = (at) => {
    own.selected = at;
    put(chosenMark, at);
    const [row, column] = own.at;
    cursor.setAttribute("aria-rowindex", row + 1);
    cursor.setAttribute("aria-colindex", column + 1);
    cursor.setAttribute("aria-selected", String(Boolean(same(own.at, at))));
    cursor.setAttribute("aria-label", fill(words.place, { row, column, value: show(values[row * columns + column]) }));
  };
  const inside = (at) => at && at[0] >= 0 && at[1] >= 0 && at[0] < rows && at[1] < columns ? at : null;
  own.selected = inside(chosen(own, meta.selected, same));
  own.at = own.selected ?? inside(own.at) ?? [Math.floor(rows / 2), Math.floor(columns / 2)];

  const under = (event) => {
    const frame = canvas.getBoundingClientRect();
    return [clamp(Math.floor((event.clientY - frame.top) / frame.height * rows), 0, rows - 1),
      clamp(Math.floor((event.clientX - frame.left) / frame.width * columns), 0, columns - 1)];
  };
  const pick = (at) => {
    own.at = at;
    pend(own, at);
    own.choose(at);
    setTriggerValue("pick", at);
  };
  map.onpointermove = (event) => {
    readout.setAttribute("aria-live", "off");
    own.pointer = { clientX: event.clientX, clientY: event.clientY };
    const at = under(event);
    put(cursor, at);
    look(at);
  };
  map.onpointerleave = () => { own.pointer = null; rest(); };
  map.onfocus = settle;
  map.onblur = settle;
  map.onclick = (event) => pick(under(event));
  walk(map, own, [rows, columns], (at) => { own.pointer = null; pick(at); }, () => {
    own.pointer = null;
    readout.setAttribute("aria-live", "polite");
    own.choose(own.selected);
    put(cursor, own.at);
    look(own.at);
  });
  slider.oninput = () => { over.style.opacity = slider.value / 100; };
  slider.onkeydown = (event) => event.stopPropagation();
  slider.oninput();

  return follow(find(".pair"), () => {
    const column = own.width >= 640 ? (own.width - 32) / 2 : own.width, room = Math.min(WIDEST, column);
    // Whole device pixels a cell keep the map sharp.
    const cell = Math.min(room / columns, TALLEST / rows, 64), ratio = devicePixelRatio;
    const snap = cell * ratio >= 2 ? Math.floor(cell * ratio) / ratio : cell;
    own.cellW = own.cellH = snap;
    Object.assign(canvas.style, { width: snap * columns + "px", height: snap * rows + "px" });
    canvas.style.imageRendering = snap * ratio < 1 ? "auto" : "pixelated";

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
