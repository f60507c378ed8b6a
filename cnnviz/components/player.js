// A film with a play button and a slider.

import { clamp, pend } from "./shared.js";

/**
 * Let a button play and a slider choose the steps 0 to `last`: `draw` draws one, `send` hears of the one that was left.
 *
 * Playing shows `rate` steps a second up to step `end`, and goes on while newer runs come. Returns `look`, which goes
 * to a step, and `stop`.
 */
export function player(own, [button, slider], words, { last, end, rate, draw, send }) {
  const look = (step) => {
    own.at = clamp(step, 0, last);
    slider.value = own.at;
    draw(own.at);
  };
  const stop = () => {
    cancelAnimationFrame(own.playing);
    own.playing = null;
    button.textContent = words.play;
  };
  const settle = () => {
    pend(own, own.at);
    send(own.at);
  };
  const play = () => {
    if (own.at >= last) look(0);
    const from = own.at, began = performance.now();
    button.textContent = words.pause;
    const tick = (now) => {
      const step = from + Math.floor(Math.max(0, now - began) / 1000 * rate);
      own.playing = requestAnimationFrame(tick);
      if (step !== own.at) own.look(step);
      if (step >= end) { stop(); settle(); }
    };
    own.playing = requestAnimationFrame(tick);
  };
  own.look = look; // what is playing may have been begun by an older run
  own.choose = (step) => { if (!own.playing) own.look(step); };
  slider.max = last;
  button.textContent = own.playing ? words.pause : words.play;
  button.onclick = () => {
    if (own.playing) { stop(); settle(); } else play();
  };
  slider.oninput = () => { if (own.playing) stop(); look(Number(slider.value)); };
  slider.onchange = settle;
  return { look, stop };
}
