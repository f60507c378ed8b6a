const A_SECOND = 8;

function paint(canvas, [h, w], colourOf) {
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
  }
  const context = canvas.getContext("2d"), image = context.createImageData(w, h);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < pixels.length; i++) pixels[i] = colourOf(i);
  context.putImageData(image, 0, 0);
}

/** As many figures as there are things to see, kept from run to run. */
function figures(row, captions) {
  while (row.children.length > captions.length) row.lastChild.remove();
  while (row.children.length < captions.length) {
    const figure = document.createElement("figure"), canvas = document.createElement("canvas");
    canvas.setAttribute("aria-hidden", "true");
    figure.append(canvas, document.createElement("figcaption"));
    row.append(figure);
  }
  return captions.map((text, i) => {
    row.children[i].lastChild.textContent = text;
    return row.children[i].firstChild;
  });
}

export default function ({ data, parentElement, setTriggerValue }) {
  if (!data) return;
  const find = (name) => parentElement.querySelector(name);
  const own = memory(parentElement), [meta, [pictures, maps, answers]] = unpack(data), { words, count } = meta;
  const [slider, button, readout, bars] = [".tools input", ".play", ".readout", ".bars"].map(find);
  const [h, w] = meta.picture, area = meta.map[0] * meta.map[1], kinds = meta.channels.length;
  const colours = meta.modes.map(palette), classes = meta.names.length;

  find(".tools label span").textContent = words.slider;
  find(".still").textContent = words.unmoved;
  find(".answers .head").textContent = words.answers;
  slider.max = count - 1;
  const captions = [words.input, ...meta.channels.map((channel) => fill(words.channel, { channel }))];
  const still = figures(find(".first"), captions), now = figures(find(".second"), captions);
  const soft = w >= 64;
  for (const canvas of [still[0], now[0]]) canvas.classList.toggle("soft", soft);

  while (bars.children.length > classes) bars.lastChild.remove();
  while (bars.children.length < classes) {
    const bar = document.createElement("div");
    bar.className = "bar";
    bar.append(...["name", "before", "after", "number"].map((name) => {
      const part = document.createElement("span");
      part.className = name;
      return part;
    }));
    bars.append(bar);
  }

  const show = (canvases, frame) => {
    const start = 3 * frame * h * w;
    paint(canvases[0], meta.picture, (i) =>
      (0xff000000 | pictures[start + 3 * i + 2] << 16 | pictures[start + 3 * i + 1] << 8 | pictures[start + 3 * i]) >>> 0);
    for (let k = 0; k < kinds; k++) {
      const first = (frame * kinds + k) * area;
      paint(canvases[k + 1], meta.map, (i) => colours[k][maps[first + i]]);
    }
  };
  function look(state) {
    own.at = clamp(state, 0, count - 1);
    slider.value = own.at;
    slider.setAttribute("aria-valuetext", meta.said[own.at]);
    readout.textContent = meta.said[own.at];
    find(".now").textContent = meta.labels[own.at];
    show(now, own.at + 1);
    for (let k = 0; k < classes; k++) {
      const before = answers[k], after = answers[(own.at + 1) * classes + k], parts = bars.children[k].children;
      parts[0].textContent = meta.names[k];
      parts[1].style.width = 100 * before + "%";
      parts[2].style.width = 100 * after + "%";
      parts[3].textContent = (100 * after).toFixed(after < 0.0995 ? 1 : 0) + " %";
    }
  }
  function stop() {
    cancelAnimationFrame(own.playing);
    own.playing = null;
    button.textContent = words.play;
  }
  const settle = () => {
    pend(own, own.at);
    setTriggerValue("pick", own.at);
  };
  // Another run of the same film goes on where it is; `look` and `stop` are always the newest run's.
  own.look = look;
  const play = () => {
    const from = own.at + 1 >= count ? 0 : own.at, began = performance.now();
    button.textContent = words.pause;
    const tick = (time) => {
      const state = from + Math.floor(Math.max(0, time - began) / 1000 * A_SECOND);
      own.playing = requestAnimationFrame(tick);
      if (state >= count) { stop(); settle(); } else if (state !== own.at) own.look(state);
    };
    own.playing = requestAnimationFrame(tick);
  };

  const film = [count, meta.labels[0], meta.labels[count - 1]].join();
  if (own.film !== film) { own.pending = null; stop(); }
  own.film = film;
  own.choose = (state) => { if (!own.playing) own.look(state); };
  const asked = chosen(own, meta.selected);
  button.textContent = own.playing ? words.pause : words.play;
  button.onclick = () => {
    if (own.playing) { stop(); settle(); } else play();
  };
  slider.oninput = () => { if (own.playing) stop(); look(Number(slider.value)); };
  slider.onchange = settle;
  show(still, 0);
  look(own.playing ? own.at : asked);
  return () => { if (!parentElement.isConnected) stop(); };
}
