"""One script a component, as Streamlit wants it, from files that import each other like any ES modules.

Each file beside this one says at its top what it takes from others, `import { clamp, show } from "./shared.js";`,
and exports what others take. `script("unit")` follows the imports of unit.js, puts every file once, after those that
it needs, and takes the words `import` and `export` away: all of a bundle is one scope, so a name that two of its
files declare at their top is a syntax error in the browser and in tests/components/test_bundle.py. Functions may
call each other across a circle of imports; constants may not be needed before they are there.

colours.js is written here, from cnnviz/colours.py (colours.d.ts tells the checkers of it); the accents become CSS
variables, `var(--input)`, which differ in light and dark. Everything else of the theme is Streamlit's: --st-*.
`make lint` checks names and types with tsc and the rest with ESLint, as modules.
"""

import json
import re
from pathlib import Path

from cnnviz import colours

HERE = Path(__file__).parent

_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


def script(*names: str) -> str:
    """Return the files NAME.js and all that they import as one text; only one of them may export a default."""
    texts: dict[str, str] = {}
    for name in names:
        _collect(name, texts, ())
    return "".join(texts.values())


def style(name: str) -> str:
    """Return the accents, shared.css and NAME.css as one text."""
    accents = "".join(f" --{accent}: light-dark({light}, {dark});" for accent, (light, dark) in colours.ACCENTS.items())
    return f".root {{{accents} }}\n" + "".join(_text(f"{each}.css") for each in ("shared", name))


def _collect(name: str, texts: dict[str, str], above: tuple[str, ...]) -> None:
    """Add a file to `texts` after all that it imports; a circle ends at one that stands `above`."""
    if name in texts or name in above:
        return
    text = _colours() if name == "colours" else _text(f"{name}.js")
    for each in _IMPORT.findall(text):
        _collect(each, texts, (*above, name))
    texts[name] = _EXPORT.sub("", _IMPORT.sub("", text))


def _colours() -> str:
    maps = {"signed": colours.SIGNED, "positive": colours.POSITIVE}
    tables = {name: colours.table(anchors).hex() for name, anchors in maps.items()}
    return f"export const TABLES = {json.dumps(tables)};\nexport const ACCENTS = {json.dumps(colours.ACCENTS)};\n"


def _text(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")
