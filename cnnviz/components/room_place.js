// Where a page is, as an address below the app's root, and going there without loading the page anew.

import { root } from "./shared.js";

/** What an address has of the visit and not of the screen: everybody keeps their own. */
const VISIT = ["lang", "embed", "embed_options", "hide"];

/** An address below the app's root as it is compared: in one order, without the visit's words. */
export function plainPlace(address) {
  const url = new URL(root() + address), { searchParams } = url;
  for (const name of VISIT) searchParams.delete(name);
  if (searchParams.get("part") === "") searchParams.delete("part");
  searchParams.sort();
  const screen = url.pathname.slice(new URL(root()).pathname.length), query = searchParams.toString();
  return screen + (query || !screen ? `?${query}` : "");
}

/** The address of this page below the app's root, such as pooling?stride=2. */
export const here = () => plainPlace(location.href.slice(root().length).replace(/#.*/, ""));

/** Whether this page is the one of the class itself, which nobody follows. */
export const isClassPage = () => /^room(\?|$)/.test(here());

/**
 * Go to an address below the app's root as the browser's own back and forward do, which Streamlit follows. `part` is
 * always in it: an address without a word would open a screen as it was left, and this is to open it as it is here.
 */
export function goTo(place) {
  if (plainPlace(place) === here()) return;
  const url = new URL(root() + plainPlace(place)), own = new URL(location.href).searchParams;
  for (const name of VISIT) if (own.has(name)) url.searchParams.set(name, own.get(name));
  if (!url.searchParams.has("part")) url.searchParams.set("part", "");
  const leaves = url.pathname !== location.pathname;
  history.pushState(null, "", url);
  dispatchEvent(new PopStateEvent("popstate", { state: null }));
  if (leaves) document.querySelector("[data-testid=stMain]")?.scrollTo(0, 0);
}
