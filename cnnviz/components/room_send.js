// Beside a screen's question: the teacher of a room sends it to all, or keeps it in the lesson.

import { LINE, act, begin, hear } from "./room_line.js";
import { button } from "./room_panel.js";
import { here, plainPlace } from "./room_place.js";
import { finder, memory } from "./shared.js";

/** The lesson with a question at its last step here, or at a new one. */
function withQuestion(lesson, question, title) {
  const steps = [...lesson?.steps ?? []], at = steps.findLastIndex((step) => plainPlace(step.place) === here());
  if (at < 0) steps.push({ place: here(), title, question });
  else steps[at] = { ...steps[at], question };
  return { title: "", ...lesson, steps };
}

export default function ({ data, parentElement }) {
  if (!data) return;
  const own = memory(parentElement), { question, words } = data, row = finder(parentElement)(".acts");
  const told = document.createElement("span");
  const title = document.title.split(" · ")[0];
  const say = (refusal, done) => { told.textContent = refusal ? words.refused : done; };
  row.replaceChildren(
    button(words.ask, async () => say(await act("ask", question), words.asked), { className: "first" }),
    button(words.keep, async () => say(await act("lesson", withQuestion(LINE.lesson, question, title)), words.kept)),
    told);
  told.setAttribute("role", "status");
  own.stop?.();
  begin();
  own.stop = hear(() => { row.hidden = !LINE.mine?.teacher || !LINE.room; });
  return own.stop;
}
