"""Stacked layers as rows of dots: equal layers, or those of a network."""

from collections.abc import Sequence
from itertools import pairwise

import streamlit as st

from cnnviz.arithmetic.layer_stack import Stack, equal_layers, of_network
from cnnviz.components.dots import dots
from cnnviz.engine.requests import Reads
from cnnviz.errors import ShapeError
from cnnviz.ui.engine import ask
from cnnviz.ui.model_choice import short_name
from cnnviz.ui.receptive_field.state import COUNT, DILATION, DOTS, DOUBLING, EQUAL, FORM, KERNEL, STRIDE, WORDS, read
from cnnviz.ui.refusals import translated

say, text, label = WORDS.say, WORDS.text, WORDS.label
_READ_OUT = ("label", "unit", "padding", "reads", "sees", "skips", "reaches")


@st.fragment
def show_dots() -> None:
    """Show stacked rows of dots, of equal layers or of this network."""
    st.subheader(label("stacked"))
    say("dots")
    FORM.draw(DOTS, columns=1)
    try:
        stack = _equal() if FORM.get(DOTS) == EQUAL else _own()
    except ShapeError as error:
        st.info(translated(error))
        return
    if stack is not None:
        words = {name: text(f"dots_{name}") for name in _READ_OUT}
        dots(stack.rows, key=FORM.key("dots-rows"), words=words)


def _equal() -> Stack:
    """Show the numbers of equal layers, and return their stack."""
    FORM.draw(COUNT, KERNEL, STRIDE, DILATION, DOUBLING)
    count, kernel, stride, dilation = (FORM.get(each) for each in (COUNT, KERNEL, STRIDE, DILATION))
    doubling = FORM.get(DOUBLING)
    names = [text("dots_input"), *(text("dots_layer", number=number + 1) for number in range(count))]
    stack = equal_layers(count, kernel, stride=stride, dilation=dilation, doubling=doubling, names=names)
    numbers = {"count": count, "kernel": kernel, "size": stack.sizes[-1]}
    say("dots_reach", stride=stack.strides[-1], **numbers)
    with st.container(key=FORM.key("formula-dots")):
        if stride == dilation == 1 and not doubling:
            st.latex(text("dots_plain", **numbers))
            if count == 2 and kernel > 1:
                say("dots_two", single=stack.sizes[-1])
        else:
            grown = [after - before for before, after in pairwise(stack.sizes)]
            st.latex(text("dots_general", terms=_summed(grown), **numbers))
    return stack


def _summed(terms: Sequence[int]) -> str:
    """Return a sum in LaTeX, in lines that a phone can hold."""
    lines = [" + ".join(map(str, terms[start : start + 4])) for start in range(0, len(terms), 4)]
    return r" \\ &\quad + ".join(lines)


def _own() -> Stack | None:
    """Return the stack of this network up to the chosen layer."""
    state = read()
    reading = None if state is None else ask(Reads(state.subject.model, state.row.name, depth=400))
    if state is None or reading is None:
        return None
    stack = of_network(reading.rows, units=state.row.maps[2], input_name=text("dots_input"))
    say("dots_network", model=short_name(state.subject.model.name), layer=state.row.name, size=stack.sizes[-1])
    return stack
