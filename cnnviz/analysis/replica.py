"""A stand-in for a model that can be run without the model noticing."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor, nn

from cnnviz.analysis.copies import Copies
from cnnviz.modules import registered_in


@dataclass(eq=False)
class Replica:
    """A stand-in for a model: its modules over again, and `twins`, parameters on the meta device by the id of the
    parameter that each stands for. `parameters` are those that the model registers, `others` those of modules in plain
    lists and the like, and `tensors` all that it holds. `restore` gives the copies back what they held at first.
    """

    model: nn.Module
    twins: dict[int, Tensor]
    parameters: list[nn.Parameter]
    others: list[nn.Parameter]
    tensors: list[Tensor]
    restore: Callable[[], None]


def replica(model: nn.Module) -> Replica:
    """Return a stand-in for a model, in eval mode.

    Buffers stay as they are: a forward may read them. What a forward writes to its modules, to what lies in their
    attributes, or to the variables of its functions, is written to copies. Hooks run as they do in the model, on copies
    of what they keep, so that no list of a person's own gets a tensor of the analysis; one that asks for values, which
    there are not, is left out. What torch.compile compiled runs in Python. Raises ModelError for lazy layers and
    TorchScript.
    """
    modules, copies = registered_in(model), Copies()
    for module in modules:
        copies.module(module)
    stand_in = copies.module(model)
    copies.fill()
    registered = {id(item): item for module in modules for item in module._parameters.values() if item is not None}
    others = [item for item in copies.parameters if id(item) not in registered]
    parameters = list(registered.values())
    return Replica(stand_in, copies.twins, parameters, others, [*parameters, *others, *copies.tensors], copies.restore)
