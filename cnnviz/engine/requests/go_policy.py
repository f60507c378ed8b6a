"""What networks that propose a move of Go answer to the positions of a game."""

from dataclasses import dataclass

from cnnviz.engine.requests.values import ModelChoice, Request
from cnnviz.engine.results import Floats, Probed
from cnnviz.go.records import Record


@dataclass(frozen=True)
class AnswerGame(Request["Probed[Floats]"]):
    """The scores (N, 361) for the positions after `since` moves of a record, after one more, and so on to the last."""

    model: ModelChoice
    record: Record
    since: int = 0


@dataclass(frozen=True)
class AnswerTurned(Request["Probed[Floats]"]):
    """The scores (8, 361) for a record's last position under the eight symmetries, not turned back."""

    model: ModelChoice
    record: Record


@dataclass(frozen=True)
class AnswerChanged(Request["Probed[Floats]"]):
    """The scores (1 + N, 361) for a record's last position as it is, and with another `stone` at each of N points.

    It is 1 for black, -1 for white, 0 for none. Nothing is captured by it, and who moves next stays.
    """

    model: ModelChoice
    record: Record
    changed: tuple[int, ...]
    stone: int = 0


@dataclass(frozen=True)
class FollowChannel(Request["Probed[Floats]"]):
    """One channel's maps (N, 19, 19) of a layer, after 0, 1, 2, … moves of a record."""

    model: ModelChoice
    record: Record
    layer: str
    channel: int
