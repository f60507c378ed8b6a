"""`cnnviz.probes.activations` against the bare forward, plain hooks with a clone, and torchvision's feature extraction.

    python bench/activations.py [--rounds 20] [--threads N]

Batch 1, 224 x 224, random weights, memory that is let go of kept as in a server (cnnviz.engine.memory.keep_freed). The
last table asks one shared model from four threads at once.
"""

import argparse
from concurrent.futures import ThreadPoolExecutor

import _run
import torch
from torch import Tensor, nn
from torchvision import models
from torchvision.models.feature_extraction import create_feature_extractor, get_graph_node_names

from cnnviz.engine.memory import keep_freed
from cnnviz.probes import activations


def plain_hooks(model: nn.Module, batch: Tensor, names: list[str]) -> dict[str, Tensor]:
    """Return clones taken by forward hooks, as most tutorials do it."""
    kept: dict[str, Tensor] = {}

    def hook_of(name: str):
        return lambda module, arguments, output: kept.__setitem__(name, output.detach().clone())

    hooks = [model.get_submodule(name).register_forward_hook(hook_of(name)) for name in names]
    try:
        with torch.inference_mode():
            model(batch)
    finally:
        for hook in hooks:
            hook.remove()
    return kept


def bare(model: nn.Module, batch: Tensor) -> None:
    with torch.inference_mode():
        model(batch)


def compare(name: str, rounds: int) -> None:
    """Print the table of one model."""
    torch.manual_seed(0)
    model, batch = models.get_model(name).eval(), torch.randn(1, 3, 224, 224)
    convolutions = [path for path, module in model.named_modules() if isinstance(module, nn.Conv2d)]
    # Its tracer does not look inside torchvision's own building blocks: there it gives the block's output.
    nodes = set(get_graph_node_names(model)[1])
    seen = [name if name in nodes else name.rpartition(".")[0] for name in convolutions]
    extractor = create_feature_extractor(model, seen)
    taken = _run.interleaved(
        rounds,
        {
            "bare forward": lambda: bare(model, batch),
            "activations, all convolutions": lambda: activations(model, batch, convolutions),
            "activations, all layers": lambda: activations(model, batch),
            "hooks with clone, all convolutions": lambda: plain_hooks(model, batch, convolutions),
            "torchvision extractor, all convolutions": lambda: bare(extractor, batch),
        },
        warm=3,
    )
    print(f"{name}: {len(convolutions)} convolutions, {len(activations(model, batch))} layers")
    _run.table(_run.RATIO_COLUMNS, _run.ratios(taken, "bare forward"))


def wrong_of(captures: int, threads: int) -> int:
    """Return how many captures from several threads, each with its own input, differ from those made alone."""
    model = models.resnet18().eval()
    batches = [torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(seed)) for seed in range(8)]
    names = ["conv1", "layer2.0.conv1", "layer4.1.conv2"]
    alone = [activations(model, batch, names) for batch in batches]

    def differs(number: int) -> bool:
        got = activations(model, batches[number % 8], names)
        return any(not torch.allclose(got[name], alone[number % 8][name], atol=1e-5) for name in names)

    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(differs, range(captures)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--threads", type=int, help="of torch, inside one operation")
    options = parser.parse_args()
    keep_freed()
    if options.threads:
        torch.set_num_threads(options.threads)
    for name in ("resnet18", "vgg11", "mobilenet_v2"):
        compare(name, options.rounds)
    _run.table(("captures from 4 threads", "wrong"), [(400, wrong_of(400, 4))])


if __name__ == "__main__":
    main()
