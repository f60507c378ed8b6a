import { ACCENTS } from "./colours.js";
import { unitMap } from "./grid.js";
import { paintMap, paintPhoto } from "./paint.js";
import { extent, fill, finder, follow, limits, memory, unpack } from "./shared.js";

const TALLEST = 290, WIDEST = 460, NARROW = 270, GAP = 24, EDGE = 3;

/** Values of both signs in the diverging colours, others in the sequential ones, as everywhere. */
function paintValues(canvas, values, size) {
  const [least, greatest] = extent(values), mode = least < 0 ? "signed" : "positive";
  paintMap(canvas, values, size, mode, limits(mode, least, greatest));
}

/** How far boxes reach outside on each side, at most as far as what they reach into is long. */
function overhang(bounds, length) {
  if (!bounds) return [0, 0];
  let first = 0, last = length;
  for (let i = 0; i < bounds.length; i += 2) {
    first = Math.min(first, bounds[i]);
    last = Math.max(last, bounds[i + 1]);
  }
  return [Math.min(-first, length), Math.min(last - length, length)];
}

/** The unit whose bounds have their middle nearest to a place. */
function nearest(bounds, place) {
  let best = 0, least = Infinity;
  for (let i = 0; 2 * i < bounds.length; i++) {
    const distance = Math.abs((bounds[2 * i] + bounds[2 * i + 1]) / 2 - place);
    if (distance < least) [best, least] = [i, distance];
  }
  return best;
}

function stageOf(figure, head, arrays) {
  figure.hidden = !head;
  if (!head) return null;
  const stage = figure.querySelector(".stage"), picture = figure.querySelector(".picture");
  const values = arrays[head.picture], [h, w] = head.size;
  figure.querySelector("figcaption").textContent = head.title;
  figure.querySelector(".under").textContent = head.under;
  if (head.coloured) paintPhoto(picture, values, head.size);
  else paintValues(picture, values, head.size);
  const rows = head.bounds === null ? null : arrays[head.bounds];
  const columns = head.bounds === null ? null : arrays[head.bounds + 1];
  const [above, below] = overhang(rows, h), [left, right] = overhang(columns, w);
  return { head, figure, stage, picture, box: figure.querySelector(".box"), taps: figure.querySelector(".taps"), rows,
    columns, h, w, above, below, left, right, scale: 1 };
}

