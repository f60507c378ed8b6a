// A map of a network: moved by dragging and two fingers, zoomed by wheel and pinch, walked over by the arrow keys.

import { fitCanvas, inksOf } from "./canvas.js";
import { onKeys } from "./grid.js";
import { boxAt, drawScene, huesOf } from "./network_map_drawing.js";
import { save } from "./network_map_files.js";
import { layOut } from "./network_map_layout.js";
import { askFor, heatFromPython, limitsOf, shareOf } from "./network_map_measures.js";
import { approach, goToItem, suit } from "./network_map_near.js";
import { canvasPen } from "./network_map_pens.js";
import { photoOn } from "./network_map_photo.js";
import { pointAt } from "./network_map_pointer.js";
import { drawLit, lead } from "./network_map_tour.js";
import { cellSize, channelsOf, modelOf, openAtFirst, shownFor } from "./network_map_tree.js";
import { boxOf, fit, isReadable, keepIn, refill } from "./network_map_view.js";
import { describe, hearing, lookedFor, speak, wordsOf } from "./network_map_words.js";
import { finder, follow, gradient, memory, whole, clamp } from "./shared.js";

const UPRIGHT = 1.6, MINI = 120, AT_FIRST = 26;

/** Read what Python sent; another network begins anew, one of other numbers alone stays as it is looked at. */
function takeIn(own, meta, arrays, root) {
  const shape = JSON.stringify([meta.nodes, meta.items, [...arrays[0]]]), model = modelOf(meta, arrays);
  own.meta = meta;
  // A photo is drawn in its place.
  if (meta.photo) for (const node of model.byNode) if (node.kind === "input") node.channels = channelsOf(node.side);
  own.inks = inksOf(root);
  own.hues = huesOf(own.inks);
  own.font = getComputedStyle(root).fontFamily;
  if (shape !== own.shape) {
    Object.assign(own, { shape, model, selected: null, told: undefined, scene: null,
      view: null, found: null, sizes: meta.nodes.map(([, , , size]) => size) });
    own.measure ??= -1;
  } else for (const items of ["byNode", "blocks"])
    own.model[items].forEach((item, at) => { item.values = model[items][at].values; });
  own.limits = meta.measures.map((name, at) => limitsOf(name, at, own.model));
  own.share = (item) => shareOf(meta.measures[own.measure], item.values[own.measure], own.limits[own.measure]);
  heatFromPython(own);
  own.wordsOf = (item) => wordsOf(item, own);
}

/** Whether the flow goes down: where the window is no wide one. */
const isUpright = ({ width, height }) => width < UPRIGHT * height;

/** Lay the map out anew, so that `anchor` stays where it is on the screen. */
function arrange(own, anchor) {
  const down = isUpright(own), before = anchor && boxOf(own, anchor);
  own.scene = layOut(own.model, own.open, cellSize(down), down);
  own.boxes = new Map(own.scene.boxes.map((box) => [box.item, box]));
  own.mini = null;
  const after = before && boxOf(own, anchor);
  if (!after || !own.view) return;
  own.view.x += after.x + after.width / 2 - before.x - before.width / 2;
  own.view.y += after.y + after.height / 2 - before.y - before.height / 2;
}

/** Choose an item: its lines are lit and it is described. */
function select(own, item) {
  own.selected = item;
  own.lit = null;
  if (!item) return;
  own.lit = new Set(own.model.before[item.first]);
  for (let node = item.first; node <= item.last; node++) {
    for (const source of own.model.before[node]) if (source < item.first) own.lit.add(source);
    if (own.model.after[node].some((target) => target > item.last)) own.lit.add(node);
  }
}

/** Open so many blocks that the whole map can be read in the window; where it could not anyway, the usual number. */
function openToFit(own) {
  const begin = (open) => { own.open = open; arrange(own); };
  for (let most = AT_FIRST, last = null; most > 0; most--) {
    const open = openAtFirst(own.model, most), name = [...open].join();
    // Fewer at most are often the very same.
    if (name === last) continue;
    last = name;
    begin(open);
    if (isReadable(own)) return;
  }
  begin(openAtFirst(own.model, AT_FIRST));
}

/** The blocks that are open at first, as `openToFit` opens them. */
function openedFirst(own) {
  const kept = own.open;
  openToFit(own);
  const first = own.open;
  own.open = kept;
  arrange(own);
  return first;
}

/** Open or close a block. */
function toggle(own, block) {
  if (!own.open.delete(block.id)) own.open.add(block.id);
  if (own.selected && !own.boxes.has(own.selected)) select(own, null);
  arrange(own, block);
}

