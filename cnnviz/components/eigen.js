import { accounting, byte, digits, paintSigned } from "./eigen_account.js";
import { addComponents, centredPatches, meanSquare, pixelOrder, project } from "./eigen_numbers.js";
import { cellUnder, walk } from "./grid.js";
import { opaque, paintPixels } from "./paint.js";
import { chosen, clamp, extent, fill, finder, follow, memory, pend, whole } from "./shared.js";

const ABREAST = 820, GAP = 20;
export default function ({ data, parentElement, setTriggerValue }) {
  if (!data) return;
  return whole(data, (meta, arrays) => begin(parentElement, setTriggerValue, meta, arrays));
}

/** What of a picture can be computed once: its patches and coefficients. */
function takeIn(own, meta, [, basis, mean, eigenvalues, pixels]) {
  if (own.parcel === meta.parcel[1]) return;
  const { grid } = meta, length = grid.side ** 2 * grid.channels, patches = centredPatches(pixels, mean, grid);
  Object.assign(own, { parcel: meta.parcel[1], basis, mean, eigenvalues, patches, length, count: eigenvalues.length,
    numbers: project(patches, basis, length), order: pixelOrder(grid), made: new Float64Array(patches.length),
    white: new Float64Array(patches.length), done: 0, total: eigenvalues.reduce((a, b) => a + b, 0) });
  own.wide = own.count <= 64 ? 8 : own.count <= 100 ? 10 : 16;
  own.atlas = atlasOf(own, grid);
}

/** All eigenimages side by side, a pixel apart. */
function atlasOf({ basis, length, count, wide }, { side, channels }) {
  const atlas = document.createElement("canvas"), tile = document.createElement("canvas"), pitch = side + 1;
  [atlas.width, atlas.height] = [wide * pitch, Math.ceil(count / wide) * pitch];
  for (let j = 0; j < count; j++) {
    paintSigned(tile, basis.subarray(j * length, (j + 1) * length), side, channels);
    atlas.getContext("2d").drawImage(tile, j % wide * pitch, Math.floor(j / wide) * pitch);
  }
  return atlas;
}

