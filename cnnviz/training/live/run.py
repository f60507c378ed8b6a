"""A run that goes on in slices of time.

    >>> run = LiveRun(Settings("Flatten, Linear 10"))
    >>> run.advance(seconds=0.05)
    >>> len(run.losses) == run.step > 0
    True

Equal settings and equal changes at equal steps give the same run, to the last bit on one machine, whatever the slices
and whatever else draws random numbers between them.
"""

import math
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from itertools import count

import torch
from torch import Tensor, nn
from torch.nn import functional

from cnnviz.design import parse
from cnnviz.design.build import build
from cnnviz.errors import CnnvizError
from cnnviz.probes.beginnings import begin
from cnnviz.training.live.augmentation import augmented
from cnnviz.training.live.examples import Examples, load, standardised
from cnnviz.training.live.film import Film
from cnnviz.training.live.settings import OPTIMISERS, Settings

# Every so many steps what the step does to the weights is measured.
MEASURED_EVERY = 10
TESTED_AT_ONCE = 250
_NONE = torch.empty(0)


@dataclass(frozen=True, eq=False)
class Tested:
    """What a network says of the test examples after `step` steps.

    `confusion[right][said]` counts examples; `answers` (N,) are the classes said, `sure` (N,) their probabilities.
    `dead` is, by ReLU, the share of its units that are 0 at every place of every test example.
    """

    step: int
    loss: float
    accuracy: float
    confusion: Tensor
    answers: Tensor
    sure: Tensor
    dead: dict[str, float]


@dataclass(frozen=True)
class Movement:
    """What a step did to the weights of one layer: Euclidean norms before it, of the gradient and of the change."""

    step: int
    layer: str
    weight: float
    gradient: float
    update: float

    @property
    def ratio(self) -> float:
        """The size of the update as a share of the weights'."""
        return self.update / self.weight if self.weight else math.inf


