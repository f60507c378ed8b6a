"""All components' code, which a page gets once: what a component is sent at every act is its data alone."""

import hashlib

import streamlit as st

from cnnviz.components.bundle import HERE, script

NAMES = tuple(sorted(path.stem for path in HERE.glob("*.css") if path.stem != "shared"))


def _scope(name: str) -> str:
    """Return a component's script as a function's body, which has its names to itself."""
    text = script(name).replace("export default function", "const entry = function")
    return f"{name}: (() => {{\n{text}\nreturn entry;\n}})(),\n"


_CODE = "".join(map(_scope, NAMES))
# A page that was open before the server was renewed keeps its own code for as long as it has elements that ask for it.
VERSION = hashlib.sha256(_CODE.encode()).hexdigest()[:16]

_LIBRARY = f"""const own = (window.cnnviz ??= {{}});
own["{VERSION}"] ??= {{ {_CODE} }};
for (const act of own.waiting ?? []) try {{ act(); }} catch (error) {{ console.error(error); }}
own.waiting = [];
export default () => {{}};
"""

_mount = st.components.v2.component("cnnviz_library", html="<div></div>", js=_LIBRARY)


def bring_library() -> None:
    """Bring the components' code to the page; call once a run of the whole script, at its start."""
    _mount(key="library")


def asks_for(name: str) -> str:
    """Return the script of a component: what the library has under its name, as soon as that is there."""
    return f"""export default (args) => {{
  const own = (window.cnnviz ??= {{}}), entry = () => own["{VERSION}"].{name}(args);
  if (own["{VERSION}"]) return entry();
  let stop, over = false;
  (own.waiting ??= []).push(() => {{ if (!over) stop = entry(); }});
  return () => {{ over = true; stop?.(); }};
}};
"""
