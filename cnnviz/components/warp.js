const WIDEST = 460, GAP = 32, MARGIN = 0.22, FARTHEST = 1.6, LINES = 15, DOTS = 4, CUBIC = -0.75, TIE = 1e-9;
const INPUT = "#0b5cad", KERNEL = "#b45309", BOX = "#ffd400";
const CORNERS = [[-1, -1], [1, -1], [1, 1], [-1, 1]];

// --- where an output pixel reads the input, and by what weights
const halfEven = (value) => {
  const low = Math.floor(value), rest = value - low;
  return rest < 0.5 ? low : rest > 0.5 ? low + 1 : low % 2 === 0 ? low : low + 1;
};
const target = (i, count, align) => count === 1 ? 0 : align ? 2 * i / (count - 1) - 1 : (2 * i + 1) / count - 1;
const placeOf = (x, count, align) => align ? (x + 1) / 2 * (count - 1) : ((x + 1) * count - 1) / 2;
const coordinate = (place, count, align) => align ? 2 * place / (count - 1) - 1 : (2 * place + 1) / count - 1;
const modulo = (value, span) => value - span * Math.floor(value / span);

/** The place in the image that a place outside is read at; for zeros, the place itself. */
function broughtIn(place, count, { padding, alignSample }) {
  if (padding === "zeros") return place;
  if (padding === "reflection") {
    const first = alignSample ? 0 : -0.5, span = count - 1 - 2 * first;
    place = span ? first + span - Math.abs(modulo(place - first, 2 * span) - span) : 0;
  }
  return clamp(place, 0, count - 1);
}
const cubic = (d) => d <= 1 ? (CUBIC + 2) * d ** 3 - (CUBIC + 3) * d ** 2 + 1 : CUBIC * (d ** 3 - 5 * d ** 2 + 8 * d - 4);

/** Along one axis: `asked` the pixels about a place, `read` those that have the values (-1: zero), `weight` of each. */
function along(place, count, meta, to) {
  const first = meta.mode === "nearest" ? halfEven(place) : Math.floor(place) - (meta.mode === "bicubic" ? 1 : 0);
  for (let k = 0; k < meta.reach; k++) {
    const pixel = first + k, at = Math.round(broughtIn(pixel, count, meta)), d = Math.abs(place - pixel);
    to.asked[k] = pixel;
    to.read[k] = at >= 0 && at < count ? at : -1;
    to.weight[k] = meta.mode === "nearest" ? 1 : meta.mode === "bilinear" ? 1 - d : cubic(d);
  }
}
const newAxis = () => ({ asked: new Int32Array(4), read: new Int32Array(4), weight: new Float64Array(4) });
const newRead = () => ({ x: 0, y: 0, u: 0, v: 0, row: 0, column: 0, inRow: 0, inColumn: 0, rows: newAxis(), columns: newAxis() });

/** Fills `to` with all about one output pixel; it is used again and again, so that a whole warp leaves no garbage. */
function locate(meta, theta, row, column, to) {
  const [high, wide] = meta.input, { alignGrid, alignSample } = meta;
  to.x = target(column, meta.output[1], alignGrid);
  to.y = target(row, meta.output[0], alignGrid);
  to.u = theta[0] * to.x + theta[1] * to.y + theta[2];
  to.v = theta[3] * to.x + theta[4] * to.y + theta[5];
  to.row = placeOf(to.v, high, alignSample);
  to.column = placeOf(to.u, wide, alignSample);
  // Bicubic brings in each pixel that it reads, not the place.
  to.inRow = meta.mode === "bicubic" ? to.row : broughtIn(to.row, high, meta);
  to.inColumn = meta.mode === "bicubic" ? to.column : broughtIn(to.column, wide, meta);
  along(to.inRow, high, meta, to.rows);
  along(to.inColumn, wide, meta, to.columns);
  return to;
}
const half = (place) => Math.abs(place - Math.floor(place) - 0.5) < TIE;
const tied = (meta, to) => meta.mode === "nearest" && (half(to.inRow) || half(to.inColumn));

