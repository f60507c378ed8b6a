"""What a live run is: a network, examples, and how it learns. Equal settings make equal runs."""

from dataclasses import dataclass

from cnnviz.design import Evaluated, evaluate, parse
from cnnviz.errors import CnnvizError
from cnnviz.images.example_sets import EXAMPLE_SETS, ExampleSet
from cnnviz.training.live.examples import POINT_SETS, POINTS, image_sets

# torch.optim's class, and the arguments that differ from its defaults.
OPTIMISERS: dict[str, tuple[str, dict[str, float]]] = {
    "SGD": ("SGD", {}),
    "momentum": ("SGD", {"momentum": 0.9}),
    "Adam": ("Adam", {}),
    "AdamW": ("AdamW", {}),
}
# How weights begin: as torch's layers do, or by a line of torch.nn.init; biases are 0 then.
INITIALIZATIONS = {
    "default": "",
    "xavier": "nn.init.xavier_normal_(weight)",
    "kaiming": 'nn.init.kaiming_normal_(weight, nonlinearity="relu")',
    "normal": "nn.init.normal_(weight, 0.0, {sigma!r})",
    "zeros": "nn.init.zeros_(weight)",
}
# Photos of one's own, as the features that EfficientNet-Lite0 has for them.
PHOTOS, FEATURES = "photos", 1280
KINDS = (2, 10)
# A step of any run must be over within a slice of the machine's time.
MOST_MACS = 2_000_000
MOST_PARAMETERS = 500_000
# Of a run that somebody watches: its curves have a place in memory, and so have those of a whole class.
MOST_STEPS = 20_000
BATCHES = (1, 256)