/** Open what is closed around an item. */
function reveal(own, item) {
  const closed = [];
  for (let at = item.parent; at; at = at.parent) if (!own.open.has(at.id)) closed.push(at.id);
  if (!closed.length) return;
  closed.forEach((id) => own.open.add(id));
  arrange(own, item);
}

function drawMini(find, own) {
  const { scene, view } = own, [mini, canvas, mark] = [".mini", ".mini canvas", ".mini i"].map(find);
  const scale = Math.min(Math.max(MINI, own.width / 3) / scene.width, MINI / scene.height);
  const inside = view.x < 1 && view.y < 1 && view.x + view.width / view.scale > scene.width - 1
    && view.y + view.height / view.scale > scene.height - 1;
  mini.hidden = inside;
  if (inside) return;
  if (!own.mini) {
    const width = Math.max(8, scene.width * scale), height = Math.max(8, scene.height * scale);
    fitCanvas(canvas, width, height, own.ratio);
    own.mini = { scale };
    drawScene(canvasPen(canvas, own.ratio, own.font, { x: 0, y: 0, scale }), scene,
      { x: 0, y: 0, scale, width, height }, { ...own, selected: null, lit: null });
  }
  const part = (from, size, most) => [clamp(from, 0, most), clamp(from + size, 0, most)];
  const [left, right] = part(view.x, view.width / view.scale, scene.width);
  const [top, bottom] = part(view.y, view.height / view.scale, scene.height);
  Object.assign(mark.style, { left: left * scale + "px", top: top * scale + "px",
    width: Math.max(4, (right - left) * scale) + "px", height: Math.max(4, (bottom - top) * scale) + "px" });
}

/** Paint at the next frame, once however often it is asked for. */
function painter(find, own) {
  const canvas = find(".map");
  own.paintNow = () => {
    own.asked = null;
    if (!own.scene) return;
    keepIn(own);
    const context = canvas.getContext("2d");
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    const pen = canvasPen(canvas, own.ratio, own.font, own.view);
    own.onPhoto?.before();
    drawScene(pen, own.scene, own.view, own);
    own.onPhoto?.after(pen);
    drawLit(pen, own);
    drawMini(find, own);
  };
  return () => { own.asked ??= requestAnimationFrame(own.paintNow); };
}

/** Where an arrow key leads from an item: along the flow to what it gives to or reads, across to its neighbours. */
function neighbour(own, item, key) {
  const { down } = own.scene, forth = down ? "ArrowDown" : "ArrowRight", back = down ? "ArrowUp" : "ArrowLeft";
  const { model, open } = own, way = key === forth ? model.after : key === back ? model.before : null;
  if (way) {
    for (let node = key === forth ? item.last : item.first; node >= item.first && node <= item.last;
      node += key === forth ? -1 : 1) {
      const outside = way[node].filter((other) => other < item.first || other > item.last);
      if (outside.length) return shownFor(model.byNode[outside[0]], open);
    }
    return item;
  }
  const here = boxOf(own, item), less = key === "ArrowUp" || key === "ArrowLeft" ? -1 : 1;
  const [flow, cross] = down ? ["y", "x"] : ["x", "y"];
  let best = item, least = Infinity;
  for (const box of own.scene.boxes) {
    const step = (box[cross] - here[cross]) * less, off = Math.abs(box[flow] - here[flow]);
    if (box.open || step <= 1 || off > 200 || step + 2 * off >= least) continue;
    [best, least] = [box.item, step + 2 * off];
  }
  return best;
}

export default function ({ data, parentElement, setTriggerValue }) {
  if (!data) return undefined;
  return whole(data, (meta, arrays) => drawMap(meta, arrays, parentElement, setTriggerValue));
}

