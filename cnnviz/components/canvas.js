// Drawing on a canvas in CSS pixels, in the accents of cnnviz.figures.style.

const INPUT = "#0b5cad", KERNEL = "#b45309", OUTPUT = "#0f766e";

function contextOf(canvas, ratio) {
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}

/** Make a canvas so many CSS pixels large, at whole device pixels. */
function fitCanvas(canvas, width, height, ratio) {
  canvas.width = Math.ceil(width * ratio);
  canvas.height = Math.ceil(height * ratio);
  Object.assign(canvas.style, { width: canvas.width / ratio + "px", height: canvas.height / ratio + "px" });
}

/** Text about a point, made smaller to fit into `room` pixels, and left out where it could not be read. */
function fitText(context, text, x, y, room, size, font, colour) {
  const fits = Math.min(size, 1.72 * room / Math.max(2, text.length));
  if (fits < 7) return;
  context.font = `${fits}px ${font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = colour;
  context.fillText(text, x, y);
}

/** Whether dark text is read better than light text on a colour, given as hex. */
function bright(hex) {
  const rgb = parseInt(hex, 16);
  return 0.299 * (rgb >> 16) + 0.587 * (rgb >> 8 & 255) + 0.114 * (rgb & 255) > 117; // where both are read equally well
}
