"""What was drawn once is sent again while nothing has changed, and drawn anew when something has."""

from streamlit.testing.v1 import AppTest

from cnnviz.ui import form

DRAWN: list[str] = []


def page():
    import streamlit as st
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    from cnnviz.components.kept import draw_kept, forget_all
    from cnnviz.ui.form import Form
    from cnnviz.ui.form_controls import Choice, Switch
    from cnnviz.ui.number_controls import Number
    from cnnviz.ui.words import Words
    from tests.components.test_kept import DRAWN

    context = get_script_run_ctx()
    if st.session_state.setdefault("alone", False):
        context.fragment_ids_this_run = ["a part"]
    else:
        forget_all()
    said = st.session_state.setdefault("said", "one")

    def say() -> None:
        DRAWN.append(said)
        with st.container():
            st.write(said)
        st.caption("after")

    draw_kept(said, say)
    st.write("below")
    form = Form(Words("pooling"))
    padding = Number("padding", 0, low=0, high=2)
    form.draw(
        Number("stride", 2, low=1, high=4), padding, Choice("input", "max", options=("max", "avg"), technical=True)
    )
    form.draw(Switch("ceil_mode", False), disabled={"ceil_mode"} if said == "two" else ())
    st.write(f"stride {form.get(Number('stride', 2, low=1, high=4))}")


def shown(at):
    return (
        [each.value for each in at.markdown],
        [each.value for each in at.slider],
        [each.value for each in at.number_input],
    )


def opened() -> AppTest:
    DRAWN.clear()
    at = AppTest.from_function(page, default_timeout=30).run()
    at.session_state["alone"] = True
    return at


def test_what_is_equal_is_not_drawn_again_and_stays():
    at = opened()
    before = shown(at)
    for _ in range(3):
        at.run()
        assert not at.exception
        assert shown(at) == before
    assert DRAWN == ["one"]


def test_what_has_changed_is_drawn_anew():
    at = opened().run()
    at.session_state["said"] = "two"
    at.run()
    assert DRAWN == ["one", "two"]
    assert [each.value for each in at.markdown][:2] == ["two", "below"]
    assert at.toggle[0].disabled


def test_a_run_of_the_whole_page_draws_all():
    at = opened()
    at.session_state["alone"] = False
    at.run()
    assert DRAWN == ["one", "one"]


def test_a_control_that_a_person_moves_takes_its_twin_along_and_the_others_stay(monkeypatch):
    drawn = []
    draw = form.Form._draw
    monkeypatch.setattr(
        form.Form, "_draw", lambda self, control, *more: (drawn.append(control.name), draw(self, control, *more))
    )
    at = opened().run()
    drawn.clear()
    at.slider[0].set_value(3).run()
    assert drawn == ["stride"]
    assert shown(at)[1:] == ([3, 0], [3, 0])
    assert at.markdown[-1].value == "stride 3"
    at.number_input[1].set_value(1).run()
    assert shown(at)[1:] == ([3, 1], [3, 1])
    # What was given to a widget is not given again, over what a person may be typing there.
    drawn.clear()
    at.run()
    at.run()
    assert "input" not in drawn
    assert drawn.count("padding") <= 1


def test_a_field_that_was_emptied_is_filled_again_though_its_value_stays():
    at = opened().run()
    at.number_input[0].set_value(None).run()
    assert shown(at)[1:] == ([2, 0], [2, 0])
