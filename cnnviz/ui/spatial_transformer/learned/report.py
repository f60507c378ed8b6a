"""The part "Learned": a localisation network chooses the box, and a classifier reads what is in it."""

import math

import numpy as np
import streamlit as st

from cnnviz import models
from cnnviz.arithmetic.pose import pose_of
from cnnviz.engine.results import Probed, Transformed
from cnnviz.figures.spatial_transformer import boxed, digits_answered, digits_boxed, output, verdicts
from cnnviz.figures.sweep_curves import STYLES
from cnnviz.ui.chart import chart
from cnnviz.ui.engine import ask
from cnnviz.ui.numbers import fixed, percent, whole
from cnnviz.ui.part import Part
from cnnviz.ui.question import Question
from cnnviz.ui.screen import say_idea
from cnnviz.ui.spatial_transformer.digit import choose_digit, number_of
from cnnviz.ui.spatial_transformer.learned.boxes import show_following, show_thetas
from cnnviz.ui.spatial_transformer.learned.curves import show_curves
from cnnviz.ui.spatial_transformer.learned.state import (
    DIGIT,
    FORM,
    PRESETS,
    SIDE,
    WORDS,
    State,
    controls,
    read,
    task_of,
)

say, text = WORDS.say, WORDS.text
Answer = Probed[Transformed]


def _without(state: State) -> Transformed | None:
    """Return what the network without a transformer makes of the digit, None where there is none."""
    plain = None if state.task.plain is None else ask(state.one(state.task.plain))
    return None if plain is None else plain.found


def _draw_figure(state: State, answer: Answer) -> None:
    """Show the paper's figure: input, box, what it holds, and what the networks predict."""
    seen, plain = answer.found, _without(state)
    look, pixels = seen.found.looks[0], seen.inputs[0]
    answers = {text("with"): seen.found.probabilities[0]}
    if plain is not None:
        answers[text("without")] = plain.found.probabilities[0]
    points = look.theta[0] if look.theta.shape[1:] != (2, 3) else None
    classes = models.card(state.task.transformer).classes
    drawn = {
        "figure_input": boxed(pixels, look.edge[0], points, drawn=False),
        "figure_box": boxed(pixels, look.edge[0], points),
        "figure_warped": output(look.warped[0]),
        "figure_answer": verdicts(answers, classes, _colours(state)),
    }
    # By app.css they stand two by two on a phone.
    with st.container(key=FORM.key("abreast")):
        boxes = st.columns([2, 2, 2, 3], gap="small")
    for (name, figure), box in zip(drawn.items(), boxes, strict=True):
        with box:
            say(name, side=len(pixels), warped=look.warped.shape[1])
            chart(figure, key=FORM.key(name), alt=text(f"alt_{name}"))
    _say_answers(state, seen, plain)


def _colours(state: State) -> tuple[str, ...]:
    """Return the colours that both networks have in the chart of errors too."""
    order = [*state.task.curves] or [state.task.transformer]
    pair = (state.task.transformer, state.task.plain)
    return tuple(STYLES[order.index(name)][0] for name in pair if name is not None)


def _say_answers(state: State, seen: Transformed, plain: Transformed | None) -> None:
    numbers: dict[str, object] = {"label": state.digit.label}
    for name, found in (("with", seen), ("without", plain)):
        if found is not None:
            best = found.found.probabilities[0]
            numbers[f"{name}_answer"] = models.card(state.task.transformer).classes[int(best.argmax())]
            numbers[f"{name}_sure"] = percent(float(best.max()), 1)
    said = [text("said_alone" if plain is None else "said_both", **numbers)]
    if state.digit.label is not None:
        said.append(text("said_label", **numbers))
    st.markdown("\n\n".join(said))


def _draw_settings() -> None:
    FORM.draw(*controls(), columns=3)
    choose_digit(FORM, DIGIT, task_of().transformer)


def _show_notes(state: State, answer: Answer) -> None:
    """Say how large the networks are, and whether training had such digits."""
    task = state.task
    if not task.knows(state.pose):
        say(f"beyond_{task.kind}", **task.range)
    say("about")
    if task.plain is not None:
        pair = models.card(task.transformer), models.card(task.plain)
        sizes = {
            name: whole(card.parameters or 0) for name, card in zip(("with_size", "without_size"), pair, strict=True)
        }
        say("pair", transformer=pair[0].name, plain=pair[1].name, **sizes)


