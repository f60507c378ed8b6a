// A picture in terms of principal components, as probes/principal_components.py has it: numbers, what they make.

/** The patches (P, D), row by row, of a picture's bytes, from 0 to 1, with the mean (D,) taken out. */
export function centredPatches(pixels, mean, { rows, columns, side, channels }) {
  const length = side * side * channels, out = new Float32Array(rows * columns * length), across = columns * side;
  for (let p = 0, at = 0; p < rows * columns; p++) {
    const top = Math.floor(p / columns) * side, left = p % columns * side;
    for (let r = 0, d = 0; r < side; r++) for (let c = 0; c < side; c++) for (let k = 0; k < channels; k++, d++)
      out[at++] = pixels[((top + r) * across + left + c) * channels + k] / 255 - mean[d];
  }
  return out;
}

/** The coefficients (P, K): each the sum of a centred patch times an eigenimage, pixel by pixel. */
export function project(patches, basis, length) {
  const many = patches.length / length, count = basis.length / length, out = new Float64Array(many * count);
  for (let p = 0; p < many; p++) for (let j = 0; j < count; j++) {
    let sum = 0;
    for (let d = 0, x = p * length, u = j * length; d < length; d++) sum += patches[x + d] * basis[u + d];
    out[p * count + j] = sum;
  }
  return out;
}

/**
 * Add to `sums` (P, D) what components `from` to `to` - 1 make of coefficients (P, K), or take it away where `to` lies
 * before `from`; each is divided by the root of its eigenvalue where there are `eigenvalues`.
 */
export function addComponents(sums, numbers, basis, length, from, to, eigenvalues = null) {
  const many = sums.length / length, count = numbers.length / many, sign = to < from ? -1 : 1;
  for (let j = Math.min(from, to); j < Math.max(from, to); j++) {
    const scale = sign / (eigenvalues ? Math.sqrt(eigenvalues[j]) : 1);
    for (let p = 0; p < many; p++) {
      const factor = scale * numbers[p * count + j];
      for (let d = 0, at = p * length, u = j * length; d < length; d++) sums[at + d] += factor * basis[u + d];
    }
  }
}

/** The mean squared difference between centred patches and what was made of them. */
export function meanSquare(patches, sums) {
  let sum = 0;
  for (let i = 0; i < patches.length; i++) sum += (patches[i] - sums[i]) ** 2;
  return sum / patches.length;
}

/** Where in a patch's numbers the pixels of the whole picture, row by row, stand: indices into (P, D). */
export function pixelOrder({ rows, columns, side, channels }) {
  const across = columns * side, out = new Int32Array(rows * side * across), length = side * side * channels;
  for (let i = 0; i < out.length; i++) {
    const y = Math.floor(i / across), x = i % across;
    const patch = Math.floor(y / side) * columns + Math.floor(x / side);
    out[i] = patch * length + (y % side * side + x % side) * channels;
  }
  return out;
}
