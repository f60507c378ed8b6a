"""What a network starts from: a preset, a typed line, pasted PyTorch, or a network of a library."""

from collections.abc import Callable

import streamlit as st

from cnnviz.design import LIBRARY, PRESETS, write
from cnnviz.design.pasted_input import with_input
from cnnviz.design.small_networks import SMALL
from cnnviz.errors import CnnvizError, ShapeError
from cnnviz.models import registered
from cnnviz.ui.form_controls import Choice
from cnnviz.ui.names import named
from cnnviz.ui.network.state import FORM, WORDS, Slot, bump, of_input, parse_size
from cnnviz.ui.refusals import refuse

EMPTY = "empty"
_PRESETS = {**PRESETS, **SMALL}
LONGEST_SIDE = 512
text = WORDS.text


def choose_start(slot: Slot, *, nothing: str) -> None:
    """Show the ways to start and the chosen one's widgets; `nothing` is what the empty preset is called."""
    net, _ = slot.read()
    ways: dict[str, Callable[[], None]] = {
        "preset": lambda: _preset(slot, nothing),
        "line": lambda: _line(slot),
        "code": lambda: _pasted(slot),
        "library": lambda: _library(slot),
    }
    first = "library" if net.startswith(LIBRARY) else "preset"
    labels = "start_yours" if registered.names() else "start"
    way = Choice(f"{slot.net.name}_start", first, options=tuple(ways), style="buttons", labels=labels, label="start")
    FORM.draw(way, columns=1)
    ways[FORM.get(way)]()


def choose_size(slot: Slot) -> tuple[int, ...]:
    """Show the input's size, typed and as a slider, and return (C, H, W), the last good one while it is none."""
    _, typed = slot.read()
    box, side_box = st.columns(2, vertical_alignment="bottom")
    name = slot.size.name
    key, side_key, good = (FORM.key(f"{name}{part}") for part in ("", "-side", "-good"))
    st.session_state[key] = typed
    box.text_input(WORDS.label("size"), key=key, on_change=lambda: slot.put(size=st.session_state[key]))
    try:
        size = parse_size(typed)
        st.session_state[good] = size
    except ShapeError as error:
        refuse(error)
        size = st.session_state.get(good, parse_size(slot.size.default))
    if len(size) == 3:
        st.session_state[side_key] = min(size[1], LONGEST_SIDE)

        def slid() -> None:
            side = st.session_state[side_key]
            slot.put(size=f"{size[0]}x{side}x{side}")

        side_box.slider(WORDS.label("side"), 1, LONGEST_SIDE, key=side_key, on_change=slid)
    return size


def refused(slot: Slot) -> str:
    """Return why the text that was pasted last is no network, "" if it is one or something else stands since."""
    net, sentence = st.session_state.get(_refused_key(slot), ("", ""))
    return str(sentence) if net == slot.read()[0] else ""


def forget_refused(slot: Slot) -> None:
    """Go back to the network before a text that was refused, in a callback."""
    st.session_state.pop(_refused_key(slot), None)


def _refused_key(slot: Slot) -> str:
    return FORM.key(f"{slot.net.name}-refused")


def _put(slot: Slot, net: str, size: str | None = None) -> None:
    forget_refused(slot)
    slot.put(net, size)
    bump()


def _preset(slot: Slot, nothing: str) -> None:
    net, _ = slot.read()
    key = FORM.key(f"{slot.net.name}-preset")
    texts = {EMPTY: "", **{name: preset.text for name, preset in _PRESETS.items()}}
    st.session_state[key] = next((name for name, each in texts.items() if each == net), None)

    def chosen() -> None:
        name = st.session_state[key]
        if name is not None:
            _put(slot, texts[name], of_input(_PRESETS[name].input_size[1:]) if name in _PRESETS else None)

    def title(name: str) -> str:
        return nothing if name == EMPTY else f"{named('cards', _PRESETS[name].title)} ({_PRESETS[name].year})"

    st.selectbox(
        WORDS.label("preset"),
        list(texts),
        key=key,
        format_func=title,
        on_change=chosen,
        placeholder=text("own_network"),
        label_visibility="collapsed",
    )


def _line(slot: Slot) -> None:
    net, _ = slot.read()
    key = FORM.key(f"{slot.net.name}-line")
    st.session_state[key] = "" if net.startswith(LIBRARY) else net
    # One line, so that Enter hands it in.
    st.text_input(
        WORDS.label("line"),
        key=key,
        on_change=lambda: _put(slot, st.session_state[key]),
        placeholder=text("example"),
        label_visibility="collapsed",
    )
    WORDS.say("syntax")


def _pasted(slot: Slot) -> None:
    key = FORM.key(f"{slot.net.name}-pasted")
    open_key, notes_key = f"{key}-open", f"{key}-notes"

    def read() -> None:
        net, typed = slot.read()
        try:
            preferred = parse_size(typed)
        except ShapeError:
            preferred = None
        try:
            found = with_input(st.session_state[key], preferred)
        except CnnvizError as error:
            st.session_state[_refused_key(slot)] = net, str(error)
            return
        now, size = write(found.rows), of_input(found.input_size)
        _put(slot, now, size)
        st.session_state[open_key] = (now, size) if found.is_open else None
        st.session_state[notes_key] = now, found.notes

    st.text_area(
        WORDS.label("code"),
        key=key,
        height=160,
        persist_state="session",
        placeholder=text("example_pytorch"),
        label_visibility="collapsed",
    )
    st.button(WORDS.label("read"), on_click=read, icon=":material/input:", key=f"{key}-read")
    if sentence := refused(slot):
        refuse(sentence)
    elif st.session_state.get(open_key) == slot.read():
        st.info(text("size_open", size=slot.read()[1]), icon=":material/help:")
    else:
        WORDS.say("pasted")
    read_net, notes = st.session_state.get(notes_key, ("", ()))
    if read_net == slot.read()[0] and not refused(slot):
        for note in notes:
            st.info(note, icon=":material/info:")


def _library(slot: Slot) -> None:
    # Where the list will be, that nothing moves as it comes.
    with st.container(key=FORM.key(f"{slot.net.name}-listing")):
        place = st.empty()
    # This is the one place that imports torch, and only once somebody asks for a library's network.
    with place, st.spinner(text("listing"), show_time=True):
        from cnnviz.models.architectures import architectures, native_size

        names = architectures()
    net, _ = slot.read()
    key = FORM.key(f"{slot.net.name}-library")
    chosen_name = net.removeprefix(LIBRARY)
    st.session_state[key] = chosen_name if net.startswith(LIBRARY) and chosen_name in names else None

    def chosen() -> None:
        name = st.session_state[key]
        if name is not None:
            _put(slot, LIBRARY + name, of_input(native_size(name)[1:]))

    place.selectbox(
        WORDS.label("architecture"),
        names,
        key=key,
        on_change=chosen,
        placeholder=text("architectures", count=len(names)),
        label_visibility="collapsed",
    )
