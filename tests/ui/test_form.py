"""A form: values known before widgets are drawn, controls that write the link, presets, and the way back."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from cnnviz.ui import form, timers
from cnnviz.ui.form import Form
from cnnviz.ui.form_controls import Choice, Switch, Text, written
from cnnviz.ui.number_controls import Number, Numbers, Real
from cnnviz.ui.words import Words
from tests.ui.opened import opened, values

CONTROLS = (
    Number("size", 3, low=-4, high=900, reach=20),
    Real("share", 0.25, low=-1.0, high=3.0, step=0.05),
    Switch("flip", True),
    Choice("kind", "b", options=("a", "b", "c d")),
    Numbers("maps", (0,), count=9, most=4),
)
FORM = Form(Words("pooling"))


@pytest.mark.parametrize("control", CONTROLS, ids=lambda each: type(each).__name__)
def test_a_link_holds_any_value_exactly(control):
    @given(values(control))
    def holds(value):
        assert control.parse(written(value)) == value
        with opened(**{control.name: value}):
            assert FORM.get(control) == value

    holds()
    with opened():
        assert FORM.get(control) == control.default


@given(st.text(max_size=12))
def test_any_text_in_a_link_is_a_value_or_the_default(text):
    for control in CONTROLS:
        with opened(**{control.name: text}):
            value = FORM.get(control)
        assert value == (control.default if control.parse(text) is None else control.parse(text))
        assert control.parse(written(value)) == value


@pytest.mark.parametrize(("control", "text"), [
    (CONTROLS[0], "901"), (CONTROLS[0], "1.5"), (CONTROLS[0], ""), (CONTROLS[1], "nan"), (CONTROLS[1], "inf"),
    (CONTROLS[1], "3.01"), (CONTROLS[2], "yes"), (CONTROLS[3], "d"), (CONTROLS[4], "9"), (CONTROLS[4], "0,1,2,3,4"),
    (CONTROLS[4], "-1"), (Text("line", "x", valid=str.isalpha), "1"),
])  # fmt: skip
def test_what_cannot_be_set_stands_for_nothing(control, text):
    assert control.parse(text) is None
    assert control.allowed()


def app() -> None:
    import streamlit as st

    from cnnviz.ui import links
    from cnnviz.ui.form import Form
    from cnnviz.ui.form_controls import Choice, Switch
    from cnnviz.ui.number_controls import Number
    from cnnviz.ui.words import Words

    links.arrive("pooling")
    form = Form(Words("pooling"))
    form.presets({"max": {}, "average": {"operation": "average", "size": 9}, "far": {"stride": 4, "ceil_mode": True}})
    form.draw(
        Choice("operation", "max", ("stride",), ("max", "average")),
        Number("size", 12, low=1, high=40, reach=16),
        Number("stride", 2, low=1, high=4, slider=False),
        Switch("ceil_mode", False),
        disabled={"stride"} if st.session_state.get("greyed") else (),
    )


def start(**link: str) -> AppTest:
    started = AppTest.from_function(app, default_timeout=30)
    started.query_params.update(link)
    return started.run()


def link(started: AppTest) -> dict[str, str]:
    return dict(started.query_params)


def test_a_slider_and_its_number_are_in_step():
    started = start(size="14")
    assert started.number_input(key="pooling.size").value == started.slider(key="pooling.size-slider").value == 14
    started.slider(key="pooling.size-slider").set_value(7).run()
    assert started.number_input(key="pooling.size").value == 7
    assert link(started) == {"size": "7"}
    # Beyond the slider's reach it stands at its end.
    started.number_input(key="pooling.size").set_value(33).run()
    assert started.slider(key="pooling.size-slider").value == 16
    assert link(started) == {"size": "33"}
    started.number_input(key="pooling.size").set_value(12).run()
    assert link(started) == {}


def test_every_kind_of_widget_writes_the_link_and_shows_it():
    started = start()
    started.toggle(key="pooling.ceil_mode").set_value(True).run()
    started.number_input(key="pooling.stride").set_value(3).run()
    assert link(started) == {"ceil_mode": "true", "stride": "3"}
    # The stride begins anew with another operation.
    started.selectbox(key="pooling.operation").select("average").run()
    assert link(started) == {"ceil_mode": "true", "operation": "average"}
    assert started.number_input(key="pooling.stride").value == 2


def test_a_link_with_what_cannot_be_set_says_so_and_shows_the_default():
    started = start(size="99", operation="sum")
    assert not started.exception
    assert started.number_input(key="pooling.size").value == 12
    assert started.selectbox(key="pooling.operation").value == "max"
    said = " ".join(each.value for each in started.caption)
    assert "Size = 99" in said
    assert "1–40" in said
    assert "sum" in said


def test_a_preset_is_pressed_while_it_stands_and_takes_the_rest_back():
    started = start(size="5", source="Digits", at="output.3")
    preset = started.pills(key="pooling.preset")
    assert preset.value is None
    preset.set_value("average").run()
    # The picture stays, what is pinned does not.
    assert link(started) == {"source": "Digits", "operation": "average", "size": "9"}
    assert started.pills(key="pooling.preset").value == "average"
    started.number_input(key="pooling.size").set_value(8).run()
    assert started.pills(key="pooling.preset").value is None
    started.number_input(key="pooling.size").set_value(9).run()
    assert started.pills(key="pooling.preset").value == "average"
    started.pills(key="pooling.preset").set_value("far").run()
    assert link(started) == {"source": "Digits", "stride": "4", "ceil_mode": "true"}


def test_the_way_back_to_the_start():
    started = start()
    assert started.pills(key="pooling.preset").value == "max"
    assert started.button(key="pooling.restart").disabled
    started.number_input(key="pooling.size").set_value(8).run()
    assert not started.button(key="pooling.restart").disabled
    started.button(key="pooling.restart").click().run()
    assert link(started) == {}
    assert started.number_input(key="pooling.size").value == 12


def test_greyed_controls():
    started = start()
    assert not started.number_input(key="pooling.stride").disabled
    started.session_state["greyed"] = True
    assert started.run().number_input(key="pooling.stride").disabled


def test_keys_tell_screens_and_parts_apart():
    assert Form(Words("pooling")).key("size") == "pooling.size"
    assert (
        Form(Words("learned"), "spatial_transformer", "Learned").key("degrees") == "spatial_transformer.Learned.degrees"
    )


@pytest.mark.parametrize(
    ("running", "fragment", "acted"),
    [(None, "", True), ([], "a", True), (["a", "b"], "a", True), (["b"], "a", False), (["b"], "", False)],
)
def test_an_act_runs_its_own_fragment_or_the_page(monkeypatch, running, fragment, acted):
    monkeypatch.setattr(timers, "get_script_run_ctx", lambda **_: SimpleNamespace(fragment_ids_this_run=running))
    assert timers.acted_in(fragment) is acted


def test_what_the_browser_sends_along_by_itself_changes_nothing_and_is_an_act_later(monkeypatch):
    """A page that moves sends, with its next view, what its widgets showed before they heard of a preset."""
    started = start()
    with monkeypatch.context() as patch:
        patch.setattr(form, "acted_in", lambda fragment: False)
        started.number_input(key="pooling.size").set_value(20).run()
        assert started.number_input(key="pooling.size").value == 12
        started.pills(key="pooling.preset").set_value("average").run()
        assert started.pills(key="pooling.preset").value == "max"
        assert link(started) == {}
    started.number_input(key="pooling.size").set_value(20).run()
    assert link(started) == {"size": "20"}
    started.pills(key="pooling.preset").set_value("average").run()
    assert link(started) == {"operation": "average", "size": "9"}
