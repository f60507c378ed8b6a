"""The branches of an Inception block as maps of one picture side by side, and what its 1x1 reductions save."""

from dataclasses import dataclass
from functools import reduce
from math import prod
from random import Random

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import streamlit as st

from cnnviz import models
from cnnviz.components.tiles import tiles
from cnnviz.engine.requests import Branches, ModelChoice, Picture, SeeBranches
from cnnviz.engine.results import BlockRow, BranchMaps, BranchRow
from cnnviz.ui.engine import ask
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.form_controls import Choice
from cnnviz.ui.numbers import of_count, of_size, ratio, whole
from cnnviz.ui.part import Part, tell_missing
from cnnviz.ui.picture_choice import choose_picture, picture_of
from cnnviz.ui.question import Question
from cnnviz.ui.screen import say_idea
from cnnviz.ui.words import COMMON, Words

WORDS = Words("architecture_branches")
FORM = Form(WORDS, screen="architectures", part="Inception")
say, text = WORDS.say, WORDS.text

# One that has learned here comes first.
_NAMES = ("googlenet-fashion", "googlenet", "squeezenet1_1")
NETWORK = Choice("network", _NAMES[0], ("block",), _NAMES, technical=True)
PRESETS: dict[str, Preset] = {name: {} if name == NETWORK.default else {"network": name} for name in _NAMES}
# As many rows and columns of maps, the strongest, as there is room for: two branches have twice the width each.
_ROOM, _ROOM_OF_TWO = (3, 3), (2, 5)


@dataclass(frozen=True)
class State:
    """A picture, a network and one of its blocks."""

    picture: Picture
    model: ModelChoice
    block: BlockRow

    def request(self) -> SeeBranches:
        """Return the question for the engine."""
        return SeeBranches(self.model, self.picture, self.block.name)


def _model() -> ModelChoice:
    """Return the network with its weights where they are on this disk, else with random ones."""
    name = FORM.get(NETWORK)
    return ModelChoice(name) if models.is_ready(name) else ModelChoice(name, random_seed=0)


def _first_source() -> str:
    return "Clothes" if "fashion" in FORM.get(NETWORK) else "Gallery"


def _block(names: tuple[str, ...]) -> Choice:
    return Choice("block", names[0], options=names, technical=True)


def read() -> State | None:
    """Return what the form says, None where there is no picture yet or the network can't be had."""
    picture, model = picture_of(FORM, _first_source()), _model()
    if picture is None:
        tell_missing()
        return None
    table = ask(Branches(model))
    if table is None:
        return None
    blocks = {each.name: each for each in table.blocks}
    choice = _block(tuple(blocks))
    FORM.draw(choice, columns=1)
    return State(picture, model, blocks[FORM.get(choice)])


def _called(branch: BranchRow) -> str:
    """Return a branch's layers in words: 1×1, then 3×3."""
    named = [
        text("pooling" if "pool" in kind.lower() else "convolution", kernel=of_size(kernel))
        for kind, (kernel, _) in branch.layers
    ]
    return reduce(lambda first, second: text("then", first=first, second=second), named)


def _room(block: BlockRow) -> tuple[int, int]:
    return _ROOM if len(block.branches) > 2 else _ROOM_OF_TWO


def _sums(block: BlockRow) -> tuple[int, int]:
    return sum(each.macs for each in block.branches), sum(each.direct for each in block.branches)


def _draw_branches(state: State, answer: BranchMaps) -> None:
    # Said here, where nobody can take the maps of such a network for learned ones.
    say("random" if state.model.random_seed is not None else "learned", network=state.model.name)
    columns = st.columns(len(state.block.branches), gap="small")
    rows, across = _room(state.block)
    for number, (box, branch, maps) in enumerate(zip(columns, state.block.branches, answer.maps, strict=True)):
        strongest = np.argsort(-np.abs(maps).mean(axis=(1, 2)), kind="stable")[: rows * across]
        with box:
            say("branch", called=_called(branch), count=branch.channels)
            tiles(
                maps,
                key=FORM.key(f"branches-{rows}-{number}"),
                mode="positive" if maps.min() >= 0 else "signed",
                columns=across,
                order=strongest,
                label=_called(branch),
                words={"look": text("idle")},
                picks=False,
            )
    macs, direct = _sums(state.block)
    key = "nothing_saved" if direct == macs else "saved"
    say(key, times=ratio(direct, macs), macs=of_count(macs), direct=of_count(direct))


def _draw_settings() -> None:
    FORM.tell_refused(NETWORK)
    with st.popover(COMMON.label("source"), icon=":material/image:", key=FORM.key("choose-picture")):
        choose_picture(FORM, _first_source())


def _show_costs(state: State, answer: BranchMaps) -> None:
    """Say what the block reads and makes, and what each branch takes with and without its 1x1 reduction."""
    block, (macs, direct) = state.block, _sums(state.block)
    made = sum(each.channels for each in block.branches)
    pools = any("pool" in kind.lower() for branch in block.branches for kind, _ in branch.layers)
    numbers = {"block": block.name, "reads": of_size(block.reads), "made": made, "branches": len(block.branches)}
    say("block_pools" if pools else "block", **numbers)
    if state.model.name == "googlenet":
        say("torchvision")
    rows = [(_called(each), each.channels, whole(each.macs), whole(each.direct)) for each in block.branches]
    rows.append((text("row_all"), made, whole(macs), whole(direct)))
    columns = [text(f"column_{name}") for name in ("branch", "channels", "macs", "direct")]
    right = {name: st.column_config.TextColumn(alignment="right") for name in columns[2:]}
    st.dataframe(
        pd.DataFrame(rows, columns=columns),
        hide_index=True,
        height="content",
        alt=text("alt_table"),
        column_config=right,
    )
    say("strongest", shown=prod(_room(block)))


def question(state: State, answer: BranchMaps, number: int) -> Question:
    """Ask for the MACs of a convolution with and without a 1x1 one before it."""
    chance = Random(number)
    reads, reduced, made = chance.choice((64, 128, 192)), chance.choice((8, 16, 32)), chance.choice((32, 64))
    kernel, side = chance.choice((3, 5)), chance.choice((7, 14, 28))
    positions = side * side
    direct = positions * kernel * kernel * reads * made
    through = positions * (reads * reduced + kernel * kernel * reduced * made)
    numbers = {"reads": reads, "reduced": reduced, "made": made, "kernel": kernel, "side": side}
    right, other = (direct, through) if number % 2 == 0 else (through, direct)
    asked, why = ("direct", "direct_why") if number % 2 == 0 else ("through", "through_why")
    slips = [other, right // positions, positions * kernel * kernel * reduced * made]
    return Question(text(f"predict_{asked}", **numbers), right, slips, text(f"predict_{why}", **numbers))


def _code(state: State, answer: BranchMaps) -> str:
    seed = "" if state.model.random_seed is None else f", random_seed={state.model.random_seed}"
    size = (1, *models.card(state.model.name).input_size)
    return text("code", name=state.model.name, seed=seed, size=size)


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    Part(
        form=FORM,
        presets=PRESETS,
        read=read,
        request=State.request,
        stage=_draw_branches,
        settings=_draw_settings,
        notes=_show_costs,
        question=question,
        code=_code,
        height=520,
    ).show()
