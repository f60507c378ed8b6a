// Pictures painted pixel by pixel.

import { NO_COLOUR, clamp, palette, ramp } from "./shared.js";

export const opaque = (red, green, blue) => (0xff000000 | blue << 16 | green << 8 | red) >>> 0;

/** Paint every pixel in the 32-bit colour that `colourOf` gives its number, row by row. */
export function paintPixels(canvas, [h, w], colourOf) {
  if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
  const context = canvas.getContext("2d"), image = context.createImageData(w, h);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < pixels.length; i++) pixels[i] = colourOf(i);
  context.putImageData(image, 0, 0);
}

/** Paint bytes (h, w, 3). */
export function paintPhoto(canvas, rgb, size) {
  paintPixels(canvas, size, (i) => opaque(rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]));
}

/** Paint values (h, w) in the colours of `mode`, whose ends are `range`. */
export function paintMap(canvas, values, size, mode, range) {
  const [a, b] = ramp(mode, range), colours = palette(mode);
  // An infinity times a slope of zero would be no number.
  const finite = (value) => clamp(value, -3.4e38, 3.4e38);
  paintPixels(canvas, size, (i) => Number.isNaN(values[i]) ? NO_COLOUR
    : colours[clamp(Math.floor(finite(values[i]) * a + b), 0, 255)]);
}
