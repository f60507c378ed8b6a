"""What the two planes send to the browser, and what comes back."""

import json
import shutil
import subprocess
from dataclasses import replace

import numpy as np
import pytest

from cnnviz.components import two_weights as module
from cnnviz.components.bundle import script
from cnnviz.components.pack import unpack
from cnnviz.components.two_weights import Plane, message
from cnnviz.errors import ShapeError

INPUTS = np.array([[1.0, 2], [3, 4], [0, 1]])
RAW = Plane("raw", INPUTS, np.arange(10.0).reshape(5, 2), np.ones((4, 2)), np.array([0, 1, 2, 0]))
CENTRED = replace(RAW, title="centred", inputs=INPUTS - INPUTS.mean(axis=0))


def test_the_buffer_holds_both_planes():
    meta, arrays = unpack(message([RAW, CENTRED], goal=(1, -1), at=9))
    assert (meta["titles"], meta["positive"], meta["steps"], meta["at"]) == (["raw", "centred"], [True, False], 4, 4)
    np.testing.assert_array_equal(arrays[0], INPUTS[[0, 1, 2, 0]])
    # The loss is w^T C w around the goal, C the mean of x x^T.
    offset = np.array([0.3, -0.7])
    loss = np.mean((INPUTS @ offset) ** 2)
    assert offset @ arrays[3] @ offset == pytest.approx(loss, rel=1e-6)


def test_other_shapes_are_refused_in_a_sentence():
    with pytest.raises(ShapeError, match=r"4 steps .*\.$"):
        message([RAW, replace(RAW, weights=RAW.weights[1:])], goal=(1, -1))


def test_what_comes_back_is_a_step(monkeypatch):
    heard = []
    monkeypatch.setattr(module, "picked", lambda mount, data, key, tell: tell(3.0))
    module.two_weights([RAW, CENTRED], key="k", goal=(1, -1), on_pick=heard.append)
    assert heard == [3]


NODE = shutil.which("node")


@pytest.mark.skipif(NODE is None, reason="Node.js is not installed")
def test_on_a_ring_of_the_script_the_loss_is_the_same_everywhere():
    clouds = np.random.default_rng(0).normal(size=(100, 6, 2)) * [1, 2] + [1, 0]
    matrices = np.einsum("cni,cnj->cij", clouds, clouds) / 6
    text = script("two_weights").replace("export default function", "function entry")
    asked = json.dumps(matrices.reshape(-1, 4).tolist())
    lines = f"globalThis.window = {{}};\n{text}\nconsole.log(JSON.stringify({asked}.map(ellipse)));"
    done = subprocess.run([str(NODE), "--input-type=module"], input=lines, capture_output=True, text=True, check=True)
    for matrix, ring in zip(matrices, json.loads(done.stdout), strict=True):
        points, (low, high) = np.array(ring), np.linalg.eigvalsh(matrix)
        np.testing.assert_allclose(np.einsum("ni,ij,nj->n", points, matrix, points), 1, rtol=1e-6)
        lengths = np.linalg.norm(points, axis=1)
        assert (lengths.min(), lengths.max()) == pytest.approx((high**-0.5, low**-0.5))
