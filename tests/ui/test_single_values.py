"""Number inputs and lists that look up one value: what they hold is the same, and nothing else is asked for."""

import pytest
from streamlit.elements.widgets import number_input, selectbox
from streamlit.runtime.state import SafeSessionState, get_session_state
from streamlit.testing.v1 import AppTest

from cnnviz.ui.single_values import look_up_single_values

MODULES = (number_input, selectbox)


def page():
    import streamlit as st

    if st.session_state.get("emptied"):
        st.session_state.number = st.session_state.choice = None
    st.number_input("number", 0, 9, 4, key="number")
    st.number_input("without a key", 0, 9, 5)
    st.selectbox("choice", ["a", "b"], 1, key="choice")
    if "narrow" in st.session_state:
        st.number_input("narrowed", 0, 2 if st.session_state.narrow else 9, 1, key="narrowed")


@pytest.fixture(params=[False, True], ids=["as Streamlit does", "one by one"])
def app(request, monkeypatch):
    for module in MODULES:
        monkeypatch.setattr(module, "get_session_state", get_session_state)
    if request.param:
        look_up_single_values()

        def never(self):
            raise AssertionError("The whole session was put together.")

        monkeypatch.setattr(SafeSessionState, "filtered_state", property(never))
    return AppTest.from_function(page, default_timeout=30)


def values(app):
    app.run()
    assert not app.exception
    return [each.value for each in (*app.number_input, *app.selectbox)]


def test_they_begin_with_their_defaults_and_keep_what_they_are_given(app):
    assert values(app) == [4, 5, "b"]
    app.number_input[0].set_value(7)
    app.selectbox[0].set_value("a")
    assert values(app) == [7, 5, "a"]
    app.session_state.number = 2
    assert values(app) == [2, 5, "a"]


def test_a_state_of_none_empties_them(app):
    app.session_state.emptied = True
    assert values(app) == [None, 5, None]


def test_a_number_that_is_out_of_a_narrower_range_begins_anew(app):
    app.session_state.narrow = False
    values(app)
    app.number_input[2].set_value(7)
    assert values(app) == [4, 5, 7, "b"]
    app.session_state.narrow = True
    assert values(app) == [4, 5, 1, "b"]
    assert app.session_state.narrowed == 1


def test_once_is_enough(app):
    look_up_single_values()
    before = [module.get_session_state for module in MODULES]
    look_up_single_values()
    assert [module.get_session_state for module in MODULES] == before
