// A map's cells, [row, column]: pointed at, walked over by the arrow keys, picked.

import { chosen, clamp, pend } from "./shared.js";

export const sameCell = (a, b) => Boolean(a && b && a[0] === b[0] && a[1] === b[1]);

/** Keys pressed without Ctrl, Alt or Command: those that `act`, told the key, says it has taken go no further. */
export function onKeys(element, act) {
  element.onkeydown = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !act(event.key, event)) return;
    event.preventDefault();
    event.stopPropagation();
  };
}

/**
 * The pointer names a place on an element to `look` at, a click picks one.
 *
 * `under` tells the place of an event, null for none; `rest` shows what there is to see while nobody points.
 */
export function listen(element, own, readout, { under, look, rest, pick }) {
  element.onpointermove = (event) => {
    own.pointer = { element, clientX: event.clientX, clientY: event.clientY };
    const at = under(event);
    if (!at) return rest();
    readout.setAttribute("aria-live", "off");
    return look(at);
  };
  element.onpointerleave = () => { own.pointer = null; rest(); };
  element.onclick = (event) => {
    const at = under(event);
    if (at) pick(at);
  };
}

/**
 * Let focus and its loss, and the function returned, look anew: at what the pointer is over, else at what `rest`
 * shows.
 */
export function settleOn(element, own, rest) {
  const settle = () => own.pointer ? own.pointer.element.onpointermove(own.pointer) : rest();
  element.onfocus = settle;
  element.onblur = settle;
  return settle;
}

/** The arrow keys walk `own.at` over a grid's cells, Home to PageDown to its edges; Enter and space `pick` the cell. */
export function walk(grid, own, [rows, columns], pick, moved) {
  onKeys(grid, (key) => {
    const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0],
      Home: [0, -columns], End: [0, columns], PageUp: [-rows, 0], PageDown: [rows, 0] };
    if (key === "Enter" || key === " ") pick(own.at);
    else if (key in moves) {
      const [down, right] = moves[key];
      own.at = [clamp(own.at[0] + down, 0, rows - 1), clamp(own.at[1] + right, 0, columns - 1)];
      moved();
    } else return false;
    return true;
  });
}

/** The cell of a canvas that an event happened over. */
export function cellUnder(event, canvas, [rows, columns]) {
  const frame = canvas.getBoundingClientRect();
  return [clamp(Math.floor((event.clientY - frame.top) / frame.height * rows), 0, rows - 1),
    clamp(Math.floor((event.clientX - frame.left) / frame.width * columns), 0, columns - 1)];
}

/** Lay a mark where `box` is, in CSS pixels of its parent; without one it is not seen. */
export function layMark(mark, box) {
  mark.style.opacity = box ? 1 : 0; // not display: the cell must stay for screen readers
  if (!box) return;
  mark.style.width = box.width + "px";
  mark.style.height = box.height + "px";
  mark.style.transform = `translate(${box.left}px, ${box.top}px)`;
}

/** Lay a mark around a cell whose sides are `side` pixels long; without a cell it is not seen. */
export function putMark(mark, at, side) {
  layMark(mark, at && { left: at[1] * side - 2, top: at[0] * side - 2, width: side + 4, height: side + 4 });
}

/** Tell a screen reader at which cell the keyboard's cursor is. */
export function nameCell(cursor, [row, column], selected, label) {
  cursor.setAttribute("aria-rowindex", row + 1);
  cursor.setAttribute("aria-colindex", column + 1);
  cursor.setAttribute("aria-selected", String(sameCell([row, column], selected)));
  cursor.setAttribute("aria-label", label);
}

/**
 * A map of units: the pointer and the keys name one to `look` at, a click or Enter picks one and `send` hears of it.
 *
 * `label` is what a screen reader hears of a unit, `selected` the one that Python has chosen. Returns `listen`, which
 * lets another element's pointer name units, and `settle`, to look anew once `own.cell` and `own.choose` are up to
 * date.
 */
export function unitMap(find, own, [rows, columns], selected, { look, label, send }) {
  const [map, canvas, cursor] = [".map", ".map canvas", ".cursor"].map(find);
  const [chosenMark, readout] = [".chosen", ".readout"].map(find);
  const inside = (at) => at && at[0] >= 0 && at[1] >= 0 && at[0] < rows && at[1] < columns ? at : null;
  map.setAttribute("aria-rowcount", rows);
  map.setAttribute("aria-colcount", columns);
  own.choose = (at) => {
    own.selected = at;
    putMark(chosenMark, at, own.cell);
    nameCell(cursor, own.at, at, label(own.at));
  };
  own.selected = inside(chosen(own, selected, sameCell));
  own.at = own.selected ?? inside(own.at) ?? [Math.floor(rows / 2), Math.floor(columns / 2)];

  const pick = (at) => {
    own.at = at;
    pend(own, at);
    own.choose(at);
    send(at);
  };
  const rest = () => {
    const focused = map.matches(":focus-visible");
    putMark(cursor, focused ? own.at : null, own.cell);
    look(focused ? own.at : own.selected);
  };
  const point = (at) => { putMark(cursor, at, own.cell); look(at); };
  const settle = settleOn(map, own, rest);
  const listenTo = (element, under) => listen(element, own, readout, { under, look: point, rest, pick });
  listenTo(map, (event) => cellUnder(event, canvas, [rows, columns]));
  walk(map, own, [rows, columns], (at) => { own.pointer = null; pick(at); }, () => {
    own.pointer = null;
    readout.setAttribute("aria-live", "polite");
    own.choose(own.selected);
    point(own.at);
  });
  return { listen: listenTo, settle };
}