function valueAt(meta, image, to, channel) {
  const [high, wide] = meta.input, { rows, columns } = to, start = channel * high * wide;
  let sum = 0;
  for (let i = 0; i < meta.reach; i++) {
    if (rows.read[i] < 0) continue;
    let line = 0;
    for (let j = 0; j < meta.reach; j++)
      if (columns.read[j] >= 0) line += columns.weight[j] * image[start + rows.read[i] * wide + columns.read[j]];
    sum += rows.weight[i] * line;
  }
  return sum;
}
/** The warped image, (channels, h, w). */
function warpAll(meta, image, theta, out, to) {
  const [h, w] = meta.output;
  for (let row = 0, at = 0; row < h; row++) for (let column = 0; column < w; column++, at++) {
    locate(meta, theta, row, column, to);
    for (let c = 0; c < meta.channels; c++) out[c * h * w + at] = valueAt(meta, image, to, c);
  }
  return out;
}
const byte = (value) => Math.round(255 * clamp(value, 0, 1));
function paint(canvas, [h, w], channels, colourOf) {
  if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
  const pen = canvas.getContext("2d"), picture = pen.createImageData(w, h), pixels = new Uint32Array(picture.data.buffer);
  for (let i = 0; i < h * w; i++) {
    const red = byte(colourOf(0, i)), green = channels > 1 ? byte(colourOf(1, i)) : red;
    pixels[i] = (0xff000000 | (channels > 1 ? byte(colourOf(2, i)) : red) << 16 | green << 8 | red) >>> 0;
  }
  pen.putImageData(picture, 0, 0);
}

// --- what dragging a corner `k` to (x, y) makes of theta
const cornerOf = (t, [sx, sy]) => [t[0] * sx + t[1] * sy + t[2], t[3] * sx + t[4] * sy + t[5]];
function dragged(tool, t, k, [x, y]) {
  if (k === 4) return [t[0], t[1], x, t[3], t[4], y];
  const [sx, sy] = CORNERS[k], [px, py] = cornerOf(t, [sx, sy]), [ox, oy] = cornerOf(t, [-sx, -sy]);
  const det = t[0] * t[4] - t[1] * t[3], ux = px - t[2], uy = py - t[5], length = ux * ux + uy * uy;
  if (tool === "turn" && length > 1e-9) { // about the centre
    const vx = x - t[2], vy = y - t[5], re = (vx * ux + vy * uy) / length, im = (vy * ux - vx * uy) / length;
    return [re * t[0] - im * t[3], re * t[1] - im * t[4], t[2], im * t[0] + re * t[3], im * t[1] + re * t[4], t[5]];
  }
  const gx = (x - ox) / 2, gy = (y - oy) / 2; // from the new centre to the corner
  if (tool === "stretch" && Math.abs(det) > 1e-9) { // the sides keep their directions, the opposite corner stays
    const across = sx * (t[4] * gx - t[1] * gy) / det, down = sy * (t[0] * gy - t[3] * gx) / det;
    return [t[0] * across, t[1] * down, ox + gx, t[3] * across, t[4] * down, oy + gy];
  }
  // The opposite side stays, so this one shifts along.
  const [nx, ny] = cornerOf(t, [-sx, sy]), hx = nx - ox - gx, hy = ny - oy - gy;
  return [sx * (gx - hx) / 2, sy * (gx + hx) / 2, ox + gx, sx * (gy - hy) / 2, sy * (gy + hy) / 2, oy + gy];
}

// --- numbers as text
const num = (value, places = 4) => {
  const short = Number(value.toFixed(places));
  return (short < 0 ? "−" : "") + Math.abs(short);
};
const inner = (value, places) => value < 0 && Number(value.toFixed(places ?? 4)) < 0 ? `(${num(value, places)})` : num(value, places);
const plus = (value) => (Number(value.toFixed(4)) < 0 ? " − " : " + ") + num(Math.abs(value));

