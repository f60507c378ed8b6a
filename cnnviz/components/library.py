"""All components' code, which a page gets once: what a component is sent at every act is its data alone.

It is a file of the app's own server. Under any other, such as `streamlit run app.py`, it comes by way of Streamlit.
"""

import streamlit as st

from cnnviz.components.code import LINK, MODULE, SERVED, VERSION

_sent = st.components.v2.component("cnnviz_library", html="<div></div>", js=MODULE)
_linked = st.components.v2.component("cnnviz_library_link", html="<div></div>", js=LINK)


def bring_library() -> None:
    """Bring the components' code to the page; call once a run of the whole script, at its start."""
    mount = _linked if SERVED.is_set() else _sent
    mount(key="library")


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
