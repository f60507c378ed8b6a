import { fitCanvas, inksOf } from "./canvas.js";
import { coordinateOf, drawEdge, drawPosition, frameSide } from "./go_board_drawing.js";
import { cellUnder, listen, nameCell, putMark, settleOn, walk } from "./grid.js";
import { digits, minus } from "./numbers.js";
import { player } from "./player.js";
import { chosen, clamp, fill, finder, follow, memory, whole } from "./shared.js";

// Pixels; moves a second, moves, milliseconds.
const LARGEST = 510, BESIDE = 300, LEAST = { shares: 340, positive: 480, signed: 480 }, RATE = 5;
const LISTED = 5, PAUSE = 700;
const RULES = { 1: "taken", "-1": "taken", 2: "ko", 3: "suicide" };

const percent = (/** @type {number} */ share) => (100 * share).toFixed(1) + "%";

export default function ({ data, parentElement, setTriggerValue }) {
  if (!data) return;
  return whole(data, (meta, arrays) => drawGoBoard(meta, arrays, parentElement, setTriggerValue));
}

/** A function that gives the position, the values and the moves around a step. */
function lineOf({ branch, last, side, unit, labels }, arrays) {
  const own = arrays.slice(0, -5), game = arrays.slice(-5), area = side * side;
  const look = (step) => step > branch ? [own, step - branch - 1] : [game, step];
  return (step) => {
    const [[points, moves, turns, captured, values], at] = look(step);
    const [after, then] = step < last && !labels ? look(step + 1) : [null, 0];
    return { points: points.subarray(at * area, (at + 1) * area), move: moves[at], turn: turns[at],
      captured: captured.subarray(2 * at, 2 * at + 2), values: values.subarray(at * area, (at + 1) * area),
      next: after ? after[1][then] : -1, value: (point) => values[at * area + point] * unit };
  };
}

function drawGoBoard(meta, arrays, parentElement, setTriggerValue) {
  const find = finder(parentElement), own = memory(parentElement), { words, side } = meta, line = lineOf(meta, arrays);
  const [map, canvas, edge, cursor] = [".map", ".map canvas", ".edge", ".cursor"].map(find);
  const [readout, slider, button] = [".readout", ".tools input", ".play"].map(find);
  const size = /** @type {[number, number]} */ ([side, side]);
  const film = own.film ??= { at: meta.at }, root = find(".root");
  const named = (point) => coordinateOf(point, side, words.passed), pointOf = (at) => at[0] * side + at[1];
  const telling = (value) => meta.mode === "shares" ? fill(words.share, { share: percent(value) })
    : fill(words.value, { value: digits(value) });
  own.at ??= [9, 9];
  // The line may have become shorter than where one was.
  film.at = clamp(film.playing ? film.at : chosen(film, meta.at), 0, meta.last);
  clearTimeout(own.replying);
  Object.assign(own, { ghost: null, aimed: null, font: getComputedStyle(root).fontFamily, inks: inksOf(root) });
  map.setAttribute("aria-label", words.label);
  map.setAttribute("aria-rowcount", side);
  map.setAttribute("aria-colcount", side);
  find(".keys").textContent = meta.plays ? words.keys : words.pick;

  const told = (at) => {
    const shown = line(film.at), point = pointOf(at), code = shown.points[point];
    const number = code === 1 || code === -1 ? code * shown.turn : 0;
    const stone = { 1: words.black, "-1": words.white }[code] ?? words.empty;
    return [fill(words.point, { point: named(point), stone, number: minus(String(number)) }),
      telling(shown.value(point))].join(" · ");
  };
  const paint = () => {
    if (!own.width) return;
    drawPosition(canvas, { ...line(film.at), ghost: own.ghost }, meta, own);
  };
  const look = (at) => { putMark(cursor, at, own.cell); readout.textContent = at ? told(at) : ""; };
  const rest = () => look(map.matches(":focus-visible") ? own.at : null);

  const act = (value) => { film.pending = null; stop(); setTriggerValue("pick", value); };
  const put = (at, touched) => {
    own.at = at;
    const point = pointOf(at), code = line(film.at).points[point];
    if (!meta.plays) return act({ pick: [film.at, point] });
    if (code !== 0) { readout.textContent = fill(words[RULES[code]], { point: named(point) }); return; }
    // A finger covers several points: the first touch aims, the second one plays.
    if (touched && own.aimed !== point) {
      own.aimed = own.ghost = point;
      paint();
      readout.textContent = fill(words.again, { point: named(point) });
      return;
    }
    own.ghost = point;
    paint();
    act({ play: [film.at, point] });
  };
  map.onpointerdown = (event) => { own.touched = event.pointerType === "touch"; };
  listen(map, own, readout, { under: (event) => cellUnder(event, canvas, size), look, rest,
    pick: (at) => put(at, own.touched) });
  walk(map, own, size, (at) => { own.pointer = null; put(at, false); }, () => {
    own.pointer = null;
    readout.setAttribute("aria-live", "polite");
    nameCell(cursor, own.at, null, told(own.at));
    look(own.at);
  });
  nameCell(cursor, own.at, null, told(own.at));
  settleOn(map, own, rest);

  const draw = (step) => {
    if (step !== own.step) own.ghost = own.aimed = null;
    own.step = step;
    paint();
    tell(find, meta, line(step), step, named);
    find(".back").disabled = step === 0;
    find(".on").disabled = step === meta.last;
    find(".undo").disabled = !meta.undo || step <= meta.branch;
    if (own.pointer) own.pointer.element.onpointermove(own.pointer);
  };
  const { look: show, stop } = player(film, [button, slider], words, { last: meta.last, end: meta.last, rate: RATE,
    draw, send: (step) => setTriggerValue("pick", { at: step }) });
  const go = (by) => { stop(); show(film.at + by); slider.onchange(); };
  find(".back").onclick = () => go(-1);
  find(".on").onclick = () => go(1);
  find(".tools").hidden = meta.last === 0;
  find(".acts").hidden = !meta.plays;
  find(".pass").textContent = words.pass;
  find(".pass").onclick = () => act({ play: [film.at, side * side] });
  find(".undo").textContent = words.undo;
  find(".undo").onclick = () => act({ undo: film.at });
  find(".back").setAttribute("aria-label", words.back);
  find(".on").setAttribute("aria-label", words.on);
  find(".tools label span").textContent = words.slider;
  slider.setAttribute("aria-label", words.slider); // a phone has no room for the word
  // So late that the stone which it answers has been seen.
  if (meta.reply !== null) own.replying = setTimeout(() => act({ play: [meta.last, meta.reply] }), PAUSE);

  const unfollow = follow(find(".pair"), () => {
    const room = Math.min(LARGEST, own.width > BESIDE + LEAST[meta.mode] ? own.width - BESIDE : own.width);
    own.cell = Math.max(1, Math.floor(own.ratio * room / frameSide(side, 1))) / own.ratio;
    fitCanvas(canvas, side * own.cell, side * own.cell, own.ratio);
    fitCanvas(edge, frameSide(side, own.cell), frameSide(side, own.cell), own.ratio);
    const margin = (frameSide(side, own.cell) - side * own.cell) / 2 + "px";
    Object.assign(map.style, { left: margin, top: margin });
    find(".frame").style.width = find(".goban").style.width = frameSide(side, own.cell) + "px";
    drawEdge(edge, side, own.cell, own.ratio, { font: own.font, colour: own.inks.quiet });
    show(film.at);
  }, own);
  return () => {
    clearTimeout(own.replying);
    unfollow();
    if (!parentElement.isConnected) stop();
  };
}

