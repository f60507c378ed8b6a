"""As an image: first filters as shapes, where a channel fires over a game, and what halving does to a board."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np
import streamlit as st

from cnnviz.components.go_board import Film, go_board
from cnnviz.components.tiles import tiles
from cnnviz.engine.requests import Filters, FollowChannel, Layers, ModelChoice
from cnnviz.engine.results import Floats, LayerRow
from cnnviz.go.board import SIDE, coordinate
from cnnviz.go.patterns import Place, strongest_places
from cnnviz.go.steps import steps
from cnnviz.ui.engine import ask
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.form_controls import Choice
from cnnviz.ui.go.halving import show_halving
from cnnviz.ui.go.state import GameForm, Line
from cnnviz.ui.number_controls import Number
from cnnviz.ui.numbers import percent, short
from cnnviz.ui.part import Part
from cnnviz.ui.question import Question
from cnnviz.ui.screen import say_idea
from cnnviz.ui.words import Words

WORDS = Words("go_image")
FORM = Form(WORDS, screen="go", part="Image")
GAMES = GameForm(FORM)
say, text, label = WORDS.say, WORDS.text, WORDS.label
VIEW = Choice("view", "stones", options=("stones", "numbers"), style="buttons")
_PATTERNS = 12
PRESETS: dict[str, Preset] = {
    "numbers": {"step": 90, "view": "numbers"},
    "fires": {"step": 90},
    "deep": {"step": 90, "layer": "features.11"},
}


@dataclass(frozen=True, eq=False)
class State:
    """A line, a network, a channel of one of its layers, and that layer's row of the table."""

    line: Line
    model: ModelChoice
    row: LayerRow
    channel: int

    @property
    def request(self) -> FollowChannel:
        """The question for the engine."""
        return FollowChannel(self.model, self.line.record, self.row.name, self.channel)

    @property
    def reach(self) -> int:
        """The side of what a unit sees, at most the board's."""
        field = self.row.receptive_field
        size = SIDE if field is None or field.size is None else int(field.size[0])
        return min(size, 2 * (SIDE // 2) + 1)


def _layer(rows: tuple[LayerRow, ...]) -> Choice:
    """Return the choice of a layer: by default the first that leaves out what is negative."""
    first = next((row.name for row in rows if row.kind == "ReLU"), rows[0].name)
    return Choice("layer", first, ("channel",), tuple(row.name for row in rows), technical=True)


def _channel(row: LayerRow) -> Number:
    return Number("channel", 0, low=0, high=row.maps[0] - 1)


def _rows(model: ModelChoice) -> tuple[LayerRow, ...] | None:
    """Return the layers whose maps have a place for each point of the board."""
    table = ask(Layers(model))
    return None if table is None else tuple(row for row in table.rows if row.maps[1:] == (SIDE, SIDE))


def _read() -> State | None:
    line, model = GAMES.line(), GAMES.network()
    rows = None if line is None else _rows(model)
    if line is None or rows is None:
        return None
    name = FORM.get(_layer(rows))
    row = next(each for each in rows if each.name == name)
    return State(line, model, row, FORM.get(_channel(row)))


def _draw(state: State, maps: Floats) -> None:
    line, mode = state.line, "signed" if maps.min() < 0 else "positive"

    def act(value: Mapping[str, Any]) -> None:
        if "at" in value or "pick" in value:
            GAMES.go_to(line, int(value["at"] if "at" in value else value["pick"][0]))

    go_board(
        Film(steps(line.record), maps.reshape(len(maps), -1)),
        at=line.at,
        mode=mode,  # type: ignore[arg-type]
        numbers=FORM.get(VIEW) == "numbers",
        words={"value": text("value", channel=state.channel, layer=state.row.name)},
        key=FORM.key("board"),
        on_act=act,
    )


def _draw_settings() -> None:
    model = GAMES.network()
    rows, bank = _rows(model), ask(Filters(model))
    FORM.draw(VIEW, columns=1)
    if rows is not None and bank is not None:
        row = next(each for each in rows if each.name == FORM.get(_layer(rows)))
        channel, weights = _channel(row), bank.found.weights
        plane = Number("plane", 0, low=0, high=weights.shape[1] - 1, slider=False)
        first = rows.index(row) <= 2
        say("filters", layer=bank.found.layer)
        tiles(
            weights[:, FORM.get(plane)],
            mode="signed",
            columns=8,
            tallest=340,
            selected=FORM.get(channel) if first else None,
            label=text("filters_label"),
            key=FORM.key("filters"),
            on_pick=lambda number: FORM.put({"channel": number or None, "layer": None}),
        )
        FORM.draw(*((plane,) if weights.shape[1] > 1 else ()), _layer(rows), columns=2)
        FORM.draw(channel, columns=1)
    GAMES.draw(columns=1)


def _show_notes(state: State, maps: Floats) -> None:
    """Say how rarely the channel fires, and show the patterns that it fires at most."""
    places = strongest_places(maps, steps(state.line.record), state.reach, _PATTERNS)
    names = {"channel": state.channel, "layer": state.row.name, "reach": state.reach}
    if not places:
        say("silent", **names)
        return
    best = places[0]
    say(
        "fires",
        share=percent((maps > 0).mean(), 1),
        value=short(best.value, 3),
        point=coordinate(best.point),
        step=best.step,
        **names,
    )
    say("shared", points=SIDE * SIDE)
    st.subheader(label("patterns"))
    tiles(
        np.stack([place.patch for place in places]),
        labels=[_named(place) for place in places],
        mode="signed",
        shared=True,
        columns=6,
        tallest=400,
        label=text("patterns_label", **names),
        key=FORM.key("patterns"),
        on_pick=lambda number: GAMES.go_to(state.line, places[number].step),
    )
    say("patterns_said", count=len(places), **names)


def _named(place: Place) -> str:
    return text("pattern", point=coordinate(place.point), step=place.step, value=short(place.value, 3))


def question(state: State, maps: Floats, number: int) -> Question:
    """Ask how many stones are left without every second row and column."""
    chance = Random(number)
    step = chance.randrange(20, 150) if state.line.last >= 150 else chance.randrange(state.line.last + 1)
    points = steps(state.line.record).points[step].reshape(SIDE, SIDE)
    stones = np.abs(points) == 1
    right, all_stones = int(stones[::2, ::2].sum()), int(stones.sum())
    wrong = [all_stones // 2, all_stones, int(stones[1::2, 1::2].sum()), round(all_stones / 3), right + 3, right + 7]
    numbers = {"step": step, "stones": all_stones, "right": right}
    return Question(
        text("predict", **numbers),
        right,
        [each for each in dict.fromkeys(wrong) if each != right],
        text("predict_why", **numbers),
    )


def code(state: State, maps: Floats) -> str:
    """Return the few lines of Python that do the same."""
    return text(
        "code",
        network=state.model.name,
        game=GAMES.name_in_python(),
        layer=state.row.name,
        channel=state.channel,
    )


def _find(state: State) -> Floats | None:
    answer = ask(state.request)
    return None if answer is None else answer.found


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    Part(
        form=FORM,
        presets=PRESETS,
        read=_read,
        find=_find,
        stage=_draw,
        settings=_draw_settings,
        notes=_show_notes,
        more=lambda state, maps: show_halving(FORM, state.line, state.model),
        question=question,
        code=code,
        height=640,
        beside=True,
    ).show()
