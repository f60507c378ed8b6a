"""What becomes of digits whose pixels are all moved by one fixed shuffle, and of networks that read them."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.func import functional_call


@dataclass(frozen=True, eq=False)
class ShuffledPicture:
    """`pixels` (H, W) after the shuffle; how alike neighbouring pixels are, from -1 to 1, `before` and `after`."""

    pixels: NDArray[np.uint8]
    before: float
    after: float


@dataclass(frozen=True, eq=False)
class ShuffledAnswers:
    """A network's answers (N,) to pictures as they are and `shuffled`.

    Of a network that begins with a linear layer also `moved`, its answers to shuffled pictures once the columns of that
    layer are shuffled along, and `gap`, how far its scores then are from those for the pictures as they are.
    """

    plain: NDArray[np.int32]
    shuffled: NDArray[np.int32]
    moved: NDArray[np.int32] | None
    gap: float


def shuffle(images: Tensor, order: Tensor) -> Tensor:
    """Return images (..., H, W) whose place j holds what was at place order[j], counted row by row."""
    return images.flatten(-2)[..., order].reshape(images.shape)


def shuffled_picture(pixels: NDArray[np.uint8], order: Tensor) -> ShuffledPicture:
    """Return a picture (H, W) shuffled."""
    there = shuffle(torch.tensor(pixels), order)
    return ShuffledPicture(there.numpy(), _alike(torch.tensor(pixels)), _alike(there))


def shuffled_answers(network: nn.Module, batch: Tensor, order: Tensor) -> ShuffledAnswers:
    """Return what a classifier says to a batch (N, C, H, W), plain and shuffled."""
    with torch.inference_mode():
        scores, there = network(batch), shuffle(batch, order.to(batch.device))
        answers = _classes(scores), _classes(network(there))
        name = first_linear(network)
        if name is None:
            return ShuffledAnswers(*answers, None, 0.0)
        weights = network.get_parameter(name)
        # One column a pixel of each channel, channel by channel.
        columns = weights.reshape(len(weights), -1, len(order))[..., order.to(weights.device)].reshape(weights.shape)
        found = functional_call(network, {name: columns}, (there,))
        return ShuffledAnswers(*answers, _classes(found), float((found - scores).abs().max()))


def first_linear(network: nn.Module) -> str | None:
    """Return the name of the first weight, None if it is no linear layer's."""
    for name, module in network.named_modules():
        if isinstance(getattr(module, "weight", None), nn.Parameter):
            return f"{name}.weight" if isinstance(module, nn.Linear) else None
    return None


def _classes(scores: Tensor) -> NDArray[np.int32]:
    found: NDArray[np.int32] = scores.argmax(dim=1).to(torch.int32).cpu().numpy()
    return found


def _alike(image: Tensor) -> float:
    """Return the correlation of pixels with their right neighbours; 0 for an even image."""
    pairs = torch.stack([image[:, :-1].flatten(), image[:, 1:].flatten()]).double()
    return float(torch.corrcoef(pairs)[0, 1].nan_to_num())
