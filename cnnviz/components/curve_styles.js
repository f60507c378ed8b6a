// Up to five curves that stay apart for colour-blind eyes and for those who see none: a colour and a dash each.

/** The accents, by their order, and the dashes. */
const ACCENT = ["input", "kernel", "output", "wrong", "quiet"], DASH = [[], [9, 5], [2, 4], [10, 4, 2, 4], [16, 5]];

/**
 * How curve 0, 1, ... is drawn, in the colours of `inksOf`.
 *
 * @param {Record<string, string>} inks
 * @param {number} which
 */
export const styleOf = (inks, which) => ({ colour: inks[ACCENT[which]], dash: DASH[which], width: which ? 2 : 3.5 });

/** A short piece of curve `which` for a table, whose colour follows the theme. */
export function swatch(which) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
  for (const [name, value] of Object.entries({ width: 34, height: 10, "aria-hidden": "true" }))
    made.setAttribute(name, String(value));
  const drawn = { x1: 0, x2: 34, y1: 5, y2: 5, "stroke-width": which ? 2.5 : 4,
    "stroke-dasharray": DASH[which].join() };
  for (const [name, value] of Object.entries(drawn)) line.setAttribute(name, String(value));
  line.style.stroke = `var(--${ACCENT[which]})`;
  made.append(line);
  return made;
}
