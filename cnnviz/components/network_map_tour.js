// A tour over a network map: the layers of a step are lit and the others dimmed, and the view goes to them. The step is
// written into the page's address here, without a run of the page.

import { drawSome } from "./network_map_drawing.js";
import { bodyIn } from "./network_map_tree.js";
import { boxOf, isNarrow } from "./network_map_view.js";
import { frameOf, travel } from "./network_map_way.js";
import { askedStep, cardOf, writeStep } from "./tour_card.js";

const CARD_GAP = 12;
const WORDY = 0.75; // the scale from which on a box holds the words beside its layer

/** The blocks that a step opens: those that are open at first, and around what is lit in part or seen by itself. */
function openFor(own, step, first) {
  const open = new Set(step.fold ? [] : first), lit = new Set(step.light), { byNode } = own.model;
  const whole = ({ first: from, last }) => {
    for (let node = from; node <= last; node++) if (!lit.has(node)) return false;
    return true;
  };
  for (const [places, isOpen] of [[step.light, (block) => !whole(block)], [step.open, () => true]])
    for (const place of places)
      for (let at = byNode[place].parent; at; at = at.parent) if (isOpen(at)) open.add(at.id);
  return open;
}

/** The box around the places of a step, as they are seen now. */
function boxAround(own, places) {
  const boxes = places.map((place) => boxOf(own, own.model.byNode[place]));
  const [x, y] = ["x", "y"].map((side) => Math.min(...boxes.map((box) => box[side])));
  return { x, y, width: Math.max(...boxes.map((box) => box.x + box.width)) - x,
    height: Math.max(...boxes.map((box) => box.y + box.height)) - y };
}

/** Light the layers of the step over a drawn map. */
export function drawLit(pen, own) {
  const { tour, scene, view, inks } = own, step = tour?.steps[tour.at];
  if (!step) return;
  const isLit = ({ item: { first, last } }) => step.light.some((place) => first <= place && place <= last);
  pen.box(view.x, view.y, view.width / view.scale, view.height / view.scale, { fill: inks.paper + "b8", round: 0 });
  for (const box of drawSome(pen, scene, view, own, isLit, new Set(step.lines))) {
    // Words beside a small layer are longer than its box.
    const body = scene.down && !box.item.items && view.scale < WORDY ? bodyIn(box, true) : null;
    const { left, top, wide, high } = body ?? { left: box.x, top: box.y, wide: box.width, high: box.height };
    pen.box(left - 3, top - 3, wide + 6, high + 6, { stroke: inks.input, thick: 3, round: 8 });
  }
}

/** Stand the card where the box that is gone to stays largest, and return the view that it is seen in. */
function standCard(card, own, box) {
  const ways = isNarrow(own) ? ["below"] : own.scene.down ? ["side", "top"] : ["top", "side"];
  const seen = ways.map((way) => {
    card.dataset.way = way;
    const right = way === "side" ? CARD_GAP + card.offsetWidth : 0;
    const top = way === "top" ? CARD_GAP + card.offsetHeight : 0;
    const room = { left: 0, top, width: own.width - right, height: own.height - top };
    return { way, view: frameOf(own, box, room) };
  });
  const best = seen.reduce((one, other) => other.view.scale > one.view.scale * 1.05 ? other : one);
  card.dataset.way = best.way;
  return best.view;
}

/**
 * Lead a tour over the map, where Python sent one. `first()` are the blocks that are open at first, `arrange` lays the
 * map out anew, `choose` a layer or none, `settle` writes below the map and paints, `change` hears of a step that sets
 * something on the screen, and `measured` that the colours are those before the tour. Returns what is to be done once
 * the map has its place.
 */
export function lead(find, own, { first, arrange, choose, settle, change, measured }) {
  const [stage, card, start] = [".stage", ".tour", ".begin"].map(find);
  const { tour: sent } = own.meta, before = own.tour, goesOn = before && before.name === sent?.name;
  if (before && before.at !== null && !goesOn) {
    own.measure = before.kept?.measure ?? -1;
    settle();
  }
  if (!sent) {
    card.hidden = start.hidden = true;
    own.tour = null;
    return () => {};
  }
  // `kept` is how the map was looked at before the tour, `shape` the network that the step was shown on.
  const tour = own.tour = { kept: null, shape: null, at: askedStep(sent), ...goesOn ? before : {}, ...sent };
  if (tour.at !== null) tour.at = Math.min(tour.at, tour.steps.length - 1);
  let opened = null;
  const stand = () => {
    const { zoom } = tour.steps[tour.at], { width, height } = own.scene;
    const view = standCard(card, own, zoom.length === own.model.count ? { x: 0, y: 0, width, height }
      : boxAround(own, zoom));
    // On a phone the map makes room for the card below it.
    if (stage.clientHeight !== own.height) own.refresh();
    return view;
  };
  const light = (smoothly) => {
    const step = tour.steps[tour.at];
    own.measure = own.model.measures.indexOf(step.measure);
    choose(null);
    own.open = openFor(own, step, opened ??= first());
    arrange(own, own.model.byNode[step.light[0]]);
    tour.shape = own.shape;
    stand();
    travel(own, stand(), smoothly);
    settle();
  };
  const show = cardOf(find, tour, {
    go: (at, from) => {
      if (from === null) tour.kept = { shape: own.shape, open: new Set(own.open), view: { ...own.view },
        measure: own.measure, selected: own.selected, down: own.scene.down };
      light(true);
      writeStep(tour);
      find(".frame").scrollIntoView({ block: "nearest" });
      if (tour.steps[at].set) change(tour.steps[at].id);
    },
    end: () => {
      const { kept } = tour, same = kept?.shape === own.shape;
      tour.kept = null;
      writeStep(tour);
      if (stage.clientHeight !== own.height) own.refresh();
      own.measure = kept ? kept.measure : -1;
      measured();
      own.open = same ? kept.open : new Set(first());
      arrange(own);
      choose(same ? kept.selected : null);
      travel(own, same && kept.down === own.scene.down ? kept.view : null, true);
      settle();
    },
  });
  show();
  // Python, which knows nothing of it, may have written the address anew.
  writeStep(tour);
  return (turned) => {
    if (tour.at !== null && (turned || tour.shape !== own.shape)) light(false);
  };
}
