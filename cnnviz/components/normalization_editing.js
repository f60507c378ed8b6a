// Giving a cell of a batch, a gamma or a beta another value.

import { typed } from "./cell_values.js";
import { clamp } from "./shared.js";

export const mayEdit = (cell) => Boolean(cell) && ["input", "gamma", "beta"].includes(cell.grid);

/**
 * A function that opens the field over a cell, with what was `begun` to be typed.
 *
 * `called` is what a screen reader hears of the cell; `changed` is told the outputs as they were before an edit.
 */
export function editing(own, find, elements, { called, settle, changed }) {
  const [stage, editor, check] = [".stage", ".edit", ".check"].map(find), { words } = own.meta;
  const edit = (cell, begun) => {
    const box = own.plans[cell.grid].cells[cell.index].getBoundingClientRect(), frame = stage.getBoundingClientRect();
    const wide = Math.max(64, box.width);
    Object.assign(editor.style, { left: clamp(box.left - frame.left, 0, frame.width - wide) + "px",
      top: box.top - frame.top + "px", width: wide + "px", height: Math.max(26, box.height) + "px" });
    own.editing = cell;
    editor.hidden = false;
    editor.value = begun ?? String(Number(own.values[cell.grid][cell.index].toPrecision(6)));
    editor.setAttribute("aria-label", called(cell));
    editor.setAttribute("aria-invalid", "false");
    editor.focus();
    if (begun === undefined) editor.select();
  };
  const close = (refocus) => {
    const cell = own.editing;
    own.editing = null;
    editor.hidden = true;
    if (refocus && cell) elements[cell.grid].focus({ focusVisible: true });
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
    if (own.arrays[cell.grid][cell.index] === value) { settle(); return; }
    const before = own.outputs;
    own.arrays[cell.grid][cell.index] = value;
    own.edits.set(`${cell.grid} ${cell.index}`, { ...cell, value, time: performance.now() });
    changed(before);
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
