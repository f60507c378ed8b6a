"""The part "Learned": what its transformer looked at, in figures, numbers and words."""

from typing import Any

import numpy as np
import streamlit as st

from cnnviz import models
from cnnviz.arithmetic.pose import pose_of
from cnnviz.figures.spatial_transformer import boxed, digits_answered, digits_boxed, output, verdicts
from cnnviz.figures.sweep_curves import STYLES
from cnnviz.ui import lesson
from cnnviz.ui.chart import chart
from cnnviz.ui.lesson import say, text
from cnnviz.ui.transform.learned_form import DIGIT, SCREEN, Experiment
from cnnviz.ui.transform.writing import fixed


def show_figure(made: Experiment, seen: Any, plain: Any | None) -> None:
    """Show the paper's figure: input, box, what it holds, and what the networks say."""
    look = seen.found.looks[0]
    classes = models.card(made.task.transformer).classes
    pixels = seen.inputs[0]
    answers = {text(SCREEN, "with"): seen.found.probabilities[0]}
    if plain is not None:
        answers[text(SCREEN, "without")] = plain.found.probabilities[0]
    points = look.theta[0] if look.theta.shape[1:] != (2, 3) else None
    drawn = {
        "figure_input": boxed(pixels, look.edge[0], points, drawn=False),
        "figure_box": boxed(pixels, look.edge[0], points),
        "figure_warped": output(look.warped[0]),
        "figure_answer": verdicts(answers, classes, _colours(made)),
    }
    # By app.py's style they stand two by two on a phone.
    with st.container(key="abreast"):
        boxes = st.columns([2, 2, 2, 3], gap="small")
    for (name, figure), box in zip(drawn.items(), boxes, strict=True):
        with box:
            say(SCREEN, name, side=len(pixels), warped=look.warped.shape[1])
            chart(figure, key=name, alt=text(SCREEN, f"alt_{name}"))


def _colours(made: Experiment) -> tuple[str, ...]:
    """Return the colours that both networks have in the chart of errors too."""
    order = [*made.task.curves] or [made.task.transformer]
    pair = (made.task.transformer, made.task.plain)
    return tuple(STYLES[order.index(name)][0] for name in pair if name is not None)


def say_answers(made: Experiment, seen: Any, plain: Any | None) -> None:
    """Say what the networks answer, what is right, how large they are, and whether training had such digits."""
    numbers: dict[str, object] = {"label": made.label}
    for name, found in (("with", seen), ("without", plain)):
        if found is not None:
            best = found.found.probabilities[0]
            numbers[f"{name}_answer"] = models.card(made.task.transformer).classes[int(best.argmax())]
            numbers[f"{name}_sure"] = f"{float(best.max()):.1%}"
    say(SCREEN, "said_alone" if plain is None else "said_both", **numbers)
    if made.label is not None:
        say(SCREEN, "said_label", **numbers)
    if made.task.plain is not None:
        pair = models.card(made.task.transformer), models.card(made.task.plain)
        sizes = {name: f"{card.parameters:,}" for name, card in zip(("with_size", "without_size"), pair, strict=True)}
        say(SCREEN, "pair", transformer=pair[0].name, plain=pair[1].name, **sizes)
    if not made.task.knows(made.pose):
        say(SCREEN, f"beyond_{made.task.kind}", **made.task.range)


def show_row(made: Experiment, seen: Any, plain: Any | None) -> None:
    """Show ten digits that are all placed alike, and whether they come out alike."""
    st.subheader(text(SCREEN, "row"))
    look = seen.found.looks[0]
    answers, right = [], {}
    for name, found in (("with", seen), ("without", plain)):
        if found is not None:
            classes = found.found.probabilities.argmax(axis=1)
            right[name] = int((classes == np.arange(10)).sum())
            answers.append([_marked(each, label) for label, each in enumerate(classes.tolist())])
    say(SCREEN, "row_input")
    # Five and five, side by side where there is room, so that a phone's are large enough to see.
    fives = (slice(0, 5), slice(5, 10))
    for box, five in zip(st.columns(2), fives, strict=True):
        figure = digits_boxed(seen.inputs[five], look.edge[five])
        chart(figure, key=f"row-input-{five.start}", at=box, alt=text(SCREEN, "row_input"))
    said = text(SCREEN, "row_warped" if plain is not None else "row_warped_alone")
    st.markdown(said)
    for box, five in zip(st.columns(2), fives, strict=True):
        figure = digits_answered(look.warped[five], [each[five] for each in answers])
        chart(figure, key=f"row-warped-{five.start}", at=box, alt=said)
    turns = np.array([pose_of(tuple(theta), made.task.side).degrees for theta in look.affine.tolist()])
    # Turns are taken about their mean direction, for 179° and -179° are two degrees apart.
    mean = np.degrees(np.angle(np.exp(1j * np.radians(turns)).mean()))
    off = (turns - mean + 180) % 360 - 180
    say(
        SCREEN,
        "row_said" if plain is not None else "row_said_alone",
        degrees=f"{made.pose.degrees:g}",
        mean=fixed(mean, 0),
        spread=fixed(off.std(), 0),
        with_right=right["with"],
        without_right=right.get("without"),
    )


def _marked(answer: int, label: int) -> str:
    return f"<b>{answer}</b>" if answer == label else f"<b>{answer}</b> ✗"


def predict(made: Experiment) -> None:
    """Ask for the first number of the theta that undoes another placing."""
    degrees = 60 if abs(made.pose.degrees) != 60 else 30
    share = DIGIT * 0.5 / made.task.side
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    right = f"{share * cosine:.2f}"
    # Without its size, with the size upside down, with the other function.
    wrong = [f"{cosine:.2f}", f"{cosine / share:.2f}", f"{share * sine:.2f}"]
    options = sorted(dict.fromkeys([right, *wrong]), key=float)
    lesson.predict(
        f"learned-{made.name}-{degrees}",
        text(SCREEN, "predict", degrees=degrees, side=made.task.side),
        options,
        options.index(right),
        text(
            SCREEN,
            "predict_why",
            degrees=degrees,
            side=made.task.side,
            share=f"{share:.3f}",
            cosine=f"{cosine:.3f}",
            right=right,
        ),
    )


def code_lines(made: Experiment, number: int) -> str:
    """Return the few lines of Python that place a test digit and let the transformer look at it."""
    pose = made.pose
    return text(
        SCREEN,
        "code",
        name=made.task.transformer,
        number=number,
        side=made.task.side,
        degrees=float(pose.degrees),
        scale=pose.size,
        right=float(pose.right),
        down=float(pose.down),
    )
