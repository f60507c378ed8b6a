"""A lesson on paper: a worksheet as one page of HTML, its answers on a sheet of their own; and its questions in GIFT.

GIFT is the text format that Moodle imports questions in: https://docs.moodle.org/en/GIFT_format
"""

import re
from collections.abc import Mapping
from html import escape

from cnnviz.server.rooms.checks import Lesson, Question, Step

# What GIFT gives a meaning; the backslash that takes it away comes first.
_GIFT = re.compile(r"([\\~=#{}:])")
_LETTERS = "ABCDEF"
_LINE = '<div class="line"></div>'
_LINES = 3 * _LINE  # to write on, for a step without a question
_MODULE = 0.45  # mm of one square of a QR code, which a phone reads from paper at arm's length

_PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>
<style>
@page {{ margin: 18mm }}
body {{ font: 11pt/1.45 sans-serif; color: #000; background: #fff; max-width: 46em; margin: 2em auto; padding: 0 1em }}
h1 {{ font-size: 16pt; margin: 0 0 6pt }}
h2 {{ font-size: 12pt; margin: 0 0 3pt }}
a {{ color: inherit; text-decoration: none }}
p {{ margin: 0 0 4pt }}
section {{ break-inside: avoid; margin: 14pt 0; display: flow-root }}
.qr {{ float: right; margin: 0 0 4pt 12pt }}
.qr svg {{ display: block; width: 100%; height: auto }}
ol {{ list-style: upper-alpha; margin: 4pt 0; padding-left: 2em }}
li::marker {{ font-weight: 600 }}
.who {{ display: flex; gap: 2em; margin-bottom: 10pt }}
.who span {{ flex: 1; border-bottom: 1px solid #000 }}
.line {{ border-bottom: 1px solid #888; height: 20pt }}
.right {{ font-weight: 600 }}
</style></head><body>
<h1>{title}</h1>
{body}
</body></html>
"""


def worksheet(lesson: Lesson, words: Mapping[str, str], language: str, app: str) -> str:
    """Return a lesson for students to write on; `words` are the labels of room.md, `app` is the app's address."""
    who = (
        f'<p class="who"><span>{_text(words["worksheet.name"])}</span><span>{_text(words["worksheet.date"])}</span></p>'
    )
    steps = [_step(number, step, words, app) for number, step in enumerate(lesson.steps, 1)]
    return _page(lesson.title or words["worksheet"], language, [who, *steps])


def answers(lesson: Lesson, words: Mapping[str, str], language: str) -> str:
    """Return the answers to a lesson's questions, under the numbers and letters that the worksheet has."""
    title = words["worksheet.answers"].format(title=lesson.title or words["worksheet"])
    asked = [(number, step.question) for number, step in enumerate(lesson.steps, 1) if step.question]
    return _page(title, language, [_answer(number, question) for number, question in asked])


def gift(lesson: Lesson) -> str:
    """Return a lesson's questions for Moodle; what explains an answer is its general feedback."""
    asked = [(number, step) for number, step in enumerate(lesson.steps, 1) if step.question]
    return (
        "\n\n".join(
            _gift(f"{number} {step.title or step.place}", step.question) for number, step in asked if step.question
        )
        + "\n"
    )


def _step(number: int, step: Step, words: Mapping[str, str], app: str) -> str:
    minutes = f" · {step.minutes} {_text(words['worksheet.minutes'])}" if step.minutes else ""
    link = f'<a href="{escape(app + step.place)}">{_text(step.title or step.place)}</a>'
    head = f"{_qr(app + step.place)}<h2>{number}. {link}{minutes}</h2>"
    if step.sentence:
        head += f"<p>{_marked(step.sentence)}</p>"
    if step.question is None:
        return f"<section>{head}{_LINES}</section>"
    options = "".join(f"<li>{_marked(option)}</li>" for option in step.question.options)
    return (
        f"<section>{head}<p>{_marked(step.question.asked)}</p><ol>{options}</ol>"
        f"<p>{_text(words['worksheet.why'])}</p>{_LINE}</section>"
    )


def _qr(address: str) -> str:
    # Only here: a server whose class prints nothing starts without it.
    import segno

    try:
        drawn = segno.make_qr(address, error="l")
    except segno.DataOverflowError:
        # 2,953 letters are the most; a network written out can have more.
        return ""
    width = _MODULE * drawn.symbol_size(border=2)[0]
    # The link beside it says the same to whoever reads no picture.
    svg = drawn.svg_inline(border=2, omitsize=True, dark="#000")
    return f'<div class="qr" aria-hidden="true" style="width: {width:.1f}mm">{svg}</div>'


def _answer(number: int, question: Question) -> str:
    right = f"{_LETTERS[question.right]}: {_marked(question.options[question.right])}"
    asked, why = _marked(question.asked), _marked(question.why)
    return f'<section><p>{number}. {asked}</p><p class="right">{right}</p><p>{why}</p></section>'


def _gift(title: str, question: Question) -> str:
    options = (("=" if at == question.right else "~") + _plain(option) for at, option in enumerate(question.options))
    feedback = f"\n####{_plain(question.why)}" if question.why else ""
    return f"::{_plain(title)}::[markdown]{_plain(question.asked)} {{\n" + "\n".join(options) + f"{feedback}\n}}"


def _plain(text: str) -> str:
    return _GIFT.sub(r"\\\1", text).replace("\n", "\\n")


def _page(title: str, language: str, parts: list[str]) -> str:
    return _PAGE.format(title=_text(title), language=escape(language), body="\n".join(parts))


def _text(text: str) -> str:
    return escape(text)


def _marked(text: str) -> str:
    """Return a text as HTML, with **bold** words and `code`, and no other mark of its own."""
    bold = re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", escape(text))
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", bold).replace("\n", "<br>")
