import { inksOf } from "./canvas.js";
import { clamp, fill, finder, follow, memory, unpack } from "./shared.js";

const RISE = 58, SKY = 26, FOOT = 16;

/** Rows with the middle of each dot in the input's own coordinates: a unit stands over the middle of what it sees. */
function stack(heads, arrays) {
  const rows = [];
  heads.forEach((head, level) => {
    const taps = arrays[level], each = head.count ? taps.length / head.count : 0, below = rows[level - 1];
    const middles = new Float64Array(head.count);
    for (let i = 0; i < head.count; i++) {
      if (!each) { middles[i] = head.first + i; continue; }
      let least = Infinity, most = -Infinity;
      for (let t = i * each; t < (i + 1) * each; t++) {
        const middle = below.middles[taps[t] - below.first];
        least = Math.min(least, middle);
        most = Math.max(most, middle);
      }
      middles[i] = (least + most) / 2;
    }
    rows.push({ ...head, taps, each, middles });
  });
  return rows;
}

/** For each row the units that one unit sees, and those that see it; it is in both. */
function cone(rows, [level, place]) {
  const sets = rows.map(() => new Set());
  sets[level].add(place);
  for (let below = level; below > 0; below--) {
    const { taps, each } = rows[below], first = rows[below - 1].first;
    for (const unit of sets[below]) for (let t = unit * each; t < (unit + 1) * each; t++) sets[below - 1].add(taps[t] - first);
  }
  for (let above = level + 1; above < rows.length; above++) {
    const { taps, each, count } = rows[above], first = rows[above - 1].first;
    for (let unit = 0; unit < count; unit++) for (let t = unit * each; t < (unit + 1) * each; t++)
      if (sets[above - 1].has(taps[t] - first)) { sets[above].add(unit); break; }
  }
  return sets;
}

