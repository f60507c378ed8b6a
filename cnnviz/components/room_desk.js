// The page of a class: the way into a room, and for its teacher all that there is to do in it.

import { LINE, act, begin, download, goAlone, hear, joinRoom, leaveRoom, linkOf, openRoom,
  pictureOf } from "./room_line.js";
import { lessonDesk } from "./room_lesson.js";
import { asking, button, drawQuestion, make } from "./room_panel.js";
import { fill, finder, memory } from "./shared.js";

/** A field with its name above it. */
function field(name, properties) {
  const input = make("input", { type: "text", autocomplete: "off", spellcheck: false, ...properties });
  return [make("label", { className: "field" }, make("span", {}, name), input), input];
}

function doors(words, code) {
  const told = make("p", { className: "told" });
  told.setAttribute("role", "status");
  const say = (refusal) => {
    told.textContent = refusal ? fill(words[`refused_${refusal.refused}`] ?? words.refused, refusal) : "";
  };
  const [codeField, codeInput] = field(words.code, { value: code, maxLength: 12, className: "code", required: true });
  const [nameField, nameInput] = field(words.nickname, { maxLength: 24, placeholder: words.nickname_none });
  const join = make("form", { className: "door" }, make("h2", {}, words.join_title), codeField, nameField,
    make("div", { className: "acts" }, make("button", { className: "first" }, words.join)), told);
  codeInput.setAttribute("autocapitalize", "characters");
  join.onsubmit = async (event) => {
    event.preventDefault();
    // Read out in threes, it is typed so: ABC DEF, or ABC-DEF.
    say(await joinRoom(codeInput.value.toUpperCase().replace(/[^A-Z]/g, ""), nameInput.value));
  };
  const open = make("div", { className: "door" }, make("h2", {}, words.open_title), make("p", {}, words.open_text),
    make("div", { className: "acts" }, button(words.open, async () => say(await openRoom()), { className: "first" })));
  return { elements: [make("div", { className: "doors" }, join, open)], draw: () => {} };
}

function seat(words) {
  const where = make("p", { className: "large" });
  const draw = () => {
    const { room, mine } = LINE;
    where.textContent = !room ? words.lost : !room.place ? words.waiting : mine.alone ? words.on_own : words.follows;
  };
  const go = button(words.go, () => goAlone(false), { className: "first" });
  const leave = button(words.leave, () => leaveRoom());
  const elements = [make("h2", {}, fill(words.room, LINE.mine)), where, make("div", { className: "acts" }, go, leave)];
  return { elements, draw };
}

/** A link that can be copied, for a browser without a clipboard too. */
function copied(words, name, link) {
  const copy = button(words[name], async () => {
    try { await navigator.clipboard.writeText(link()); } catch { prompt(words[name], link()); }
    copy.textContent = words.copied;
    setTimeout(() => { copy.textContent = words[name]; }, 2000);
  });
  return copy;
}

/** Who is in the room, each with a button that takes them out. A row stays while others come and go, and its focus. */
function people(words) {
  const list = make("ul", { className: "people" }), count = make("summary"), rows = new Map();
  const box = make("details", { hidden: true }, count, list);
  const rowOf = ({ handle, name }) => {
    const named = { name: name || words.nameless };
    const takeOut = asking(words.take_out, fill(words.take_out_sure, named), () => act("remove", { member: handle }),
      fill(words.take_out_of, named));
    return make("li", { className: "acts" }, make("span"), takeOut);
  };
  const leave = (row) => {
    const next = row.nextElementSibling ?? row.previousElementSibling, had = row.matches(":focus-within");
    row.remove();
    if (had) (next?.querySelector("button") ?? count).focus();
  };
  const draw = () => {
    const members = LINE.room?.members ?? [], there = new Set(members.map(({ handle }) => handle));
    box.hidden = !members.length;
    count.textContent = fill(words.people, { count: members.length });
    for (const [handle, row] of rows) if (!there.has(handle)) { leave(row); rows.delete(handle); }
    members.forEach((member, at) => {
      const row = rows.get(member.handle) ?? rowOf(member), named = { name: member.name || words.nameless };
      rows.set(member.handle, row);
      row.firstChild.textContent = member.here ? named.name : fill(words.gone, named);
      if (list.children[at] !== row) list.insertBefore(row, list.children[at] ?? null);
    });
  };
  return { box, draw };
}

function head(words) {
  const { code } = LINE.mine;
  const alt = fill(words.picture, { link: linkOf() });
  const picture = make("img", { src: pictureOf(), alt, width: 220, height: 220 });
  const there = make("p", { className: "large", role: "status" }), inside = people(words);
  const lead = button(words.lead, () => act("follow", { following: !LINE.room.following }));
  const lock = button(words.lock, () => act("lock", { locked: !LINE.room.locked }));
  const end = asking(words.end, words.end_sure, () => act("end"));
  const draw = () => {
    const { room } = LINE;
    there.textContent = room ? fill(words.there, { count: room.here }) : words.lost;
    inside.draw();
    lead.setAttribute("aria-pressed", String(Boolean(room?.following)));
    lock.setAttribute("aria-pressed", String(Boolean(room?.locked)));
  };
  const how = fill(words.how, { address: linkOf().replace(/\?.*/, "") });
  const text = make("div", {}, make("p", { className: "how" }, how),
    make("p", { className: "big", lang: "zxx" }, code), there, inside.box,
    make("div", { className: "acts" }, lead, lock, copied(words, "copy_link", () => linkOf()),
      copied(words, "copy_secret", () => linkOf(true)), end),
    make("p", { className: "quiet" }, words.secret));
  return { element: make("section", { className: "head" }, text, picture), draw };
}

function questions(words) {
  const box = make("div", { className: "asking" }), none = make("p", {}, words.no_question);
  const close = button(words.close, () => act("close"), { className: "first" });
  const clear = button(words.clear, () => act("clear"));
  const table = button(words.table, () => download("/results.csv", `${LINE.mine.code}.csv`));
  const draw = () => {
    const { room } = LINE, question = room?.question;
    box.hidden = !question;
    none.hidden = Boolean(question);
    close.hidden = !question?.open;
    clear.hidden = !question || question.open;
    table.disabled = !room?.rounds;
    if (question) drawQuestion(box, { question, you: null, teacher: room, words });
  };
  const title = make("h2", {}, words.question_title);
  const keys = make("div", { className: "acts" }, close, clear, table);
  return { element: make("section", {}, title, none, box, keys), draw };
}

function desk(words, lessons) {
  const parts = [head(words), questions(words), lessonDesk(words, lessons)];
  return { elements: parts.map(({ element }) => element), draw: () => parts.forEach(({ draw }) => draw()) };
}

export default function ({ data, parentElement }) {
  if (!data) return;
  const own = memory(parentElement), { words, lessons, code } = data, root = finder(parentElement)(".root");
  own.stop?.();
  // What is there stays, and with it what somebody is typing.
  if (own.data !== JSON.stringify(data)) own.kind = null;
  own.data = JSON.stringify(data);
  begin();
  own.stop = hear(() => {
    const { mine } = LINE, kind = mine ? `${mine.code} ${mine.teacher}` : "";
    if (own.kind !== kind) {
      own.kind = kind;
      const made = !mine ? doors(words, code) : mine.teacher ? desk(words, lessons) : seat(words);
      own.draw = made.draw;
      root.replaceChildren(...made.elements);
    }
    own.draw();
  });
  return own.stop;
}
