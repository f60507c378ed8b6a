"""Where a network's memory goes: the records that a network of rows and an analysed one share."""

from dataclasses import dataclass

from cnnviz.errors import ModelError

OPTIMISERS = {"sgd": 0, "momentum": 1, "adam": 2}


@dataclass(frozen=True, slots=True)
class Memory:
    """Three numbers in bytes, none of which can stand for another; parameters are in none of them.

    - `outputs`: the outputs of all layers, as if each had memory of its own. An addition in place in a block of rows,
      and a function of an analysed network that makes no new memory, have none. A column of LayerRecord.memory adds up
      to it.
    - `saved_for_backward`: what autograd keeps in one step of training until the gradients are known: each piece of
      memory once, without parameters and buffers, as PyTorch does on a CPU.
    - `inference_peak`: the most that is alive at once in a run without gradients, the input included; in-place
      operations and views need no memory of their own. What a function needs inside of it while it runs is not counted,
      apart from attention, recurrent layers and the places that a max-pool notes.
    """

    outputs: int
    saved_for_backward: int
    inference_peak: int


@dataclass(frozen=True, slots=True)
class Training:
    """What training needs, by part, in bytes."""

    parameters: int
    gradients: int
    optimiser: int
    saved: int

    @property
    def total(self) -> int:
        """All parts together."""
        return self.parameters + self.gradients + self.optimiser + self.saved


def training(stored: int, trained: int, tensors: int, saved: int, optimiser: str) -> Training:
    """Return what training needs with `stored` bytes of parameters, `trained` of which, in `tensors`, are trained.

    A step keeps `saved` bytes for the backward pass. SGD has no state; momentum keeps one number a trained parameter,
    Adam two, and a count of steps a tensor. Raises ModelError for an optimiser that is not in OPTIMISERS.
    """
    if optimiser not in OPTIMISERS:
        raise ModelError(f"There is no optimiser {optimiser!r} here; there are {', '.join(OPTIMISERS)}.")
    state = OPTIMISERS[optimiser] * trained + 4 * tensors * (optimiser == "adam")
    return Training(stored, trained, state, saved)