export default function ({ data, parentElement, setTriggerValue }) {
  if (!data) return;
  const find = finder(parentElement), inks = inksOf(find(".root"));
  const [frame, canvas, dot, readout] = [".rows", "canvas", ".dot", ".readout"].map(find);
  const own = memory(parentElement), [meta, arrays] = unpack(data), { words } = meta;
  const rows = stack(meta.rows, arrays), top = rows.length - 1;
  let least = Infinity, most = -Infinity;
  for (const { middles } of rows) for (const middle of middles) {
    least = Math.min(least, middle);
    most = Math.max(most, middle);
  }
  frame.setAttribute("aria-label", words.label);
  frame.setAttribute("aria-rowcount", rows.length);
  const middle = (level) => Math.floor((rows[level].count - 1) / 2);
  const valid = (at) => at && at[0] <= top && at[1] < rows[at[0]].count;
  const shape = JSON.stringify(meta.rows);
  if (own.shape !== shape || !valid(own.pinned)) own.pinned = own.at = [top, middle(top)];
  own.shape = shape;

  const height = SKY + RISE * top + FOOT + 8;
  const y = (level) => SKY + RISE * (top - level) + 8;
  const x = (place) => own.left + (place - least) * own.step;
  const padding = ({ first, size }, unit) => first + unit < 0 || first + unit >= size;

  const base = document.createElement("canvas");
  const fresh = (target) => {
    const ratio = devicePixelRatio;
    target.width = Math.round(own.width * ratio);
    target.height = Math.round(height * ratio);
    const context = target.getContext("2d");
    context.scale(ratio, ratio);
    return context;
  };
  const lines = (context, level, units) => {
    const { taps, each, middles } = rows[level], below = rows[level - 1];
    context.beginPath();
    for (const unit of units) for (let t = unit * each; t < (unit + 1) * each; t++) {
      context.moveTo(x(middles[unit]), y(level));
      context.lineTo(x(below.middles[taps[t] - below.first]), y(level - 1));
    }
    context.stroke();
  };
  const circle = (context, level, unit, colour, radius = own.radius) => {
    context.beginPath();
    context.arc(x(rows[level].middles[unit]), y(level), radius, 0, 2 * Math.PI);
    context.lineWidth = 1.5;
    context.strokeStyle = colour;
    context.fillStyle = padding(rows[level], unit) ? inks.paper : colour;
    context.fill();
    context.stroke();
  };
  const drawBase = () => {
    const context = fresh(base);
    context.strokeStyle = inks.faint;
    context.lineWidth = 1;
    rows.forEach(({ count }, level) => { if (level) lines(context, level, Array(count).keys()); });
    rows.forEach(({ count }, level) => { for (let unit = 0; unit < count; unit++) circle(context, level, unit, inks.edge); });
  };
  const look = (at) => {
    const sets = cone(rows, at), context = fresh(canvas), [level, place] = at;
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(base, 0, 0);
    context.restore();
    for (let l = 1; l <= top; l++) {
      context.lineWidth = 1.5;
      if (l <= level) { // downwards: all that the chosen units read
        context.strokeStyle = inks.kernel;
        lines(context, l, sets[l]);
      } else { // upwards: only the links that lead to the chosen one
        context.strokeStyle = inks.input;
        const { taps, each, middles } = rows[l], below = rows[l - 1];
        context.beginPath();
        for (const unit of sets[l]) for (let t = unit * each; t < (unit + 1) * each; t++) {
          if (!sets[l - 1].has(taps[t] - below.first)) continue;
          context.moveTo(x(middles[unit]), y(l));
          context.lineTo(x(below.middles[taps[t] - below.first]), y(l - 1));
        }
        context.stroke();
      }
    }
    sets.forEach((set, l) => {
      for (const unit of set) circle(context, l, unit, l === level ? inks.output : l < level ? inks.kernel : inks.input,
        own.radius + (l === level ? 1.5 : 0.5));
    });
    context.font = `13px ${getComputedStyle(frame).fontFamily}`;
    context.fillStyle = getComputedStyle(frame).color;
    context.textBaseline = "middle";
    rows.forEach(({ name }, l) => context.fillText(name, 0, y(l)));
    const text = describe(sets, at);
    readout.textContent = text;
    dot.setAttribute("aria-label", text);
    dot.setAttribute("aria-rowindex", top - level + 1);
    dot.setAttribute("aria-colindex", place + 1);
    const side = 2 * own.radius + 10, middles = rows[level].middles;
    Object.assign(dot.style, { opacity: 1, width: side + "px", height: side + "px",
      transform: `translate(${x(middles[place]) - side / 2}px, ${y(level) - side / 2}px)` });
  };
  const describe = (sets, [level, place]) => {
    const row = rows[level], index = row.first + place;
    const parts = [fill(padding(row, place) ? words.padding : words.unit, { name: row.name, index })];
    if (level) {
      const seen = [...sets[0]].map((unit) => rows[0].first + unit).sort((a, b) => a - b);
      const first = seen[0], last = seen.at(-1), span = last - first + 1;
      parts.push(fill(words.reads, { count: row.each }), fill(words.sees, { first, last, span }));
      if (span > seen.length) parts.push(fill(words.skips, { count: span - seen.length }));
    }
    for (let l = level + 1; l <= top; l++) parts.push(fill(words.reaches, { count: sets[l].size, name: rows[l].name }));
    return parts.join(" · ");
  };

  const under = (event) => {
    const box = canvas.getBoundingClientRect();
    const level = clamp(Math.round(top - (event.clientY - box.top - SKY - 8) / RISE), 0, top);
    const place = (event.clientX - box.left - own.left) / own.step + least;
    let best = 0;
    rows[level].middles.forEach((value, unit, middles) => {
      if (Math.abs(value - place) < Math.abs(middles[best] - place)) best = unit;
    });
    return [level, best];
  };
  frame.onpointermove = (event) => {
    readout.setAttribute("aria-live", "off");
    const at = under(event);
    if (own.hovered?.join() !== at.join()) look(own.hovered = at);
  };
  frame.onpointerleave = () => { own.hovered = null; look(own.pinned); };
  frame.onclick = (event) => { own.pinned = own.at = under(event); look(own.pinned); };
  frame.onkeydown = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    let [level, place] = own.at;
    const across = rows[level].middles[place];
    if (event.key === "ArrowLeft") place--;
    else if (event.key === "ArrowRight") place++;
    else if (event.key === "Home") place = 0;
    else if (event.key === "End") place = rows[level].count - 1;
    else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      level = clamp(level + (event.key === "ArrowUp" ? 1 : -1), 0, top);
      const { middles } = rows[level];
      place = middles.reduce((best, value, unit) =>
        Math.abs(value - across) < Math.abs(middles[best] - across) ? unit : best, 0);
    } else return;
    event.preventDefault();
    event.stopPropagation();
    own.at = own.pinned = [level, clamp(place, 0, rows[level].count - 1)];
    readout.setAttribute("aria-live", "polite");
    look(own.at);
  };

  return follow(frame, () => {
    const measure = canvas.getContext("2d");
    measure.font = `13px ${getComputedStyle(frame).fontFamily}`;
    const names = Math.max(...rows.map(({ name }) => measure.measureText(name).width));
    own.left = Math.min(names + 24, own.width * 0.45);
    own.step = Math.max(0.5, (own.width - own.left - 16) / Math.max(1, most - least));
    own.step = Math.min(own.step, 44);
    own.radius = clamp(own.step * 0.32, 1.5, 8);
    Object.assign(canvas.style, { width: own.width + "px", height: height + "px" });
    frame.style.height = height + "px";
    drawBase();
    look(own.hovered ?? own.pinned);
  }, own);
}
