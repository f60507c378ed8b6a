"""In which way a model is run for its trace: the quickest that does, and after an error the next that may help."""

from dataclasses import dataclass, replace

from cnnviz.analysis.values import Unknown


@dataclass(frozen=True)
class Way:
    """`follows`: sizes remember where they come from. `constants`: what a model makes of numbers in its code is
    calculated, so that it can be asked for its values. `gradients`: autograd works. `operators`: what runs out of
    Python's sight is told too, operator by operator, which takes longer.
    """

    follows: bool = True
    constants: bool = False
    gradients: bool = False
    operators: bool = False


class Unseen(Exception):  # noqa: N818  (it ends a run, and is no error)
    """A tensor was met that no torch function of Python's made."""


def next_way(way: Way, error: Exception) -> Way | None:
    """Return the way to try after one has ended with an error, None where no other can help.

    A model may refuse sizes that are no plain ints; errors of its own come again without them, in its own words.
    """
    # A script that moves a tensor to another device fails unless its operators are told.
    if isinstance(error, Unseen) or ("TorchScript" in str(error) and not way.operators):
        return replace(way, follows=False, operators=True)
    if isinstance(error, Unknown) and not way.constants:
        return replace(way, constants=True)
    if "does not require grad" in str(error) and not way.gradients:
        return replace(way, gradients=True)
    return replace(way, follows=False) if way.follows else None
