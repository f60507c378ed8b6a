"""What a person has set on each screen, as the texts that a link holds: `?kernel_size=5&stride=2` IS the state.

Each screen has texts of its own, and so has each part of a screen that has several; coming back finds them as they were
left. A text that is missing stands for a default. Only the picture goes along, between the screens that look at one.

Texts change in callbacks alone, by `put`, which writes the link once: one act is one entry of the browser's history. A
run that finds another link than was written follows it: somebody opened a link, or went back or forward.
"""

import re
from collections.abc import Mapping, Sequence
from typing import TypedDict

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

Texts = dict[str, str]

# Names in a link that belong to the visit and not to a screen.
VISIT = ("lang", "embed", "embed_options", "hide")
# What the browser alone writes on the screens whose maps a tour is followed on without a run: the tour, and its step.
TOUR = ("tour", "step")
TOURS_IN_BROWSER = ("architectures", "network", "receptive_field")
PART = "part"
PICTURE = ("source", "photo", "digit_number", "clothe_number", "centre")
# The screens that look at one picture: it is taken along between them, on purpose, and nothing else is.
SHARE_A_PICTURE = ("convolution", "pooling", "activations", "filters", "receptive_field", "why", "augmentation")


class _Store(TypedDict):
    screen: str
    parts: dict[str, str]
    texts: dict[tuple[str, str], Texts]
    picture: Texts
    written: Texts


_NAME = "cnnviz-screens"


def _store() -> _Store:
    # A run looks a hundred times, and each look into the session takes longer than all that is done with it.
    context = get_script_run_ctx(suppress_warning=True)
    kept = {} if context is None else vars(context)
    if _NAME not in kept:
        kept[_NAME] = st.session_state.setdefault(
            _NAME, {"screen": "", "parts": {}, "texts": {}, "picture": {}, "written": {}}
        )
    store: _Store = kept[_NAME]
    return store


def arrive(screen: str) -> None:
    """Follow the link; call it once at the start of every run of the whole script, with the screen that is open.

    A link without a word of its own opens the screen as it was left.
    """
    store = _store()
    asked = {name: text for name, text in st.query_params.to_dict().items() if name not in VISIT}
    here = {name: text for name, text in asked.items() if screen not in TOURS_IN_BROWSER or name not in TOUR}
    stays = store["screen"] == screen
    if stays and here == store["written"]:
        return
    before, store["screen"] = store["written"], screen
    if not stays and (not asked or asked == before):
        _write(link_to(screen))
        return
    part = here.pop(PART, "")
    store["parts"][screen] = part
    store["texts"][screen, part] = here
    store["written"] = _link(screen)
    _remember_picture(screen, here)


def part_of(screen: str) -> str:
    """Return the part of a screen that is open, "" for the first."""
    return _store()["parts"].get(screen, "")


def keep_to(screen: str, parts: Sequence[str], former: str = "") -> None:
    """Take a part in the link that the screen does not have as its first; call it before the parts are drawn.

    Names that begin with `former`, a pattern, as those of old links do, stand for the same without it.
    """
    store = _store()
    found, part = store["texts"].pop((screen, part_of(screen)), {}), part_of(screen)
    store["parts"][screen] = part if part in parts else ""
    store["texts"][screen, part_of(screen)] = {re.sub(f"^({former})", "", name): text for name, text in found.items()}


def open_part(screen: str, part: str, carried: Sequence[str] = ()) -> None:
    """Open another part of the screen as it was left, in a callback; the names in `carried` come along."""
    store, before = _store(), texts(screen, part_of(screen))
    kept = {name: text for name, text in texts(screen, part).items() if name not in carried}
    store["parts"][screen] = part
    store["texts"][screen, part] = {**kept, **{name: before[name] for name in carried if name in before}}
    _write(_link(screen))


def texts(screen: str, part: str = "") -> Texts:
    """Return what is set on a part of a screen."""
    return _store()["texts"].get((screen, part), {})


def put(screen: str, part: str, changes: Mapping[str, str | None]) -> None:
    """Set texts, or take those that are None back, in a callback."""
    replace(screen, part, {**texts(screen, part), **changes})


def replace(screen: str, part: str, wanted: Mapping[str, str | None]) -> None:
    """Set these texts and no others, in a callback."""
    kept = {name: text for name, text in wanted.items() if text is not None}
    store = _store()
    store["texts"][screen, part] = kept
    _remember_picture(screen, kept)
    if store["screen"] == screen:
        _write(_link(screen))


def link_to(screen: str) -> Texts:
    """Return the link that opens a screen as it was left, with the picture that is looked at now."""
    link = _link(screen)
    if screen in SHARE_A_PICTURE:
        own = {name: text for name, text in link.items() if name not in PICTURE}
        link = {**own, **_store()["picture"]}
    return link


def visit() -> Texts:
    """Return what a link holds of the visit, such as its language."""
    asked = st.query_params.to_dict()
    return {name: asked[name] for name in VISIT if name in asked}


def _link(screen: str) -> Texts:
    part = part_of(screen)
    return {**({PART: part} if part else {}), **texts(screen, part)}


def _write(link: Texts) -> None:
    store = _store()
    screen = store["screen"]
    store["texts"][screen, part_of(screen)] = {name: text for name, text in link.items() if name != PART}
    store["written"] = link
    if st.query_params.to_dict() != {**visit(), **link}:
        st.query_params.from_dict({**visit(), **link})


def _remember_picture(screen: str, kept: Texts) -> None:
    if screen in SHARE_A_PICTURE:
        _store()["picture"] = {name: kept[name] for name in PICTURE if name in kept}
