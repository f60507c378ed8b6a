"""The lines of PyTorch that make the same run."""

import inspect
from collections.abc import Callable, Mapping

import torch
from safetensors.torch import save
from torch import Tensor

from cnnviz.design import parse
from cnnviz.design.pytorch_export import to_pytorch
from cnnviz.images.example_sets import PATCHES, ExampleSet, folders_of
from cnnviz.images.photo_patches import photo_patches
from cnnviz.training.live import examples
from cnnviz.training.live.augmentation import augmented
from cnnviz.training.live.examples import POINT_SETS, POINTS
from cnnviz.training.live.settings import INITIALIZATIONS, OPTIMISERS, PHOTOS, Settings

# By set: what is imported, and the pixels (N, C, H, W) and labels of the first {count} images.
_IDX = (
    "from torchvision import datasets\n",
    """data = datasets.{kind}("data", train=True, download=True)
pixels, labels = data.data[:{count}, None], data.targets[:{count}]
""",
)
_CIFAR = (
    "from torchvision import datasets\n",
    """data = datasets.CIFAR10("data", train=True, download=True)
pixels, labels = torch.tensor(data.data[:{count}]).permute(0, 3, 1, 2), torch.tensor(data.targets[:{count}])
""",
)
_PATCHES = (
    "from safetensors.torch import load_file\n",
    """data = load_file("patches.safetensors")
pixels, labels = data["pixels"][:{count}], data["labels"][:{count}]
""",
)
_TINY = (
    "from pathlib import Path\n\nimport numpy as np\nfrom PIL import Image\n",
    """names = {names!r}
folders = [sorted(Path("data/tiny-imagenet-50/train", name).glob("*.JPEG")) for name in names]
files = [file for row in zip(*folders) for file in row][:{count}]
pixels = torch.tensor(np.stack([Image.open(file).convert("RGB").reduce(2) for file in files])).permute(0, 3, 1, 2)
labels = torch.arange(len(files)) % len(names)
""",
)
_READ = {
    "mnist": ("MNIST", _IDX),
    "fashion-mnist": ("FashionMNIST", _IDX),
    "whole-mnist": ("MNIST", _IDX),
    "whole-fashion-mnist": ("FashionMNIST", _IDX),
    "cifar10": ("CIFAR10", _CIFAR),
    PATCHES: ("", _PATCHES),
    "tiny-imagenet": ("", _TINY),
}
_LOOP = """
torch.manual_seed({seed})
{network}
{beginning}optimiser = torch.optim.{optimiser}(network.parameters(), lr={rate!r}{arguments})
rates = {rates!r}  # by step

step, epoch, losses = 0, 0, []
network.train()
while step < {steps}:
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(epoch))
    for chosen in order.split({batch_size})[: {steps} - step]:
        for group in optimiser.param_groups:
            group["lr"] = rates.get(step, group["lr"])
{moves}        loss = functional.cross_entropy(network({read}), labels[chosen]{smoothing})
{penalties}        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
{threshold}        losses.append(loss.item())
        step += 1
    epoch += 1
print(f"loss {{losses[-1]:.6f}} at step {{step}}")
"""


def patches_file() -> bytes:
    """Return what the lines read of patches: a safetensors file of pixels (N, 3, 32, 32) and labels (N,)."""
    pixels, labels = photo_patches("train")
    whole = {"pixels": torch.tensor(pixels).movedim(-1, 1).contiguous(), "labels": torch.tensor(labels).long()}
    return save(whole)


