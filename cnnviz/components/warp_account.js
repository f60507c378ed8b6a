// How an output pixel comes about, in numbers.

import { fill } from "./shared.js";
import { TIE, locate, newRead, tied, valueAt } from "./warp_sampling.js";

export const num = (value, places = 4) => {
  const short = Number(value.toFixed(places));
  return (short < 0 ? "−" : "") + Math.abs(short);
};
const inner = (value, places) => value < 0 && Number(value.toFixed(places ?? 4)) < 0
  ? `(${num(value, places)})` : num(value, places);
const plus = (value) => (Number(value.toFixed(4)) < 0 ? " − " : " + ") + num(Math.abs(value));

/** A function that writes out how the pixel `own.shown` of the output comes about. */
export function account(find, own, meta, image) {
  const [sum, told, taps] = [".sum", ".told", ".taps"].map(find), { words } = meta;
  const [high, wide] = meta.input, [h, w] = meta.output, read = newRead();

  // Numbers of this program alone go in as HTML, every word as text.
  const write = (name, html, className = "") => {
    const line = document.createElement("div");
    line.className = className;
    if (name) {
      const label = document.createElement("span");
      label.className = "name";
      label.textContent = name;
      line.append(label);
    }
    if (html) {
      const rest = document.createElement("span");
      rest.innerHTML = html;
      line.append(rest);
    }
    return line;
  };
  const X = (value) => `<b class="x">${num(value)}</b>`, Y = (value) => `<b class="y">${inner(value)}</b>`;
  const W = (value) => `<b class="w">${num(value)}</b>`;
  const explain = () => {
    const [row, column] = own.shown, t = own.theta, a = locate(meta, t, row, column, read);
    const value = valueAt(meta, image, a, meta.plane), lines = [];
    const title = write("", "", "title"), bold = document.createElement("b");
    title.append(fill(words.value, { row, column }) + ": ");
    bold.className = "y";
    bold.textContent = num(value);
    title.append(bold);
    lines.push(title);
    const aim = (i, count) => count === 1 ? "0"
      : meta.alignGrid ? `2·${i}/${count - 1} − 1` : `(2·${i} + 1)/${count} − 1`;
    lines.push(write(words.target, `x = ${aim(column, w)} = <b class="y">${num(a.x)}</b>, &ensp;` +
      `y = ${aim(row, h)} = <b class="y">${num(a.y)}</b>`));
    const turn = (k, result, mark) => `${mark} = ${W(t[k])}·${Y(a.x)} + <b class="w">${inner(t[k + 1])}</b>·${Y(a.y)}` +
      `<b class="w">${plus(t[k + 2])}</b> = ${X(result)}`;
    lines.push(write(words.source, `${turn(0, a.u, "x′")}<br>${turn(3, a.v, "y′")}`));
    const pixel = (x, count) => meta.alignSample ? `(${X(x)} + 1)/2·${count - 1}` : `((${X(x)} + 1)·${count} − 1)/2`;
    lines.push(write(words.pixels, `${pixel(a.u, wide)} = ${X(a.column)} <i></i><br>` +
      `${pixel(a.v, high)} = ${X(a.row)} <i></i>`));
    const names = lines.at(-1).querySelectorAll("i");
    names[0].textContent = words.column;
    names[1].textContent = words.row;
    if (Math.abs(a.inRow - a.row) > TIE || Math.abs(a.inColumn - a.column) > TIE)
      lines.push(write(words[meta.padding], `<b class="x">${num(a.inColumn)}</b>, <b class="x">${num(a.inRow)}</b>`));
    if (tied(meta, a)) lines.push(write(words.tie));
    told.replaceChildren(...lines);
    neighbours(a, value);
    if (sum.clientHeight > own.tallest) own.tallest = sum.clientHeight;
    sum.style.minHeight = own.tallest + "px";
  };
  const neighbours = (a, value) => {
    const { rows, columns } = a, n = meta.reach, table = document.createElement("table"), products = [];
    const cell = (tag, parent, html, className = "") => {
      const made = parent.appendChild(document.createElement(tag));
      made.innerHTML = html;
      made.className = className;
      return made;
    };
    if (n > 1) {
      const head = table.createTHead().insertRow();
      cell("td", head, "").style.cssText = "border: 0; background: none";
      for (let j = 0; j < n; j++) cell("th", head, `<b class="w">${num(columns.weight[j])}</b>`).scope = "col";
    }
    const body = table.createTBody();
    for (let i = 0; i < n; i++) {
      const line = body.insertRow();
      if (n > 1) cell("th", line, `<b class="w">${num(rows.weight[i])}</b>`).scope = "row";
      for (let j = 0; j < n; j++) {
        const outside = rows.read[i] < 0 || columns.read[j] < 0, weight = rows.weight[i] * columns.weight[j];
        const pixel = outside ? 0 : image[(meta.plane * high + rows.read[i]) * wide + columns.read[j]];
        const moved = rows.read[i] !== rows.asked[i] || columns.read[j] !== columns.asked[j];
        const at = `(${num(rows.asked[i])}, ${num(columns.asked[j])})` +
          (moved && !outside ? ` → (${rows.read[i]}, ${columns.read[j]})` : "");
        const made = cell("td", line, `<span class="at">${at}</span>`, outside || moved ? "out" : "");
        if (outside) made.append(words.zero);
        else made.insertAdjacentHTML("beforeend", n === 1 ? X(pixel)
          : `<b class="x">${num(pixel, 3)}</b>·<b class="w">${inner(weight, n > 2 ? 3 : 4)}</b>`);
        if (n > 2) made.style.minWidth = "0";
        products.push(pixel * weight);
      }
    }
    const title = write(n > 1 ? fill(words.around, { count: n * n }) : words.nearest);
    taps.className = n > 2 ? "taps many" : "taps";
    const parts = products.filter((each) => n < 4 || Number(each.toFixed(4)) !== 0);
    const added = parts.map((each, i) => i ? plus(each) : num(each)).join("") || "0";
    const sumOf = n > 1 ? added + " = " : "";
    taps.replaceChildren(title, table, write("", `${sumOf}<b class="y">${num(value)}</b>`, "total"));
  };
  return explain;
}
