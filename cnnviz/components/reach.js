const TALLEST = 420, WIDEST = 460, NARROW = 270, GAP = 24, EDGE = 3;

/** Values of both signs in the diverging colours, others in the sequential ones, as everywhere. */
function paintValues(canvas, values, [h, w]) {
  let least = Infinity, greatest = -Infinity;
  for (const value of values) if (Number.isFinite(value)) {
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  const mode = least < 0 ? "signed" : "positive";
  const [a, b] = ramp(mode, least > greatest ? [0, 0] : limits(mode, least, greatest)), colours = palette(mode);
  paint(canvas, [h, w], (i) => Number.isNaN(values[i]) ? NO_COLOUR
    : colours[clamp(Math.floor(clamp(values[i], -3.4e38, 3.4e38) * a + b), 0, 255)]);
}

function paint(canvas, [h, w], colourOf) {
  canvas.width = w;
  canvas.height = h;
  const context = canvas.getContext("2d"), image = context.createImageData(w, h);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < pixels.length; i++) pixels[i] = colourOf(i);
  context.putImageData(image, 0, 0);
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
  if (head.coloured) paint(picture, head.size, (p) =>
    (0xff000000 | values[3 * p + 2] << 16 | values[3 * p + 1] << 8 | values[3 * p]) >>> 0);
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
  context.fillStyle = "rgba(255, 212, 0, 0.75)";
  context.strokeStyle = "#000";
  for (let r = 0; r < rows; r += down) for (let c = 0; c < columns; c += across) {
    context.fillRect(c * cell, r * cell, cell, cell);
    if (cell > 4) context.strokeRect(c * cell + 0.5, r * cell + 0.5, cell - 1, cell - 1);
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  if (!data) return;
  const find = (name) => parentElement.querySelector(name);
  const [map, cursor, chosenMark, readout] = [".map", ".cursor", ".chosen", ".readout"].map(find);
  const own = memory(parentElement), [meta, arrays] = unpack(data), { words } = meta;
  const [rows, columns] = meta.size, canvas = map.querySelector("canvas");
  const same = (a, b) => a && b && a[0] === b[0] && a[1] === b[1];
  find(".layer figcaption").textContent = meta.title;
  find(".layer .under").textContent = meta.under;
  paintValues(canvas, arrays[0], meta.size);
  const stages = ["before", "input"].map((name) => stageOf(find("." + name), meta.stages[name], arrays))
    .filter(Boolean);
  const hatch = find(".hatch");
  hatch.textContent = words.hatch;
  hatch.hidden = !stages.some((one) => one.above + one.below + one.left + one.right > 0);
  map.setAttribute("aria-label", meta.title);
  map.setAttribute("aria-rowcount", rows);
  map.setAttribute("aria-colcount", columns);

  const put = (mark, at) => {
    mark.style.opacity = at ? 1 : 0; // not display: the cell must stay for screen readers
    if (!at) return;
    mark.style.width = own.cellW + 4 + "px";
    mark.style.height = own.cellH + 4 + "px";
    mark.style.transform = `translate(${at[1] * own.cellW - 2}px, ${at[0] * own.cellH - 2}px)`;
  };
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
    const parts = at ? [fill(words.place, { row: at[0], column: at[1] })] : [];
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
      beyond ||= -b.top > one.above || -b.left > one.left || b.bottom - one.h > one.below || b.right - one.w > one.right;
    }
    if (beyond) parts.push(words.beyond);
    readout.textContent = parts.join(" · ");
  };
  const rest = () => {
    const focused = map.matches(":focus-visible");
    put(cursor, focused ? own.at : null);
    look(focused ? own.at : own.selected);
  };
  own.choose = (at) => {
    own.selected = at;
    put(chosenMark, at);
    const [row, column] = own.at;
    cursor.setAttribute("aria-rowindex", row + 1);
    cursor.setAttribute("aria-colindex", column + 1);
    cursor.setAttribute("aria-selected", String(Boolean(same(own.at, at))));
    cursor.setAttribute("aria-label", [fill(words.place, { row, column }),
      ...stages.map((one) => tell(one, boxOf(one, own.at)))].join(" · "));
  };
  const inside = (at) => at && at[0] >= 0 && at[1] >= 0 && at[0] < rows && at[1] < columns ? at : null;
  own.selected = inside(chosen(own, meta.selected, same));
  own.at = own.selected ?? inside(own.at) ?? [Math.floor(rows / 2), Math.floor(columns / 2)];

  const pick = (at) => {
    own.at = at;
    pend(own, at);
    own.choose(at);
    setTriggerValue("pick", at);
  };
  const turn = (at) => {
    readout.setAttribute("aria-live", "off");
    put(cursor, at);
    look(at);
  };
  /** Let an element answer the pointer, with `under(event)` the unit that it points to. */
  const listen = (element, under) => {
    element.onpointermove = (event) => {
      own.again = () => turn(under(event));
      own.again();
    };
    element.onpointerleave = () => { own.again = null; rest(); };
    element.onclick = (event) => pick(under(event));
  };
  const share = (event, element) => {
    const frame = element.getBoundingClientRect();
    return [(event.clientY - frame.top) / frame.height, (event.clientX - frame.left) / frame.width];
  };
  listen(map, (event) => {
    const [down, across] = share(event, canvas);
    return [clamp(Math.floor(down * rows), 0, rows - 1), clamp(Math.floor(across * columns), 0, columns - 1)];
  });
  for (const one of stages) listen(one.stage, (event) => {
    if (!one.rows) return own.at;
    const [down, across] = share(event, one.picture);
    return [nearest(one.rows, down * one.h), nearest(one.columns, across * one.w)];
  });
  const settle = () => own.again ? own.again() : rest();
  map.onfocus = settle;
  map.onblur = settle;
  walk(map, own, [rows, columns], (at) => { own.again = null; pick(at); }, () => {
    own.again = null;
    readout.setAttribute("aria-live", "polite");
    own.choose(own.selected);
    put(cursor, own.at);
    look(own.at);
  });

  return follow(find(".three"), () => {
    const count = 1 + stages.length, fits = own.width >= 260 * count;
    // One below the other they stay small, so that map and boxes can be seen at once.
    const room = fits ? Math.min(WIDEST, (own.width - GAP * (count - 1)) / count) : Math.min(own.width, NARROW);
    const most = fits ? TALLEST : NARROW, ratio = devicePixelRatio, cell = Math.min(room / columns, most / rows, 64);
    // Whole device pixels a cell keep the map sharp.
    own.cellW = own.cellH = cell * ratio >= 2 ? Math.floor(cell * ratio) / ratio : cell;
    Object.assign(canvas.style, { width: own.cellW * columns + "px", height: own.cellH * rows + "px" });
    canvas.style.imageRendering = own.cellW * ratio < 1 ? "auto" : "pixelated";
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