export default function ({ data, parentElement, setTriggerValue }) {
  if (!data) return;
  const find = (name) => parentElement.querySelector(name);
  const [stage, base, over, map, cursor, chosenMark] = [".stage", ".base", ".over", ".map", ".cursor", ".chosen"].map(find);
  const [sum, told, tapsBox, check, matrix] = [".sum", ".told", ".taps", ".check", ".matrix"].map(find);
  const canvas = map.querySelector("canvas"), handles = [...parentElement.querySelectorAll(".handle")];
  const tools = [...parentElement.querySelectorAll(".choice input")];
  const own = memory(parentElement), [meta, [bytes, python]] = unpack(data), { words } = meta;
  const [high, wide] = meta.input, [h, w] = meta.output, image = Float32Array.from(bytes, (v) => v / 255);
  meta.reach = { nearest: 1, bilinear: 2, bicubic: 4 }[meta.mode];
  own.box ??= {};
  own.pin ??= {};
  own.tool ??= "turn";
  const sameList = (a, b) => Boolean(a && b && a.every((value, i) => Math.abs(value - b[i]) < 1e-9));
  const out = new Float64Array(meta.channels * h * w), one = newRead(), each = newRead();
  const shape = JSON.stringify([meta.input, meta.output, meta.mode, meta.padding, meta.channels]);
  if (shape !== own.shape) {
    own.shape = shape;
    own.drag = null;
    own.tallest = 0;
  }

  // --- drawing
  const pen = (target) => { const c = target.getContext("2d"); c.setTransform(own.ratio, 0, 0, own.ratio, 0, 0); return c; };
  const sx = (column) => (column - own.view.left) * own.scale, sy = (row) => (row - own.view.top) * own.scale;
  const point = ([x, y]) => [sx(placeOf(x, wide, meta.alignSample)), sy(placeOf(y, high, meta.alignSample))];
  const there = (row, column) => {
    const x = target(column, w, meta.alignGrid), y = target(row, h, meta.alignGrid);
    return point(cornerOf(own.theta, [x, y]));
  };
  /** How much is drawn around the image: more where a corner lies outside. */
  const lookAround = () => {
    const far = Math.max(0, ...CORNERS.flatMap((corner) => {
      const [x, y] = cornerOf(own.theta, corner);
      return [-placeOf(x, wide, meta.alignSample) / wide, placeOf(x, wide, meta.alignSample) / wide - 1,
        -placeOf(y, high, meta.alignSample) / high, placeOf(y, high, meta.alignSample) / high - 1];
    }));
    const around = clamp(Math.ceil((far + 0.06) / MARGIN) * MARGIN, MARGIN, FARTHEST);
    own.view = { left: -0.5 - around * wide, top: -0.5 - around * high, wide: wide * (1 + 2 * around), high: high * (1 + 2 * around) };
  };
  const paintBase = () => {
    const c = pen(base), { view } = own;
    // The pixels outside, as grid_sample takes them, so that the three ways of padding can be seen.
    const first = [Math.floor(view.top), Math.floor(view.left)];
    const size = [Math.ceil(view.top + view.high) - first[0] + 1, Math.ceil(view.left + view.wide) - first[1] + 1];
    const bring = (at, count) => { const p = Math.round(broughtIn(at, count, meta)); return p >= 0 && p < count ? p : -1; };
    const rows = Array.from({ length: size[0] }, (_, i) => bring(first[0] + i, high));
    const columns = Array.from({ length: size[1] }, (_, i) => bring(first[1] + i, wide));
    own.around ??= document.createElement("canvas");
    paint(own.around, size, meta.channels, (channel, i) => {
      const r = rows[Math.floor(i / size[1])], k = columns[i % size[1]];
      return r < 0 || k < 0 ? 0 : image[(channel * high + r) * wide + k];
    });
    c.imageSmoothingEnabled = false;
    c.drawImage(own.around, sx(first[1] - 0.5), sy(first[0] - 0.5), size[1] * own.scale, size[0] * own.scale);
    c.fillStyle = "rgba(255, 255, 255, 0.55)";
    const [l, t, r, b] = [sx(-0.5), sy(-0.5), sx(wide - 0.5), sy(high - 0.5)];
    c.fillRect(0, 0, own.side, t);
    c.fillRect(0, b, own.side, own.side);
    c.fillRect(0, t, l, b - t);
    c.fillRect(r, t, own.side, b - t);
    c.strokeStyle = INPUT;
    c.lineWidth = 2;
    c.strokeRect(l, t, r - l, b - t);
  };
  const trace = (c, points, close) => {
    c.beginPath();
    points.forEach(([x, y], i) => i ? c.lineTo(x, y) : c.moveTo(x, y));
    if (close) c.closePath();
  };
  const paintBox = () => {
    const c = pen(over), corners = CORNERS.map((corner) => point(cornerOf(own.theta, corner)));
    c.clearRect(0, 0, own.side, own.side);
    const spread = (count) => {
      const step = Math.ceil(count / LINES);
      return Array.from({ length: count }, (_, i) => i).filter((i) => i % step === 0 || i === count - 1);
    };
    c.beginPath();
    for (const row of spread(h)) { c.moveTo(...there(row, 0)); c.lineTo(...there(row, w - 1)); }
    for (const column of spread(w)) { c.moveTo(...there(0, column)); c.lineTo(...there(h - 1, column)); }
    c.strokeStyle = "rgba(0, 0, 0, 0.35)";
    c.lineWidth = 2;
    c.stroke();
    c.strokeStyle = "rgba(255, 212, 0, 0.55)";
    c.lineWidth = 1;
    c.stroke();
    const [a, b] = [there(0, 0), there(0, Math.min(1, w - 1))], [d] = [there(Math.min(1, h - 1), 0)];
    const apart = Math.min(w > 1 ? Math.hypot(b[0] - a[0], b[1] - a[1]) : 99, h > 1 ? Math.hypot(d[0] - a[0], d[1] - a[1]) : 99);
    if (apart >= DOTS) {
      const size = clamp(apart / 4, 1.5, 4);
      c.fillStyle = BOX;
      for (let row = 0; row < h; row++) for (let column = 0; column < w; column++) {
        const [x, y] = there(row, column);
        c.fillRect(x - size / 2, y - size / 2, size, size);
      }
    }
    for (const [colour, line] of [["#000", 4.5], [BOX, 2.5]]) {
      trace(c, corners, true);
      c.strokeStyle = colour;
      c.lineWidth = line;
      c.stroke();
    }
    handles.forEach((handle, k) => {
      const [x, y] = k === 4 ? point([own.theta[2], own.theta[5]]) : corners[k];
      handle.style.transform = `translate(${clamp(x, 8, own.side - 8)}px, ${clamp(y, 8, own.side - 8)}px)`;
      const [u, v] = k === 4 ? [own.theta[2], own.theta[5]] : cornerOf(own.theta, CORNERS[k]);
      const at = { x: num(u, 2), y: num(v, 2), name: words.corners.split("|")[k] };
      handle.setAttribute("aria-label", fill(k === 4 ? words.centre : words.handle, at));
    });
    // The pixel that is told: where it is read, and the pixels that take part.
    locate(meta, own.theta, own.shown[0], own.shown[1], one);
    c.lineWidth = 2;
    for (let i = 0; i < meta.reach; i++) for (let j = 0; j < meta.reach; j++) {
      const [x, y] = [sx(one.columns.asked[j] - 0.5), sy(one.rows.asked[i] - 0.5)];
      c.strokeStyle = "#fff";
      c.strokeRect(x + 2, y + 2, own.scale - 4, own.scale - 4);
      c.strokeStyle = KERNEL;
      c.strokeRect(x, y, own.scale, own.scale);
    }
    const [x, y] = there(...own.shown);
    for (const [colour, radius] of [["#000", 5.5], ["#fff", 4], [KERNEL, 2.5]]) {
      c.beginPath();
      c.arc(x, y, radius, 0, 7);
      c.fillStyle = colour;
      c.fill();
    }
  };
  const paintOut = () => {
    warpAll(meta, image, own.theta, out, each);
    paint(canvas, meta.output, meta.channels, (channel, i) => out[channel * h * w + i]);
    matrix.replaceChildren(...own.theta.map((value) => {
      const span = document.createElement("span");
      span.textContent = num(value, 3);
      return span;
    }));
    find(".theta").setAttribute("aria-label", `${words.theta}: ${own.theta.map((value) => num(value, 3)).join(", ")}`);
  };
  const paintAll = () => { paintOut(); look(); };

  // --- the account: numbers of this program alone go in as HTML, every word as text
  const write = (name, html, className = "") => {
    const line = document.createElement("div");
    line.className = className;
    if (name) {
      const label = document.createElement("span");
      label.className = "name";
      label.textContent = name;
      line.append(label);
    }
    if (html) {
      const rest = document.createElement("span");
      rest.innerHTML = html;
      line.append(rest);
    }
    return line;
  };
  const X = (value) => `<b class="x">${num(value)}</b>`, Y = (value) => `<b class="y">${inner(value)}</b>`;
  const W = (value) => `<b class="w">${num(value)}</b>`;
  const explain = () => {
    const [row, column] = own.shown, t = own.theta, a = locate(meta, t, row, column, one);
    const value = valueAt(meta, image, a, meta.plane), lines = [];
    const title = write("", "", "title"), bold = document.createElement("b");
    title.append(fill(words.value, { row, column }) + ": ");
    bold.className = "y";
    bold.textContent = num(value);
    title.append(bold);
    lines.push(title);
    const aim = (i, count) => count === 1 ? "0" : meta.alignGrid ? `2·${i}/${count - 1} − 1` : `(2·${i} + 1)/${count} − 1`;
    lines.push(write(words.target, `x = ${aim(column, w)} = <b class="y">${num(a.x)}</b>, &ensp;y = ${aim(row, h)} = <b class="y">${num(a.y)}</b>`));
    const turn = (k, result, mark) => `${mark} = ${W(t[k])}·${Y(a.x)} + <b class="w">${inner(t[k + 1])}</b>·${Y(a.y)}` +
      `<b class="w">${plus(t[k + 2])}</b> = ${X(result)}`;
    lines.push(write(words.source, `${turn(0, a.u, "x′")}<br>${turn(3, a.v, "y′")}`));
    const pixel = (x, count) => meta.alignSample ? `(${X(x)} + 1)/2·${count - 1}` : `((${X(x)} + 1)·${count} − 1)/2`;
    lines.push(write(words.pixels, `${pixel(a.u, wide)} = <b class="x">${num(a.column)}</b> <i></i><br>${pixel(a.v, high)} = <b class="x">${num(a.row)}</b> <i></i>`));
    const names = lines.at(-1).querySelectorAll("i");
    names[0].textContent = words.column;
    names[1].textContent = words.row;
    if (Math.abs(a.inRow - a.row) > TIE || Math.abs(a.inColumn - a.column) > TIE)
      lines.push(write(words[meta.padding], `<b class="x">${num(a.inColumn)}</b>, <b class="x">${num(a.inRow)}</b>`));
    if (tied(meta, a)) lines.push(write(words.tie));
    told.replaceChildren(...lines);
    neighbours(a, value);
    if (sum.clientHeight > own.tallest) own.tallest = sum.clientHeight;
    sum.style.minHeight = own.tallest + "px";
  };
  const neighbours = (a, value) => {
    const { rows, columns } = a, n = meta.reach, table = document.createElement("table"), products = [];
    const cell = (tag, parent, html, className = "") => {
      const made = parent.appendChild(document.createElement(tag));
      made.innerHTML = html;
      made.className = className;
      return made;
    };
    if (n > 1) {
      const head = table.createTHead().insertRow();
      cell("td", head, "").style.cssText = "border: 0; background: none";
      for (let j = 0; j < n; j++) cell("th", head, `<b class="w">${num(columns.weight[j])}</b>`).scope = "col";
    }
    const body = table.createTBody();
    for (let i = 0; i < n; i++) {
      const line = body.insertRow();
      if (n > 1) cell("th", line, `<b class="w">${num(rows.weight[i])}</b>`).scope = "row";
      for (let j = 0; j < n; j++) {
        const outside = rows.read[i] < 0 || columns.read[j] < 0, weight = rows.weight[i] * columns.weight[j];
        const pixel = outside ? 0 : image[(meta.plane * high + rows.read[i]) * wide + columns.read[j]];
        const moved = rows.read[i] !== rows.asked[i] || columns.read[j] !== columns.asked[j];
        const at = `(${num(rows.asked[i])}, ${num(columns.asked[j])})` +
          (moved && !outside ? ` → (${rows.read[i]}, ${columns.read[j]})` : "");
        const made = cell("td", line, `<span class="at">${at}</span>`, outside || moved ? "out" : "");
        if (outside) made.append(words.zero);
        else made.insertAdjacentHTML("beforeend", n > 1 ? `<b class="x">${num(pixel, 3)}</b>·<b class="w">${inner(weight, n > 2 ? 3 : 4)}</b>`
          : `<b class="x">${num(pixel)}</b>`);
        if (n > 2) made.style.minWidth = "0";
        products.push(pixel * weight);
      }
    }
    const title = write(n > 1 ? fill(words.around, { count: n * n }) : words.nearest);
    tapsBox.className = n > 2 ? "taps many" : "taps";
    const parts = products.filter((each) => n < 4 || Number(each.toFixed(4)) !== 0);
    const added = parts.map((each, i) => i ? plus(each) : num(each)).join("") || "0";
    tapsBox.replaceChildren(title, table, write("", `${n > 1 ? added + " = " : ""}<b class="y">${num(value)}</b>`, "total"));
  };

  // --- which output pixel is told: the pointer's, else the keyboard's, else the pinned one
  const inside = (at) => at ? [clamp(at[0], 0, h - 1), clamp(at[1], 0, w - 1)] : null;
  const put = (mark, at) => {
    mark.style.opacity = at ? 1 : 0; // not display: the cell must stay for screen readers
    if (!at) return;
    mark.style.width = own.cell + 4 + "px";
    mark.style.height = own.cell + 4 + "px";
    mark.style.transform = `translate(${at[1] * own.cell - 2}px, ${at[0] * own.cell - 2}px)`;
  };
  const look = () => {
    const focused = map.matches(":focus-visible");
    own.shown = own.hover ?? (focused ? own.at : own.selected);
    put(cursor, own.hover ?? (focused ? own.at : null));
    put(chosenMark, own.selected);
    const [row, column] = own.at;
    cursor.setAttribute("aria-rowindex", row + 1);
    cursor.setAttribute("aria-colindex", column + 1);
    cursor.setAttribute("aria-selected", String(sameList(own.at, own.selected)));
    cursor.setAttribute("aria-label", `${fill(words.place, { row, column })} · ${num(out[(meta.plane * h + row) * w + column])}`);
    paintBox();
    explain();
  };
  const pick = (at) => {
    own.at = own.selected = at;
    pend(own.pin, at);
    look();
    setTriggerValue("pick", { pin: at });
  };
  const under = (event) => {
    const frame = canvas.getBoundingClientRect();
    return [clamp(Math.floor((event.clientY - frame.top) / frame.height * h), 0, h - 1),
      clamp(Math.floor((event.clientX - frame.left) / frame.width * w), 0, w - 1)];
  };
  map.onpointermove = (event) => {
    const at = under(event);
    if (own.hover && own.hover[0] === at[0] && own.hover[1] === at[1]) return;
    own.hover = at;
    sum.setAttribute("aria-live", "off");
    look();
  };
  map.onpointerleave = () => { own.hover = null; look(); };
  map.onfocus = map.onblur = () => look();
  map.onclick = (event) => pick(under(event));
  map.onkeydown = (event) => {
    const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0],
      Home: [0, -w], End: [0, w], PageUp: [-h, 0], PageDown: [h, 0] };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    own.hover = null;
    if (event.key === "Enter" || event.key === " ") pick(own.at);
    else if (event.key in moves) {
      own.at = inside([own.at[0] + moves[event.key][0], own.at[1] + moves[event.key][1]]);
      look();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  // --- dragging: one warp a frame, and one message when it ends
  const tidy = (theta) => theta.map((value) => clamp(Number(value.toFixed(meta.places)), -meta.limit, meta.limit) || 0);
  const change = (theta) => {
    own.theta = tidy(theta);
    check.textContent = words.waiting;
    delete check.dataset.difference;
  };
  const commit = () => {
    clearTimeout(own.wait);
    own.wait = null;
    if (sameList(own.theta, own.sent)) { compare(); return; }
    own.sent = own.theta;
    pend(own.box, own.theta);
    setTriggerValue("pick", { theta: own.theta });
  };
  own.commit = commit;
  const coordinates = (event) => {
    const frame = stage.getBoundingClientRect();
    const x = clamp(event.clientX - frame.left, 0, own.side), y = clamp(event.clientY - frame.top, 0, own.side);
    return [coordinate(x / own.scale + own.view.left, wide, meta.alignSample), coordinate(y / own.scale + own.view.top, high, meta.alignSample)];
  };
  const within = ([x, y]) => {
    const t = own.theta, det = t[0] * t[4] - t[1] * t[3], dx = x - t[2], dy = y - t[5];
    return Math.abs(det) > 1e-9 && Math.abs(t[4] * dx - t[1] * dy) <= Math.abs(det) && Math.abs(t[0] * dy - t[3] * dx) <= Math.abs(det);
  };
  own.step = () => {
    own.frame = null;
    if (!own.drag) return;
    const { k, grab, start } = own.drag, [x, y] = own.aim;
    change(dragged(own.tool, start, k, [x - grab[0], y - grab[1]]));
    paintAll();
  };
  own.finish = (cancelled) => {
    if (!own.drag) return;
    if (own.frame) { cancelAnimationFrame(own.frame); own.step(); }
    if (cancelled) change(own.drag.start);
    own.drag = null;
    stage.classList.remove("held");
    handles.forEach((handle) => handle.classList.remove("held"));
    paintAll();
    commit();
  };
  stage.onpointerdown = (event) => {
    const handle = event.target.closest(".handle"), at = coordinates(event);
    if (event.button !== 0 || (!handle && (event.pointerType === "touch" || !within(at)))) return;
    const k = handle ? Number(handle.dataset.corner) : 4;
    const from = k === 4 ? [own.theta[2], own.theta[5]] : cornerOf(own.theta, CORNERS[k]);
    // A corner out of sight is drawn at the edge, and jumps to the pointer.
    const held = handle && point(from).some((value) => value < 8 || value > own.side - 8);
    own.drag = { k, start: own.theta, grab: held ? [0, 0] : [at[0] - from[0], at[1] - from[1]] };
    own.hover = null;
    stage.setPointerCapture(event.pointerId);
    stage.classList.add("held");
    handle?.classList.add("held");
    handle?.focus({ focusVisible: false });
    event.preventDefault();
  };
  stage.onpointermove = (event) => {
    if (!own.drag) { stage.style.cursor = !event.target.closest(".handle") && within(coordinates(event)) ? "move" : ""; return; }
    own.aim = coordinates(event);
    own.frame ??= requestAnimationFrame(() => own.step());
  };
  stage.onpointerup = () => own.finish(false);
  stage.onpointercancel = () => own.finish(true);
  handles.forEach((handle, k) => {
    handle.setAttribute("aria-roledescription", words.movable);
    handle.onkeydown = (event) => {
      if (event.key === "Escape" && own.drag) { own.finish(true); event.stopPropagation(); return; }
      const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
      if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in moves)) return;
      const step = event.shiftKey ? 0.01 : 0.05, [right, down] = moves[event.key];
      const [x, y] = k === 4 ? [own.theta[2], own.theta[5]] : cornerOf(own.theta, CORNERS[k]);
      change(dragged(own.tool, own.theta, k, [x + step * right, y + step * down]));
      paintAll();
      clearTimeout(own.wait);
      own.wait = setTimeout(() => own.commit(), 700);
      event.preventDefault();
      event.stopPropagation();
    };
    handle.onkeyup = () => {
      if (!own.wait) return;
      clearTimeout(own.wait);
      own.wait = setTimeout(() => own.commit(), 350);
    };
    handle.onblur = () => { if (own.wait) commit(); };
  });
  tools.forEach((tool) => {
    tool.checked = tool.value === own.tool;
    tool.nextElementSibling.textContent = words[tool.value];
    tool.onchange = () => { own.tool = tool.value; };
    tool.onkeydown = (event) => event.stopPropagation();
  });

  // --- how far this drawing and Python's agree
  const compare = () => {
    if (!sameList(own.theta, meta.theta)) return;
    let most = 0, ties = 0;
    for (let row = 0, at = 0; row < h; row++) for (let column = 0; column < w; column++, at++) {
      if (tied(meta, locate(meta, own.theta, row, column, each))) { ties++; continue; }
      for (let c = 0; c < meta.channels; c++) most = Math.max(most, Math.abs(out[c * h * w + at] - python[c * h * w + at]));
    }
    const difference = most === 0 ? "0" : most.toExponential(0);
    check.textContent = fill(ties ? words.ties : words.agree, { name: meta.name, difference, count: ties });
    check.dataset.difference = most;
  };

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
  if (!own.drag && !own.wait) own.theta = own.sent = chosen(own.box, meta.theta, sameList);
  own.box.choose = (theta) => { own.theta = own.sent = theta; lookAround(); paintBase(); paintAll(); compare(); };
  own.selected = inside(chosen(own.pin, meta.selected, sameList));
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
