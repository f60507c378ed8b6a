// Giving a cell another value.

import { typed } from "./cell_values.js";
import { clamp } from "./shared.js";
import { edges, panelOf, planeOf } from "./sliding_layout.js";

const ARRAYS = { input: "inputs", kernel: "weights", bias: "bias" };

/** What was typed and Python does not know yet stays, on top of what it sent. */
export function keepEdits({ edits, arrays }) {
  for (const name of Object.values(ARRAYS)) if (arrays[name]) arrays[name] = arrays[name].slice();
  for (const [id, { grid, index, value, time }] of edits) {
    if (arrays[ARRAYS[grid]][index] === value || performance.now() - time > 4000) edits.delete(id);
    else arrays[ARRAYS[grid]][index] = value;
  }
}

/**
 * A function that opens the field over a cell, with what was `begun` to be typed.
 *
 * `leave` ends the animation, `changed` is called when a cell has another value, and `send` hears of all edits.
 */
export function editing(own, find, panels, cells, { leave, settle, changed, send }) {
  const [editor, check] = [".edit", ".check"].map(find), { meta: { words }, arrays } = own;
  const { valueAt, inArray, nameOf } = cells;
  const edit = (cell, begun) => {
    leave();
    const [left, top] = edges(own.grid, planeOf(own.grid, cell), cell.index), wide = Math.max(64, own.grid.cell);
    Object.assign(editor.style, { left: clamp(left, 0, own.grid.width - wide) + "px", top: top + "px",
      width: wide + "px", height: Math.max(26, own.grid.cell) + "px" });
    own.editing = cell;
    own.panel = panelOf(cell);
    editor.hidden = false;
    editor.value = begun ?? String(Number(valueAt(cell).toPrecision(6)));
    editor.setAttribute("aria-label", nameOf(cell));
    editor.setAttribute("aria-invalid", "false");
    editor.focus();
    if (begun === undefined) editor.select();
  };
  const close = (refocus) => {
    own.editing = null;
    editor.hidden = true;
    if (refocus) panels[own.panel].focus({ focusVisible: true });
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
    const index = inArray(cell);
    if (arrays[ARRAYS[cell.grid]][index] === value) return settle();
    arrays[ARRAYS[cell.grid]][index] = value;
    own.edits.set(`${cell.grid} ${index}`, { grid: cell.grid, index, value, time: performance.now() });
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
