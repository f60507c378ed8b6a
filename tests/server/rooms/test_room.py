"""A room as a value: any sequence of acts keeps its promises, and what students are told holds no answer too early."""

import csv
import io
import json
from collections import Counter
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.server.rooms import room as rooms
from cnnviz.server.rooms.checks import Lesson, Question, RefusedError, Step
from cnnviz.server.rooms.room import MEMBERS, ROUNDS, Room
from cnnviz.server.rooms.views import for_students, for_teacher, from_json, to_csv, to_json

QUESTIONS = [
    Question("What size comes out?", ("28×28", "30×30", "32×32"), 0, "32 − 5 + 1 = 28"),
    Question("=SUM(A1)", ("yes", "no"), 1),
]
LESSON = Lesson(
    "Two", (Step("pooling"), Step("convolution?stride=2", "Stride", "Look at the corner.", "Ask first.", 5))
)
PEOPLE = ["anna", "ben", "cleo"]

acts = st.lists(
    st.one_of(
        st.builds(lambda who: ("join", who), st.sampled_from(PEOPLE)),
        st.builds(lambda who: ("leave", who), st.sampled_from(PEOPLE)),
        st.builds(lambda who: ("remove", who), st.sampled_from(PEOPLE)),
        st.builds(lambda locked: ("lock", locked), st.booleans()),
        st.builds(lambda who: ("arrive", who), st.sampled_from(PEOPLE)),
        st.builds(lambda who: ("depart", who), st.sampled_from(PEOPLE)),
        st.builds(lambda which: ("ask", which), st.integers(0, 1)),
        st.builds(
            lambda who, number, option: ("answer", who, number, option),
            st.sampled_from(PEOPLE),
            st.integers(0, 4),
            st.integers(-1, 3),
        ),
        st.just(("close",)),
        st.just(("clear",)),
        st.builds(lambda step: ("step", step), st.integers(-1, 2)),
    ),
    max_size=30,
)


def act_of(name, *given):
    """Return the act on a room that a drawn one stands for."""
    if name == "join":
        return partial(rooms.join, member=given[0], nickname=given[0])
    if name == "remove":
        return partial(rooms.remove, handle=given[0])
    if name == "lock":
        return partial(rooms.lock, locked=given[0])
    if name in ("leave", "arrive", "depart"):
        return partial(getattr(rooms, name), member=given[0])
    if name == "ask":
        return partial(rooms.ask, question=QUESTIONS[given[0]])
    if name == "answer":
        return partial(rooms.answer, member=given[0], number=given[1], option=given[2])
    if name == "step":
        return partial(rooms.take_step, step=given[0])
    return getattr(rooms, name)


@given(acts)
def test_a_room_agrees_with_a_tally_kept_by_hand(sequence):
    room = rooms.take_lesson(Room("ABCDEF", "teacher", 0.0), LESSON)
    # Who is in, who answered what and the tallies of closed questions, in plain dictionaries.
    inside, answers, closed, asked, is_open, removed, locked = set(), {}, [], 0, False, [], False
    for name, *given_ in sequence:
        refused = False
        try:
            room = act_of(name, *given_)(room)
        except RefusedError:
            refused = True
        if name == "answer":
            who, number, option = given_
            fits = is_open and number == asked and who in inside and 0 <= option < len(room.question.options)
            assert refused is not fits
            if fits:
                answers[who] = option
        elif name == "step":
            assert refused is (not 0 <= given_[0] < 2)
        elif name == "join":
            assert refused is (locked and given_[0] not in inside)
        else:
            assert not refused
        if name == "join" and not refused:
            inside.add(given_[0])
        if name == "lock":
            locked = given_[0]
        if name in ("leave", "remove"):
            if name == "remove" and given_[0] in inside:
                removed.append(given_[0])
            inside.discard(given_[0])
            if is_open:
                answers.pop(given_[0], None)
        if name in ("ask", "close", "clear") or (name == "step" and not refused):
            if is_open:
                closed.append(Counter(answers.values()))
            is_open = name == "ask"
            if name == "ask":
                asked, answers = asked + 1, {}
        assert set(room.members) == inside
        assert room.here <= inside
        assert [*room.removed] == removed
        assert [Counter(dict(enumerate(each.counts))) for each in room.rounds] == [
            Counter({at: tally[at] for at in range(len(each.question.options))})
            for tally, each in zip(closed, room.rounds, strict=True)
        ]
        told = for_students(room)["question"]
        if told and told["open"]:
            assert not {"right", "why", "counts"} & told.keys()
        assert from_json(to_json(room)) == room


def test_a_room_takes_so_many_and_no_more_but_whoever_is_in_it_stays():
    room = Room("ABCDEF", "teacher", 0.0)
    for number in range(MEMBERS):
        room = rooms.join(room, str(number), "")
    with pytest.raises(RefusedError, match="full"):
        rooms.join(room, "one more", "")
    assert len(rooms.join(room, "7", "Ben").members) == MEMBERS


def test_questions_end_somewhere():
    room = Room("ABCDEF", "teacher", 0.0)
    for _ in range(ROUNDS):
        room = rooms.close(rooms.ask(room, QUESTIONS[0]))
    with pytest.raises(RefusedError, match="rounds"):
        rooms.ask(room, QUESTIONS[0])


def test_the_answer_comes_with_the_counts_once_it_is_closed():
    room = Room("ABCDEF", "teacher", 0.0)
    for who in PEOPLE:
        room = rooms.join(room, who, who)
    room = rooms.ask(room, QUESTIONS[0])
    for who, option in zip(PEOPLE, (0, 2, 0), strict=True):
        room = rooms.answer(room, who, 1, option)
    assert for_teacher(room)["question"]["answered"] == 3
    assert "28" not in json.dumps({**for_students(room)["question"], "options": ()})
    told = for_students(rooms.close(room))["question"]
    assert (told["right"], told["counts"], told["why"]) == (0, (2, 0, 1), "32 − 5 + 1 = 28")


def test_nobody_is_named_to_students_and_no_token_to_anybody():
    room = rooms.arrive(rooms.join(Room("ABCDEF", "the-digest", 0.0), "another-digest", "Anna"), "another-digest")
    assert "Anna" not in json.dumps(for_students(room))
    assert [each["name"] for each in for_teacher(room)["members"]] == ["Anna"]
    assert "digest" not in json.dumps([for_students(room), for_teacher(room)])


def test_the_table_has_a_line_an_option_and_no_formula():
    room = rooms.join(rooms.go(Room("ABCDEF", "teacher", 0.0), "layer?stride=2"), "a", "")
    room = rooms.close(rooms.answer(rooms.ask(room, QUESTIONS[1]), "a", 1, 1))
    lines = list(csv.DictReader(io.StringIO(to_csv(room))))
    assert [(line["option"], line["right"], line["answers"]) for line in lines] == [("yes", "0", "0"), ("no", "1", "1")]
    assert {line["screen"] for line in lines} == {"layer?stride=2"}
    assert {line["asked"] for line in lines} == {"'=SUM(A1)"}


def test_a_step_brings_its_place_and_takes_the_question_away():
    room = rooms.ask(rooms.take_lesson(Room("ABCDEF", "teacher", 0.0), LESSON), QUESTIONS[0])
    room = rooms.take_step(room, 1)
    told = for_students(room)
    assert (told["place"], told["sentence"], told["question"]) == (
        "convolution?stride=2",
        "Look at the corner.",
        None,
    )
    assert "Ask first." not in json.dumps(told)
