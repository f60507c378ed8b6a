// The animation: one step an output or, where inputs paint, one step an input.

import { clamp, fill } from "./shared.js";

/**
 * Let the buttons step and play. Returns the cell of a step, `buttons`, to show what can be pressed, `stop` and
 * `leave`.
 */
export function playing(own, find, { paint, settle }) {
  const { meta, map: { outs, places, inputs, firstPlace } } = own, { words } = meta;
  const [back, play, next, all, speed] = [".back", ".play", ".step", ".all", ".speed input"].map(find);
  const steps = meta.paint ? meta.channels * inputs : meta.filters * outs;
  const cellOf = (step) => meta.paint
    ? { grid: "input", index: Math.floor(step / inputs) * places + firstPlace[step % inputs] }
    : { grid: "output", index: step };
  const goTo = (step) => {
    own.step = step === null ? null : clamp(step, 0, steps - 1);
    own.hover = null;
    paint();
    settle();
  };
  /** Go back to the whole output. */
  const leave = () => {
    stop();
    if (own.step !== null) { own.step = null; paint(); }
  };
  const buttons = () => {
    play.textContent = (own.playing ? "❚❚ " : "▶ ") + (own.playing ? words.pause : words.play);
    play.setAttribute("aria-pressed", String(own.playing));
    back.disabled = own.step === null || own.step === 0;
    all.disabled = own.step === null;
  };
  const run = (now) => {
    const rate = 2 ** Number(speed.value);
    own.due += Math.min(0.25, (now - own.last) / 1000) * rate;
    own.last = now;
    const forward = Math.floor(own.due);
    if (forward > 0) {
      own.due -= forward;
      if (own.step + forward >= steps) { stop(); own.step = null; paint(); settle(); return; }
      own.goTo(own.step + forward);
    }
    own.tick = requestAnimationFrame(own.run);
  };
  const stop = () => { own.playing = false; cancelAnimationFrame(own.tick); own.tick = null; buttons(); };
  Object.assign(own, { goTo, run: (now) => run(now) });
  play.onclick = () => {
    if (own.playing) return stop();
    own.playing = true;
    own.last = performance.now();
    own.due = 0;
    own.goTo(own.step ?? 0);
    own.tick = requestAnimationFrame(own.run);
    return buttons();
  };
  next.onclick = () => { stop(); goTo(own.step === null ? 0 : own.step + 1); };
  back.onclick = () => { stop(); goTo(own.step - 1); };
  all.onclick = () => { stop(); goTo(null); };
  const say = () => {
    const rate = 2 ** Number(speed.value);
    find(".speed output").textContent = fill(words.rate, { speed: Number(rate.toFixed(1)) });
  };
  speed.oninput = say;
  for (const each of [back, play, next, all, speed]) each.onkeydown = (event) => event.stopPropagation();
  say();
  [back.textContent, next.textContent, all.textContent] = [`◂ ${words.back}`, `${words.step} ▸`, words.all];
  find(".speed span").textContent = words.speed;
  return { cellOf, buttons, stop, leave };
}
