import { inksOf } from "./canvas.js";
import { OUT, dragCloud, samePlace } from "./cloud_dragging.js";
import { brief } from "./cloud_drawing.js";
import { lossAt } from "./cloud_numbers.js";
import { SLIDERS, panelling } from "./cloud_panels.js";
import { player } from "./player.js";
import { chosen, clamp, fill, finder, follow, memory, pend, unpack } from "./shared.js";

const BETWEEN = 14, ABREAST = 860, WIDEST = 260, A_SECOND = 15, NEAR = 12;

export default function ({ data, parentElement, setTriggerValue }) {
  if (!data) return;
  const find = finder(parentElement), root = find(".root"), own = memory(parentElement);
  const [meta, arrays] = unpack(data), [, labels] = arrays, { words, limits, steps } = meta;
  const [button, slider] = [".play", ".steps"].map(find);
  const panels = [...parentElement.querySelectorAll(".way")].map((way) => {
    const part = (name) => way.querySelector(name);
    return { points: part(".points"), stage: part(".stage"), name: part(".name"), matrix: part(".matrix"),
      axes: part(".axes"), changes: part(".changes"), slope: part(".slope"), valley: part(".slope canvas"),
      loss: part(".loss") };
  });
  const names = words.ways.split("|");
  const send = (name, value) => {
    pend(own[`${name}Kept`], value);
    setTriggerValue("pick", { [name]: value });
  };
  // What is being dragged, or was let go a moment ago, is newer than what Python sends.
  const take = (name, same) => {
    const kept = own[`${name}Kept`] ??= {};
    if (name !== "cloud" || (!own.drag && !own.wait)) own[name] = chosen(kept, meta[name], same);
    kept.choose = (value) => { own[name] = value; draw(); };
  };

  const { draw, paint, tell } = panelling(find, own, meta, arrays, panels);

  // --- the pointer: points, and places on the loss
  /** @returns {[number, number]} */
  const under = (event, panel) => {
    const box = panel.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const nearest = (i, [px, py]) => {
    const { points } = own.found[i];
    let best = null, least = NEAR * NEAR;
    for (let k = 0; k < labels.length; k++) {
      const [x, y] = own.frames[i].to([points[2 * k], points[2 * k + 1]]), gap = (x - px) ** 2 + (y - py) ** 2;
      if (gap < least) [best, least] = [k, gap];
    }
    return best;
  };
  const hover = (at) => {
    if (at === own.hover) return;
    own.hover = at;
    paint();
  };
  const pick = () => {
    if (own.dragged || own.hover === null) { own.dragged = false; return; }
    own.point = own.hover;
    send("point", own.point);
    paint();
  };
  panels.forEach((panel, i) => {
    panel.stage.onclick = pick;
    if (i > 0) {
      panel.stage.onpointermove = (event) => hover(nearest(i, under(event, panel.points)));
      panel.stage.onpointerleave = () => hover(null);
    }
    panel.slope.onpointermove = (event) => {
      const weights = own.slopes[i].from(under(event, panel.valley));
      own.valleyTold = fill(words.weights, { name: names[i], first: brief(weights[0]), second: brief(weights[1]),
        loss: brief(lossAt(own.found[i].valley, weights)) });
      tell();
    };
    panel.slope.onpointerleave = () => { own.valleyTold = null; tell(); };
  });
  own.pointAt = (to) => hover(to && nearest(0, own.frames[0].to(to)));
  dragCloud(panels[0].stage, own, { limits, draw,
    at: (event) => own.frames[0].from(under(event, panels[0].points)),
    within: ([px, py]) => {
      const { x, y } = own.cloud, { vector: [u, v], values } = own.found[0].axes, dx = px - x, dy = py - y;
      return (u * dx + v * dy) ** 2 / values[0] + (u * dy - v * dx) ** 2 / Math.max(1e-9, values[1]) < OUT * OUT;
    },
    send: (cloud) => { own.dragged = true; send("cloud", cloud); } });

  // --- sliders
  take("cloud", samePlace);
  take("point", (a, b) => a === b);
  if (!own.wait) own.sent = own.cloud;
  for (const [name, { of, at }] of Object.entries(SLIDERS)) {
    take(name, (a, b) => a === b);
    const input = find(`.${name} input`);
    find(`.${name} span`).textContent = words[name];
    [input.min, input.max] = limits[name].map(at);
    input.step = name === "rate" ? 0.01 : 1;
    input.value = at(own[name]);
    input.oninput = () => { own[name] = clamp(of(input.value), ...limits[name]); draw(); };
    input.onchange = () => send(name, own[name]);
  }
  own.inks = inksOf(root);
  own.font = getComputedStyle(root).fontFamily;
  own.hover ??= null;
  const asked = chosen(own, meta.at);
  if (!own.playing && asked !== own.asked) own.at = asked;
  own.asked = meta.at;
  const { look, stop } = player(own, [button, slider], words, { last: steps, end: steps, rate: A_SECOND,
    draw: () => { if (own.found && own.width > 0) paint(); }, send: (step) => setTriggerValue("pick", { at: step }) });
  find(".stepping span").textContent = words.steps;
  find(".tools").setAttribute("aria-label", words.tools);
  panels.forEach((panel, i) => { panel.name.textContent = names[i]; });

  const unfollow = follow(find(".ways"), () => {
    const abreast = own.width >= ABREAST;
    find(".ways").classList.toggle("abreast", abreast);
    own.side = Math.floor(Math.min(WIDEST, abreast ? (own.width - 4 * BETWEEN) / 5 : (own.width - BETWEEN) / 2));
    // All of it fits on a projector's first screenful.
    own.high = abreast ? Math.round(0.82 * own.side) : own.side;
    root.style.setProperty("--side", `${own.side}px`);
    root.style.setProperty("--high", `${own.high}px`);
    draw();
    look(own.at);
  }, own);
  return () => { unfollow(); if (!parentElement.isConnected) stop(); };
}
