// The five ways side by side: their numbers computed and painted, and what is told of them.

import { handlesOf, samePlace } from "./cloud_dragging.js";
import { brief, frameOf, paintPoints, paintValley, places, reachOf, valleyFrame } from "./cloud_drawing.js";
import { computed } from "./cloud_numbers.js";
import { clamp, fill } from "./shared.js";

// CSS pixels from the end of an axis to its handle.
const GAP = 20;

/** Sliders that are no film: what one shows, and what its place on the slider means. */
export const SLIDERS = {
  rate: { of: (at) => Number((10 ** at).toPrecision(2)), at: Math.log10, text: (value) => String(value) },
  rotate: { of: Number, at: Number, text: (value) => `${String(value).replace("-", "−")}°` },
};

/** Ways to `draw` all anew, to `paint` what is known, and to `tell` of the point or the weights that are looked at. */
export function panelling(find, own, meta, [base, labels, covariances, losses], panels) {
  const { words, steps } = meta, names = words.ways.split("|");
  const [readout, check, slider] = [".readout", ".check", ".steps"].map(find);
  const handles = panels[0].stage.querySelectorAll(".handle");
  const draw = () => {
    own.found = computed(base, labels, own.cloud, { rate: own.rate, steps, rotate: own.rotate });
    if (own.width > 0) paint();
  };
  const paint = () => {
    const given = { inks: own.inks, ratio: own.ratio, font: own.font, told: own.hover ?? own.point, step: own.at };
    if (!own.drag) own.reach = [reachOf(own.found[0].points, 6), reachOf(own.found[4].points, 4)];
    own.frames = own.found.map((_, i) => frameOf(own.side, own.side, own.reach[i === 2 || i === 4 ? 1 : 0]));
    own.gap = GAP / own.frames[0].scale;
    const ends = handlesOf(own.cloud, own.gap);
    own.slopes = own.found.map((way) => valleyFrame(way.valley, own.side, own.high));
    panels.forEach((panel, i) => {
      const way = own.found[i], [xx, xy, yy] = way.covariance, { values } = way.axes;
      paintPoints(panel.points, way, labels, own.frames[i], { ...given, ends: i ? [] : ends.slice(1) });
      const loss = brief(paintValley(panel.valley, way, own.slopes[i], given));
      const round = brief(way.valley.values[0] / way.valley.values[1]), count = way.changed.length;
      [xx, xy, xy, yy].forEach((value, k) => { panel.matrix.children[k].textContent = places(value); });
      panel.axes.textContent = fill(words.axes, { first: places(values[0]), second: places(values[1]) })
        .replace("|", "\n");
      panel.changes.textContent = fill(words.changes, { count, points: labels.length });
      panel.loss.textContent = fill(words.loss, { round, loss });
      panel.stage.setAttribute("aria-label", fill(words.points, { name: names[i], count, points: labels.length,
        covariance: way.covariance.map((value) => places(value)).join(", ") }));
      panel.slope.setAttribute("aria-label", fill(words.slope, { name: names[i], round, loss,
        step: own.at }));
      // At the weights it begins with the loss is 1.
      panel.loss.classList.toggle("wrong", way.losses[own.at] > 1);
    });
    ends.forEach((place, k) => {
      const [x, y] = own.frames[0].to(place).map((value) => clamp(value, 6, own.side - 6));
      handles[k].style.transform = `translate(${x}px, ${y}px)`;
      const label = { x: places(place[0]), y: places(place[1]) };
      handles[k].setAttribute("aria-label", fill(words.handles.split("|")[k], label));
    });
    for (const name of Object.keys(SLIDERS)) {
      const text = SLIDERS[name].text(own[name]);
      find(`.${name} output`).textContent = text;
      find(`.${name} input`).setAttribute("aria-valuetext", text);
    }
    const text = fill(words.step, { step: own.at });
    find(".stepped").textContent = text;
    slider.setAttribute("aria-valuetext", text);
    tell();
    compare();
  };
  const tell = () => {
    const at = own.hover ?? own.point;
    readout.textContent = own.valleyTold ?? (at === null || at >= labels.length ? words.idle
      : [fill(words.point, { number: at }), ...own.found.map(({ points }, i) =>
        `${names[i]} (${places(points[2 * at])}, ${places(points[2 * at + 1])})`)].join(" · "));
  };
  const compare = () => {
    const asSent = samePlace(own.cloud, meta.cloud) && own.rate === meta.rate && !own.drag;
    if (!asSent) { check.textContent = words.waiting; delete check.dataset.difference; return; }
    let most = 0;
    own.found.forEach(({ covariance: [xx, xy, yy], losses: mine }, i) => {
      [xx, xy, xy, yy].forEach((value, k) => { most = Math.max(most, Math.abs(value - covariances[4 * i + k])); });
      mine.forEach((value, k) => {
        const torchs = losses[(steps + 1) * i + k];
        most = Math.max(most, Math.abs(value - torchs) / Math.max(1, Math.abs(torchs)));
      });
    });
    check.textContent = fill(words.agree, { name: meta.name, difference: most === 0 ? "0" : most.toExponential(0) });
    check.dataset.difference = String(most);
  };
  return { draw, paint, tell };
}
