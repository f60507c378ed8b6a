"""What is known of a model before it is loaded."""

from dataclasses import dataclass

from cnnviz.images import Preprocessing


@dataclass(frozen=True)
class Card:
    """A model's facts.

    `source` says where the weights come from and `weights` which ones they are; `input_size` is (C, H, W); `accuracy`
    is top-1 in [0, 1] on the split that `data` names, or None where nobody measured it; `classes` are in the order of
    the network's outputs; `parameters` is None where it is not known before loading; `download` is about how many bytes
    the first use fetches where the weights are not on the disk yet, 0 for models that need no network; `trained` is
    False where all weights are random unless somebody brings others.
    """

    name: str
    title: str
    origin: str
    source: str
    weights: str
    year: int
    paper: str
    input_size: tuple[int, int, int]
    preprocessing: Preprocessing
    classes: tuple[str, ...]
    accuracy: float | None
    data: str
    licence: str
    parameters: int | None = None
    download: int = 0
    trained: bool = True
