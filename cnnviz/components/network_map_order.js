// Layers of a graph drawn in layers: who stands beside whom, and where, so that few lines cross and most run straight.
// Sugiyama, Tagawa and Toda 1981: order by the middles of the neighbours; positions are the nearest, in the sense of
// least squares, to those of the neighbours, which leave the order and the gaps as they are (pool adjacent violators).

const SWEEPS = 4;

/** How many lines cross between two layers: pairs whose ends lie the other way round. */
function crossings(layer) {
  const ends = [];
  for (const cell of layer) for (const { cell: other } of [...cell.before].sort((a, b) => a.cell.at - b.cell.at))
    ends.push(other.at);
  let count = 0;
  // As long lists are rare, and nearly sorted ones the rule, insertion counts inversions fast enough.
  for (let i = 1; i < ends.length; i++) {
    const end = ends[i];
    let j = i - 1;
    for (; j >= 0 && ends[j] > end; j--) ends[j + 1] = ends[j];
    ends[j + 1] = end;
    count += i - 1 - j;
  }
  return count;
}

const total = (layers) => layers.reduce((sum, layer) => sum + crossings(layer), 0);
const number = (layer) => layer.forEach((cell, at) => { cell.at = at; });

/** Put every layer in the order with the fewest crossings that a few sweeps find. */
export function order(layers) {
  layers.forEach(number);
  let best = layers.map((layer) => [...layer]), fewest = total(layers);
  for (let sweep = 0; sweep < SWEEPS && fewest > 0; sweep++) {
    const forth = sweep % 2 === 0, side = forth ? "before" : "after";
    for (const layer of forth ? layers : [...layers].reverse()) {
      for (const cell of layer) {
        const others = cell[side];
        const sum = others.reduce((most, { cell: other }) => most + other.at, 0);
        cell.middle = others.length ? sum / others.length : cell.at;
      }
      layer.sort((a, b) => a.middle - b.middle || a.at - b.at);
      number(layer);
    }
    const now = total(layers);
    if (now < fewest) [fewest, best] = [now, layers.map((layer) => [...layer])];
  }
  best.forEach((layer, at) => { layers[at].splice(0, layer.length, ...layer); number(layer); });
  return fewest;
}

/**
 * Move the cells of a layer as near as can be to where each wants its middle, none nearer to its neighbour than `gap`.
 */
export function settleLayer(layer, gap) {
  const pools = [];
  let offset = 0;
  layer.forEach((cell, at) => {
    if (at) offset += (layer[at - 1].across + cell.across) / 2 + gap;
    cell.offset = offset;
    let pool = { sum: cell.weight * (cell.wish - offset), weight: cell.weight, cells: [cell] };
    while (pools.length && pools.at(-1).sum / pools.at(-1).weight > pool.sum / pool.weight) {
      const last = pools.pop();
      pool = { sum: last.sum + pool.sum, weight: last.weight + pool.weight, cells: [...last.cells, ...pool.cells] };
    }
    pools.push(pool);
  });
  for (const { sum, weight, cells } of pools) for (const cell of cells) cell.middle = sum / weight + cell.offset;
}

/** Give every cell the middle across the flow at which most lines run straight. */
export function straighten(layers, gap) {
  for (const layer of layers) {
    let edge = 0;
    for (const cell of layer) {
      cell.middle = edge + cell.across / 2;
      edge += cell.across + gap;
    }
    for (const cell of layer) cell.middle -= (edge - gap) / 2;
  }
  const wish = (cell, sides) => {
    let sum = 0, weight = 0;
    for (const side of sides) for (const { cell: other, mine, theirs } of cell[side]) {
      // Long lines are to be straight before all: their bends are pure loss.
      const heavy = cell.long && other.long ? 16 : cell.long || other.long ? 6 : 1;
      sum += heavy * (other.middle + theirs - mine);
      weight += heavy;
    }
    cell.wish = weight ? sum / weight : cell.middle;
    cell.weight = weight || 0.1;
  };
  for (const sides of [["before"], ["after"], ["before"], ["before", "after"], ["before", "after"]]) {
    for (const layer of sides[0] === "after" ? [...layers].reverse() : layers) {
      for (const cell of layer) wish(cell, sides);
      settleLayer(layer, gap);
    }
  }
}
