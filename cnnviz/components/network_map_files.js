// The map as a file: the whole of what is open with what its colours mean, as an SVG or as a PNG.

import { fitCanvas } from "./canvas.js";
import { drawScene } from "./network_map_drawing.js";
import { drawLegend, heightOfLegend, LEAST_WIDTH } from "./network_map_legend.js";
import { canvasPen, svgPen } from "./network_map_pens.js";
import { saveAs } from "./shared.js";

const MARGIN = 20, MOST = 12_000; // pixels that a browser still draws along a side

/** The map as the text of an SVG. */
export function svgOf(own) {
  const { scene } = own, view = { x: 0, y: 0, scale: 1, width: scene.width, height: scene.height };
  const width = Math.max(scene.width, LEAST_WIDTH);
  const pen = svgPen(width, scene.height + heightOfLegend(own, width), own.inks.paper, own.font);
  drawScene(pen, scene, view, { ...own, selected: null, lit: null, found: null });
  drawLegend(pen, own, { left: 0, top: scene.height, width, scale: 1 });
  return pen.end();
}

/** Hand the map to the browser to be saved. */
export async function save(own, kind) {
  const { scene } = own;
  let blob;
  if (kind === "svg") blob = new Blob([svgOf(own)], { type: "image/svg+xml" });
  else {
    const wide = Math.max(scene.width, LEAST_WIDTH), width = wide + 2 * MARGIN;
    const height = scene.height + heightOfLegend(own, wide) + 2 * MARGIN;
    const scale = Math.min(2, MOST / Math.max(width, height)), canvas = document.createElement("canvas");
    fitCanvas(canvas, width * scale, height * scale, 1);
    const context = canvas.getContext("2d");
    context.fillStyle = own.inks.paper;
    context.fillRect(0, 0, canvas.width, canvas.height);
    const view = { x: -MARGIN, y: -MARGIN, scale, width: width * scale, height: height * scale };
    const pen = canvasPen(canvas, 1, own.font, view);
    drawScene(pen, scene, view, { ...own, selected: null, lit: null, found: null });
    drawLegend(pen, own, { left: 0, top: scene.height, width: wide, scale });
    blob = await new Promise((done) => { canvas.toBlob(done, "image/png"); });
  }
  saveAs(blob, `network.${kind}`);
}
