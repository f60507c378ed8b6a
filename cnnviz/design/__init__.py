"""A network as rows: typed, pasted or picked, with its sizes and costs at once. No torch until one is built.

>>> evaluate(parse("Conv 20 5 p2, ReLU, MaxPool 2, Flatten, Linear 10"), (1, 1, 28, 28)).parameters
39730
"""

from cnnviz.arithmetic import Memory, Training
from cnnviz.design.evaluation import Evaluated, Line, evaluate, unworkable
from cnnviz.design.pasted_input import from_pytorch
from cnnviz.design.presets import LIBRARY, PRESETS, Preset
from cnnviz.design.pytorch_export import to_pytorch
from cnnviz.design.rows import Row
from cnnviz.design.text import parse, parse_row, split, write, write_row

__all__ = [
    "LIBRARY",
    "PRESETS",
    "Evaluated",
    "Line",
    "Memory",
    "Preset",
    "Row",
    "Training",
    "evaluate",
    "from_pytorch",
    "parse",
    "parse_row",
    "split",
    "to_pytorch",
    "unworkable",
    "write",
    "write_row",
]
