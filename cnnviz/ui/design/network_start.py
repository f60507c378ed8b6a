"""What a network starts from: a preset, a typed line, pasted PyTorch, or a network of a library."""

import streamlit as st

from cnnviz.design import PRESETS, from_pytorch, write
from cnnviz.errors import CnnvizError
from cnnviz.ui.design.network_state import LIBRARY, Slot, bump, of_size, parse_size
from cnnviz.ui.lesson import text

SCREEN = "network"
EMPTY = "empty"
PRESET, LINE, PASTED, LIBRARIES = WAYS = ("preset", "typed line", "PyTorch code", "torchvision or timm")


def choose_start(slot: Slot, *, nothing: str = EMPTY) -> None:
    """Show the ways to start and the chosen one's widgets; `nothing` is what the empty preset is called."""
    net, _ = slot.read()
    key = f"{slot.net}-start"
    st.session_state.setdefault(key, LIBRARIES if net.startswith(LIBRARY) else PRESET)
    way = st.segmented_control("Start from", WAYS, key=key, required=True) or PRESET
    {PRESET: _preset, LINE: _line, PASTED: _pasted, LIBRARIES: _library}[way](slot, nothing)


def _preset(slot: Slot, nothing: str) -> None:
    net, _ = slot.read()
    key = f"{slot.net}-preset"
    texts = {EMPTY: "", **{name: preset.text for name, preset in PRESETS.items()}}
    st.session_state[key] = next((name for name, each in texts.items() if each == net), None)

    def chosen() -> None:
        name = st.session_state[key]
        if name is not None:
            slot.put(texts[name], of_size(PRESETS[name].input_size) if name in PRESETS else None)
            bump()

    def title(name: str) -> str:
        return nothing if name == EMPTY else f"{PRESETS[name].title} ({PRESETS[name].year})"

    st.selectbox(
        "Preset", list(texts), key=key, format_func=title, on_change=chosen, placeholder=text(SCREEN, "own_network")
    )


def _line(slot: Slot, nothing: str) -> None:
    net, _ = slot.read()
    key = f"{slot.net}-line"
    st.session_state[key] = "" if net.startswith(LIBRARY) else net

    def typed() -> None:
        slot.put(st.session_state[key])
        bump()

    st.text_area("The network as one line", key=key, on_change=typed, height=120, placeholder=text(SCREEN, "example"))
    st.caption(text(SCREEN, "syntax"))


def _pasted(slot: Slot, nothing: str) -> None:
    key = f"{slot.net}-pasted"
    problem = f"{key}-problem"

    def read() -> None:
        st.session_state.pop(problem, None)
        try:
            size = (1, *parse_size(slot.now()[1]))
            slot.put(write(from_pytorch(st.session_state[key], size)))
            bump()
        except CnnvizError as error:
            st.session_state[problem] = str(error)

    st.text_area(
        "nn.Sequential(...)", key=key, height=160, persist_state="session", placeholder=text(SCREEN, "example_pytorch")
    )
    st.button("Read it", on_click=read, icon=":material/input:", key=f"{key}-read")
    st.caption(text(SCREEN, "pasted"))
    if sentence := st.session_state.get(problem):
        st.error(sentence, icon=":material/error:")


def _library(slot: Slot, nothing: str) -> None:
    # This is the one place that imports torch, and only once somebody asks for a library's network.
    from cnnviz.models.architectures import architectures, native_size

    net, _ = slot.read()
    key = f"{slot.net}-library"
    names = architectures()
    chosen_name = net.removeprefix(LIBRARY)
    st.session_state[key] = chosen_name if net.startswith(LIBRARY) and chosen_name in names else None

    def chosen() -> None:
        name = st.session_state[key]
        if name is not None:
            slot.put(LIBRARY + name, of_size(native_size(name)))
            bump()

    st.selectbox(
        "Architecture", names, key=key, on_change=chosen, placeholder=text(SCREEN, "architectures", count=len(names))
    )
