"""A model's whole state, to be compared before and after."""

import torch


def state(model):
    modules = [
        (
            name,
            id(module),
            module.training,
            set(vars(module)),
            len(module._forward_hooks),
            len(module._forward_pre_hooks),
        )
        for name, module in model.named_modules()
    ]
    tensors = [
        (name, id(t), t.device.type, t._version, t.clone()) for name, t in model.state_dict(keep_vars=True).items()
    ]
    return modules, tensors


def same(one, other):
    assert one[0] == other[0]
    for (*this, values), (*that, others) in zip(one[1], other[1], strict=True):
        assert this == that
        assert torch.equal(values, others)
