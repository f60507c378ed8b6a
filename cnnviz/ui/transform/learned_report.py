"""The part "Learned": what its transformer looked at, in figures, numbers and words."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from cnnviz import models
from cnnviz.arithmetic.affine import amounts_of
from cnnviz.arithmetic.placing import undoing
from cnnviz.figures.looks import boxed, digits_answered, digits_boxed, output, verdicts
from cnnviz.figures.sweeps import sweep
from cnnviz.ui import lesson
from cnnviz.ui.chart import chart
from cnnviz.ui.controls import Choice, value_of
from cnnviz.ui.engine import ask
from cnnviz.ui.lesson import say, text
from cnnviz.ui.transform.learned_form import AMOUNTS, DIGIT, Experiment
from cnnviz.ui.transform.writing import fixed, matrix

SCREEN = "learned_transformer"
CURVES = Path(__file__).parents[3] / "assets" / "curves" / "rotation.json"
_FOLLOWS, _PARTLY = 0.7, 0.3


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
        "figure_input": boxed(pixels),
        "figure_box": boxed(pixels, look.edge[0], points),
        "figure_warped": output(look.warped[0]),
        "figure_answer": verdicts(answers, classes),
    }
    boxes = st.columns([2, 2, 2, 3], gap="small")
    for (name, figure), box in zip(drawn.items(), boxes, strict=True):
        with box:
            say(SCREEN, name, side=len(pixels), warped=look.warped.shape[1])
            chart(figure, key=name, alt=text(SCREEN, f"alt_{name}"))
    _say_answers(made, seen, plain)


def _say_answers(made: Experiment, seen: Any, plain: Any | None) -> None:
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
    if not made.task.knows(made.placed):
        say(SCREEN, f"beyond_{made.task.kind}", **made.task.range)


def show_thetas(made: Experiment, seen: Any) -> None:
    """Show theta as it was learned, beside the identity and the one that undoes the placing."""
    st.subheader(text(SCREEN, "thetas"))
    say(SCREEN, "thetas_text")
    looks = seen.found.looks
    classes = models.card(made.task.transformer).classes
    side = made.task.side
    columns = {}
    for look, box in zip(looks, st.columns(3, gap="medium"), strict=True):
        theta = tuple(map(float, look.affine[0]))
        best = look.probabilities[0]
        answer, sure = classes[int(best.argmax())], f"{float(best.max()):.1%}"
        with box, st.container(key=f"formulas-{look.name}"):
            title = text(SCREEN, "look_title", name=text(SCREEN, f"look_{look.name}"), answer=answer, sure=sure)
            st.markdown(title)
            chart(output(look.warped[0], height=190), key=f"look-{look.name}", alt=title)
            st.latex(matrix(theta))
        columns[look.name] = {**_parts(theta, side), "answer": answer}
    rows = [
        text(
            SCREEN,
            "look_row",
            name=text(SCREEN, f"look_{part}"),
            **{name: each[part] for name, each in columns.items()},
        )
        for part in next(iter(columns.values()))
    ]
    st.markdown("\n".join([text(SCREEN, "look_table"), *rows]))
    if looks[0].theta.shape[1:] != (2, 3):
        say(SCREEN, "spline", points=looks[0].theta.shape[1], bend=f"{float(looks[0].bend[0]) * side / 2:.1f}")
    _show_formula(made)


def _show_formula(made: Experiment) -> None:
    """Typeset how the theta that undoes the placing comes about."""
    placed, side = made.placed, made.task.side
    say(SCREEN, "formula")
    with st.container(key="formulas"):
        share = DIGIT * placed.scale / side
        numbers = {
            "degrees": f"{placed.degrees:g}",
            "scale": f"{placed.scale:g}",
            "side": side,
            "share": f"{share:.3f}",
            "right": f"{placed.across:g}",
            "down": f"{placed.down:g}",
            "matrix": matrix(_undoing(made)),
        }
        st.latex(text(SCREEN, "formula_share", **numbers))
        st.latex(text(SCREEN, "formula_theta", **numbers))
        st.latex(text(SCREEN, "formula_numbers", **numbers))


def _undoing(made: Experiment) -> tuple[float, ...]:
    placed = made.placed
    return undoing(
        side=made.task.side,
        inner=DIGIT,
        degrees=placed.degrees,
        scale=placed.scale,
        across=placed.across,
        down=placed.down,
    )


def _parts(theta: tuple[float, ...], side: int) -> dict[str, str]:
    """Return what a theta does to the box, as it is written in the table."""
    a, b, c, d, e, f = theta
    found = amounts_of((a, b, c, d, e, f))
    return {
        "turned": fixed(-found.rotation, 0) + "°",
        "width": f"{found.scale[0]:.0%}",
        "height": f"{found.scale[1]:.0%}",
        "shear": fixed(found.shear, 2),
        "right": fixed(found.shift[0] * side / 2, 1),
        "down": fixed(found.shift[1] * side / 2, 1),
    }


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
    turns = np.array([-amounts_of(tuple(theta)).rotation for theta in look.affine.tolist()])
    # Turns are taken about their mean direction, for 179° and -179° are two degrees apart.
    mean = np.degrees(np.angle(np.exp(1j * np.radians(turns)).mean()))
    off = (turns - mean + 180) % 360 - 180
    say(
        SCREEN,
        "row_said" if plain is not None else "row_said_alone",
        degrees=f"{made.placed.degrees:g}",
        mean=fixed(mean, 0),
        spread=fixed(off.std(), 0),
        with_right=right["with"],
        without_right=right.get("without"),
    )


def _marked(answer: int, label: int) -> str:
    return f"<b>{answer}</b>" if answer == label else f"<b>{answer}</b> ✗"


def show_following(made: Experiment) -> None:
    """Show how the box follows the digit, and say honestly what was learned."""
    st.subheader(text(SCREEN, "follow"))
    say(SCREEN, "follow_text")
    words = {name: amount for name, amount in AMOUNTS.items() if amount in made.task.sweeps}
    answers = {name: ask(made.follow(amount)) for name, amount in words.items()}
    found = {name: each.found for name, each in answers.items() if each is not None}
    if len(found) < len(answers):
        return
    drawn_box, said_box = st.columns([3, 2], gap="large")
    control = Choice("learned_follow", "What changes", list(words), next(iter(words)))
    with said_box:
        control.draw()
        rows = [_slope_row(name, each.slope) for name, each in found.items()]
        st.markdown("\n".join([text(SCREEN, "slope_table"), *rows]))
    name = value_of(control)
    values, each = made.task.sweeps[words[name]], found[name]
    lines = {text(SCREEN, "line_box"): each.amounts.mean(axis=1), text(SCREEN, "line_exact"): np.array(values)}
    unit = text(SCREEN, f"unit_{words[name]}")
    figure = sweep(
        values,
        lines,
        x=text(SCREEN, "follow_x", unit=unit),
        y=text(SCREEN, "follow_y", unit=unit),
        at=getattr(made.placed, words[name]),
        faint=each.amounts,
        scale="signed",
        height=380,
    )
    chart(figure, key="follow", at=drawn_box, alt=text(SCREEN, "alt_follow"))
    with said_box:
        if "rotation" in found:
            say(SCREEN, f"rotation_{degree(found['rotation'].slope)}", slope=fixed(found["rotation"].slope, 2))
        if "shift right" in found:
            right, down = (found[f"shift {way}"].slope for way in ("right", "down"))
            # Where it follows less, it has found less.
            worse = max((right, down), key=lambda slope: abs(slope - 1))
            say(SCREEN, f"place_{degree(worse)}", right=fixed(right, 2), down=fixed(down, 2))


def _slope_row(name: str, slope: float) -> str:
    return text(SCREEN, "slope_row", name=name, slope=fixed(slope, 2), word=text(SCREEN, f"slope_{degree(slope)}"))


def degree(slope: float) -> str:
    """Return "yes", "partly" or "no": whether a box follows. One that overshoots by as much follows no better."""
    off = abs(slope - 1)
    return "yes" if off <= 1 - _FOLLOWS else "partly" if off <= 1 - _PARTLY else "no"


def show_curves(made: Experiment) -> None:
    """Chart the errors of all test digits over the angle, as the training wrote them down."""
    st.subheader(text(SCREEN, "curves"))
    found = _curves()
    names = [name for name in made.task.curves if name in found.get("errors", {})]
    if not names:
        say(SCREEN, "curves_none")
        return
    degrees = np.array(found["degrees"])
    words = {name: text(SCREEN, f"curve_{word}") for name, word in made.task.curves.items() if name in names}
    lines = {words[name]: np.array(found["errors"][name]) for name in names}
    at = made.placed.degrees
    nearest = int(np.abs(degrees - at).argmin())
    figure = sweep(
        found["degrees"], lines, x=text(SCREEN, "curves_x"), y=text(SCREEN, "curves_y"), at=at, scale="log", height=380
    )
    drawn_box, said_box = st.columns([3, 2], gap="large")
    chart(figure, key="curves", at=drawn_box, alt=text(SCREEN, "alt_curves"))
    trained = np.abs(degrees) <= made.task.degrees
    with said_box:
        say(SCREEN, f"curves_{made.task.kind}", images=f"{found['images']:,}", **made.task.range)
        head = text(SCREEN, "curves_table", trained=f"{made.task.degrees:g}", angle=f"{degrees[nearest]:g}")
        rows = [
            text(
                SCREEN,
                "curves_row",
                name=words[name],
                mean=f"{float(lines[words[name]][trained].mean()):.2%}",
                beyond="–" if trained.all() else f"{float(lines[words[name]][~trained].mean()):.1%}",
                here=f"{float(lines[words[name]][nearest]):.2%}",
                all=_error(name),
            )
            for name in names
        ]
        st.markdown("\n".join([head, *rows]))
        say(SCREEN, "curves_why")
        if not trained.all():
            say(SCREEN, "curves_beyond")


def _curves() -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(CURVES.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _error(name: str) -> str:
    accuracy = models.card(name).accuracy
    return "–" if accuracy is None else f"{1 - accuracy:.2%}"


def predict(made: Experiment) -> None:
    """Ask for the first number of the theta that undoes another placing."""
    degrees = 60 if abs(made.placed.degrees) != 60 else 30
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
    placed = made.placed
    return text(
        SCREEN,
        "code",
        name=made.task.transformer,
        number=number,
        side=made.task.side,
        degrees=float(placed.degrees),
        scale=float(placed.scale),
        across=float(placed.across),
        down=float(placed.down),
    )