/** Squares where a dilated window reads, in a box of so many rows and columns. */
function drawTaps(one, rows, columns) {
  const [down, across] = one.head.taps, ratio = devicePixelRatio, s = one.scale;
  const key = [rows, columns, s, ratio].join();
  if (key === one.tapped) return;
  one.tapped = key;
  const width = Math.round(columns * s * ratio), height = Math.round(rows * s * ratio);
  one.taps.width = down * across > 1 ? width : 0;
  one.taps.height = down * across > 1 ? height : 0;
  if (down * across < 2 || !width || !height) return;
  const context = one.taps.getContext("2d"), cell = s * ratio;
  context.fillStyle = ACCENTS.mark[0] + "bf";
  context.strokeStyle = "#000";
  for (let r = 0; r < rows; r += down) for (let c = 0; c < columns; c += across) {
    context.fillRect(c * cell, r * cell, cell, cell);
    if (cell > 4) context.strokeRect(c * cell + 0.5, r * cell + 0.5, cell - 1, cell - 1);
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  if (!data) return;
  const find = finder(parentElement);
  const [map, canvas, readout] = [".map", ".map canvas", ".readout"].map(find);
  const own = memory(parentElement), [meta, arrays] = unpack(data), { words } = meta, [rows, columns] = meta.size;
  find(".layer figcaption").textContent = meta.title;
  find(".layer .under").textContent = meta.under;
  paintValues(canvas, arrays[0], meta.size);
  const stages = ["before", "input"].map((name) => stageOf(find("." + name), meta.stages[name], arrays))
    .filter(Boolean);
  const hatch = find(".hatch");
  hatch.textContent = words.hatch;
  hatch.hidden = !stages.some((one) => one.above + one.below + one.left + one.right > 0);
  map.setAttribute("aria-label", meta.title);

  const place = ([row, column]) => fill(words.place, { row, column });
  const boxOf = (one, [row, column]) => one.rows && { top: one.rows[2 * row], bottom: one.rows[2 * row + 1],
    left: one.columns[2 * column], right: one.columns[2 * column + 1] };
  const tell = (one, b) => {
    const what = one.head.title;
    if (!b) return fill(words.unknown, { what });
    if (one.head.whole) return fill(words.whole, { what });
    const inside = Math.max(0, Math.min(b.bottom, one.h) - Math.max(b.top, 0)) *
      Math.max(0, Math.min(b.right, one.w) - Math.max(b.left, 0));
    const outside = 1 - inside / ((b.bottom - b.top) * (b.right - b.left));
    return fill(words.box, { what, top: b.top, bottom: b.bottom - 1, left: b.left, right: b.right - 1,
      height: b.bottom - b.top, width: b.right - b.left }) +
      (outside > 0 ? fill(words.padding, { share: outside < 0.005 ? "< 1" : Math.round(100 * outside) }) : "");
  };
  const look = (at) => {
    const parts = at ? [place(at)] : [];
    let beyond = false;
    for (const one of stages) {
      const b = at && boxOf(one, at);
      one.box.style.display = b ? "block" : "none";
      if (!at) continue;
      const told = tell(one, b);
      parts.push(told);
      one.stage.setAttribute("aria-label", told);
      if (!b) continue;
      const s = one.scale;
      one.box.style.width = Math.max(2, (b.right - b.left) * s) + 2 * EDGE + "px";
      one.box.style.height = Math.max(2, (b.bottom - b.top) * s) + 2 * EDGE + "px";
      one.box.style.transform =
        `translate(${(b.left + one.left) * s - EDGE}px, ${(b.top + one.above) * s - EDGE}px)`;
      drawTaps(one, b.bottom - b.top, b.right - b.left);
      beyond ||= -b.top > one.above || -b.left > one.left || b.bottom - one.h > one.below
        || b.right - one.w > one.right;
    }
    if (beyond) parts.push(words.beyond);
    readout.textContent = parts.join(" · ");
  };
  const label = (at) => [place(at), ...stages.map((one) => tell(one, boxOf(one, at)))].join(" · ");
  const { listen, settle } = unitMap(find, own, meta.size, meta.selected, { look, label,
    send: (at) => setTriggerValue("pick", at) });
  for (const one of stages) listen(one.stage, (event) => {
    if (!one.rows) return own.at;
    const frame = one.picture.getBoundingClientRect();
    return [nearest(one.rows, (event.clientY - frame.top) / frame.height * one.h),
      nearest(one.columns, (event.clientX - frame.left) / frame.width * one.w)];
  });

  return follow(find(".three"), () => {
    const count = 1 + stages.length, fits = own.width >= 260 * count;
    // One below the other they stay small, so that map and boxes can be seen at once.
    const room = fits ? Math.min(WIDEST, (own.width - GAP * (count - 1)) / count) : Math.min(own.width, NARROW);
    const most = fits ? TALLEST : NARROW, ratio = devicePixelRatio, cell = Math.min(room / columns, most / rows, 64);
    // Whole device pixels a cell keep the map sharp.
    own.cell = cell * ratio >= 2 ? Math.floor(cell * ratio) / ratio : cell;
    Object.assign(canvas.style, { width: own.cell * columns + "px", height: own.cell * rows + "px" });
    canvas.style.imageRendering = own.cell * ratio < 1 ? "auto" : "pixelated";
    find(".layer").style.width = room + "px";
    for (const one of stages) {
      const wide = one.w + one.left + one.right, high = one.h + one.above + one.below;
      const s = one.scale = Math.min(room / wide, most / high, 64);
      one.figure.style.width = room + "px";
      Object.assign(one.stage.style, { width: wide * s + "px", height: high * s + "px" });
      one.stage.classList.toggle("soft", s * ratio < 2);
      Object.assign(one.picture.style, { left: one.left * s + "px", top: one.above * s + "px", width: one.w * s + "px",
        height: one.h * s + "px" });
    }
    own.choose(own.selected);
    settle();
  }, own);
}
