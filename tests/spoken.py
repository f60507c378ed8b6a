"""All that a page says, and what of it is English or Chinese: in a browser also its components, figures and names."""

import re
from collections.abc import Iterable
from typing import Any

# Blocks of text, in the document and in every shadow root, without code, formulas and icons; names and placeholders;
# and of Plotly's figures what they tell under the pointer, its places for numbers apart.
_SAID = r"""() => {
  const SILENT = "script, style, noscript, template, code, pre, .katex, [lang=zxx], [data-testid=stIconMaterial]";
  const NAMES = ["aria-label", "aria-valuetext", "aria-description", "title", "placeholder", "alt"];
  const said = [document.title];
  const blockOf = (node) => {
    let at = node.parentElement;
    while (at?.parentElement && getComputedStyle(at).display.startsWith("inline")) at = at.parentElement;
    return at;
  };
  const look = (root) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) =>
      node.nodeType === 1 && node.matches(SILENT) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
    let block, text = "";
    const end = () => { if (text.trim()) said.push(text.trim()); text = ""; };
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.nodeType === 3) {
        const own = blockOf(node);
        if (own !== block) end();
        block = own;
        text += node.data;
        continue;
      }
      for (const name of NAMES) if (node.hasAttribute(name)) said.push(node.getAttribute(name));
      if (node.shadowRoot) { end(); look(node.shadowRoot); }
      for (const trace of node._fullLayout ? node.data : []) {
        said.push(String(trace.hovertemplate ?? "").replace(/%\{[^}]*\}|<\/?extra>/g, "·"));
      }
    }
    end();
  };
  look(document.body);
  return said;
}"""

_WORD = r"[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ'’-]+"
_SENTENCE = re.compile(rf"{_WORD}(?:[ ,;:]+{_WORD}){{2,}}")
_CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")

# What stays English on a Chinese page.
_STAYS = re.compile(
    "|".join(
        (
            # What Streamlit itself says, and cannot be told to say otherwise.
            "Skip to main content|Link to heading|Copy to clipboard|Download as CSV|Help for|MB per file",
            # Papers, as "LeCun et al. 1998, Gradient-Based Learning" and "Glorot and Bengio 2010".
            r"\S.* (?:19|20)\d\d(?:, |，)[^。）]*|\w+ (?:et al\.|and \w+) (?:19|20)\d\d",
            # What PyTorch says.
            "Expected more than 1 value per channel when training",
        )
    )
)


def said(page: Any) -> list[str]:
    """Return every text of a page of Playwright once, in its order."""
    return list(dict.fromkeys(" ".join(each.split()) for each in page.evaluate(_SAID)))


def english(texts: Iterable[str]) -> list[str]:
    """Return the texts with three Latin words or more in a row, when what stays English has been taken out of them."""
    return [each for each in texts if _SENTENCE.search(_STAYS.sub("·", each))]


def chinese(texts: Iterable[str]) -> list[str]:
    """Return the texts with a Chinese character or mark."""
    return [each for each in texts if _CHINESE.search(each)]