/** Say what there is to see at a step: whose turn it is, the moves that are proposed, and the one that was played. */
function tell(find, { words, mode, unit, last, labels, plays, reply }, shown, step, named) {
  const { values, points, next, captured } = shown;
  const turn = shown.turn === 1 ? words.black_moves : words.white_moves;
  const said = labels ? labels[step] : fill(words.step, { step, last });
  find(".tools input").setAttribute("aria-valuetext", said);
  find(".state").textContent = [said, ...labels ? [] : [turn, reply !== null && step === last ? words.thinking : ""],
    plays ? fill(words.captured, { black: captured[0], white: captured[1] }) : ""].filter(Boolean).join(" · ");
  find("table").hidden = find(".next").hidden = mode !== "shares";
  if (mode !== "shares") return;
  const order = [...values.keys()].sort((a, b) => values[b] - values[a]);
  const line = (/** @type {string} */ tag, /** @type {string[]} */ texts) => {
    const row = document.createElement("tr");
    for (const text of texts) row.appendChild(document.createElement(tag)).textContent = text;
    return row;
  };
  find("thead").replaceChildren(line("th", [words.move, "", words.probability]));
  find("tbody").replaceChildren(...order.filter((point) => points[point] === 0).slice(0, LISTED).map((point) => {
    const share = values[point] * unit, row = line("td", [named(point), "", percent(share)]);
    row.children[1].appendChild(document.createElement("i")).style.width = 100 * share + "%";
    row.classList.toggle("played", point === next);
    return row;
  }));
  const forbidden = order.reduce((sum, point) => points[point] === 0 ? sum : sum + values[point] * unit, 0);
  const played = next < 0 ? "" : next >= points.length ? fill(words.next_passed, {})
    : fill(words.next, { point: named(next), rank: order.indexOf(next) + 1, share: percent(values[next] * unit) });
  find(".next").textContent = [played, fill(words.forbidden, { share: percent(forbidden) })].filter(Boolean).join(" ");
}
