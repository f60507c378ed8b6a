"""What the small network sends to the browser, and what its script counts and draws, against torch's numbers."""

import json
import shutil
import subprocess

import numpy as np
import pytest

from cnnviz.components.bundle import script
from cnnviz.components.dropout import message
from cnnviz.components.pack import unpack
from cnnviz.errors import ShapeError
from cnnviz.probes.dropout import draw_network, subnetworks

NETWORK = draw_network((3, 2), seed=4)
FOUND = subnetworks(NETWORK, "relu", keep=0.7)
WEIGHTS = [each.numpy() for each in NETWORK.weights]
NODE = shutil.which("node")


def test_the_buffer_holds_every_mask():
    meta, arrays = unpack(message(NETWORK.x.numpy(), WEIGHTS, FOUND, keep=0.7, seed=4, mask=31))
    assert (meta["widths"], meta["mask"], meta["keep"]) == ([3, 3, 2, 1], 31, 0.7)
    _, units, outputs, probabilities, *layers = arrays
    np.testing.assert_allclose(probabilities @ outputs, meta["mean"], rtol=1e-5)
    # The output is the last layer's weighted sum of what its units give on.
    np.testing.assert_allclose(units[:, 3:] @ layers[2][0] + NETWORK.biases[2].item(), outputs, rtol=1e-4, atol=1e-5)


def test_other_shapes_are_refused_in_a_sentence():
    with pytest.raises(ShapeError, match=r"32 masks over 5 units.*\.$"):
        message(NETWORK.x.numpy(), WEIGHTS, subnetworks(draw_network((3, 0), seed=0), "relu", keep=0.5), keep=0.5)
    with pytest.raises(ShapeError, match=r"read 2 numbers"):
        message(NETWORK.x.numpy()[:2], WEIGHTS, FOUND, keep=0.5)


@pytest.mark.skipif(NODE is None, reason="Node.js is not installed")
def test_masks_fall_with_their_probabilities_and_bins_are_numpys():
    text = script("dropout").replace("export default function", "function entry")
    values = FOUND.outputs.tolist()
    lines = f"""globalThis.window = {{}};
      {text}
      const random = randomOf(7), again = randomOf(7), counts = new Array(32).fill(0);
      for (let i = 0; i < 40000; i++) counts[drawMask(random, 5, 0.7)]++;
      const same = Array.from({{ length: 9 }}, () => drawMask(again, 5, 0.7));
      const bins = [...binned({json.dumps(values)}, {json.dumps(FOUND.probabilities.tolist())}, -4, 4, 16)];
      console.log(JSON.stringify([counts, same, bins]));"""
    done = subprocess.run([str(NODE), "--input-type=module"], input=lines, capture_output=True, text=True, check=True)
    counts, same, bins = json.loads(done.stdout)
    shares, chances = np.array(counts) / 40_000, FOUND.probabilities
    assert (np.abs(shares - chances) < 5 * np.sqrt(chances * (1 - chances) / 40_000)).all()
    assert shares @ FOUND.outputs == pytest.approx(FOUND.mean, abs=5 * FOUND.deviation / 200)
    assert len(set(same)) > 1
    wanted, _ = np.histogram(np.clip(values, -4, 3.999), 16, (-4, 4), weights=chances)
    np.testing.assert_allclose(bins, wanted, atol=1e-9)
