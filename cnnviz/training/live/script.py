"""The lines of PyTorch that make the same run."""

import inspect
from collections.abc import Callable, Mapping

from torch import Tensor

from cnnviz.design import parse
from cnnviz.design.pytorch_export import to_pytorch
from cnnviz.training.live import examples
from cnnviz.training.live.augmentation import augmented
from cnnviz.training.live.examples import IMAGES, POINT_SETS, POINTS
from cnnviz.training.live.settings import INITIALIZATIONS, OPTIMISERS, PHOTOS, Settings

_DATASETS = {"mnist": "MNIST", "fashion-mnist": "FashionMNIST"}
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


def _data(settings: Settings) -> str:
    count = settings.examples_used
    if settings.examples in IMAGES:
        mean, std = IMAGES[settings.examples]
        return (
            ("from torch import Tensor\n" if settings.augments else "") + "from torchvision import datasets\n\n"
            f'data = datasets.{_DATASETS[settings.examples]}("data", train=True, download=True)\n'
            f"inputs = (data.data[:{count}, None].float() / 255 - {mean}) / {std}\n"
            f"labels = data.targets[:{count}]\n\n"
            + (f"\n{inspect.getsource(augmented)}\n\n" if settings.augments else "")
        )
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
