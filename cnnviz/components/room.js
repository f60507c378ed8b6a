// On every page of somebody who is in a room: a strip that says so, the question, and what a teacher leads a class by.

import { LINE, act, begin, goAlone, hear, leaveRoom, tell, tellPlace } from "./room_line.js";
import { button, drawQuestion, make } from "./room_panel.js";
import { goTo, here, isClassPage } from "./room_place.js";
import { fill, finder, memory } from "./shared.js";

const NEXT = ["ArrowRight", "PageDown"], BACK = ["ArrowLeft", "PageUp"];
/** The key of the question, on a keyboard and on a clicker: asked, closed, put away. */
const ASK = ["q", "b", "."];

/** Go some steps on in the lesson; before its first step, to that. */
function turn(by) {
  const { lesson, room } = LINE, at = room.step === null ? 0 : room.step + by;
  if (lesson?.steps[at]) act("step", { step: at });
}

/** The question of the step that the lesson is at. */
const ofStep = () => LINE.lesson?.steps[LINE.room?.step ?? -1]?.question ?? null;

/** What comes next of a question: asked, then closed, then put away. */
function askOn() {
  const { question } = LINE.room;
  if (question) act(question.open ? "close" : "clear");
  else if (ofStep()) act("ask", ofStep());
}

/** The screen that the teacher is on as a step more of the lesson. */
async function add(title) {
  const lesson = LINE.lesson ?? { title: "", steps: [] };
  await act("lesson", { ...lesson, steps: [...lesson.steps, { place: here(), title }] });
}

function present(on) {
  LINE.presents = on;
  if (on && isClassPage()) {
    // The class's own page is for the teacher; what is presented is the lesson's first step, or where the room is.
    if (LINE.room.step === null && LINE.lesson?.steps.length) turn(0);
    const place = LINE.room.place || LINE.lesson?.steps[0]?.place;
    if (place) goTo(place);
  }
  document.documentElement.classList.toggle("cnnviz-present", on);
  // Where the browser gives no whole screen the page is presented in its window.
  if (on) document.documentElement.requestFullscreen?.().catch(() => {});
  else if (document.fullscreenElement) document.exitFullscreen();
}

/** What the page's title says, without the app's name. */
const titleOf = () => document.title.split(" · ")[0];

function buttons(words) {
  const of = (name, act_, properties = {}) => button(words[name], act_, { name, ...properties });
  return {
    alone: of("alone", () => goAlone(true)),
    again: of("again", () => goAlone(false), { className: "first" }),
    leave: of("leave", () => leaveRoom()),
    back: of("back", () => turn(-1)),
    next: of("next", () => turn(1), { className: "first" }),
    ask: of("ask", askOn),
    close: of("close", askOn, { className: "first" }),
    clear: of("clear", askOn),
    lead: of("lead", () => act("follow", { following: !LINE.room.following })),
    add: of("add", () => add(titleOf())),
    present: of("present", () => { present(!LINE.presents); tell(); }),
    desk: of("desk", () => goTo(`room?code=${LINE.mine.code}`)),
  };
}

/** Which of the buttons there are now. */
function wanted({ mine, room, lesson, presents }) {
  if (!room) return ["leave"];
  if (!mine.teacher) return [mine.alone ? "again" : "alone", "leave"];
  const asked = room.question ? [room.question.open ? "close" : "clear"] : ofStep() ? ["ask"] : [];
  const steps = lesson?.steps.length ? ["back", "next"] : [];
  return [...asked, ...steps, "lead", ...(presents ? [] : isClassPage() ? [] : ["add"]), "present",
    ...(presents || isClassPage() ? [] : ["desk"])];
}

function sentence({ mine, room, state, lesson, refusal }, words) {
  if (state === "lost" || !room) return words.lost;
  if (refusal) return fill(words[`refused_${refusal.refused}`] ?? words.refused, refusal);
  if (!mine.teacher) return !room.following ? words.free : mine.alone ? words.on_own : room.sentence || words.follows;
  const at = lesson?.steps.length ? fill(words.step, { step: (room.step ?? -1) + 1, steps: lesson.steps.length }) : "";
  return [fill(words.there, { count: room.here }), at, room.title].filter(Boolean).join(" · ");
}

function drawStrip(own, words) {
  const { mine, state, room } = LINE, { strip, keys } = own;
  strip.hidden = !mine && state !== "over";
  if (strip.hidden) return;
  const shown = mine ? wanted(LINE) : ["shut"];
  for (const [name, each] of Object.entries(keys)) each.hidden = !shown.includes(name);
  own.code.textContent = mine ? fill(words.room, { code: mine.code }) : "";
  own.said.textContent = mine ? sentence(LINE, words) : words[LINE.ended];
  keys.lead.setAttribute("aria-pressed", String(Boolean(room?.following)));
  keys.present.textContent = LINE.presents ? words.window : words.present;
  keys.back.disabled = !room?.step;
  keys.next.disabled = room?.step === (LINE.lesson?.steps.length ?? 0) - 1;
}

function drawPanel(own, words) {
  const { mine, room, you } = LINE, question = room?.question;
  // The page of the class shows it by itself to the teacher.
  own.panel.hidden = !question || (mine.teacher && isClassPage());
  if (own.panel.hidden) return;
  drawQuestion(own.panel, { question, you, words, teacher: mine.teacher ? room : null, choose: mine.teacher ? null
    : (option) => { LINE.you = option; act("answer", { number: question.number, option }); own.draw(); } });
}

/** Whether nothing else of the page has the keys: the focus is nowhere, or on the strip. */
const isFree = (event) => event.composedPath()[0] === document.body
  || event.composedPath().some((each) => each instanceof Element && each.matches(".strip"));

/** A clicker's keys wherever the focus is, and the arrows where nothing else has them. */
function onKey(event) {
  if (!LINE.presents || event.ctrlKey || event.metaKey || event.altKey) return;
  const rests = isFree(event) || event.key.startsWith("Page");
  if (NEXT.includes(event.key) && rests) turn(1);
  else if (BACK.includes(event.key) && rests) turn(-1);
  else if (ASK.includes(event.key) && rests) askOn();
  else if (event.key === "Escape" && rests) { present(false); tell(); } else return;
  event.preventDefault();
}

function build(own, find, words) {
  own.strip = find(".strip");
  own.panel = find(".asking");
  own.keys = buttons(words);
  own.keys.shut = button(words.shut, () => { LINE.state = "none"; own.draw(); }, { name: "shut" });
  own.code = make("strong");
  own.said = make("span", { className: "where", role: "status" });
  own.strip.setAttribute("aria-label", words.label);
  own.panel.setAttribute("aria-label", words.question);
  own.strip.replaceChildren(own.code, own.said, make("div", { className: "acts" }, ...Object.values(own.keys)));
}

export default function ({ data, parentElement }) {
  if (!data) return;
  const own = memory(parentElement), { words } = data;
  // Streamlit cleans up only what the last run left.
  own.stop?.();
  // What is there stays, and with it the focus.
  if (own.words !== JSON.stringify(words)) build(own, finder(parentElement), words);
  own.words = JSON.stringify(words);
  own.draw = () => {
    drawStrip(own, words);
    drawPanel(own, words);
    // A tour's card, at the foot of the page too, stands above it.
    document.documentElement.style.setProperty("--room-strip", `${own.strip.offsetHeight}px`);
  };
  addEventListener("keydown", onKey);
  begin();
  const offs = [hear(own.draw), tellPlace()];
  own.stop = () => { offs.forEach((off) => off()); removeEventListener("keydown", onKey); };
  return own.stop;
}
