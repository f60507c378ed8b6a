"""One step along the gradient's sign: a linear network's closed form, and Captum's."""

import warnings

import numpy as np
import pytest
import torch
from captum.robust import FGSM
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from cnnviz.errors import ModelError, ShapeError
from cnnviz.probes import gradient_signs, sign_steps, stepped


def network(seed, classes=4):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return nn.Sequential(
            nn.Conv2d(2, 5, 3), nn.ReLU(), nn.Conv2d(5, 3, 3), nn.SiLU(), nn.Flatten(), nn.Linear(12, classes)
        ).eval()


def drawn(seed, size=(1, 2, 6, 6)):
    return torch.randn(size, generator=torch.Generator().manual_seed(seed))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 999), st.floats(0.0, 2.0), st.booleans())
def test_two_linear_logits_move_apart_by_the_norm_of_their_weights_difference(seed, length, toward):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = nn.Sequential(nn.Flatten(), nn.Linear(72, 2)).double().eval()
    batch = drawn(seed).double()
    weights = model[1].weight.detach()
    found = sign_steps(model, batch, [0.0, length], 0, toward=toward)
    moved = np.diff(found.logits[:, 0] - found.logits[:, 1])[0]
    norm = float((weights[0] - weights[1]).abs().sum())
    assert moved == pytest.approx(length * norm * (1 if toward else -1), rel=1e-4, abs=1e-5)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 999), st.integers(0, 3), st.booleans(), st.floats(0.0, 0.5))
def test_as_captum_has_it(seed, target, toward, length):
    # Theirs takes slopes up to a millionth for 0; in single precision two ways to one slope may differ by its rounding.
    model, batch = network(seed).double(), drawn(seed + 1).double()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = FGSM(model, nn.CrossEntropyLoss(reduction="none"), lower_bound=-1.5, upper_bound=1.2)
        theirs.zero_thresh = 0.0
        wanted = theirs.perturb(batch, length, torch.tensor([target]), targeted=toward)
    signs = gradient_signs(model, batch, target, toward=toward)
    assert set(signs.unique().tolist()) <= {-1.0, 0.0, 1.0}
    torch.testing.assert_close(stepped(batch, signs, length, low=-1.5, high=1.2), wanted.detach())


def test_a_network_with_a_softmax_of_its_own_has_the_same_signs():
    plain = network(3)
    own = nn.Sequential(*plain, nn.Softmax(dim=1)).eval()
    assert torch.equal(gradient_signs(plain, drawn(5), 2), gradient_signs(own, drawn(5), 2))


def test_a_small_step_raises_the_loss_and_one_toward_lowers_it():
    model, batch = network(8), drawn(9)
    loss = nn.CrossEntropyLoss()
    losses = {
        toward: [
            float(loss(torch.tensor(row)[None], torch.tensor([1])))
            for row in sign_steps(model, batch, [0.0, 0.01], 1, toward=toward).logits
        ]
        for toward in (False, True)
    }
    assert losses[False][1] > losses[False][0]
    assert losses[True][1] < losses[True][0]


def test_every_length_is_a_forward_of_its_own_picture():
    model, batch = network(1), drawn(2)
    lengths, unit = [0.0, 1.0, 2.0, 5.0, 9.0, 16.0, 3.0, 4.0, 7.0, 8.0], torch.tensor([0.02, 0.05])[:, None, None]
    found = sign_steps(model, batch, lengths, unit=unit, low=-2.0, high=2.0)
    with torch.no_grad():
        assert found.target == int(model(batch)[0].argmax())
        for length, row in zip(lengths, found.logits, strict=True):
            image = (batch[0] + length * unit * torch.tensor(found.signs)).clamp(-2, 2)
            assert np.allclose(model(image[None])[0], row, atol=1e-5)


def test_refusals():
    with pytest.raises(ShapeError, match="4 classes"):
        gradient_signs(network(0), drawn(0), 4)
    with pytest.raises(ModelError, match="no row of scores"):
        gradient_signs(nn.Sequential(nn.Flatten(0)), drawn(0), 0)