function begin(parentElement, setTriggerValue, meta, arrays) {
  const find = finder(parentElement), own = memory(parentElement), { words, grid } = meta, { side, channels } = grid;
  takeIn(own, meta, arrays);
  const { basis, mean, eigenvalues, length, count } = own, theirs = arrays[0];
  const [mosaic, photo, slider] = [".mosaic", ".original", ".kept input"].map(find);
  const [readout, check] = [".readout", ".check"].map(find);
  const [tall, wide] = [grid.rows * side, grid.columns * side], account = accounting(find, own, meta);
  own.boxes ??= { component: {}, patch: {}, kept: {} };
  const send = (name, value) => { pend(own.boxes[name], value); setTriggerValue("pick", { [name]: value }); };
  for (const name of ["component", "patch", "kept"]) {
    own[name] = chosen(own.boxes[name], meta[name]);
    own.boxes[name].choose = (value) => { own[name] = value; show(); };
  }
  own.kept = clamp(own.kept, 0, count);

  // --- pictures
  const value = (sums, i, k) => sums[own.order[i] + k];
  const picture = (name, of) => paintPixels(find(`${name} canvas`), [tall, wide], (i) => {
    const red = byte(of(i, 0));
    return channels > 1 ? opaque(red, byte(of(i, 1)), byte(of(i, 2))) : opaque(red, red, red);
  });
  const rebuild = () => {
    const { kept, done } = own;
    if (kept !== done) {
      // From nothing where that is nearer: differences would leave ever more rounding.
      if (kept < done / 2) { own.made.fill(0); own.white.fill(0); own.done = 0; }
      addComponents(own.made, own.numbers, basis, length, own.done, kept);
      addComponents(own.white, own.numbers, basis, length, own.done, kept, eigenvalues);
      own.done = kept;
    }
    picture(".made", (i, k) => value(own.made, i, k) + mean[own.order[i] % length + k]);
    // 0 is grey, and the largest number white or black.
    const most = Math.max(1e-12, ...extent(own.white).map(Math.abs));
    picture(".white", (i, k) => 0.5 + value(own.white, i, k) / most / 2);
    const share = eigenvalues.subarray(0, kept).reduce((a, b) => a + b, 0);
    const error = meanSquare(own.patches, own.made);
    const text = fill(words.share, { kept, count, share: (100 * share / own.total).toFixed(1), error: digits(error) });
    find(".kept output").textContent = text;
    slider.setAttribute("aria-valuetext", text);
    slider.value = kept;
    compare(error);
  };
  const paintMosaic = () => {
    const { wide: across, atlas } = own, pitch = side + 1, canvas = find(".mosaic canvas");
    [canvas.width, canvas.height] = [atlas.width, atlas.height];
    const context = canvas.getContext("2d"), full = Math.floor(own.kept / across) * pitch;
    // Those that are left out of the picture are pale.
    context.globalAlpha = 0.3;
    context.drawImage(atlas, 0, 0);
    context.globalAlpha = 1;
    const copy = (top, width, height) => {
      if (width * height) context.drawImage(atlas, 0, top, width, height, 0, top, width, height);
    };
    copy(0, canvas.width, full);
    copy(full, own.kept % across * pitch, pitch);
    own.pale = own.kept;
  };
  const compare = (error) => {
    if (own.kept !== meta.kept || own.patch !== meta.patch) { check.textContent = words.waiting; return; }
    let most = Math.abs(error - meta.error);
    theirs.forEach((number, j) => { most = Math.max(most, Math.abs(number - own.numbers[own.patch * count + j])); });
    check.textContent = fill(words.agree, { name: meta.name, difference: most === 0 ? "0" : most.toExponential(0) });
    check.dataset.difference = String(most);
  };
  const show = () => {
    if (!own.width) return;
    rebuild();
    if (own.pale !== own.kept) paintMosaic();
    account();
  };

  // --- pointer and keys
  /** @param {(event: PointerEvent) => number} under */
  const pointed = (element, name, under) => {
    element.onpointermove = (event) => { own[`over${name}`] = under(event); account(); };
    element.onpointerleave = () => { own[`over${name}`] = null; account(); };
    element.onclick = (event) => picked(name, under(event));
  };
  const picked = (name, at) => {
    own[name.toLowerCase()] = at;
    send(name.toLowerCase(), at);
    show();
  };
  const rows = Math.ceil(count / own.wide);
  /** @param {number[]} at */
  const ofComponent = ([row, column]) => Math.min(count - 1, row * own.wide + column);
  /** @param {number[]} at */
  const ofPatch = ([row, column]) => row * grid.columns + column;
  pointed(mosaic, "Component", (event) => ofComponent(cellUnder(event, find(".mosaic canvas"), [rows, own.wide])));
  pointed(photo, "Patch", (event) => ofPatch(cellUnder(event, find(".original canvas"), [grid.rows, grid.columns])));
  own.walks ??= { component: { at: [0, 0] }, patch: { at: [0, 0] } };
  own.walks.component.at = [Math.floor(own.component / own.wide), own.component % own.wide];
  own.walks.patch.at = [Math.floor(own.patch / grid.columns), own.patch % grid.columns];
  walk(mosaic, own.walks.component, [rows, own.wide], (at) => picked("Component", ofComponent(at)),
    () => { own.overComponent = ofComponent(own.walks.component.at); account(); });
  walk(photo, own.walks.patch, [grid.rows, grid.columns], (at) => picked("Patch", ofPatch(at)),
    () => { own.overPatch = ofPatch(own.walks.patch.at); account(); });
  find(".product").onpointermove = (event) => {
    const [row, column] = cellUnder(event, find(".product canvas"), [side, side]), d = (row * side + column) * channels;
    const p = own.overPatch ?? own.patch, j = own.overComponent ?? own.component;
    const terms = Array.from({ length: channels }, (_, k) => fill(words.term, { product: digits(own.terms[d + k]),
      one: digits(own.patches[p * length + d + k]), other: digits(basis[j * length + d + k]) }));
    readout.textContent = `${fill(words.pixel, { row, column })}: ${terms.join(" · ")}`;
  };
  find(".product").onpointerleave = () => { readout.textContent = ""; };
  slider.max = count;
  slider.oninput = () => { own.kept = Number(slider.value); show(); };
  slider.onchange = () => send("kept", own.kept);
  own.overComponent ??= null;
  own.overPatch ??= null;

  // --- names and places
  find(".original-name").textContent = words.original;
  find(".made figcaption").textContent = words.made;
  find(".white figcaption").textContent = words.white;
  find(".mosaic-name").textContent = fill(words.mosaic, { count });
  find(".kept span").textContent = words.kept;
  mosaic.setAttribute("aria-label", fill(words.mosaic, { count }));
  photo.setAttribute("aria-label", words.original);
  return follow(find(".all"), () => {
    const abreast = own.width >= ABREAST, left = abreast ? Math.min(330, own.width * 0.3) : Math.min(own.width, 358);
    find(".all").classList.toggle("abreast", abreast);
    own.cell = left / own.wide;
    const room = abreast ? own.width - left - GAP : own.width, shown = Math.floor((room - 2 * 14) / 3);
    own.step = Math.min(shown, 250) / grid.columns;
    parentElement.querySelector(".root").style.setProperty("--picture", `${own.step * grid.columns}px`);
    Object.assign(find(".mosaic canvas").style, { width: `${left}px`, height: `${own.cell * rows}px` });
    picture(".original", (i, k) => own.patches[own.order[i] + k] + mean[own.order[i] % length + k]);
    paintMosaic();
    show();
  }, own);
}