def _show_more(state: State, answer: Answer) -> None:
    show_thetas(state, answer.found)
    others = ask(state.ten(state.task.transformer))
    plain = None if state.task.plain is None else ask(state.ten(state.task.plain))
    if others is not None and (plain is not None or state.task.plain is None):
        _show_row(state, others.found, None if plain is None else plain.found)
    show_following(state)
    show_curves(state)


def _show_row(state: State, seen: Transformed, plain: Transformed | None) -> None:
    """Show ten digits in one pose, and whether they come out alike."""
    st.subheader(text("row"))
    look = seen.found.looks[0]
    answers, right = [], {}
    for name, found in (("with", seen), ("without", plain)):
        if found is not None:
            classes = found.found.probabilities.argmax(axis=1)
            right[name] = int((classes == np.arange(10)).sum())
            answers.append([_marked(each, label) for label, each in enumerate(classes.tolist())])
    say("row_input")
    # Five and five, side by side where there is room, so that a phone's are large enough to see.
    fives = (slice(0, 5), slice(5, 10))
    for box, five in zip(st.columns(2), fives, strict=True):
        figure = digits_boxed(seen.inputs[five], look.edge[five])
        chart(figure, key=FORM.key(f"row-input-{five.start}"), at=box, alt=text("row_input"))
    said = text("row_warped" if plain is not None else "row_warped_alone")
    st.markdown(said)
    for box, five in zip(st.columns(2), fives, strict=True):
        figure = digits_answered(look.warped[five], [each[five] for each in answers])
        chart(figure, key=FORM.key(f"row-warped-{five.start}"), at=box, alt=said)
    angles = np.array([pose_of(tuple(theta), state.task.side).degrees for theta in look.affine.tolist()])
    # Angles are taken about their mean direction, for 179° and -179° are two degrees apart.
    mean = np.degrees(np.angle(np.exp(1j * np.radians(angles)).mean()))
    off = (angles - mean + 180) % 360 - 180
    say(
        "row_said" if plain is not None else "row_said_alone",
        degrees=fixed(state.pose.degrees, 0),
        mean=fixed(mean, 0),
        spread=fixed(off.std(), 0),
        with_right=right["with"],
        without_right=right.get("without"),
    )


def _marked(answer: int, label: int) -> str:
    return f"<b>{answer}</b>" if answer == label else f"<b>{answer}</b> ✗"


def _question(state: State, answer: Answer, number: int) -> Question:
    """Ask for a number of the theta that undoes another placing: the first, the second, the third, and so on."""
    degrees = (60, 30, 45, -60)[number // 3 % 4]
    if degrees == state.pose.degrees:
        degrees = -30
    scale, right, side = (0.5, 0.75)[number // 3 % 2], (7, -7)[number // 2 % 2], state.task.side
    share = SIDE * scale / side
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    # Without the share, with it upside down, with the other function; a shift of half or of another side, or its sign.
    kinds: tuple[tuple[str, float, list[float]], ...] = (
        ("first", share * cosine, [cosine, cosine / share, share * sine, share]),
        ("second", share * sine, [sine, -share * sine, share * cosine, sine / share]),
        ("third", 2 * right / side, [right / side, -2 * right / side, 2 * right / SIDE, 2 * right * share / side]),
    )
    name, right_one, wrong = kinds[number % 3]
    numbers = {"degrees": fixed(degrees, 0), "side": side, "scale": fixed(scale, 2), "right": fixed(right, 0)}
    rounded = {"share": fixed(share, 3), "cosine": fixed(cosine, 3), "sine": fixed(sine, 3)}
    why = text(f"predict_{name}_why", **numbers, **rounded, result=fixed(right_one, 2))
    asked = text(f"predict_{name}", **numbers)
    return Question(asked, fixed(right_one, 2), [fixed(each, 2) for each in wrong], why)


def code(state: State, answer: Answer) -> str:
    """Return the few lines of Python that place a test digit and let the transformer look at it."""
    pose = state.pose
    return text(
        "code",
        name=state.task.transformer,
        number=number_of(FORM, DIGIT),
        side=state.task.side,
        degrees=float(pose.degrees),
        scale=float(pose.size),
        right=float(pose.right),
        down=float(pose.down),
    )


PART = Part(
    form=FORM,
    presets=PRESETS,
    read=read,
    request=State.request,
    stage=_draw_figure,
    settings=_draw_settings,
    notes=_show_notes,
    more=_show_more,
    question=_question,
    code=code,
    height=360,
)


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    PART.show()
