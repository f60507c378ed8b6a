// The line to a room: who this page is there, what it hears, and what it says. One for all components of the page.

import { goTo, here, isClassPage, plainPlace } from "./room_place.js";
import { root, saveAs } from "./shared.js";

const KEPT = "cnnviz-room";
/** Milliseconds in which a line says that it is there, at the least; the server does every 15 s. */
const SILENT = 40_000;
/** Milliseconds after which an act that did not get through is tried a second time. */
const AGAIN = 1000;
/** Milliseconds in which the place that a room tells may still be one that this page told it. */
const OWN = 5000;

/**
 * What the page knows of its room. `mine` is who it is there, { code, token, teacher, process, alone }; `state` is
 * none, open, lost or over, and `ended` is the sentence of how it was over. It has its name on the window, for every
 * component has this file to itself.
 */
export const LINE = (/** @type {any} */ (window).cnnvizRoom ??= { mine: null, room: null, lesson: null, you: null,
  state: "none", heard: new Set(), ended: "over", presents: false });

/** Call `draw` now and whenever the room changes. Returns the clean-up. */
export function hear(draw) {
  LINE.heard.add(draw);
  draw();
  return () => { LINE.heard.delete(draw); };
}

/** Have all who hear look again. */
export function tell() {
  for (const draw of [...LINE.heard]) draw();
}

/** Remember who this page is: for the tab's life, which a reload does not end. */
export function keep(mine) {
  LINE.mine = mine;
  try {
    if (mine) sessionStorage.setItem(KEPT, JSON.stringify(mine));
    else sessionStorage.removeItem(KEPT);
  } catch { /* In another site's frame there may be no memory; the page alone remembers. */ }
}

function remembered() {
  try { return JSON.parse(sessionStorage.getItem(KEPT)); } catch { return null; }
}

const addressOf = (code, path) => `${root()}api/rooms${code ? `/${code}` : ""}${path}`;

function headers() {
  const own = { "content-type": "application/json" };
  if (LINE.mine) own.authorization = `Bearer ${LINE.mine.token}`;
  return own;
}

/** Ask the server, and return { ok, status, told }; one that can't be reached refuses as `away`. */
async function ask(code, path, given) {
  try {
    const answer = await fetch(addressOf(code, path),
      { method: "POST", headers: headers(), body: JSON.stringify(given) });
    return { ok: answer.ok, told: answer.status === 204 ? {} : await answer.json() };
  } catch { return { ok: false, told: { refused: "away" } }; }
}

/** Do an act in the room; returns the refusal, or null. */
export async function act(name, given = {}) {
  const { code } = LINE.mine, before = LINE.refusal;
  let { ok, told } = await ask(code, `/${name}`, given);
  // A process that ended takes what it was told with it, and another one has its place by now. Only a question that was
  // asked twice would be two.
  for (let times = 0; times < 3 && told.refused === "away" && name !== "ask"; times += 1) {
    await new Promise((go) => { setTimeout(go, AGAIN); });
    if (LINE.mine?.code !== code) break;
    ({ ok, told } = await ask(code, `/${name}`, given));
  }
  LINE.refusal = ok ? null : told;
  if (before || LINE.refusal) tell();
  return LINE.refusal;
}

async function enter(code, path, given, teacher) {
  const { ok, told } = await ask(code, path, given);
  if (!ok) return told;
  keep({ ...told, teacher, alone: false });
  LINE.state = "lost";
  listen();
  return null;
}

/** Open a room as its teacher; returns the refusal, or null. */
export const openRoom = () => enter("", "", {}, true);

/** Join a room; returns the refusal, or null. */
export const joinRoom = (code, nickname) => enter(code, "/join", { nickname }, false);

/** Go out of the room; a teacher's goes on, and the teacher's link leads into it again. */
export async function leaveRoom() {
  if (!LINE.mine.teacher) await act("leave");
  stop("none");
}

/** A file that the server makes of the room, as a download called `name`. */
export async function download(path, name) {
  const answer = await fetch(addressOf(LINE.mine.code, path), { headers: headers() });
  if (answer.ok) saveAs(await answer.blob(), name);
}

/** The address at which students join, and the teacher's own, which nobody else may see. */
export const linkOf = (secret = false) =>
  `${root()}room?code=${LINE.mine.code}${secret ? `#key=${LINE.mine.token}` : ""}`;

/** The picture of the address at which students join. */
export const pictureOf = () =>
  addressOf(LINE.mine.code, `/qr.svg?origin=${encodeURIComponent(root().replace(/\/$/, ""))}`);

