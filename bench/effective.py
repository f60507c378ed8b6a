"""`cnnviz.probes.effective_field` of one image against the same network's forward pass.

    python bench/effective.py [--rounds 20] [--threads N]

Batch 1, 224 x 224, random weights, the middle unit of the last convolution; the bar is 3 forward passes for resnet18.
"""

import argparse
import time
from statistics import median

import _run  # noqa: F401  (finds the project)
import torch
import torchvision

from cnnviz.probes import effective

NETWORKS = {"resnet18": "layer4.1.relu_1", "vgg11": "features.19", "mobilenet_v2": "features.18.2"}


def compare(name: str, layer: str, rounds: int) -> None:
    """Print one network's medians; the two take turns, so that both meet the same machine."""
    torch.manual_seed(0)
    model, batch = torchvision.models.get_model(name, weights=None).eval(), torch.randn(1, 3, 224, 224)

    def forward() -> None:
        with torch.inference_mode():
            model(batch)

    def field() -> None:
        effective(model, batch, layer, 3, 3)

    times: dict[str, list[float]] = {"forward": [], "field": []}
    for _ in range(rounds + 2):
        for what, run in (("forward", forward), ("field", field)):
            start = time.perf_counter()
            run()
            times[what].append(time.perf_counter() - start)
    forward_ms, field_ms = (1000 * median(times[what][2:]) for what in ("forward", "field"))
    print(f"| {name} | {forward_ms:.1f} | {field_ms:.1f} | {field_ms / forward_ms:.2f} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--threads", type=int, default=None)
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    print("| network | forward, ms | effective field, ms | ratio |\n|---|---|---|---|")
    for name, layer in NETWORKS.items():
        compare(name, layer, options.rounds)
