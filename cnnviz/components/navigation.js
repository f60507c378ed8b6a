import { memory } from "./shared.js";

/** How long after an entry of the history the next one still belongs to the same act, in milliseconds. */
const ONE_ACT = 1000;

/**
 * Streamlit writes the link of the next screen under the old address first and then under the new one: two entries, the
 * first of which opens the old screen in a state that nobody chose. The second takes the place of the first.
 */
function oneEntryAnAct() {
  const marked = /** @type {any} */ (history);
  if (marked.oneEntryAnAct) return;
  marked.oneEntryAnAct = true;
  const push = history.pushState.bind(history);
  let before = -Infinity;
  history.pushState = (state, title, url) => {
    const next = new URL(url, location.href), soon = performance.now() - before < ONE_ACT;
    const again = next.pathname !== location.pathname && next.search === location.search && location.search !== "";
    before = performance.now();
    if (again && soon) history.replaceState(state, title, url);
    else push(state, title, url);
  };
}

/** Streamlit's link to the main content leads to its beginning, which is the menu; here it leads past it. */
function skipPastTheMenu() {
  const link = /** @type {HTMLElement} */ (document.querySelector("[data-testid=stSkipToContent]"));
  if (!link) return;
  link.onclick = (event) => {
    const title = /** @type {HTMLElement} */ (document.querySelector("[data-testid=stMainBlockContainer] h1"));
    if (!title) return;
    event.preventDefault();
    // Streamlit's own handler, further out, would take the focus to the menu after all.
    event.stopPropagation();
    title.tabIndex = -1;
    title.focus();
  };
}

/**
 * A press that comes to a row of presets from elsewhere would give the focus back to the preset that had it last, which
 * pushes a phone's row away under the finger, and nothing is chosen: it takes no focus at all. Keys do as ever.
 */
function pressWithoutFocus(event) {
  if (event.target.closest("[class*=preset-row] [role=radiogroup]")) event.preventDefault();
}

/** On a phone a row is longer than the screen: push it so far that the link to where one is can be seen. */
function reveal(link, screen) {
  const row = link.closest(".st-key-menu-screens, .st-key-menu-sections");
  // Once a screen, so that it stays where a person pushes it.
  if (!row || row.dataset.screen === screen) return;
  row.dataset.screen = screen;
  const seen = row.getBoundingClientRect(), own = link.getBoundingClientRect();
  // What stays at the row's end, the other language, would cover it.
  const end = seen.right - [...row.querySelectorAll("[class*=st-key-menu-language]")]
    .reduce((sum, each) => sum + each.getBoundingClientRect().width, 0);
  if (own.right > end) row.scrollLeft += own.right - end;
  else if (own.left < seen.left) row.scrollLeft -= seen.left - own.left;
}

/** Say what the menu is and which of its links lead to where one is. */
function mark(menu, data, parentElement) {
  // What scrolls by must not shine through; only a component knows the theme's colours.
  const theme = getComputedStyle(parentElement.querySelector(".root"));
  menu.style.background = theme.getPropertyValue("--st-background-color");
  menu.setAttribute("role", "navigation");
  menu.setAttribute("aria-label", data.label);
  for (const link of menu.querySelectorAll("a")) {
    if (link.closest(".st-key-menu-open")) link.setAttribute("aria-current", "true");
    else if (link.textContent.endsWith(data.screen)) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  skipPastTheMenu();
  menu.querySelectorAll("a[aria-current]").forEach((link) => reveal(link, data.screen));
}

/**
 * Call `act` with the menu now, and whenever something comes into it: Streamlit draws a link when its own code for
 * links has come, which may be long after this. Returns the clean-up.
 */
function followMenu(own, act) {
  let watched;
  const look = () => {
    const menu = document.querySelector(".st-key-menu"), now = menu ?? document.body;
    if (menu) act(menu);
    if (now === watched) return;
    watched = now;
    own.observer.disconnect();
    own.observer.observe(now, { childList: true, subtree: true, characterData: true });
    // Where another menu may take its place.
    own.observer.observe(now.parentElement, { childList: true });
  };
  // Streamlit cleans up only what the last run left.
  own.observer?.disconnect();
  own.observer = new MutationObserver(look);
  look();
  return () => own.observer.disconnect();
}

export default function ({ data, parentElement }) {
  oneEntryAnAct();
  // The same listener is added once; before Streamlit's own, which keep the event to themselves.
  window.addEventListener("mousedown", pressWithoutFocus, true);
  // Streamlit calls every page English: a screen reader would read another language with English sounds.
  document.documentElement.lang = data.language;
  return followMenu(memory(parentElement), (menu) => mark(menu, data, parentElement));
}