@dataclass
class LiveRun:
    """A run at some step. `losses` and `accuracies` are those of each step's batch, before the step.

    `given` are examples that have no name. Of the tests but the last, only the curves are kept and no tensors. Where
    the settings' `count` says that there are few examples, `learnt` is of each test the step, the loss and the accuracy
    on those that it learns from, as at test.
    """

    settings: Settings
    step: int = 0
    losses: list[float] = field(default_factory=list)
    accuracies: list[float] = field(default_factory=list)
    tested: list[Tested] = field(default_factory=list)
    movements: list[Movement] = field(default_factory=list)
    rates: dict[int, float] = field(default_factory=dict)
    given: Examples | None = None
    learnt: list[tuple[int, float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make the network and load the examples; raises CnnvizError for settings that can't be run."""
        settings = self.settings
        settings.checked()
        loaded = self.given or load(settings.examples, noise=settings.noise, seed=settings.seed)
        few = settings.count or None
        self.examples: Examples = replace(loaded, inputs=loaded.inputs[:few], labels=loaded.labels[:few])
        self.rates[0] = settings.rate
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(settings.seed)
            self.network = build(parse(settings.network), settings.input_size)
            if settings.initialization != "default":
                _begin(self.network, settings)
            self._random = torch.get_rng_state()
        name, arguments = OPTIMISERS[settings.optimiser]
        self._optimiser = getattr(torch.optim, name)(self.network.parameters(), lr=settings.rate, **arguments)
        self._weights = {
            name.removesuffix(".weight"): each for name, each in self.network.named_parameters() if each.ndim > 1
        }
        self.film = Film(self.network, self.examples.test_inputs[:1])
        self._work = self._units()

    @property
    def epochs(self) -> float:
        """How often the examples were seen so far; the last batch of each time may be smaller than the others."""
        count, size = len(self.examples.labels), self.settings.batch_size
        whole, steps = divmod(self.step, -(-count // size))
        return whole + steps * size / count

    def advance(
        self, *, seconds: float = math.inf, steps: float = math.inf, over: Callable[[], bool] | None = None
    ) -> None:
        """Go on for some time, until some number of steps are made in all, or until it is `over`, whichever is first.

        What is begun is finished: a step, or the test of so many examples, so that a slice is longer by one of them.
        """
        began = time.perf_counter()
        with self._own_random_numbers():
            while self.step < steps and time.perf_counter() - began < seconds and not (over and over()):
                next(self._work)

    def first_test(self, *, seconds: float) -> None:
        """Go on for some time with the test that comes before the first step, where that is not done."""
        began = time.perf_counter()
        with self._own_random_numbers():
            # One piece at least, so that it comes to an end however little time there is.
            while not self.tested:
                next(self._work)
                if time.perf_counter() - began >= seconds:
                    break

    def finish_test(self) -> None:
        """Test the network as it is now, if that is not done."""
        if not self.tested or self.tested[-1].step != self.step:
            with self._own_random_numbers():
                for _ in self._test():
                    pass

    def change_rate(self, rate: float) -> None:
        """Learn at another rate from the next step on."""
        if not 1e-6 <= rate <= 10:
            raise CnnvizError(f"The learning rate is {rate:g} and should be from 1e-06 to 10.")
        self.rates[self.step] = rate
        for group in self._optimiser.param_groups:
            group["lr"] = rate

    @contextmanager
    def _own_random_numbers(self) -> Iterator[None]:
        with torch.random.fork_rng(devices=[]), torch.enable_grad():
            torch.set_rng_state(self._random)
            try:
                yield
            finally:
                self._random = torch.get_rng_state()

    def _units(self) -> Iterator[None]:
        """Do the run's work, yielding after each piece that is short."""
        yield from self._test()
        for epoch in count():
            generator = torch.Generator().manual_seed(epoch)
            order = torch.randperm(len(self.examples.labels), generator=generator)
            for chosen in order.split(self.settings.batch_size):
                self._learn(chosen)
                yield
            yield from self._test()

    def _learn(self, chosen: Tensor) -> None:
        self.film.note(self.step)
        labels = self.examples.labels[chosen]
        if not self.network.training:
            self.network.train()
        scores = self.network(self._inputs(chosen))
        loss = functional.cross_entropy(scores, labels, label_smoothing=self.settings.label_smoothing)
        if self.settings.l1 and not self.settings.proximal:
            loss = loss + self.settings.l1 * torch.stack([each.abs().sum() for each in self._weights.values()]).sum()
        if self.settings.l2:
            loss = loss + self.settings.l2 * torch.stack([each.square().sum() for each in self._weights.values()]).sum()
        self._optimiser.zero_grad()
        loss.backward()
        measured = self.step % MEASURED_EVERY == 0
        before = {name: each.detach().clone() for name, each in self._weights.items()} if measured else {}
        self._optimiser.step()
        if self.settings.l1 and self.settings.proximal:
            self._shrink(self._optimiser.param_groups[0]["lr"] * self.settings.l1)
        for name, old in before.items():
            weight = self._weights[name]
            gradient = 0.0 if weight.grad is None else weight.grad.norm().item()
            update = (weight.detach() - old).norm().item()
            self.movements.append(Movement(self.step, name, old.norm().item(), gradient, update))
        self.losses.append(loss.item())
        self.accuracies.append(int((scores.argmax(dim=1) == labels).sum()) / len(labels))
        self.step += 1

    def _inputs(self, chosen: Tensor) -> Tensor:
        settings, inputs = self.settings, standardised(self.examples.inputs[chosen], self.settings.examples)
        if not settings.augments:
            return inputs
        drawn = settings.drawn_at(self.step)
        return augmented(inputs, settings.shift, settings.rotation, settings.flip, settings.black, drawn)

    @torch.no_grad()
    def _shrink(self, threshold: float) -> None:
        for weight in self._weights.values():
            weight.copy_(functional.softshrink(weight, threshold))

    def _test(self) -> Iterator[None]:
        self.network.eval()
        # Pooling takes half of a small network's time on a CPU, and half of that where channels lie last.
        network = deepcopy(self.network).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        examples, scores = self.examples, []
        active: dict[str, Tensor] = {}
        rectifiers = [(name, each) for name, each in network.named_modules() if isinstance(each, nn.ReLU)]
        for start in range(0, len(examples.test_labels), TESTED_AT_ONCE):
            with torch.no_grad(), _watched(rectifiers, active):
                scores.append(network(examples.test_inputs[start : start + TESTED_AT_ONCE]))
            yield
        learnt = (yield from self._test_learnt()) if self.settings.count else None
        if self.tested and self.tested[-1].step == self.step:
            return  # while this test was under way, somebody had another one finished
        if learnt is not None:
            self.learnt.append(learnt)
        if self.tested:
            self.tested[-1] = replace(self.tested[-1], confusion=_NONE, answers=_NONE, sure=_NONE)
        every, right = torch.cat(scores), examples.test_labels
        sure, answers = every.softmax(dim=1).max(dim=1)
        kinds = len(examples.classes)
        self.tested.append(
            Tested(
                self.step,
                functional.cross_entropy(every, right).item(),
                (answers == right).float().mean().item(),
                torch.bincount(right * kinds + answers, minlength=kinds * kinds).reshape(kinds, kinds),
                answers,
                sure,
                {name: 1 - found.float().mean().item() for name, found in active.items()},
            )
        )
        yield  # so that a run can end with a test

    def _test_learnt(self) -> Generator[None, None, tuple[int, float, float]]:
        scores = []
        for part in self.examples.inputs.split(TESTED_AT_ONCE):
            with torch.no_grad():
                scores.append(self.network(standardised(part, self.settings.examples)))
            yield
        every, right = torch.cat(scores), self.examples.labels
        accuracy = (every.argmax(dim=1) == right).float().mean().item()
        return self.step, functional.cross_entropy(every, right).item(), accuracy


@contextmanager
def _watched(rectifiers: Sequence[tuple[str, nn.Module]], active: dict[str, Tensor]) -> Iterator[None]:
    """Note in `active`, by ReLU, which units (channels) were above 0 anywhere."""

    def noting(name: str) -> Callable[[nn.Module, tuple[Tensor, ...], Tensor], None]:
        def note(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
            # None is below 0: their sum, which costs next to nothing, is 0 where all are. What is no number is not 0.
            found = output.sum(dim=[0, *range(2, output.ndim)]) != 0
            active[name] = found | active[name] if name in active else found

        return note

    handles = [module.register_forward_hook(noting(name)) for name, module in rectifiers]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _begin(network: nn.Module, settings: Settings) -> None:
    beginning = {"kaiming": "kaiming_in"}.get(settings.initialization, settings.initialization)
    for name, each in network.named_parameters():
        if each.ndim > 1:
            begin(each, beginning, settings.sigma)
        elif name.endswith("bias"):
            nn.init.zeros_(each)
