// Cells of grids of numbers: pointed at, walked over, pinned, and given other values in a field that opens over one.

import { typed } from "./cell_values.js";
import { onKeys } from "./grid.js";
import { clamp } from "./shared.js";

const NARROWEST = 64, LOWEST = 26; // pixels of the field
const STAYS = 100; // milliseconds that a cell stays lit after the pointer has left it for none
const KNOWN_AFTER = 4000; // milliseconds after which Python has had its say

export const same = (a, b) => Boolean(a && b && a.grid === b.grid && a.index === b.index);

/**
 * What was typed and Python does not know yet stays, on top of what it sent: `names` has for each grid that of its
 * array in `arrays`, which is replaced by a copy.
 */
export function keepEdits(edits, arrays, names) {
  for (const name of Object.values(names)) if (arrays[name]) arrays[name] = arrays[name].slice();
  for (const [id, { grid, index, value, time }] of edits) {
    const array = arrays[names[grid]];
    if (array[index] === value || performance.now() - time > KNOWN_AFTER) edits.delete(id);
    else array[index] = value;
  }
}

/**
 * A function that opens the field over a cell, with what was `begun` to be typed.
 *
 * `arrayOf` a grid is written to, at `placeOf` a cell. `boxOf` a cell is its left, top, width and
 * height in a stage so wide, `elementOf` what has the focus before and after. `changed` is called when a cell has
 * another value, and then `send` with all edits as [grid, index, value].
 */
export function editing(own, find, { arrayOf, placeOf, boxOf, elementOf, valueAt, nameOf, settle, changed, send }) {
  const [editor, check] = [".edit", ".check"].map(find), { meta: { words } } = own;
  const edit = (cell, begun) => {
    const { left, top, width, height, stage } = boxOf(cell), wide = Math.max(NARROWEST, width);
    Object.assign(editor.style, { left: clamp(left, 0, stage - wide) + "px", top: top + "px", width: wide + "px",
      height: Math.max(LOWEST, height) + "px" });
    own.editing = cell;
    editor.hidden = false;
    editor.value = begun ?? String(Number(valueAt(cell).toPrecision(6)));
    editor.setAttribute("aria-label", nameOf(cell));
    editor.setAttribute("aria-invalid", "false");
    editor.focus();
    if (begun === undefined) editor.select();
  };
  const close = (refocus) => {
    const cell = own.editing;
    own.editing = null;
    editor.hidden = true;
    if (refocus && cell) elementOf(cell).focus({ focusVisible: true });
  };
  const commit = (refocus) => {
    const cell = own.editing, value = typed(editor.value);
    if (!cell) return;
    if (Number.isNaN(value)) {
      editor.setAttribute("aria-invalid", "true");
      check.textContent = words.wrong;
      if (!refocus) close(false);
      return;
    }
    close(refocus);
    const { grid } = cell, index = placeOf(cell), array = arrayOf(grid);
    if (array[index] === value) { settle(); return; }
    array[index] = value;
    own.edits.set(`${grid} ${index}`, { grid, index, value, time: performance.now() });
    changed();
    send([...own.edits.values()].map((each) => [each.grid, each.index, each.value]));
  };
  editor.onkeydown = (event) => {
    event.stopPropagation();
    if (event.key === "Enter") { event.preventDefault(); commit(true); }
    else if (event.key === "Escape") { event.preventDefault(); close(true); }
  };
  editor.onblur = () => commit(false);
  editor.hidden = !own.editing;
  return edit;
}

/**
 * Let the pointer and the keys name, pin and edit cells.
 *
 * `elements` by name hear keys, and their cursor is at `cursorOf` the name; `under` is the cell of an event of the
 * pointer, `neighbour` that where an arrow leads. `move` puts the cursor, `stop` and `leave` end what plays by itself.
 */
export function pointing(own, { stage, sum, elements }, { under, cursorOf, neighbour, mayEdit },
  { settle, move, pin, edit, stop = () => {}, leave = () => {} }) {
  const typing = (event) => event.target.closest?.(".edit");
  const over = (cell) => {
    clearTimeout(own.leaving);
    own.leaving = null;
    if (same(cell, own.hover) || (!cell && !own.hover)) return;
    own.hover = cell;
    stage.style.cursor = cell ? "crosshair" : "default";
    sum.setAttribute("aria-live", "off");
    settle();
  };
  stage.onpointermove = (event) => {
    if (typing(event)) return;
    const cell = under(event);
    // On the way to the next cell the last one stays lit: to dim all others anew at every gap would cost frames.
    if (cell) over(cell);
    else own.leaving ??= setTimeout(over, STAYS, null);
  };
  stage.onpointerleave = () => over(null);
  stage.onclick = (event) => {
    const cell = typing(event) ? null : under(event);
    if (!cell) return;
    stop();
    move(cell);
    // The second click of a double click must not undo what the first one did.
    if (event.detail < 2) pin(cell);
  };
  stage.ondblclick = (event) => {
    const cell = typing(event) ? null : under(event);
    if (mayEdit(cell)) edit(cell);
  };
  for (const [name, element] of Object.entries(elements)) {
    element.onfocus = settle;
    element.onblur = settle;
    onKeys(element, (key, event) => {
      const cell = cursorOf(name);
      if (typing(event)) return false;
      if (/^(Arrow(Left|Right|Up|Down)|Home|End|Page(Up|Down))$/.test(key)) {
        own.hover = null;
        leave();
        sum.setAttribute("aria-live", "polite");
        move(neighbour(cell, key));
      } else if (key === " ") pin(cell);
      else if (key === "Escape") { if (own.pin) pin(own.pin); }
      else if ((key === "Enter" || key === "F2") && mayEdit(cell)) edit(cell);
      else if (key === "Enter") pin(cell);
      else if (/^[\d.,+-]$/.test(key) && mayEdit(cell)) edit(cell, key);
      else return false;
      settle();
      return true;
    });
  }
}
