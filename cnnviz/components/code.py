"""All components' code as one module, which puts it under its VERSION for the page's components to find.

The app's own server has it at PATH, so that a browser keeps it from visit to visit, compressed, and no run of a script
carries a megabyte to Streamlit, which would look each time whether the browser has it.
"""

import hashlib
import threading

from cnnviz.components.bundle import HERE, script

NAMES = tuple(sorted(path.stem for path in HERE.glob("*.css") if path.stem != "shared"))


def _scope(name: str) -> str:
    """Return a component's script as a function's body, which has its names to itself."""
    text = script(name).replace("export default function", "const entry = function")
    return f"{name}: (() => {{\n{text}\nreturn entry;\n}})(),\n"


_CODE = "".join(map(_scope, NAMES))
# A page that was open before the server was renewed keeps its own code for as long as it has elements that ask for it.
VERSION = hashlib.sha256(_CODE.encode()).hexdigest()[:16]
SERVED = threading.Event()  # set by the server that has the module at PATH
PATH = f"api/components-{VERSION}.js"  # below the app's root

MODULE = f"""const own = (window.cnnviz ??= {{}});
own["{VERSION}"] ??= {{ {_CODE} }};
for (const act of own.waiting ?? []) try {{ act(); }} catch (error) {{ console.error(error); }}
own.waiting = [];
export default () => {{}};
"""
# The browser remembers of an address that it could not be had, so that each try has one of its own.
LINK = f"""const root = location.href.replace(/[^/]*([?#].*)?$/, "");
const bring = (times) => import(`${{root}}{PATH}${{times ? `?${{times}}` : ""}}`)
  .catch(() => setTimeout(bring, 500 * 2 ** Math.min(times, 6), times + 1));
if (!window.cnnviz?.["{VERSION}"]) bring(0);
export default () => {{}};
"""
