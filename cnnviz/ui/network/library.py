"""A network of a library, computed by the engine."""

from time import monotonic

import streamlit as st

from cnnviz.design import LIBRARY
from cnnviz.design.totals import Totals, of_report, of_text
from cnnviz.errors import CnnvizError
from cnnviz.ui.network.state import WORDS

_PATIENCE = 0.25  # seconds between looks at whether the person has moved on
Size = tuple[int, ...]


def of_library(architecture: str, input_size: Size) -> Totals:
    """Return a library's network on an input (N, C, H, W), in float32, computed by the engine; this imports torch.

    While it is built, the page says what is going on and for how long.
    """
    from cnnviz.engine.requests import Analyze
    from cnnviz.ui.engine import engine, session

    ticket = None
    began, sign = monotonic(), st.empty()
    try:
        ticket = engine().submit(Analyze(architecture, input_size), session=session(), supersedes=True)
        while True:
            try:
                report = ticket.result(timeout=_PATIENCE)
            except TimeoutError:
                # Writing to the page is also where Streamlit ends a run that the person has made pointless.
                sentence = WORDS.text("building", name=architecture, seconds=monotonic() - began)
                sign.info(sentence, icon=":material/timer:")
            else:
                return of_report(report, report.layers, report.graph)
    except CnnvizError as error:
        return Totals(input_size, (), error=str(error))
    finally:
        sign.empty()
        if ticket is not None and not ticket.done():
            ticket.cancel()


def network_of(net: str, input_size: Size, itemsize: int) -> Totals:
    """Return the network of a text on an input (N, C, H, W); where it can't be had, its `error` says why."""
    if net.startswith(LIBRARY):
        return of_library(net.removeprefix(LIBRARY), input_size)
    return of_text(net, input_size, itemsize)