function drawMap(meta, arrays, parentElement, setTriggerValue) {
  const find = finder(parentElement), own = memory(parentElement);
  const [stage, canvas, readout, measure, input] = [".stage", ".map", ".readout", ".measure", ".find"].map(find);
  takeIn(own, meta, arrays, find(".root"));
  const { words } = own.meta, paint = own.paint = painter(find, own);
  speak(find, own, gradient("positive"));
  find(".foot").classList.toggle("long", Boolean(meta.photo));

  const settle = () => {
    const item = own.hover ?? own.selected, more = own.onPhoto?.lines(item);
    const lines = Array.isArray(more) ? more : [...describe(own, item), ...more ? [more] : []];
    readout.replaceChildren(...lines.map((text) => {
      const line = document.createElement("div");
      line.textContent = text;
      return line;
    }));
    paint();
  };
  own.onPhoto = photoOn(find, own, { settle, select: (item) => select(own, item), send: setTriggerValue });
  const look = (item, pick) => {
    select(own, item);
    if (item) goToItem(own, item);
    readout.setAttribute("aria-live", "polite");
    settle();
    if (pick && item && item.node !== undefined && own.model.byNode[item.node].family !== "input")
      setTriggerValue("pick", item.name);
  };
  const press = (item, point) => {
    if (point && own.onPhoto?.presses(item, point)) return undefined;
    if (!item) return look(null);
    if (!item.items) return look(item, true);
    toggle(own, item);
    return look(own.boxes.has(item) ? item : null);
  };
  const zoom = (factor, at) => approach(own, factor, (block) => toggle(own, block), at);
  pointAt(stage, find(".mini"), own, { paint, settle, press, zoom,
    under: (point) => boxAt(own.scene, own.view, point)?.item ?? null });
  const change = (act) => () => { act(); paint(); };
  const measured = () => askFor(own, (name) => setTriggerValue("ask", name));
  const all = (open) => () => {
    own.open = new Set(open ? own.model.blocks.map(({ id }) => id) : []);
    if (own.selected) select(own, shownFor(own.selected, own.open));
    arrange(own);
    fit(own, true);
    settle();
  };
  find(".fit").onclick = change(() => fit(own, true));
  find(".in").onclick = change(() => zoom(1.4));
  find(".out").onclick = change(() => zoom(1 / 1.4));
  find(".open").onclick = all(true);
  find(".close").onclick = all(false);
  find(".svg").onclick = () => save(own, "svg");
  find(".png").onclick = () => save(own, "png");
  measure.onchange = () => {
    own.measure = Number(measure.value);
    own.mini = null;
    measured();
    speak(find, own, gradient("positive"));
    settle();
  };
  input.oninput = () => {
    own.found = lookedFor(own, input.value);
    own.turn = -1;
    readout.setAttribute("aria-live", "polite");
    settle();
    if (own.found) readout.textContent = hearing(words.found, own.found.size);
  };
  onKeys(input, (key) => {
    if (key === "Escape" && input.value) { input.value = ""; input.oninput(); return true; }
    if (key !== "Enter" || !own.found?.size) return false;
    own.turn = (own.turn + 1) % own.found.size;
    const item = [...own.found][own.turn];
    reveal(own, item);
    suit(own, boxOf(own, item));
    look(item);
    return true;
  });
  onKeys(stage, (key) => {
    const now = own.selected ?? own.scene.boxes[0].item;
    if (own.onPhoto?.hears(key)) return true;
    if (key === "+" || key === "-") zoom(key === "+" ? 1.4 : 1 / 1.4);
    else if (key === "0") fit(own, true);
    else if (key === "/") input.focus();
    else if (key === "Enter" || key === " ") press(now);
    else if (key === "Escape" && own.selected) look(own.selected.parent);
    else if (key === "Home" || key === "End") look(shownFor(own.model.byNode.at(key === "Home" ? 0 : -1), own.open));
    else if (key.startsWith("Arrow")) look(own.selected ? neighbour(own, now, key) : now);
    else return false;
    paint();
    return true;
  });
  const standing = lead(find, own, { first: () => openedFirst(own), arrange, choose: (item) => select(own, item),
    settle: () => { speak(find, own, gradient("positive")); settle(); }, measured,
    change: (step) => setTriggerValue("step", step) });
  stage.onfocus = () => { if (!own.selected && stage.matches(":focus-visible")) look(own.scene.boxes[0].item); };
  if (own.told !== own.meta.selected) {
    own.told = own.meta.selected;
    own.wanted = own.told === null ? null : own.model.byNode[own.told];
  }
  return follow(stage, () => {
    own.height = stage.clientHeight;
    const turned = own.scene && own.scene.down !== isUpright(own);
    fitCanvas(canvas, own.width, own.height, own.ratio);
    if (!own.scene) openToFit(own);
    else if (turned) arrange(own);
    if (turned) own.view = null;
    if (own.view) refill(own);
    else fit(own, false);
    own.mini = null;
    if (own.wanted && own.wanted !== own.selected) {
      reveal(own, own.wanted);
      select(own, own.wanted);
      goToItem(own, own.wanted);
    }
    own.wanted = null;
    standing(turned);
    settle();
  }, own);
}
