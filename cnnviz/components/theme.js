// Tells Python when the page has become dark or light. Streamlit runs this again at every change of the theme.

import { inkOn, inksOf } from "./canvas.js";
import { finder, memory, unpack } from "./shared.js";

export default function ({ data, parentElement, setTriggerValue }) {
  if (!data) return;
  const own = memory(parentElement), [meta] = unpack(data);
  const dark = inkOn(inksOf(finder(parentElement)(".root")).paper) === "#ffffff";
  // Told once: Python may see it another way, and must not be asked for ever.
  if (dark !== meta.dark && own.told !== dark) setTriggerValue("pick", dark);
  own.told = dark === meta.dark ? null : dark;
}
