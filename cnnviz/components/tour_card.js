// The card of a tour: its words, back, next and leave, by pointer and by key. The step stands in the page's address.

import { onKeys } from "./grid.js";
import { clamp, fill } from "./shared.js";

/** How far each tour was followed in this visit, by its name. */
const FOLLOWED = (/** @type {any} */ (window).cnnvizTours ??= new Map());

/** The step of a tour that the page's address asks for, null where it asks for none. */
export function askedStep({ name, steps }) {
  const asked = new URLSearchParams(location.search), step = Number(asked.get("step") ?? 1);
  return asked.get("tour") === name ? clamp(Number.isInteger(step) ? step : 1, 1, steps.length) - 1 : null;
}

/** Write the step that a tour is at into the address, in the place of the last one, or take the tour out of it. */
export function writeStep(tour) {
  const { at } = tour;
  const url = new URL(location.href);
  if (at === null) for (const each of ["tour", "step"]) url.searchParams.delete(each);
  else for (const [each, value] of [["tour", tour.name], ["step", at + 1]]) url.searchParams.set(each, value);
  if (url.href !== location.href) history.replaceState(history.state, "", url);
}

/** Words with **bold** ones as elements: a lesson's words are never read as HTML. */
const spoken = (words) => words.split("**").map((part, at) =>
  at % 2 ? Object.assign(document.createElement("strong"), { textContent: part }) : part);

/**
 * Draw the card of a tour at `tour.at`, null for none, and its button: `go(at, from)` hears of a step that is gone to,
 * `end()` that the tour is left. Returns `show`, which draws the step that it is at.
 */
export function cardOf(find, tour, { go, end }) {
  const [card, start, said] = [".tour", ".begin", ".said"].map(find), { steps, words } = tour;
  const [back, next, leave] = [".back", ".next", ".leave"].map(find);
  const show = () => {
    const { at } = tour, is = at !== null, followed = FOLLOWED.get(tour.name) ?? 0;
    const asked = is ? "leave" : followed ? "resume" : "begin", place = { step: followed + 1, steps: steps.length };
    start.textContent = fill(words[asked === "resume" ? "name_at" : "name"], place);
    start.setAttribute("aria-label", fill(words[asked], place));
    start.dataset.on = String(is);
    start.hidden = false;
    card.hidden = !is;
    if (!is) return;
    FOLLOWED.set(tour.name, at);
    said.replaceChildren(Object.assign(document.createElement("span"), { className: "at",
      textContent: fill(words.at, { step: at + 1, steps: steps.length }) }), ...spoken(steps[at].words));
    back.disabled = at === 0;
    next.textContent = words[at === steps.length - 1 ? "end" : "next"];
  };
  const leaveAt = (finished) => {
    if (finished) FOLLOWED.delete(tour.name);
    tour.at = null;
    show();
    end();
    start.focus({ preventScroll: true });
  };
  const turnTo = (at) => {
    if (at >= steps.length) { leaveAt(true); return; }
    if (at < 0) return;
    const from = tour.at;
    tour.at = at;
    show();
    go(at, from);
  };
  card.setAttribute("aria-label", words.label);
  back.textContent = words.back;
  leave.setAttribute("aria-label", words.leave);
  start.onclick = () => {
    if (tour.at !== null) { leaveAt(false); return; }
    turnTo(Math.min(FOLLOWED.get(tour.name) ?? 0, steps.length - 1));
    next.focus({ preventScroll: true });
  };
  back.onclick = () => turnTo(tour.at - 1);
  next.onclick = () => turnTo(tour.at + 1);
  leave.onclick = () => leaveAt(false);
  onKeys(card, (key) => {
    if (key === "ArrowRight" || key === "n") turnTo(tour.at + 1);
    else if (key === "ArrowLeft" || key === "p") turnTo(tour.at - 1);
    else if (key === "Escape") leaveAt(false);
    else return false;
    return true;
  });
  return show;
}