def script(settings: Settings, rates: Mapping[int, float], steps: int) -> str:
    """Return Python, with torch and torchvision alone, that trains so many steps, to the losses of the same LiveRun.

    `rates` are learning rates by the step from which they hold.
    """
    made, _, _ = to_pytorch(parse(settings.network), settings.input_size).partition("\noutput = ")
    imports, tensors, rest = made.partition("nn\n")
    defined, _, network = rest.rpartition("network = ")
    name, arguments = OPTIMISERS[settings.optimiser]
    loop = _LOOP.format(
        seed=settings.seed,
        network=f"network = {network}",
        optimiser=name,
        rate=settings.rate,
        arguments="".join(f", {key}={value!r}" for key, value in arguments.items()),
        rates=dict(rates),
        steps=steps,
        batch_size=settings.batch_size,
        smoothing=f", label_smoothing={settings.label_smoothing!r}" if settings.label_smoothing else "",
        penalties=_penalties(settings),
        beginning=_beginning(settings),
        moves=_moves(settings),
        read="moved" if settings.augments else "inputs[chosen]",
        threshold=_threshold(settings),
    )
    head = imports.replace("\n\n", "\nimport math\n\n", 1) + tensors
    return f"{head}from torch.nn import functional\n{_data(settings)}{defined.lstrip()}{loop.lstrip()}"


def _beginning(settings: Settings) -> str:
    if settings.initialization == "default":
        return ""
    return (
        "for name, weight in network.named_parameters():\n"
        "    if weight.ndim > 1:\n"
        f"        {INITIALIZATIONS[settings.initialization].format(sigma=settings.sigma)}\n"
        '    elif name.endswith("bias"):\n'
        "        nn.init.zeros_(weight)\n"
    )


def _moves(settings: Settings) -> str:
    if not settings.augments:
        return ""
    amounts = f"{settings.shift!r}, {settings.rotation!r}, {settings.flip!r}, {settings.black!r}"
    return f"        moved = augmented(inputs[chosen], {amounts}, seed={settings.drawn_at(0)} + step)\n"


def _threshold(settings: Settings) -> str:
    if not settings.l1 or not settings.proximal:
        return ""
    return (
        "        with torch.no_grad():\n"
        f'            threshold = optimiser.param_groups[0]["lr"] * {settings.l1!r}\n'
        "            for weight in network.parameters():\n"
        "                if weight.ndim > 1:\n"
        "                    weight.copy_(functional.softshrink(weight, threshold))\n"
    )


def _penalties(settings: Settings) -> str:
    lines = ""
    l1 = 0.0 if settings.proximal else settings.l1
    for factor, sum_of in ((l1, "weight.abs().sum()"), (settings.l2, "weight.square().sum()")):
        if factor:
            lines += (
                f"        loss = loss + {factor!r} * torch.stack([{sum_of} for weight in network.parameters()"
                " if weight.ndim > 1]).sum()\n"
            )
    return lines


def _images(settings: Settings, images: ExampleSet) -> str:
    kind, (imports, read) = _READ[settings.examples]
    count = settings.examples_used
    return (
        ("from torch import Tensor\n" if settings.augments else "")
        + f"{imports}\n{read.format(kind=kind, count=count, names=folders_of(images.classes))}"
        + f"inputs = (pixels.float() / 255 - {images.mean}) / {images.std}\n\n"
        + (f"\n{inspect.getsource(augmented)}\n\n" if settings.augments else "")
    )


def _data(settings: Settings) -> str:
    if settings.images:
        return _images(settings, settings.images)
    if settings.examples == PHOTOS:
        return (
            "from safetensors.torch import load_file\n\n"
            'data = load_file("features.safetensors")\n'
            'inputs, labels = data["inputs"], data["labels"]\n\n'
        )
    made = POINT_SETS[settings.examples]
    needed: list[Callable[..., Tensor]] = [examples._uniform, examples._moved, made]
    sources = "\n\n".join(inspect.getsource(each) for each in needed)
    return (
        f"from torch import Tensor\n\n\n{sources}\n\n"
        f"labels = torch.arange({POINTS}) % 2\n"
        f"inputs = {made.__name__}(labels, {settings.noise!r}, torch.Generator().manual_seed({settings.seed}))\n"
        + (f"inputs, labels = inputs[:{settings.count}], labels[:{settings.count}]\n" if settings.count else "")
        + "\n"
    )
