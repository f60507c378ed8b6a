"""Rooms over HTTP: a class through a question, late and lost pages, and those who want what is not theirs."""

import time
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import ANY

import pytest

from cnnviz.server.rooms import hub, limits
from cnnviz.server.rooms.codes import new_code
from cnnviz.server.rooms.office import TEACHER_ACTS
from cnnviz.server.rooms.routes import MOST_BYTES
from tests.conftest import NIGHTLY
from tests.server.rooms.serving import Somebody, joined, opened, served, until

QUESTION = {"asked": "How large?", "options": ["28", "30", "32"], "right": 0, "why": "32 − 5 + 1"}


def names(told):
    """Return the nicknames that a teacher is told."""
    return [each["name"] for each in told["members"]]


@pytest.fixture
def port():
    with served() as (port, _):
        yield port


def test_a_class_goes_through_a_question_together(port):
    teacher = opened(port)
    students = [joined(teacher, name) for name in ("Anna", "Ben", "")]
    with teacher.listening() as of_teacher, students[0].listening() as of_anna:
        assert of_anna()[1]["room"]["question"] is None
        assert teacher.act("place", place="layer?stride=2") == 204
        assert until(of_anna, lambda _, told: told["room"]["place"])["room"]["place"] == "layer?stride=2"
        assert teacher.act("ask", **QUESTION) == 204
        asked = until(of_anna, lambda _, told: told["room"]["question"])["room"]["question"]
        assert asked == {"number": 1, "asked": "How large?", "options": ["28", "30", "32"], "open": True}
        for student, option in zip(students, (0, 2, 0), strict=True):
            assert student.act("answer", number=1, option=option) == 204
        until(of_teacher, lambda name, told: name == "room" and (told["question"] or {}).get("answered") == 3)
        assert teacher.act("close") == 204
        done = until(of_anna, lambda _, told: not told["room"]["question"]["open"])
        assert (done["you"], done["room"]["question"]["counts"], done["room"]["question"]["right"]) == (0, [2, 0, 1], 0)
        # Too late.
        assert students[1].act("answer", number=1, option=0) == 400
    status, table = teacher.ask("GET", f"/{teacher.code}/results.csv")
    assert (status, table.splitlines()[1]) == (200, "1,layer?stride=2,How large?,28,1,2")


def test_who_comes_late_and_who_comes_back_finds_all_as_it_is(port):
    teacher = opened(port)
    anna = joined(teacher, "Anna")
    teacher.act("place", place="pooling")
    teacher.act("ask", **QUESTION)
    anna.act("answer", number=1, option=1)
    with anna.listening() as heard:
        told = heard()[1]
        assert (told["you"], told["room"]["place"], told["room"]["question"]["open"]) == (1, "pooling", True)
    late = joined(teacher)
    with late.listening() as heard:
        told = heard()[1]
        assert (told["you"], told["room"]["place"], told["room"]["question"]["number"]) == (None, "pooling", 1)


def test_the_teacher_sees_who_is_there_and_who_has_gone(port):
    teacher = opened(port)
    anna, ben = joined(teacher, "Anna"), joined(teacher, "Ben")
    with teacher.listening() as heard:
        with anna.listening() as of_anna, ben.listening() as of_ben:
            of_anna(), of_ben()
            told = until(heard, lambda name, told: name == "room" and told["here"] == 2)
            assert (told["joined"], names(told)) == (2, ["Anna", "Ben"])
            ben.act("leave")
            until(of_ben, lambda name, _: name == "over")
            told = until(heard, lambda name, told: name == "room" and told["joined"] == 1)
            assert names(told) == ["Anna"]
        # A stream that nobody reads is noticed when something is written to it.
        teacher.act("place", place="pooling")
        until(heard, lambda name, told: name == "room" and told["here"] == 0)


def test_a_student_can_do_nothing_that_is_the_teachers(port):
    teacher = opened(port)
    anna = joined(teacher)
    for name in TEACHER_ACTS:
        assert anna.act(name, place="pooling", following=False, step=0, steps=[], title="", **QUESTION) == 403, name
    assert anna.ask("GET", f"/{teacher.code}/results.csv")[0] == 403
    for token in ("", "x", teacher.token[:-1], anna.code):
        assert Somebody(port, teacher.code, token).act("close") == 403
    assert teacher.act("answer", number=1, option=0) == 403
    with teacher.listening() as heard:
        told = heard()[1]
    assert (told["place"], told["question"], told["following"]) == ("", None, True)


def handle_of(teacher, nickname):
    """Return what a teacher's page calls a member by."""
    with teacher.listening() as heard:
        return next(each["handle"] for each in heard()[1]["members"] if each["name"] == nickname)


