// The question of a room as it is drawn: to choose from while it is open, with counts once it is closed.

import { fill } from "./shared.js";

/** Milliseconds in which a press belongs to the one before, and in which a button waits for its answer. */
const MOMENT = 400, PATIENCE = 8000;

/** An element with properties and what is in it; a text is never read as HTML. */
export function make(tag, properties = {}, ...inside) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...inside.filter((each) => each !== null));
  return element;
}

/** A text with **bold** words and `code` as elements. */
export const marked = (text) => text.split(/(\*\*[^*]+\*\*|`[^`]+`)/).map((part, at) => at % 2 === 0 ? part
  : part.startsWith("`") ? make("code", {}, part.slice(1, -1)) : make("strong", {}, part.slice(2, -2)));

/** A button. */
export const button = (text, onclick, properties = {}) =>
  make("button", { type: "button", onclick, ...properties }, text);

/**
 * A button that asks before it acts: the question stands on it, and a second press is the answer. Browsers give a page
 * in another site's frame no dialog to ask by.
 */
export function asking(text, question, act, label = text) {
  let asked = 0, timer;
  const say = (shown, name) => { key.textContent = shown; key.ariaLabel = name; };
  const rest = () => { asked = 0; say(text, label); };
  const key = button(text, () => {
    // Two presses in a moment are one, by a hand that is used to double clicks.
    if (asked && performance.now() - asked < MOMENT) return;
    if (asked) { rest(); act(); return; }
    asked = performance.now();
    say(question, question);
    clearTimeout(timer);
    timer = setTimeout(rest, PATIENCE);
  }, { ariaLabel: label });
  return key;
}

function row(question, at, words) {
  const count = question.counts[at], all = question.counts.reduce((a, b) => a + b, 0), right = at === question.right;
  const percent = all ? Math.round(100 * count / all) : 0;
  const bar = make("span", { className: "share" });
  bar.style.width = `${percent}%`;
  const share = make("span", { className: "count" }, fill(words.count, { count, share: percent }));
  const item = make("li", {}, make("span", {}, right ? `${words.right_mark} ` : "",
    ...marked(question.options[at])), share, bar);
  item.dataset.right = String(right);
  return item;
}

function said({ question, you, teacher, words }) {
  if (question.open) {
    if (teacher) return [fill(words.answered, { count: question.answered, joined: teacher.here })];
    return [you === null ? words.choose : words.sent];
  }
  const own = teacher || you === null ? "" : you === question.right ? `${words.right} ` : `${words.wrong} `;
  return [own, ...marked(question.why)];
}

/**
 * Draw a room's question into a box. `teacher` is the room as its teacher knows it, or null; `choose` hears of the
 * option that a student takes. What is there already stays, and with it the focus.
 */
export function drawQuestion(box, { question, you, teacher = null, words, choose = null }) {
  const name = JSON.stringify([question.number, question.open, question.asked]);
  if (box.dataset.question !== name) {
    box.dataset.question = name;
    const options = question.options.map((option, at) => !question.open ? row(question, at, words)
      : make("li", {}, choose
        ? button("", () => choose(at)) : make("span", {}, ...marked(option))));
    if (question.open && choose) options.forEach((each, at) => each.firstChild.append(...marked(question.options[at])));
    box.replaceChildren(make("p", { className: "ask" }, ...marked(question.asked)),
      make("ol", {}, ...options), make("p", { className: "told", role: "status" }));
  }
  box.querySelectorAll("li button").forEach((each, at) => each.setAttribute("aria-pressed", String(at === you)));
  const line = box.querySelector(".told"), text = said({ question, you, teacher, words });
  // A screen reader is told of it again only where it has changed.
  if (line.dataset.text !== String(text.map((each) => each.textContent ?? each).join(""))) {
    line.dataset.text = text.map((each) => each.textContent ?? each).join("");
    line.replaceChildren(...text);
  }
}
