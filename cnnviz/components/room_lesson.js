// A lesson on the teacher's page: chosen, opened from a file, changed, gone through, saved, and printed.

import { LINE, act, download } from "./room_line.js";
import { button, make, marked } from "./room_panel.js";
import { fill, saveAs } from "./shared.js";

/** Milliseconds after the last letter until what is written is sent. */
const PAUSE = 500;
const EMPTY = { title: "", steps: [] };

/** A text to write in: `set` hears of it, letter by letter. */
function written(name, text, set, rows) {
  const box = make(rows ? "textarea" : "input", { value: text, oninput: () => set(box.value) });
  if (rows) box.rows = rows;
  return make("label", { className: "field" }, make("span", {}, name), box);
}

function questionOf(step, words) {
  if (!step.question) return null;
  const { asked, options, right } = step.question;
  const [before, after] = words.question_of.split("{asked}");
  return make("p", { className: "quiet" }, before, ...marked(asked), `${after} `,
    ...marked(options.map((each, at) => at === right ? `**${each}**` : each).join(" · ")));
}

/** One step, with what there is to do with it; `change` hears of the lesson's steps as they are then. */
function stepRow(own, at, words) {
  const { steps } = own.lesson, step = steps[at];
  const set = (name) => (text) => { step[name] = text; own.later(); };
  const move = (by) => { steps.splice(at + by, 0, ...steps.splice(at, 1)); own.changed(); };
  const named = (name) => fill(words[name], { step: at + 1 });
  const label = (name) => ({ ariaLabel: named(name), title: named(name) });
  const row = make("li", {}, make("div", { className: "acts" },
    button(words.go_step, () => act("step", { step: at }), { className: "first", ...label("go_step_to") }),
    make("strong", {}, step.title || step.place), step.minutes ? fill(words.minutes, step) : "",
    step.question ? button(words.ask, () => act("ask", step.question)) : null,
    button("↑", () => move(-1), { disabled: at === 0, ...label("up") }),
    button("↓", () => move(1), { disabled: at === steps.length - 1, ...label("down") }),
    button("✕", () => { steps.splice(at, 1); own.changed(); }, label("remove"))),
  make("details", {}, make("summary", {}, words.edit),
    written(words.step_title, step.title, set("title")), written(words.sentence, step.sentence, set("sentence"), 2),
    written(words.notes, step.notes, set("notes"), 3)), questionOf(step, words));
  row.dataset.step = String(at);
  return row;
}

/** What the teacher reads on another device while a step is presented. */
function notesOf(own, words) {
  const at = LINE.room?.step ?? null, steps = LINE.lesson?.steps ?? [], step = at === null ? null : steps[at];
  own.notes.hidden = !step;
  if (!step) return;
  const next = steps[at + 1];
  const turn = (by) => () => act("step", { step: at + by });
  own.notes.replaceChildren(make("h3", {}, `${at + 1}/${steps.length} ${step.title}`),
    make("p", { className: "large" }, ...marked(step.sentence)),
    make("p", { className: "notes" }, ...marked(step.notes)),
    make("div", { className: "acts" }, button(words.back, turn(-1), { disabled: at === 0 }),
      button(words.next, turn(1), { disabled: !next, className: "first" }),
      step.question ? button(words.ask, () => act("ask", step.question)) : null),
    make("p", { className: "quiet" }, next ? fill(words.next_step, { title: next.title || next.place })
      : words.last_step));
}

/** What a file holds, if that is a lesson. */
async function lessonIn(file) {
  try {
    const lesson = JSON.parse(await file.text());
    return Array.isArray(lesson?.steps) ? lesson : null;
  } catch { return null; }
}

function keysOf(own, words, lessons) {
  const ready = make("select", { onchange: () => {
    if (ready.value) own.take(lessons[Number(ready.value)]);
  } }, make("option", { value: "" }, words.ready), ...lessons.map((each, at) => make("option", { value: String(at) },
    each.title)));
  ready.setAttribute("aria-label", words.ready);
  // It stays chosen while it is as it was taken, so that an arrow key goes on from there to the next one.
  const said = ({ title, steps }) => JSON.stringify([title,
    ...steps.map((step) => [step.place, step.title, step.sentence])]);
  const known = lessons.map(said);
  own.choose = (lesson) => {
    const at = known.indexOf(said(lesson));
    ready.value = at < 0 ? "" : String(at);
  };
  const file = make("input", { type: "file", accept: ".json,application/json", hidden: true, onchange: async () => {
    const lesson = file.files[0] ? await lessonIn(file.files[0]) : null;
    if (lesson) own.take(lesson);
    else own.say({ refused: "form" });
    file.value = "";
  } });
  const name = () => (own.lesson.title || words.lesson_title).replace(/[\\/:*?"<>|]/g, "");
  const of = (path, kind) => () => download(`${path}lang=${encodeURIComponent(words.language)}`, `${name()}.${kind}`);
  own.of_lesson = [
    button(words.save, () => saveAs(new Blob([JSON.stringify(own.lesson, null, 2)], { type: "application/json" }),
      `${name()}.json`)),
    button(words.worksheet, of("/worksheet.html?", "html")),
    button(words.answers, of("/worksheet.html?answers=1&", "answers.html")),
    button(words.gift, of("/questions.gift?", "gift")),
  ];
  return make("div", { className: "acts" }, ready, button(words.open_file, () => file.click()), file, ...own.of_lesson);
}

/** The part of the desk that is about the lesson: { element, draw }. */
export function lessonDesk(words, lessons) {
  const own = { lesson: EMPTY, drawn: "", notes: make("section", { className: "now", hidden: true }) };
  const told = make("p", { className: "told" }), list = make("ol", { className: "steps" });
  const title = make("div"), none = make("p", {}, words.no_lesson);
  told.setAttribute("role", "status");
  own.say = (refusal) => {
    told.textContent = refusal ? fill(words[`refused_${refusal.refused}`] ?? words.refused, refusal) : "";
  };
  own.send = async () => own.say(await act("lesson", own.lesson));
  own.later = () => {
    own.drawn = JSON.stringify(own.lesson);
    clearTimeout(own.timer);
    const mine = own.timer = setTimeout(async () => {
      await own.send();
      if (own.timer === mine) own.timer = null;
    }, PAUSE);
  };
  own.take = async (lesson) => {
    clearTimeout(own.timer);
    own.timer = null;
    own.say(await act("lesson", lesson));
  };
  const fillList = () => {
    own.drawn = JSON.stringify(own.lesson);
    const set = (text) => { own.lesson.title = text; own.later(); };
    title.replaceChildren(written(words.lesson_title, own.lesson.title, set));
    list.replaceChildren(...own.lesson.steps.map((_, at) => stepRow(own, at, words)));
  };
  own.changed = () => { fillList(); own.send(); };
  const keys = keysOf(own, words, lessons);
  const draw = () => {
    const now = LINE.lesson ?? EMPTY;
    // What is being written is newer than what the room tells.
    if (!own.timer && JSON.stringify(now) !== own.drawn) { own.lesson = structuredClone(now); fillList(); }
    own.choose(now);
    none.hidden = Boolean(now.steps.length);
    title.hidden = !now.steps.length;
    for (const key of own.of_lesson) key.disabled = !now.steps.length;
    for (const row of list.children) {
      row.toggleAttribute("aria-current", row.dataset.step === String(LINE.room?.step ?? ""));
    }
    notesOf(own, words);
  };
  const element = make("section", {}, make("h2", {}, words.lesson), own.notes, none, keys, told, title, list);
  return { element, draw };
}
