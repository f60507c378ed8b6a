"""A screen's state is the texts of its link: its own, kept, shared only on purpose, and written once an act."""

from unittest.mock import patch

import pytest
from streamlit.runtime.state.query_params_proxy import QueryParamsProxy
from streamlit.testing.v1 import AppTest


def app() -> None:
    import streamlit as st

    from cnnviz.ui import links
    from cnnviz.ui.form import Form
    from cnnviz.ui.number_controls import Number
    from cnnviz.ui.words import Words

    screen = st.session_state.get("open", "pooling")
    links.arrive(screen)
    part = links.part_of(screen)
    form = Form(Words(screen), part=part)
    form.draw(Number("stride", 1, ("at",), low=1, high=9), Number("padding", 0, low=0, high=9))
    st.button("other part", key="part", on_click=links.open_part, args=(screen, "" if part else "Other"))
    st.button(
        "a preset", key="begin", on_click=form.begin, args=({"kernel_size": 3, "stride": 4, "padding": 2, "size": 8},)
    )
    for each in ("pooling", "convolution", "connectivity"):
        st.session_state[f"link-{each}"] = links.link_to(each)


def opened(**link: str) -> AppTest:
    started = AppTest.from_function(app, default_timeout=30)
    started.query_params.update(link)
    return started.run()


def go(started: AppTest, screen: str) -> AppTest:
    """Go to a screen by the menu's link."""
    link = dict(started.session_state[f"link-{screen}"])
    started.session_state["open"] = screen
    return follow(started, **link)


def follow(started: AppTest, **link: str) -> AppTest:
    """Open another link of the same screen, as the browser's back and forward do."""
    started.query_params.clear()
    started.query_params.update(link)
    return started.run()


def stride(started: AppTest) -> int:
    return next(each.value for each in started.number_input if each.label == "Stride")


def set_stride(started: AppTest, value: int) -> AppTest:
    return next(each for each in started.number_input if each.label == "Stride").set_value(value).run()


def test_no_screen_has_what_another_was_set_to_and_each_is_found_as_it_was_left():
    started = set_stride(opened(), 3)
    assert dict(started.query_params) == {"stride": "3"}
    go(started, "convolution")
    assert stride(started) == 1
    assert dict(started.query_params) == {}
    set_stride(started, 5)
    go(started, "pooling")
    assert stride(started) == 3
    assert dict(started.query_params) == {"stride": "3"}
    go(started, "convolution")
    assert stride(started) == 5


def test_an_address_without_a_word_opens_a_screen_as_it_was_left():
    started = set_stride(opened(), 3)
    go(started, "convolution")
    started.session_state["open"] = "pooling"
    follow(started)
    assert stride(started) == 3
    assert dict(started.query_params) == {"stride": "3"}


def test_back_and_forward_are_followed():
    started = opened()
    set_stride(started, 3)
    set_stride(started, 4)
    assert stride(follow(started, stride="3")) == 3
    assert stride(follow(started)) == 1
    assert stride(follow(started, stride="4")) == 4
    # And going on from there changes what is there.
    set_stride(started, 1)
    assert dict(started.query_params) == {}


def test_a_default_and_what_begins_anew_stay_out_of_the_link():
    started = opened(stride="3", at="output.4", source="Digits")
    set_stride(started, 4)
    assert dict(started.query_params) == {"stride": "4", "source": "Digits"}
    set_stride(started, 1)
    assert dict(started.query_params) == {"source": "Digits"}


def test_the_picture_goes_along_between_screens_that_look_at_one_and_nothing_else_does():
    started = opened(source="Digits", digit_number="3", stride="4", at="output.1")
    assert started.session_state["link-convolution"] == {"source": "Digits", "digit_number": "3"}
    assert started.session_state["link-connectivity"] == {}
    go(started, "convolution")
    assert dict(started.query_params) == {"source": "Digits", "digit_number": "3"}
    # Another picture there is the picture here.
    follow(started, source="Clothes", stride="2")
    assert started.session_state["link-pooling"] == {"source": "Clothes", "stride": "4", "at": "output.1"}
    go(started, "connectivity")
    assert dict(started.query_params) == {}


def test_a_part_has_texts_of_its_own_and_its_name_is_in_the_link():
    started = set_stride(opened(), 3)
    started.button(key="part").click().run()
    assert dict(started.query_params) == {"part": "Other"}
    assert stride(started) == 1
    set_stride(started, 7)
    assert dict(started.query_params) == {"part": "Other", "stride": "7"}
    started.button(key="part").click().run()
    assert dict(started.query_params) == {"stride": "3"}
    assert stride(started) == 3
    assert stride(follow(started, part="Other")) == 1
    # Coming back finds the part that was open.
    set_stride(started, 6)
    go(started, "convolution")
    go(started, "pooling")
    assert dict(started.query_params) == {"part": "Other", "stride": "6"}


def test_what_belongs_to_the_visit_stays():
    started = set_stride(opened(lang="en", embed="true"), 3)
    assert dict(started.query_params) == {"lang": "en", "embed": "true", "stride": "3"}
    started.button(key="begin").click().run()
    assert started.query_params["lang"] == "en"


@pytest.mark.parametrize("act", ["begin", "part"])
def test_one_act_writes_the_link_once(act):
    """Each write is an entry of the browser's history."""
    started = opened(stride="3")
    written = []
    plain = QueryParamsProxy.from_dict

    def from_dict(self, params):
        written.append(dict(params))
        plain(self, params)

    def forbidden(self, *args):
        raise AssertionError("the link is written as a whole")

    with (
        patch.object(QueryParamsProxy, "from_dict", from_dict),
        patch.object(QueryParamsProxy, "__setitem__", forbidden),
        patch.object(QueryParamsProxy, "__delitem__", forbidden),
        patch.object(QueryParamsProxy, "clear", forbidden),
    ):
        started.button(key=act).click().run()
        assert not started.exception
        assert len(written) == 1
        # A run in which nothing is done writes nothing.
        started.run()
        assert len(written) == 1
