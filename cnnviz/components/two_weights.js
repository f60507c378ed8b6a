// Two descents of two weights side by side: contours of the loss, the path, and where the next step may lead.

import { contextOf, fitCanvas, inksOf, mix } from "./canvas.js";
import { player } from "./player.js";
import { chosen, fill, finder, follow, memory, unpack } from "./shared.js";

const A_SECOND = 6, REACH = 2, EDGE = 34, LARGEST = 330, WIDE = 1000, LEVELS = [1, 1 / 4, 1 / 16, 1 / 64];

const written = (value) => value.toFixed(2).replace("-", "−");
const pair = ([a, b]) => `(${written(a)}, ${written(b)})`;

/**
 * The points where d^T C d is 1, around 0: an ellipse, whose axes are C's eigenvectors.
 *
 * @param {Float32Array} curvature C, row by row
 */
function ellipse([a, b, , d]) {
  const middle = (a + d) / 2, apart = Math.hypot((a - d) / 2, b), turn = Math.atan2(2 * b, a - d) / 2;
  const long = 1 / Math.sqrt(Math.max(middle + apart, 1e-9)), short = 1 / Math.sqrt(Math.max(middle - apart, 1e-9));
  return Array.from({ length: 97 }, (_, i) => {
    const x = long * Math.cos(i * Math.PI / 48), y = short * Math.sin(i * Math.PI / 48);
    return [x * Math.cos(turn) - y * Math.sin(turn), x * Math.sin(turn) + y * Math.cos(turn)];
  });
}

/** The rows of a flat array of pairs. */
const pairs = (flat) => Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i], flat[2 * i + 1]]);

function planesOf(meta, arrays) {
  return meta.titles.map((title, which) => {
    const [examples, weights, gradients, curvature] = arrays.slice(4 * which, 4 * which + 4);
    const [x, y] = [weights[0] - meta.goal[0], weights[1] - meta.goal[1]];
    const loss = curvature[0] * x * x + 2 * curvature[1] * x * y + curvature[3] * y * y;
    return { title, positive: meta.positive[which], examples: pairs(examples), weights: pairs(weights),
      gradients: pairs(gradients), ring: ellipse(curvature), loss };
  });
}

function drawLine(context, points, colour, width) {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.beginPath();
  for (const [x, y] of points) context.lineTo(x, y);
  context.stroke();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number[]} place
 * @param {number} radius
 * @param {string} colour
 * @param {string} rim
 */
function drawDot(context, [x, y], radius, colour, rim) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.strokeStyle = rim;
  context.lineWidth = 1.5;
  context.fill();
  context.stroke();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number[]} from
 * @param {number[]} to
 * @param {string} colour
 */
function drawArrow(context, [x, y], [toX, toY], colour) {
  const length = Math.hypot(toX - x, toY - y);
  if (length < 1) return;
  const [across, down] = [(toX - x) / length, (toY - y) / length], head = Math.min(11, length);
  drawLine(context, [[x, y], [toX, toY]], colour, 3);
  context.fillStyle = colour;
  context.beginPath();
  context.moveTo(toX, toY);
  for (const side of [-0.45, 0.45])
    context.lineTo(toX - head * (across + side * down), toY - head * (down - side * across));
  context.fill();
}

/** Axes from -REACH to REACH with their names. */
function drawAxes(context, own, side, to) {
  const { inks } = own;
  context.font = own.font;
  context.fillStyle = inks.quiet;
  for (let tick = -REACH; tick <= REACH; tick++) {
    const [x, y] = to([tick, tick]), colour = tick ? inks.faint : inks.edge;
    const isLast = tick === REACH, text = String(tick).replace("-", "−");
    drawLine(context, [[x, 4], [x, side - EDGE]], colour, 1);
    drawLine(context, [[EDGE, y], [side - 4, y]], colour, 1);
    // The names stand at the axes' ends, in the place of their last numbers.
    context.textAlign = isLast ? "right" : "center";
    context.textBaseline = "top";
    context.fillText(isLast ? "w₁" : text, x, side - EDGE + 6);
    context.textAlign = "right";
    context.textBaseline = isLast ? "top" : "middle";
    context.fillText(isLast ? "w₂" : text, EDGE - 6, y);
  }
}

/**
 * Where weights can go from here: with positive inputs both grow or both fall.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {any} own
 * @param {number[]} here
 * @param {number} side
 */
function shadeWays(context, own, [x, y], side) {
  context.fillStyle = mix(own.inks.kernel, own.inks.paper, 0.2);
  context.fillRect(x, 0, side, y);
  context.fillRect(0, y, x, side);
}

