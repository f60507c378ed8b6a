import { root } from "./shared.js";

const MOST_FOUND = 8;

/**
 * A text as it is compared: small letters, numbers without commas, for 768,000 is also 768000, and American spelling
 * as British, for normalization is also normalisation.
 */
const plain = (text) => text.toLowerCase().replace(/iz/g, "is")
  .replace(/(\d)[,\u202f ](?=\d{3})/g, "$1").replace(/×/g, "x");

/** How well an entry fits the typed words: 0 where a word is missing, more where its title has them. */
function fits(entry, typed) {
  let score = 0;
  for (const word of typed) {
    if (entry.title.includes(word)) score += 9;
    else if (entry.note.includes(word)) score += 3;
    else if (entry.words.includes(word)) score += 1;
    else return 0;
  }
  return score;
}

function line(entry, words, open) {
  const item = document.createElement("li"), text = document.createElement("div");
  const link = document.createElement("a"), note = document.createElement("span");
  const copy = document.createElement("button");
  link.href = root() + entry.address;
  link.textContent = entry.title;
  note.className = "note";
  note.textContent = entry.note;
  copy.type = "button";
  copy.textContent = words.copy;
  copy.setAttribute("aria-label", `${words.copy}: ${entry.title}`);
  link.onclick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(entry.address);
  };
  copy.onclick = async () => {
    // Where the page is not secure a browser gives no clipboard; the link itself can still be copied by hand.
    try { await navigator.clipboard.writeText(link.href); } catch { prompt(words.copy, link.href); }
    copy.textContent = words.copied;
    setTimeout(() => { copy.textContent = words.copy; }, 2000);
  };
  text.append(link, note);
  item.append(text, copy);
  return item;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const frame = parentElement.querySelector(".root"), list = frame.querySelector(".list");
  const find = frame.querySelector(".find"), input = find.querySelector("input"), count = frame.querySelector(".count");
  const { entries, search, words } = data;
  const compared = entries.map(({ title, note, words: more }) =>
    ({ title: plain(title), note: plain(note), words: plain(more) }));
  const show = () => {
    const typed = plain(input.value).split(/\s+/).filter(Boolean);
    const scores = compared.map((entry, place) => ({ place, score: fits(entry, typed) }));
    const found = !search ? scores : !typed.length ? []
      : scores.filter(({ score }) => score).sort((a, b) => b.score - a.score || a.place - b.place).slice(0, MOST_FOUND);
    list.replaceChildren(...found.map(({ place }) =>
      line(entries[place], words, (address) => setTriggerValue("open", address))));
    count.textContent = typed.length && !found.length ? words.none : "";
  };
  find.hidden = !search;
  find.querySelector("span").textContent = words.find;
  input.placeholder = words.placeholder;
  list.dataset.search = search;
  input.oninput = show;
  input.onkeydown = (event) => { if (event.key === "Enter") list.querySelector("a")?.click(); };
  frame.classList.add("named");
  show();
}
