"""The bars of speed and memory. The least of many runs is taken, since other programs only ever make one slower."""

import subprocess
import sys
import time

import pytest

from cnnviz.analysis import analyze
from cnnviz.models.architectures import architecture

FIRST = """
import time, torch
from torchvision import models
import cnnviz
def resident():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmRSS")) / 1024
warm, model = models.resnet18().eval(), models.resnet50().eval()
cnnviz.analyze(warm)
before, began = resident(), time.process_time()
report = cnnviz.analyze(model)
first = time.process_time() - began
for _ in range(10):
    cnnviz.analyze(model)
for side in range(64, 512, 16):
    report.resized((1, 3, side, side)).memory
print(first, resident() - before)
"""


@pytest.mark.parametrize(("name", "milliseconds"), [("resnet50", 1.0), ("vgg16", 0.3)])
def test_resizing_is_a_matter_of_integers(name, milliseconds):
    report = analyze(architecture(name))
    taken = []
    for side in range(64, 264):
        began = time.perf_counter()
        assert report.resized((1, 3, side, side)).macs > 0
        taken.append(1000 * (time.perf_counter() - began))
    assert min(taken) < milliseconds


def test_the_first_analysis_is_quick_and_takes_little_memory():
    command = [sys.executable, "-W", "ignore", "-c", FIRST]
    runs = [subprocess.run(command, capture_output=True, text=True, check=True).stdout.split() for _ in range(2)]
    assert min(float(seconds) for seconds, _ in runs) < 0.1
    assert min(float(megabytes) for _, megabytes in runs) < 10
