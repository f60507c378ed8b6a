// What a network map shows of one photo, as far in as one has come, and what it asks for then.

import { drawThumbnails, drawWhole, exactOf, isWhole, mosaicOf, thumbnailsOf } from "./network_map_thumbnails.js";
import { describeUnit, drawInset, placesOf, sameUnit, unitAt } from "./network_map_unit.js";
import { bodyOf, enter, hear, press, seek } from "./network_map_walk.js";
import { paintPhoto } from "./paint.js";
import { awaited, fill } from "./shared.js";

// Milliseconds of rest before maps are asked for, and until they are asked for again.
const PAUSE = 250, PATIENCE = 6000, TRIES = 2;
const MOST_BYTES = 48e6, MOST_EXACT = 8; // what is kept of mosaics, and of single maps

/** Begin anew with another photo or network, or go on; `photo` is what Python says of it. */
function begin(own, { token, unit, look }) {
  if (own.photo?.token !== token) {
    own.photo = { token, layers: null, mosaics: new Map(), exact: new Map(), tries: new Map(), asked: null,
      wanted: [] };
    own.cursor = own.pointed = null;
  }
  Object.assign(own.photo, { chosen: unit, look });
  return own.photo;
}

async function inflated(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Keep what was used last, in so many bytes. */
function keepUnder(map, most, sizeOf) {
  let sum = 0;
  for (const [key, each] of [...map].reverse()) {
    sum += sizeOf(each);
    if (sum > most) map.delete(key);
  }
}

/** Take what comes of a photo: thumbnails once, and what was asked for; `settled` is called after each. */
function receive(own, photo, settled) {
  const key = own.meta.parcel[0], [node, channel] = photo.look ?? [-1, -1];
  awaited([`${key}.atlas`, photo.token], async ({ meta: { size }, arrays }) => {
    if (photo.layers) return;
    const codes = await inflated(arrays[1]);
    photo.picture = document.createElement("canvas");
    photo.size = size;
    paintPhoto(photo.picture, arrays[0], size);
    Object.assign(photo, thumbnailsOf(codes, arrays.slice(2)));
    if (own.photo !== photo) return;
    own.mini = null;
    arrive(own);
    settled();
  });
  const answered = (name) => {
    photo.asked = null;
    photo.tries.delete(name);
    settled();
  };
  if (node >= 0) awaited([`${key}.mosaic`, `${photo.token} ${node}`], ({ meta: { step }, arrays }) => {
    if (photo.mosaics.has(node) || !photo.layers) return;
    photo.mosaics.set(node, mosaicOf(photo.layers.get(node), step, arrays));
    keepUnder(photo.mosaics, MOST_BYTES, ({ bytes }) => bytes);
    seek(own);
    answered(`${node} -1`);
  });
  const name = `${node} ${channel}`;
  if (channel >= 0) awaited([`${key}.exact`, `${photo.token} ${name}`], ({ arrays: [values] }) => {
    if (photo.exact.has(name) || !photo.layers) return;
    photo.exact.set(name, exactOf(photo.layers.get(node), channel, values));
    keepUnder(photo.exact, MOST_EXACT, () => 1);
    seek(own);
    answered(name);
  });
}

/** Go to the unit that the link says. */
function arrive(own) {
  const { chosen, layers } = own.photo, item = own.model.byNode[own.meta.selected];
  if (chosen && layers.has(item?.node) && own.boxes.has(item)) enter(own, item, chosen[0], chosen.slice(1));
}

/** The unit that is looked at: under the pointer, else where the keys are. */
const lookedAt = (own) => own.pointed ?? (own.cursor?.row === undefined ? null : own.cursor);

/** Ask for what is looked at and is not there: the map under the eye first, then the layer nearest to the middle. */
function ask(own, send) {
  const { photo } = own, now = performance.now(), at = lookedAt(own);
  if (!photo?.layers || photo.asked && now - photo.asked < PATIENCE) return;
  const wishes = photo.wanted.sort((one, other) => one.away - other.away).map(({ item }) => [item, -1]);
  if (at?.large && !photo.exact.has(`${at.item.node} ${at.channel}`)) wishes.unshift([at.item, at.channel]);
  const nameOf = ([item, channel]) => `${item.node} ${channel}`;
  const wish = wishes.find((each) => (photo.tries.get(nameOf(each)) ?? 0) < TRIES);
  if (!wish) return;
  photo.tries.set(nameOf(wish), (photo.tries.get(nameOf(wish)) ?? 0) + 1);
  photo.asked = now;
  send("look", [wish[0].name, wish[1]]);
}

/** Draw what is inside of a layer's block. */
function drawInside(own, pen, item, body, view) {
  const { photo } = own;
  if (!photo.layers) return;
  if (item.kind === "input") {
    const [high, wide] = photo.size, size = Math.min(body.wide / wide, body.high / high);
    pen.picture(photo.picture, [0, 0, wide, high], body.left + (body.wide - wide * size) / 2,
      body.top + (body.high - high * size) / 2, wide * size, high * size);
    return;
  }
  const layer = photo.layers.get(item.node), mosaic = photo.mosaics.get(item.node), whole = isWhole(body, view.scale);
  if (!layer) return;
  if (whole && mosaic) {
    // What is drawn is kept longest.
    photo.mosaics.delete(item.node);
    photo.mosaics.set(item.node, mosaic);
    const at = lookedAt(own), exact = at?.item === item && photo.exact.get(`${item.node} ${at.channel}`);
    drawWhole(pen, mosaic, exact || null, layer, body, view, own.inks.paper);
    return;
  }
  if (whole) {
    const [x, y] = [body.left + body.wide / 2 - view.x, body.top + body.high / 2 - view.y];
    photo.wanted.push({ item, away: Math.hypot(x * view.scale - own.width / 2, y * view.scale - own.height / 2) });
  }
  // Where blocks show a measure they are left free, until one comes near.
  if (own.measure < 0 || whole) drawThumbnails(pen, photo.atlas, layer, body, view.scale);
}

/** Draw the marks of what is chosen and looked at. */
function drawMarks(own, pen, at) {
  const { photo, cursor, selected, view } = own;
  const mark = (unit, whole, colour) => {
    const places = placesOf(own, { row: 0, column: 0, ...unit });
    const there = photo.mosaics.has(unit.item.node) && isWhole(bodyOf(own, unit.item), view.scale);
    if (!places || !there) return;
    const [left, top, wide, high] = whole ? places.map : places.unit;
    const [x, y] = [wide, high].map((side) => Math.max(0, 5 / view.scale - side) / 2);
    for (const [stroke, thick] of [["#000000", 4], [colour, 2]])
      pen.box(left - x, top - y, wide + 2 * x, high + 2 * y, { stroke, thick, round: 0 });
  };
  const layer = photo.layers?.get(selected?.node);
  if (photo.chosen && layer && selected.node === own.meta.selected) {
    const [channel, row, column] = photo.chosen;
    mark({ item: selected, layer, channel, row, column }, false, own.inks.mark);
  }
  if (at ?? cursor) mark(at ?? cursor, !at?.large, "#ffffff");
}

/**
 * Let a network map show what its layers make of a photo. Returns what the map tells while it is drawn, pointed at and
 * walked over; null where Python sends no photo.
 */
export function photoOn(find, own, { settle, select, send }) {
  if (!own.meta.photo) return null;
  const photo = begin(own, own.meta.photo), { words } = own.meta;
  receive(own, photo, settle);
  const choose = ({ item, channel, row, column }) => {
    photo.chosen = [channel, row, column];
    own.told = item.node;
    select(item);
    send("pick", [item.name, channel, row, column]);
    settle();
  };
  return {
    before() { photo.wanted = []; },
    inside: (pen, item, body, view) => drawInside(own, pen, item, body, view),
    after(pen) {
      const at = lookedAt(own);
      drawMarks(own, pen, at);
      drawInset(find, own, at);
      clearTimeout(own.asking);
      own.asking = setTimeout(() => ask(own, send), PAUSE);
    },
    /** Take note of where the pointer is; whether that is another unit. */
    points(item, point) {
      const before = own.pointed;
      own.pointed = point && unitAt(own, item, point);
      return !sameUnit(before, own.pointed) || before?.large !== own.pointed?.large;
    },
    /** Hear a click or a key; whether it meant a map or a unit. */
    presses(item, point) {
      const meant = photo.layers && press(own, item, point, choose);
      if (meant) settle();
      return meant;
    },
    hears(key) {
      if (!photo.layers || !hear(own, key, choose)) return false;
      find(".readout").setAttribute("aria-live", "polite");
      settle();
      return true;
    },
    /** What is said of the unit or map that is looked at, as lines; of a layer, what is added to its own. */
    lines(item) {
      const at = lookedAt(own), { cursor } = own;
      if (at) return describeUnit(own, at);
      if (cursor && !own.hover) return [fill(words.map, { layer: cursor.item.name, channel: cursor.channel,
        count: cursor.layer.count }), words.enter];
      if (!item || item.items || !photo.layers || item.family === "input") return null;
      const layer = photo.layers.get(item.node);
      if (!layer) return words.none;
      return fill(words.strongest, { channels: layer.channels.join(", ") }) + (layer.sees ? "" : " " + words.unplaced);
    },
  };
}