/** Take up the line of this tab, or the one that the teacher's own link holds; does nothing where it is there. */
export function begin() {
  const key = new URLSearchParams(location.hash.slice(1)).get("key");
  const code = new URLSearchParams(location.search).get("code");
  if (key && code) {
    keep({ code, token: key, teacher: true, alone: false });
    // The secret does not stay where somebody may read or copy it.
    history.replaceState(history.state, "", location.href.replace(/#.*/, ""));
    LINE.stop?.abort();
  }
  if (!LINE.mine) LINE.mine = remembered();
  if (LINE.mine) listen();
}

function stop(state) {
  keep(null);
  Object.assign(LINE, { state, room: null, lesson: null, you: null, presents: false, placed: null });
  LINE.stop?.abort();
  tell();
}

function over(told) {
  const { process } = LINE.mine ?? {};
  const restarted = process && told.process && told.process !== process;
  LINE.ended = told.refused === "removed" ? "refused_removed" : !restarted ? "over"
    : LINE.mine.teacher ? "restarted_teacher" : "restarted";
  stop("over");
}

function take(name, told) {
  if (name === "over") return over(told);
  if (name === "lesson") LINE.lesson = told;
  else if (LINE.mine.teacher) LINE.room = told;
  // What did not get through of a student's answer is as the server has it from here on.
  else [LINE.room, LINE.you, LINE.refusal] = [told.room, told.you, null];
  LINE.state = "open";
  followRoom();
  return tell();
}

/** Read events until the answer ends. */
async function read(reader, alive) {
  const text = new TextDecoder();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    alive();
    const parts = (rest + text.decode(value, { stream: true })).split("\n\n");
    rest = parts.pop();
    for (const part of parts) {
      const [, name, data] = /^event: (.*)\ndata: (.*)$/.exec(part) ?? [];
      if (name && LINE.mine) take(name, JSON.parse(data));
    }
  }
}

async function hearOnce() {
  const stopping = LINE.stop = new AbortController();
  let silent;
  const alive = () => { clearTimeout(silent); silent = setTimeout(() => stopping.abort(), SILENT); };
  alive();
  try {
    const answer = await fetch(addressOf(LINE.mine.code, "/events"),
      { headers: headers(), signal: stopping.signal, cache: "no-store" });
    if (answer.ok) await read(answer.body.getReader(), alive);
    else if (answer.status === 404 || answer.status === 403) over(await answer.json());
  } catch { /* Lost: it is tried again. */ } finally { clearTimeout(silent); }
}

async function listen() {
  if (LINE.listens) return;
  LINE.listens = true;
  while (LINE.mine) {
    await hearOnce();
    if (!LINE.mine) break;
    LINE.state = "lost";
    tell();
    // Two hundred pages that lost it together do not come back together.
    await new Promise((go) => { setTimeout(go, 300 + 1200 * Math.random()); });
  }
  LINE.listens = false;
}

/** Whether this page was loaded by a link or an address, not anew by a reload or a browser that takes up its tabs. */
const wasOpened = () =>
  /** @type {any} */ (performance.getEntriesByType("navigation")[0])?.type === "navigate";

/** Go where the room is, once for every place: a student who follows, and a teacher's page that another one led. */
function followRoom() {
  const { mine, room } = LINE, { place = "", following = false } = room ?? {};
  const seen = `${following} ${place}`;
  if (!mine || !place || seen === LINE.placed) return;
  // A link that the teacher opens in this tab leads the class there, and not the teacher back to where it was.
  const leads = LINE.placed === undefined && wasOpened();
  LINE.placed = seen;
  if (!mine.teacher) {
    if (following && !mine.alone) goTo(place);
  } else if (!leads && !isClassPage() && performance.now() - (LINE.sent?.get(plainPlace(place)) ?? -Infinity) > OWN) {
    LINE.posted = plainPlace(place);
    goTo(place);
  }
}

/** Leave the teacher's way, or take it again. */
export function goAlone(alone) {
  keep({ ...LINE.mine, alone });
  LINE.placed = null;
  followRoom();
  tell();
}

/** Tell the server where the teacher's page is, once it has been there for a moment. Returns the clean-up. */
export function tellPlace() {
  let last = null;
  const timer = setInterval(() => {
    const { mine, room } = LINE, now = mine?.teacher ? here() : null, rests = now === last;
    last = now;
    if (!now || !room?.following || !rests || now === LINE.posted || isClassPage()) return;
    LINE.posted = now;
    if (now === plainPlace(room.place)) return;
    (LINE.sent ??= new Map()).set(now, performance.now());
    act("place", { place: now }).then((refusal) => {
      // Tried again as soon as the server answers; an address that is refused once is refused again.
      if (refusal?.refused === "away") LINE.posted = null;
    });
  }, 120);
  return () => clearInterval(timer);
}
