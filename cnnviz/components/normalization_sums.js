// Which numbers of a batch share a mean and a variance, and what becomes of them.

/**
 * The set of every number of (N, C, H, W), flat; `shape` is that of the sets' statistics, images by channels or groups.
 *
 * @returns {{ of: Int32Array, shape: [number, number] }}
 */
export function setsOf({ size: [images, channels, height, width], way, groups }) {
  const parts = { batch: channels, instance: channels, layer: 1, group: groups }[way], alone = way !== "batch";
  const of = new Int32Array(images * channels * height * width), each = height * width;
  for (let i = 0; i < of.length; i++) {
    const channel = Math.floor(i / each) % channels, image = Math.floor(i / each / channels);
    of[i] = (alone ? image * parts : 0) + Math.floor(channel * parts / channels);
  }
  return { of, shape: [alone ? images : 1, parts] };
}

/** The mean and the biased variance of every set, and the `members` of each. */
export function statisticsOf({ of, shape: [rows, columns] }, values) {
  const members = Array.from({ length: rows * columns }, () => []);
  of.forEach((set, i) => members[set].push(i));
  const mean = members.map((list) => list.reduce((sum, i) => sum + values[i], 0) / list.length);
  const variance = members.map((list, set) =>
    list.reduce((sum, i) => sum + (values[i] - mean[set]) ** 2, 0) / list.length);
  return { members, mean, variance };
}

/** Every number less its set's mean, by the root of variance + eps: x-hat. */
export const standardised = ({ eps }, { of }, { mean, variance }, values) => Float64Array.from(values, (value, i) =>
  (value - mean[of[i]]) / Math.sqrt(variance[of[i]] + eps));

/** gamma * x-hat + beta, one gamma and one beta a channel. */
export function outputsOf({ size: [, channels, height, width] }, hats, gamma, beta) {
  return hats.map((hat, i) => {
    const channel = Math.floor(i / (height * width)) % channels;
    return gamma[channel] * hat + beta[channel];
  });
}
