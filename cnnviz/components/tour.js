// A tour through a screen: its steps set what the page's address holds, the step itself too, and Python draws that.

import { chosen, finder, memory, pend } from "./shared.js";
import { cardOf } from "./tour_card.js";

export default function ({ data, parentElement, setTriggerValue }) {
  if (!data) return;
  const own = memory(parentElement), place = (at) => at ?? -1, first = !own.tour;
  const at = chosen(own, place(data.at)), tour = own.tour = { ...data, at: at < 0 ? null : at };
  const tell = (step) => { pend(own, place(step)); setTriggerValue("step", place(step)); };
  const card = cardOf(finder(parentElement), tour, { go: tell, end: () => tell(null) });
  const show = () => {
    card();
    // The card at the foot of the window would cover what stands below the stage's pictures.
    if (tour.at !== null && tour.at !== own.shown) document.querySelector("[class*=-main-stage-]")?.scrollIntoView();
    own.shown = tour.at;
  };
  own.choose = (step) => { tour.at = step < 0 ? null : step; show(); };
  show();
  // A link may ask for a step without what it sets.
  const asked = new URLSearchParams(location.search);
  if (first && tour.at !== null && Object.entries(tour.steps[tour.at].set ?? {}).some(([name, text]) =>
    asked.get(name) !== text)) tell(tour.at);
}
