"""A network that looks at a picture, and the residual block of it that is looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.engine.requests import Additions, TakeApart
from cnnviz.ui.engine import ask
from cnnviz.ui.form import Form
from cnnviz.ui.form_controls import Choice
from cnnviz.ui.subject import Subject, SubjectForm

if TYPE_CHECKING:
    # It imports torch.
    from cnnviz.probes.residual import Addition


@dataclass(frozen=True)
class State:
    """A subject, its residual additions, and the number of the chosen one, from 0."""

    subject: Subject
    additions: "tuple[Addition, ...]"
    at: int

    @property
    def addition(self) -> "Addition":
        """The chosen addition."""
        return self.additions[self.at]

    @property
    def block(self) -> Choice:
        """The choice of a block."""
        return _block(self.additions)

    def request(self) -> TakeApart:
        """Return the chosen block as a question for the engine."""
        return TakeApart(at=self.at, **self.subject.given)


def _block(additions: "tuple[Addition, ...]") -> Choice:
    names = block_names([each.name for each in additions])
    return Choice("block", names[0], ("channel", "row", "column"), names, technical=True)


def block_names(additions: Sequence[str]) -> tuple[str, ...]:
    """Return the block of each addition: "layer1.0" of "layer1.0.add"; its own name where its block has several."""
    blocks = [name.rpartition(".")[0] or name for name in additions]
    return tuple(block if blocks.count(block) == 1 else name for block, name in zip(blocks, additions, strict=True))


def read(form: Form, subject_form: SubjectForm) -> State | None:
    """Return what the form says, None where there is no picture yet or the network adds nothing."""
    subject = subject_form.read()
    answer = None if subject is None else ask(Additions(**subject.given))
    if subject is None or answer is None:
        return None
    choice = _block(answer.found)
    return State(subject, answer.found, choice.options.index(form.get(choice)))
