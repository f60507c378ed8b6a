"""Lessons on paper and in GIFT, which is read back here by Moodle's own rules."""

import re
from html.parser import HTMLParser

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from cnnviz import lessons
from cnnviz.server.rooms import checks, sheets
from cnnviz.server.rooms.checks import Lesson, Question, Step
from cnnviz.ui.room.lessons import ready

WORDS = lessons.labels("en", "room")
READY = [checks.lesson(each) for each in ready("en")]


class Text(HTMLParser):
    """All words of a page, and the elements that it has."""

    def __init__(self, page):
        super().__init__()
        self.words, self.elements = [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.elements.append(tag)

    def handle_data(self, data):
        self.words.append(data)

    @property
    def said(self):
        return " ".join(" ".join(self.words).split())


def read_gift(text):
    """Return (title, asked, options, right, why) of each question; a special letter counts where no backslash is."""
    free = r"(?:[^\\~=#{}:]|\\.)"
    whole = rf"::({free}*)::\[markdown\]({free}*) \{{\n((?:[=~]{free}*\n?)+)(?:####({free}*)\n)?\}}"
    for title, asked, answers, why in re.findall(whole, text):
        options = re.findall(rf"([=~])({free}*?)(?:\n|$)", answers)
        right = [at for at, (sign, _) in enumerate(options) if sign == "="]
        yield title, asked, [option for _, option in options], right, why


def take_away(text):
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], text)


@pytest.mark.parametrize("lesson", READY, ids=lambda lesson: lesson.title)
def test_moodle_reads_every_question_of_a_ready_lesson(lesson):
    found = list(read_gift(sheets.gift(lesson)))
    asked = [step.question for step in lesson.steps if step.question]
    assert len(found) == len(asked) > 2
    for (_, text, options, right, why), question in zip(found, asked, strict=True):
        assert take_away(text) == question.asked
        assert [take_away(option) for option in options] == [*question.options]
        assert (right, take_away(why)) == ([question.right], question.why)


words = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=20)


@given(words, st.lists(words, min_size=2, max_size=6, unique=True), words)
def test_no_letter_of_a_question_is_taken_for_a_sign(asked, options, why):
    lesson = Lesson("", (Step("pooling", "a", question=Question(asked, tuple(options), 1, why)),))
    ((_, text, found, right, feedback),) = read_gift(sheets.gift(lesson))
    assert take_away(text) == asked
    assert [take_away(each) for each in found] == options
    assert (right, take_away(feedback)) == ([1], why)


@pytest.mark.parametrize("lesson", READY, ids=lambda lesson: lesson.title)
def test_a_worksheet_has_every_step_and_no_answer_and_the_other_sheet_has_them(lesson):
    page = Text(sheets.worksheet(lesson, WORDS, "en", "https://cnn.example.org/"))
    other = Text(sheets.answers(lesson, WORDS, "en"))
    assert page.elements.count("section") == len(lesson.steps)
    for step in lesson.steps:
        assert step.title in page.said
        assert step.notes not in page.said
        if step.question:
            assert step.question.why not in page.said
            assert " ".join(step.question.why.split()) in other.said
            letter = "ABCDEF"[step.question.right]
            assert f"{letter}: {step.question.options[step.question.right]}" in other.said


def test_each_step_on_paper_has_the_code_of_its_link():
    steps = tuple(Step(place, place, "") for place in ("pooling?stride=2", "depth", "layer?net=" + 3900 * "a"))
    drawn = re.findall(
        r'class="qr".*?<path [^>]*d="([^"]+)"', sheets.worksheet(Lesson("", steps), WORDS, "en", "https://a/")
    )
    # The third's address has more letters than a code takes, and a code less is no reason to refuse the sheet.
    expected = [segno.make_qr("https://a/" + step.place, error="l") for step in steps[:2]]
    assert [f'd="{path}"' in each.svg_inline(border=2) for path, each in zip(drawn, expected, strict=True)] == [
        True,
        True,
    ]


def test_words_of_a_lesson_are_words_on_paper():
    evil = "<script>alert(1)</script>"
    lesson = Lesson(evil, (Step('pooling?a="', evil, evil, question=Question(evil, (evil, "b"), 0, evil)),))
    for page in (sheets.worksheet(lesson, WORDS, "en", "https://a/"), sheets.answers(lesson, WORDS, "en")):
        assert "script" not in Text(page).elements
        assert "alert(1)" in Text(page).said
