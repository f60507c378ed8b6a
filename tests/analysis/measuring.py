"""What torch itself needs: memory measured while a model really runs."""

import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks
from torch.multiprocessing.reductions import StorageWeakRef
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


def owned(model: nn.Module) -> set[int]:
    return {tensor.untyped_storage().data_ptr() for tensor in (*model.parameters(), *model.buffers())}


def saved_for_backward(model: nn.Module, *batch: Tensor) -> int:
    """Return the bytes that autograd keeps of a run in training, each storage once, parameters and buffers aside."""
    kept: dict[int, tuple[int, Tensor]] = {}
    mine = owned(model)

    def pack(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in mine and storage.nbytes():
            # The tensor itself is kept, so that no other one can get its address.
            kept[storage.data_ptr()] = storage.nbytes(), tensor
        return tensor

    training = model.training
    model.train()
    try:
        with saved_tensors_hooks(pack, lambda tensor: tensor):
            output = model(*batch)
    finally:
        model.train(training)
    del output
    return sum(size for size, _ in kept.values())


class _Living(TorchDispatchMode):
    """The storages that any operation made, as long as each lives."""

    def __init__(self, model: nn.Module, batch: tuple[Tensor, ...]) -> None:
        super().__init__()
        self.living: dict[int, tuple[StorageWeakRef, int]] = {}
        self.owned = {tensor.untyped_storage()._cdata for tensor in (*model.parameters(), *model.buffers())}
        self.peak = 0
        self.look(batch)

    def look(self, made: object) -> None:
        self.living = {key: pair for key, pair in self.living.items() if not pair[0].expired()}
        for tensor in tree_leaves(made):
            if isinstance(tensor, Tensor) and (storage := tensor.untyped_storage())._cdata not in self.owned:
                self.living[storage._cdata] = StorageWeakRef(storage), storage.nbytes()
        self.peak = max(self.peak, sum(size for _, size in self.living.values()))

    def __torch_dispatch__(self, function, types, arguments=(), keywords=None):
        made = function(*arguments, **(keywords or {}))
        self.look(made)
        return made


def inference_peak(model: nn.Module, *batch: Tensor) -> int:
    """Return the most bytes of tensors that are alive at once in a run without gradients, with the input."""
    model = model.eval()
    with torch.no_grad(), _Living(model, batch) as mode:
        model(*batch)
    return mode.peak
