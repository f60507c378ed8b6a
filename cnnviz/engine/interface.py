"""What every engine offers, whether it runs in this process or elsewhere."""

from dataclasses import dataclass
from typing import Protocol, TypeVar

from cnnviz.engine.requests import ModelChoice, Request
from cnnviz.errors import CnnvizError

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class Dropped(CnnvizError):  # noqa: N818
    """A request that is not answered: cancelled, superseded by a newer one, or left when the engine closed."""


class Ticket(Protocol[R_co]):
    """A place in the queue."""

    def result(self, timeout: float | None = None) -> R_co:
        """Wait for the result, at most `timeout` seconds, and return it.

        Raises the request's CnnvizError, Dropped where it was cancelled, or TimeoutError.
        """

    def done(self) -> bool:
        """Return whether there is a result, an error or a cancellation."""

    def cancel(self) -> bool:
        """Give the place up, without a change for others who asked the same; return whether it was not too late."""


@dataclass(frozen=True)
class Statistics:
    """What an engine did since it began, and what it keeps now.

    `hits` were answered from the cache on the caller's thread, `joined` waited for the same request of another caller,
    `computed` ran a model; sizes are in bytes.
    """

    hits: int
    misses: int
    joined: int
    computed: int
    failed: int
    dropped: int
    waiting: int
    result_bytes: int
    model_bytes: int
    device: str


class Engine(Protocol):
    """Answers requests. Every method may be called from any thread."""

    def submit(self, request: Request[R], *, session: str | None = None, supersedes: bool = False) -> Ticket[R]:
        """Return a ticket for the result at once.

        Sessions are served in turn. With `supersedes` those requests of the same kind that this session still has
        waiting are cancelled first, as a slider's earlier positions are.
        """

    def ask(self, request: Request[R], *, session: str | None = None, timeout: float = 120.0) -> R:
        """Return the result; raise CnnvizError where there is none, also after `timeout` seconds."""

    def ahead(self, session: str) -> int | None:
        """Return how many sessions have their turn before this one, None where nothing of it waits."""

    def drop(self, session: str) -> None:
        """Cancel all that a session still has waiting."""

    def progress(self, model: ModelChoice) -> tuple[int, int] | None:
        """Return (bytes done, bytes in all) while a model is being fetched, else None; (0, 0) at the start."""

    def statistics(self) -> Statistics:
        """Return counts since the start and sizes now."""

    def answers(self, timeout: float) -> bool:
        """Return whether work is taken: a question that costs nothing, before all who wait, for `timeout` seconds."""

    def forget(self) -> None:
        """Let go of all results that are kept: those who had them have gone. Models stay."""

    def close(self) -> None:
        """Stop; whoever still waits gets Dropped."""