function drawPlane(canvas, own, plane, step) {
  const { inks, side } = own, { goal, steps } = own.meta, context = contextOf(canvas, own.ratio);
  const scale = (side - EDGE - 4) / (2 * REACH);
  const to = ([x, y]) => [EDGE + (x + REACH) * scale, 4 + (REACH - y) * scale];
  const here = to(plane.weights[step]);
  context.clearRect(0, 0, side, side);
  context.save();
  context.beginPath();
  context.rect(EDGE, 4, side - EDGE - 4, side - EDGE - 4);
  context.clip();
  if (plane.positive) shadeWays(context, own, here, side);
  context.restore();
  drawAxes(context, own, side, to);
  context.save();
  context.beginPath();
  context.rect(EDGE, 4, side - EDGE - 4, side - EDGE - 4);
  context.clip();
  for (const level of LEVELS) {
    const size = Math.sqrt(level * plane.loss);
    drawLine(context, plane.ring.map(([x, y]) => to([goal[0] + size * x, goal[1] + size * y])), inks.edge, 1.2);
  }
  const path = plane.weights.slice(0, step + 1).map(to);
  drawLine(context, path, inks.input, 2);
  for (const each of path) drawDot(context, each, 2.5, inks.input, inks.input);
  drawDot(context, to(goal), 7, inks.output, inks.paper);
  if (step < steps) drawArrow(context, here, to(plane.weights[step + 1]), inks.kernel);
  drawDot(context, here, 6, inks.input, inks.paper);
  context.restore();
}

/** What there is to say of a plane at a step: the example and its gradient, and how often the signs were opposite. */
function describe(plane, words, step, steps) {
  const opposed = plane.gradients.slice(0, step).filter(([a, b]) => a * b < 0).length;
  const counted = fill(words.counted, { opposed, step });
  if (step === steps) return `${fill(words.end, { weights: pair(plane.weights[step]) })} ${counted}`;
  const gradient = plane.gradients[step], [a, b] = gradient, signs = a * b < 0 ? words.opposite : words.same;
  return `${fill(words.step, { example: pair(plane.examples[step]), gradient: pair(gradient), signs })} ${counted}`;
}

export default function ({ data, parentElement, setTriggerValue }) {
  if (!data) return;
  const find = finder(parentElement), own = memory(parentElement), [meta, arrays] = unpack(data), { words } = meta;
  const [slider, button, row] = [".tools input", ".play", ".planes"].map(find), planes = planesOf(meta, arrays);
  const figures = [...parentElement.querySelectorAll("figure")].map((figure) => ({ figure,
    canvas: figure.querySelector("canvas"), readout: figure.querySelector(".readout") }));
  Object.assign(own, { meta, inks: inksOf(find(".root")), font: `13px ${getComputedStyle(row).fontFamily}` });
  figures.forEach(({ figure }, which) => { figure.querySelector("figcaption").textContent = planes[which].title; });
  find(".tools label span").textContent = words.slider;

  function draw(step) {
    if (!own.width) return;
    const told = planes.map((plane) => describe(plane, words, step, meta.steps));
    figures.forEach(({ canvas, readout }, which) => {
      drawPlane(canvas, own, planes[which], step);
      readout.textContent = told[which];
    });
    slider.setAttribute("aria-valuetext", [fill(words.at, { step, steps: meta.steps }), ...told].join(" "));
  }
  const { look, stop } = player(own, [button, slider], words, { last: meta.steps, end: meta.steps, rate: A_SECOND,
    draw, send: (step) => setTriggerValue("pick", step) });
  // Another experiment begins where Python says; the same one, sent again, goes on.
  const film = [meta.steps, ...arrays[1].slice(0, 40), ...arrays[5].slice(0, 40)].join();
  const asked = chosen(own, meta.at);
  if (own.film !== film) { own.pending = null; stop(); own.at = meta.at; }
  else if (!own.playing && asked !== own.asked) own.at = asked;
  own.film = film;
  own.asked = meta.at;

  const unfollow = follow(row, () => {
    const room = (own.width - parseFloat(getComputedStyle(row).columnGap)) / 2;
    own.side = Math.min(LARGEST, room);
    for (const { canvas, figure } of figures) {
      fitCanvas(canvas, own.side, own.side, own.ratio);
      figure.style.width = room + "px";
      figure.classList.toggle("beside", own.width > WIDE);
    }
    look(own.at);
  }, own);
  return () => { unfollow(); if (!parentElement.isConnected) stop(); };
}