@dataclass(frozen=True)
class Settings:
    """One run.

    `network` is text such as "Conv 8 5, ReLU, MaxPool 2, Flatten, Linear 10"; it reads the images of a set, 1x28x28 or
    3x32x32, or the two numbers of a point. `l1` and `l2` are factors of the sum of |w| and of w² over all weights but
    biases, added to the loss. `noise` is that of points. `initialization` is one of INITIALIZATIONS, `sigma` the
    standard deviation of "normal". Images are moved before each step: by whole pixels within `shift`, by degrees within
    `rotation`, and mirrored by a chance of `flip`. `kinds` are the classes of PHOTOS. `count` are the first so many
    examples that are learnt from, 0 for all. With `proximal` L1 is no part of the loss: each step of SGD is followed by
    a soft threshold of its rate times the factor.
    """

    network: str
    examples: str = "mnist"
    noise: float = 0.1
    optimiser: str = "Adam"
    rate: float = 2e-3
    batch_size: int = 64
    l1: float = 0.0
    l2: float = 0.0
    label_smoothing: float = 0.0
    seed: int = 0
    initialization: str = "default"
    sigma: float = 0.01
    shift: int = 0
    rotation: float = 0.0
    flip: float = 0.0
    kinds: int = 0
    count: int = 0
    proximal: bool = False

    @property
    def images(self) -> ExampleSet | None:
        """The set of images that is learnt from, None for points and photos of one's own."""
        return EXAMPLE_SETS.get(self.examples)

    @property
    def examples_used(self) -> int:
        """How many examples there are to learn from."""
        return self.count or self._most

    @property
    def input_size(self) -> tuple[int, ...]:
        """Of one example, with a batch axis of 1."""
        if self.examples == PHOTOS:
            return 1, FEATURES
        return (1, *self.images.size) if self.images else (1, 2)

    @property
    def classes(self) -> int:
        """How many numbers the network should end in."""
        if self.examples == PHOTOS:
            return self.kinds
        return len(self.images.classes) if self.images else 2

    @property
    def augments(self) -> bool:
        """Whether what is learnt from is moved at every step."""
        return self.images is not None and bool(self.shift or self.rotation or self.flip)

    @property
    def black(self) -> float:
        """The value of a black pixel, 0 where there are none."""
        return self.images.black if self.images else 0.0

    @property
    def _most(self) -> int:
        return self.images.count if self.images else POINTS

    def drawn_at(self, step: int) -> int:
        """Return the seed of what is drawn for the images of a step."""
        return 1_000_000 * self.seed + step

    def checked(self) -> Evaluated:
        """Return the network's table; raise CnnvizError, with what would be right, for a run that can't be made."""
        if self.examples not in (*EXAMPLE_SETS, *POINT_SETS, PHOTOS):
            there = ", ".join((*image_sets(), *POINT_SETS))
            raise CnnvizError(f"{self.examples!r} is no set of examples; there are {there}.")
        if self.examples == PHOTOS and not KINDS[0] <= self.kinds <= KINDS[1]:
            raise CnnvizError(f"There are {self.kinds} classes and should be {KINDS[0]} to {KINDS[1]}.")
        if self.optimiser not in OPTIMISERS:
            raise CnnvizError(f"{self.optimiser!r} is no optimiser; there are {', '.join(OPTIMISERS)}.")
        if self.initialization not in INITIALIZATIONS:
            raise CnnvizError(f"Weights begin with one of {', '.join(INITIALIZATIONS)}, not {self.initialization!r}.")
        for what, value, low, high in (
            ("learning rate", self.rate, 1e-6, 10.0),
            ("batch size", self.batch_size, *BATCHES),
            ("factor of L1", self.l1, 0.0, 1.0),
            ("factor of L2", self.l2, 0.0, 1.0),
            ("label smoothing", self.label_smoothing, 0.0, 0.9),
            ("noise", self.noise, 0.0, 0.5),
            ("standard deviation of the weights", self.sigma, 0.0, 10.0),
            ("shift", self.shift, 0, 8),
            ("rotation", self.rotation, 0.0, 180.0),
            ("chance of a flip", self.flip, 0.0, 1.0),
            ("number of examples", self.count, 0, self._most),
        ):
            if not low <= value <= high:
                raise CnnvizError(f"The {what} is {value:g} and should be from {low:g} to {high:g}.")
        if self.proximal and self.optimiser != "SGD":
            raise CnnvizError(
                f"The soft threshold follows steps of plain SGD; the optimiser is {self.optimiser} and should be SGD."
            )
        return self._network()

    def _network(self) -> Evaluated:
        report = evaluate(parse(self.network), self.input_size)
        if not report.lines:
            raise CnnvizError(f"The network has no rows; it should have one at least, such as Linear {self.classes}.")
        if report.error_at is not None:
            line = report.lines[report.error_at]
            raise CnnvizError(f"Row {report.error_at + 1}, {line.text}, cannot work: {line.error}")
        if report.output_size != (1, self.classes):
            ends = "x".join(map(str, report.output_size[1:]))
            raise CnnvizError(
                f"The network ends in {ends} and there are {self.classes} classes; its last rows should be "
                f"{'Linear' if len(report.output_size) == 2 else 'Flatten, Linear'} {self.classes}."
            )
        if not report.parameters:
            raise CnnvizError("The network has no weights, so there is nothing to learn; give it a Linear or a Conv.")
        for what, number, most in (
            ("multiply-adds an example", report.macs, MOST_MACS),
            ("parameters", report.parameters, MOST_PARAMETERS),
        ):
            if number > most:
                raise CnnvizError(f"The network has {number:,} {what}; to learn here it may have {most:,}.")
        self._check_last_batch(report)
        return report

    def _check_last_batch(self, report: Evaluated) -> None:
        # Of one vector torch.nn.BatchNorm1d takes no variance; one rule for all is easier to follow.
        count = self.examples_used
        alone = self.batch_size == 1 or count % self.batch_size == 1
        if alone and any(line.kind.startswith("BatchNorm") for line in report.lines):
            raise CnnvizError(
                f"With a batch size of {self.batch_size} some batch of the {count:,} examples holds one, and batch "
                f"normalisation can't standardise one alone; the size could be {self.batch_size + 1}."
            )
