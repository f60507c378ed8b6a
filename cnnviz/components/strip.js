// The layers of a network in a row: narrowed by typing, walked by the arrow keys, picked by a click.

import { onKeys } from "./grid.js";
import { chosen, fill, finder, memory, pend, whole } from "./shared.js";

const SVG = "http://www.w3.org/2000/svg";

function element(tag, className, text) {
  const out = document.createElement(tag);
  if (className) out.className = className;
  if (text !== undefined) out.textContent = text;
  return out;
}

/** A block as high and deep as the map is large, as wide as it has channels; logarithms keep all of them visible. */
function block(size, most) {
  const [channels, ...space] = size.length ? size : [1], side = Math.max(1, ...space);
  const share = (value, top) => Math.log2(1 + value) / Math.log2(1 + Math.max(top, 2));
  const h = 3 + 39 * share(side - 1, most.side), w = 3 + 45 * share(channels, most.channels), d = h * 0.4;
  const svg = document.createElementNS(SVG, "svg"), x = (84 - w - d) / 2, y = 62;
  svg.setAttribute("viewBox", "0 0 84 64");
  svg.setAttribute("aria-hidden", "true");
  const faces = {
    front: [[x, y], [x + w, y], [x + w, y - h], [x, y - h]],
    top: [[x, y - h], [x + w, y - h], [x + w + d, y - h - d], [x + d, y - h - d]],
    side: [[x + w, y], [x + w + d, y - d], [x + w + d, y - h - d], [x + w, y - h]],
  };
  for (const [name, points] of Object.entries(faces)) {
    const face = document.createElementNS(SVG, "polygon");
    face.setAttribute("class", name);
    face.setAttribute("points", points.map((point) => point.map((n) => n.toFixed(1)).join(",")).join(" "));
    svg.append(face);
  }
  return svg;
}

function build(row, layers) {
  const most = { side: 1, channels: 1 };
  for (const { size } of layers) {
    most.side = Math.max(most.side, ...size.slice(1));
    most.channels = Math.max(most.channels, size[0] ?? 1);
  }
  const options = new Map(), fragment = document.createDocumentFragment();
  let group = null, members = null;
  for (const layer of layers) {
    if (!group || group.dataset.name !== layer.group) {
      group = element("div", "group");
      group.dataset.name = layer.group;
      group.setAttribute("role", "group");
      group.setAttribute("aria-label", layer.group || layer.name);
      const title = element("span", "title", layer.group);
      title.setAttribute("aria-hidden", "true");
      members = element("div", "members");
      members.setAttribute("role", "presentation");
      group.append(title, members);
      fragment.append(group);
    }
    const option = element("div", "layer"), size = layer.size.join("×");
    option.setAttribute("role", "option");
    option.setAttribute("aria-label", `${layer.name}, ${layer.kind}, ${size}`);
    option.title = layer.name;
    option.dataset.name = layer.name;
    option.dataset.text = `${layer.name} · ${layer.kind} · ${size}`;
    option.dataset.search = `${layer.name} ${layer.kind} ${layer.family}`.toLowerCase();
    option.style.setProperty("--family", `var(--${layer.family})`);
    const short = layer.group ? layer.name.slice(layer.group.length + 1) : layer.name;
    option.append(block(layer.size, most), element("span", "kind", layer.kind), element("span", "name", short),
      element("span", "size", size));
    members.append(option);
    options.set(layer.name, option);
  }
  row.replaceChildren(fragment);
  return options;
}

export default function ({ data, parentElement, setTriggerValue }) {
  if (!data) return;
  return whole(data, (meta) => drawStrip(meta, parentElement, setTriggerValue));
}

function drawStrip(meta, parentElement, setTriggerValue) {
  const find = finder(parentElement);
  const [row, input, count, readout] = [".row", "input", ".count", ".readout"].map(find);
  const own = memory(parentElement), { layers, words } = meta;

  row.setAttribute("aria-label", meta.label);
  find(".find span").textContent = words.filter;
  input.placeholder = words.placeholder;
  const text = JSON.stringify(layers), fresh = text !== own.text;
  if (fresh) { // the same network keeps its boxes, and so the focus and the scroll
    own.text = text;
    own.options = build(row, layers);
    const used = new Set(layers.map((layer) => layer.family));
    find(".families").replaceChildren(...meta.families.filter((family) => used.has(family)).map((family) => {
      const item = element("span", "", words[family]);
      item.style.setProperty("--family", `var(--${family})`);
      return item;
    }));
  }
  const visible = () => [...own.options.values()].filter((option) => !option.hidden);
  const reveal = (option, smooth) => { // only inside the strip: the page must not move
    const box = option.getBoundingClientRect(), frame = row.getBoundingClientRect();
    if (box.left < frame.left + 40 || box.right > frame.right - 40)
      row.scrollTo({ left: row.scrollLeft + (box.left + box.right - frame.left - frame.right) / 2,
        behavior: smooth ? "smooth" : "instant" });
  };
  own.choose = (name) => {
    own.selected = name;
    let stop = own.options.get(name);
    for (const option of own.options.values()) {
      const is = option === stop ? "true" : "false";
      if (option.getAttribute("aria-selected") !== is) option.setAttribute("aria-selected", is);
      if (option.tabIndex !== -1 || !option.hasAttribute("tabindex")) option.tabIndex = -1;
    }
    if (!stop || stop.hidden) stop = visible()[0];
    if (stop) stop.tabIndex = 0;
    say();
  };
  const say = (option = own.options.get(own.selected)) => { readout.textContent = option?.dataset.text ?? ""; };
  const pick = (option) => {
    const name = option.dataset.name;
    option.focus({ preventScroll: true });
    if (name === own.selected) return;
    pend(own, name);
    setTriggerValue("pick", name);
    own.choose(name);
    reveal(option, false);
  };
  const narrow = () => {
    const terms = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const option of own.options.values()) {
      option.hidden = !terms.every((term) => option.dataset.search.includes(term));
      shown += Number(!option.hidden);
    }
    for (const group of row.children)
      group.hidden = [...group.querySelectorAll(".layer")].every((option) => option.hidden);
    count.textContent = shown ? fill(words.count, { shown, count: layers.length }) : words.none;
    own.choose(own.selected);
  };

  own.selected = chosen(own, meta.selected);
  narrow();
  const current = own.options.get(own.selected);
  if (current && (fresh || own.shown !== own.selected)) reveal(current, !fresh);
  own.shown = own.selected;

  input.oninput = narrow;
  input.onkeydown = (event) => { // Streamlit has single-letter shortcuts
    event.stopPropagation();
    if (event.key === "Enter" || event.key === "ArrowDown") visible()[0]?.focus();
    if (event.key === "Escape") { input.value = ""; narrow(); }
  };
  row.onclick = (event) => { const option = event.target.closest(".layer"); if (option) pick(option); };
  row.onpointerover = (event) => { const option = event.target.closest(".layer"); if (option) say(option); };
  row.onpointerleave = () => say();
  onKeys(row, (key, event) => {
    const list = visible(), at = list.indexOf(event.target.closest(".layer"));
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: list.length - 1, Enter: at, " ": at }[key];
    if (to === undefined) return false;
    if (list[to]) pick(list[to]);
    return true;
  });
}