def test_who_is_taken_out_is_told_why_and_has_no_way_back_by_the_same_token(port):
    teacher = opened(port)
    anna, ben = joined(teacher, "Anna"), joined(teacher, "Ben")
    teacher.act("ask", **QUESTION)
    for student in (anna, ben):
        student.act("answer", number=1, option=0)
    handle = handle_of(teacher, "Anna")
    assert ben.act("remove", member=handle) == 403
    with anna.listening() as of_anna, ben.listening() as of_ben:
        of_anna(), of_ben()
        assert teacher.act("remove", member=handle) == 204
        assert until(of_anna, lambda name, _: name == "over") == {"refused": "removed"}
        assert teacher.act("place", place="pooling") == 204
        assert until(of_ben, lambda name, told: name == "over" or told["room"]["place"])["room"]["place"] == "pooling"
    assert anna.ask("GET", f"/{anna.code}/events") == (403, {"refused": "removed", "process": ANY})
    assert anna.act("answer", number=1, option=1) == 403
    # The answer went along, and a name that is nobody's changes nothing.
    assert [teacher.act("remove", member=each) for each in ("", "x", handle, None)] == [204, 204, 204, 400]
    teacher.act("close")
    table = teacher.ask("GET", f"/{teacher.code}/results.csv")[1]
    assert table.splitlines()[1].endswith(",28,1,1")
    # Coming in anew is another matter, which the teacher can close.
    assert Somebody(port).ask("POST", f"/{teacher.code}/join", {})[0] == 201
    assert teacher.act("lock", locked=True) == 204
    status, told = Somebody(port).ask("POST", f"/{teacher.code}/join", {})
    assert (status, told["refused"]) == (403, "locked")
    with ben.listening() as heard:
        assert heard()[0] == "room"
    assert teacher.act("lock", locked=False) == 204
    assert Somebody(port).ask("POST", f"/{teacher.code}/join", {})[0] == 201


def test_a_token_of_one_room_opens_no_other(port):
    one, other = opened(port), opened(port)
    anna = joined(one)
    assert Somebody(port, other.code, one.token).act("end") == 403
    assert Somebody(port, other.code, anna.token).ask("GET", f"/{other.code}/events")[0] == 403


def test_a_room_that_ended_is_gone_for_all(port):
    teacher = opened(port)
    anna = joined(teacher)
    with anna.listening() as heard:
        heard()
        assert teacher.act("end") == 204
        assert heard()[0] == "over"
    status, told = anna.ask("GET", f"/{anna.code}/events")
    assert (status, told["refused"]) == (404, "missing")


def test_thousands_of_wrong_codes_let_nobody_in_and_keep_nobody_else(port):
    teacher = opened(port)
    anna = joined(teacher)

    def guess(_):
        code = new_code()
        while code == teacher.code:
            code = new_code()
        return Somebody(port, address="198.51.100.7").ask("POST", f"/{code}/join", {})[0]

    def acted():
        began = time.perf_counter()
        assert anna.act("answer", number=1, option=0) == 400
        return time.perf_counter() - began

    quiet = sorted(acted() for _ in range(9))[4]
    with ThreadPoolExecutor(4) as many:
        answers = many.map(guess, range(10_000 if NIGHTLY else 1_000))
        busy = []
        for _ in range(9):
            time.sleep(0.12)
            busy.append(acted())
        statuses = list(answers)
    assert set(statuses) == {404, 429}
    assert statuses.count(404) == limits.WRONG_EACH
    # The right one neither, while the others from elsewhere come in.
    assert Somebody(port, address="198.51.100.7").ask("POST", f"/{teacher.code}/join", {})[0] == 429
    assert Somebody(port, address="198.51.100.8").ask("POST", f"/{teacher.code}/join", {})[0] == 201
    # The guesses are made by this very process, so some milliseconds are theirs.
    assert sorted(busy)[4] < quiet + 0.1


def test_messages_are_bounded_in_length_and_pace(port):
    teacher = opened(port)
    assert teacher.act("place", place="a" * MOST_BYTES) == 413
    assert {teacher.act("close") for _ in range(60)} == {204, 429}


def test_streams_of_one_member_are_bounded(port):
    anna = joined(opened(port))
    streams = [anna.listening() for _ in range(hub.STREAMS)]
    for each in streams:
        each.__enter__()()
    assert anna.ask("GET", f"/{anna.code}/events")[0] == 429
    for each in streams:
        each.__exit__(None, None, None)


def test_another_sites_form_can_open_nothing(port):
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        assert Somebody(port).ask("POST", "", {}, **{"content-type": kind})[0] == 400


def test_what_is_no_json_is_refused(port):
    teacher = opened(port)
    for given in ([], "x", 7, {"place": None}, {"place": ["pooling"]}):
        assert teacher.ask("POST", f"/{teacher.code}/place", given)[0] == 400


def test_several_processes_without_redis_open_no_room_and_say_so(port, monkeypatch):
    monkeypatch.setenv("CNNVIZ_WORKERS", "2")
    status, told = Somebody(port).ask("POST", "", {})
    assert (status, told["refused"]) == (503, "several")


def test_the_picture_of_the_address_is_of_this_server_alone(port):
    pytest.importorskip("segno", reason="segno is not installed: pip install -r requirements.txt")
    somebody = Somebody(port)
    status, picture = somebody.ask("GET", f"/ABCDEF/qr.svg?origin=http://127.0.0.1:{port}")
    assert status == 200
    assert picture.startswith("<svg xmlns=")
    for origin in ("http://elsewhere.example.org", f"javascript://127.0.0.1:{port}", ""):
        assert somebody.ask("GET", f"/ABCDEF/qr.svg?origin={origin}")[0] == 404
    assert somebody.ask("GET", f"/ABC/qr.svg?origin=http://127.0.0.1:{port}")[0] == 404
