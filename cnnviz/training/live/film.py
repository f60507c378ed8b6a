"""What a network looked like on the way: its first layers after steps with growing gaps, bounded in bytes.

    >>> network = nn.Sequential(nn.Conv2d(1, 4, 5), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 24 * 24, 10))
    >>> film = Film(network, torch.zeros(1, 1, 28, 28))
    >>> film.note(0)
    >>> [(panel.name, tuple(panel.values.shape)) for panel in film.frame(0, torch.rand(1, 1, 28, 28))]
    [('filters', (4, 5, 5)), ('1', (4, 24, 24))]

What a frame shows is computed when somebody looks: kept are the weights of the layers that it needs.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from cnnviz.training.live.view import first_weights, grid

# Of the weights that one film keeps; where they are more, every second moment is let go.
MOST_BYTES = 4_000_000
_MOMENTS = 64  # of a run of 20,000 steps
# What a frame shows: filters, maps or units a layer; layers with maps; layers of units; cells of a plane's side.
MOST_MAPS, MAP_LAYERS, UNIT_LAYERS, PLANE = 16, 2, 3, 40
FILTERS, ANSWER = "filters", "answer"

State = dict[str, Tensor]


@dataclass(frozen=True, eq=False)
class Panel:
    """What one layer shows, (N, h, w), and first weights of colours (N, h, w, 3).

    `name` is the layer's, or FILTERS, or ANSWER for the network's own answer.
    """

    name: str
    values: Tensor


class Film:
    """The weights of a network's first layers after some of its steps, and what they make of an input.

    `example` (1, ...) is one that the network reads. Of images there are the first weights, and the maps of the first
    two layers with places, behind their activation. Of points in the plane there is the plane: the probability of the
    second class, and what each unit of the hidden layers gives, behind its activation.
    """

    def __init__(self, network: nn.Module, example: Tensor) -> None:
        self._network = network
        self._plane = example.shape[1:] == (2,)
        names = _places(network, example)
        self._names = names[:-1][:UNIT_LAYERS] if self._plane else names
        # Steps go on in the network itself; what is seen of them is worked out in a copy.
        self._lens = deepcopy(network if self._plane else _stem(network, names)).eval()
        self._outputs: State = {}
        for name in self._names:
            self._lens.get_submodule(name).register_forward_hook(_noting(self._outputs, name))
        self._moments: dict[int, State] = {}
        self._next = 0

    @property
    def steps(self) -> tuple[int, ...]:
        """The steps of which there is a frame."""
        return tuple(self._moments)

    @property
    def most_bytes(self) -> int:
        """The bytes that it may come to in a run of any length."""
        return min(MOST_BYTES, _MOMENTS * _nbytes(self._lens.state_dict()))

    def note(self, step: int) -> None:
        """Keep what the network is after `step` steps, where that is a moment of the film: call it at every step."""
        if step < self._next:
            return
        self._moments[step] = {name: each.clone() for name, each in self._now().items()}
        self._next = step + max(1, step // 6)
        if len(self._moments) > 2 and len(self._moments) * _nbytes(self._moments[step]) > MOST_BYTES:
            for each in list(self._moments)[1::2]:
                del self._moments[each]

    def frame(self, step: int | None, given: Tensor) -> tuple[Panel, ...]:
        """Return what the network showed of an input (1, ...) after `step` steps, or shows now; of points, the plane.

        Raises KeyError for a step that is none of `steps`.
        """
        self._lens.load_state_dict(self._now() if step is None else self._moments[step])
        with torch.no_grad():
            answer = self._lens(grid(PLANE) if self._plane else given)
        layers = [Panel(name, self._laid(self._outputs[name])) for name in self._names]
        self._outputs.clear()
        if not self._plane:
            return Panel(FILTERS, first_weights(self._lens, given.shape[1])[:MOST_MAPS]), *layers
        return Panel(ANSWER, answer.softmax(dim=1)[:, 1].reshape(1, PLANE, PLANE)), *layers

    def _now(self) -> State:
        state = self._network.state_dict()
        return {name: state[name] for name in self._lens.state_dict()}

    def _laid(self, output: Tensor) -> Tensor:
        if self._plane:
            return output[:, :MOST_MAPS].T.reshape(-1, PLANE, PLANE)
        return output[0, :MOST_MAPS].clone()


def _places(network: nn.Module, example: Tensor) -> list[str]:
    """Return the modules whose outputs are shown, by name: layers with weights, or what follows one without a change
    of shape, such as its activation; of images, the first ones with places.
    """
    found: list[tuple[str, Tensor]] = []
    last: Tensor | None = None

    def noting(name: str) -> Callable[[nn.Module, tuple[Tensor, ...], Tensor], None]:
        def note(module: nn.Module, given: tuple[Tensor, ...], output: Tensor) -> None:
            nonlocal last
            if any(each.ndim > 1 for each in module.parameters(recurse=False)):
                found.append((name, output))
            elif last is not None and given[0] is last and output.shape == last.shape:
                found[-1] = name, output
            else:
                last = None
                return
            last = output

        return note

    leaves = [(name, each) for name, each in network.named_modules() if not list(each.children())]
    handles = [module.register_forward_hook(noting(name)) for name, module in leaves]
    training = network.training
    try:
        with torch.no_grad():
            network.eval()(example)
    finally:
        network.train(training)
        for handle in handles:
            handle.remove()
    if example.ndim < 4:
        return [name for name, _ in found if example.shape[1:] == (2,)]
    return [name for name, output in found if output.ndim == 4 and output.shape[2:].numel() > 1][:MAP_LAYERS]


def _stem(network: nn.Module, names: list[str]) -> nn.Module:
    """Return a network's beginning, up to the last of some modules, with its first weights in any case."""
    if not isinstance(network, nn.Sequential):
        return network
    tops = [name for name, _ in network.named_children()]
    weighted = next(at for at, each in enumerate(network) if any(one.ndim > 1 for one in each.parameters()))
    return network[: max([weighted, *(tops.index(name.split(".")[0]) for name in names)]) + 1]


def _noting(outputs: State, name: str) -> Callable[[nn.Module, tuple[Tensor, ...], Tensor], None]:
    def note(module: nn.Module, given: tuple[Tensor, ...], output: Tensor) -> None:
        outputs[name] = output

    return note


def _nbytes(state: State) -> int:
    return sum(each.nbytes for each in state.values())
