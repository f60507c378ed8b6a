"""Questions: their answers, and that each is marked once."""

from hypothesis import assume, given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from cnnviz.ui.question import Question
from tests.ui.written import number

answers = st.lists(st.integers(0, 10**6), min_size=5, max_size=9, unique=True)
sentences = st.text(st.characters(categories=["Ll"]), min_size=1, max_size=8)


@given(answers)
def test_there_are_four_numbers_in_order_and_the_right_one_among_them(numbers):
    right, *others = numbers
    options = Question("How many?", right, others, "").options
    assert len(options) == 4
    assert [number(each) for each in options] == sorted(number(each) for each in options)
    assert f"{right:,}" in options
    # The best wrong answers come first.
    assert {f"{each:,}" for each in numbers[:4]} == set(options)


@given(st.lists(sentences, min_size=2, max_size=6, unique=True), sentences)
def test_texts_are_mixed_the_same_way_for_the_same_question(texts, asked):
    question = Question(asked, texts[0], [*texts[1:], texts[1]], "")
    assert texts[0] in question.options
    assert len(set(question.options)) == len(question.options) == min(4, len(texts))
    assert question.options == Question(asked, texts[0], [*texts[1:], texts[1]], "").options


def test_the_right_text_stands_anywhere():
    places = {Question(f"Question {at}?", "right", ["a", "b", "c"], "").options.index("right") for at in range(40)}
    assert places == {0, 1, 2, 3}


@given(st.tuples(*[st.integers(1, 99)] * 3))
def test_sizes_are_written_as_they_are_read(size):
    larger = tuple(side + 1 for side in size)
    assume(larger != size)
    assert Question("?", size, [larger], "").options == ["×".join(map(str, each)) for each in (size, larger)]


def app() -> None:
    import streamlit as st

    from cnnviz.ui import links
    from cnnviz.ui.form import Form
    from cnnviz.ui.question import Question, ask_questions
    from cnnviz.ui.words import Words

    links.arrive("pooling")
    base = st.session_state.setdefault("base", 10)

    def make(number: int) -> Question | None:
        return (
            None if base < 0 else Question(f"{base} + {number}?", base + number, [1, 2, 3], f"It is {base + number}.")
        )

    ask_questions(Form(Words("pooling")), make)


def opened() -> AppTest:
    started = AppTest.from_function(app, default_timeout=30)
    started.session_state["pooling.predict"] = True
    return started.run()


def score(started: AppTest) -> str:
    return next((each.value for each in started.caption if "of" in each.value), "")


def test_questions_are_made_only_while_they_are_open():
    assert not AppTest.from_function(app, default_timeout=30).run().radio
    assert len(opened().radio) == 1


def test_an_answer_is_marked_once_and_questions_go_on():
    started = opened()
    assert started.radio[0].value is None
    assert not started.success
    started.radio[0].set_value("2").run()
    assert "10" in started.warning[0].value
    assert "It is 10." in started.warning[0].value
    assert score(started) == "0 of 1 right"
    started.radio[0].set_value("10").run()
    # A second thought is told that it is right, and does not count.
    assert started.success
    assert score(started) == "0 of 1 right"
    for more in (1, 2):
        started.button(key="pooling.predict-next").click().run()
        assert started.radio[0].label == f"10 + {more}?"
        assert started.radio[0].value is None
        started.radio[0].set_value(str(10 + more)).run()
        assert score(started) == f"{more} of {more + 1} right"


def test_the_same_question_about_another_state_is_unanswered():
    started = opened()
    started.radio[0].set_value("10").run()
    started.session_state["base"] = 20
    started.run()
    assert started.radio[0].label == "20 + 0?"
    assert started.radio[0].value is None
    assert score(started) == "1 of 1 right"


def test_a_state_without_a_question_says_so():
    started = opened()
    started.session_state["base"] = -1
    started.run()
    assert not started.exception
    assert not started.radio


def test_a_room_is_sent_the_question_as_it_is_shown(monkeypatch):
    sent = []
    monkeypatch.setattr("cnnviz.ui.question.room_send", lambda *given, key: sent.append(given))
    started = opened()
    radio = started.radio[0]
    asked, options, right, why = sent[-1]
    assert (asked, options) == (radio.label, radio.options)
    assert (options[right], why) == ("10", "It is 10.")
