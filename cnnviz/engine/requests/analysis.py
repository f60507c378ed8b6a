"""What an architecture costs."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.engine.requests.values import Request

if TYPE_CHECKING:
    # In the subscripts below; these modules import torch.
    from cnnviz.analysis import NetworkReport


@dataclass(frozen=True)
class Analyze(Request["NetworkReport"]):
    """What an architecture of cnnviz.models.architectures costs on an input of (N, C, H, W), whatever its weights."""

    architecture: str
    input_size: tuple[int, ...]
