"""The arithmetic of the components, their scripts by themselves in an empty page, against torch on random cases."""

import base64
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional

from cnnviz.colours import POSITIVE, SIGNED, contrast, mix, table
from cnnviz.components.axes import painted, windows
from cnnviz.components.bundle import script
from cnnviz.components.normalization import message as normalization_message
from cnnviz.components.pack import pack
from cnnviz.components.quantise import TOP, quantise
from cnnviz.components.sliding import message as sliding_message
from cnnviz.components.warp import message as warp_message
from tests.conftest import NIGHTLY

ROUNDS = 50 if NIGHTLY else 4
MODES, PADDINGS = ("nearest", "bilinear", "bicubic"), ("zeros", "border", "reflection")

WARPED = """
  const [meta, [bytes]] = unpack(data);
  meta.reach = { nearest: 1, bilinear: 2, bicubic: 4 }[meta.mode];
  const image = Float32Array.from(bytes, (v) => v / 255), [h, w] = meta.output, to = newRead(), ties = [];
  const out = warpAll(meta, image, meta.theta, new Float64Array(meta.channels * h * w), to);
  for (let row = 0; row < h; row++) for (let column = 0; column < w; column++)
    ties.push(tied(meta, locate(meta, meta.theta, row, column, to)));
  return [[...out], ties];"""
SLID = """
  const [meta, list] = unpack(data), arrays = Object.fromEntries(meta.names.map((name, i) => [name, list[i]]));
  meta.weighted = Boolean(arrays.weights);
  meta.biased = Boolean(arrays.bias);
  const own = { meta, arrays, map: lay(meta, arrays) };
  return [[...compute(own)], meta.operation === "max" ? [...winnersOf(own)] : []];"""

NORMALISED = """
  const [meta, [input, gamma, beta]] = unpack(data), sets = setsOf(meta), found = statisticsOf(sets, input);
  const hats = standardised(meta, sets, found, input);
  return [sets.shape, found.mean, found.variance, [...outputsOf(meta, hats, gamma, beta)]];"""


@pytest.fixture(scope="module")
def run(chromium: Any) -> Iterator[Callable[..., list[Any]]]:
    """Return a function (files, body, buffers) -> what the body returns for each buffer as `data`."""
    page = chromium.new_page()

    def go(files: tuple[str, ...], body: str, buffers: list[bytes]) -> list[Any]:
        code = f"""(texts) => {{ {script("shared", *files)}
          const answer = (data) => {{ {body} }};
          return texts.map((text) => answer(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)))); }}"""
        return list(page.evaluate(code, [base64.b64encode(data).decode() for data in buffers]))

    yield go
    page.close()


@pytest.mark.parametrize("offset", [0, 1, 6])
def test_the_browser_reads_what_python_packs(run: Callable[..., list[Any]], offset: int) -> None:
    maps = np.random.default_rng(offset).normal(size=(3, 5, 7)).astype(np.float32)
    maps[0, 0] = [0, np.nan, np.inf, -np.inf, 0, 1e-8, -1e-8]
    codes, ranges = quantise(maps)
    data = b"x" * offset + pack({"text": "3 × 4 é"}, codes, ranges, np.arange(5, dtype=np.int8))
    body = f"""const [meta, [codes, ranges, small]] = unpack(data.subarray({offset}));
      return [meta.text, [...codes].map((code, i) => String(restore(code, ranges[2 * Math.floor(i / 35)],
        ranges[2 * Math.floor(i / 35) + 1]))), [...small]];"""
    [[text, values, small]] = run((), body, [data])
    assert text == "3 × 4 é"
    assert small == [0, 1, 2, 3, 4]
    got = np.array([float(value) for value in values]).reshape(maps.shape)
    steps = ((ranges[:, 1] - ranges[:, 0]) / TOP)[:, None, None]
    finite = np.isfinite(maps)
    assert (np.abs(got - maps)[finite] <= np.broadcast_to(0.52 * steps, maps.shape)[finite]).all()
    np.testing.assert_array_equal(got[~finite], maps[~finite])
    np.testing.assert_array_equal(got == 0, maps == 0)


def test_numbers_stand_out_from_every_cell(run: Callable[..., list[Any]]) -> None:
    maps = np.concatenate([np.frombuffer(table(anchors), np.uint8).reshape(-1, 3) for anchors in (SIGNED, POSITIVE)])
    shades = np.concatenate([maps, np.random.default_rng(5).integers(0, 256, (500, 3), dtype=np.uint8)])
    grounds = ["#" + bytes(shade).hex() for shade in shades]
    body = """const [{ grounds }] = unpack(data);
      return grounds.map((ground) => [inkOn(ground), mix(ground, "#0f141b", 0.6)]);"""
    [answers] = run(("canvas",), body, [pack({"grounds": grounds})])
    for ground, (ink, mixed) in zip(grounds, answers, strict=True):
        assert contrast(ground, ink) >= 4.5
        # Halves may be rounded up or to even.
        pairs = zip(bytes.fromhex(mixed[1:]), bytes.fromhex(mix(ground, "#0f141b", 0.6)[1:]), strict=True)
        assert all(abs(ours - theirs) <= 1 for ours, theirs in pairs)


def test_the_browser_warps_as_torch_does(run: Callable[..., list[Any]]) -> None:
    draw, buffers, expected = np.random.default_rng(0), [], []
    for mode, padding, grid, sample, _ in product(MODES, PADDINGS, (False, True), (False, True), range(ROUNDS)):
        image = draw.integers(0, 256, (draw.choice([1, 3]), *draw.integers(1, 9, 2)), dtype=np.uint8)
        size, theta = draw.integers(2, 9, 2), draw.normal(0, 1, 6)
        given = {"align_grid": grid, "align_sample": sample, "padding_mode": padding}
        buffers.append(warp_message(image, np.zeros((len(image), *size)), theta=theta, mode=mode, **given))
        turn = torch.tensor(theta).view(1, 2, 3)
        where = functional.affine_grid(turn, [1, len(image), *map(int, size)], align_corners=grid)
        pixels = torch.tensor(image)[None].double() / 255
        expected.append(functional.grid_sample(pixels, where, mode, padding, align_corners=sample)[0].numpy())
    for (values, ties), wanted in zip(run(("canvas", "warp_sampling"), WARPED, buffers), expected, strict=True):
        # Half way between two pixels rounding may go either way.
        sure = np.broadcast_to(~np.array(ties, bool).reshape(wanted.shape[1:]), wanted.shape)
        np.testing.assert_allclose(np.reshape(values, wanted.shape)[sure], wanted[sure], atol=1e-6)


def corners(theta: np.ndarray) -> np.ndarray:
    """Return the corners of a theta's box, (4, 2), in the order of the component."""
    signs = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    return np.asarray(signs @ theta[:, :2].T + theta[:, 2])


def test_a_dragged_corner_lands_on_the_pointer_and_what_is_to_stay_stays(run: Callable[..., list[Any]]) -> None:
    draw, cases = np.random.default_rng(4), []
    for tool, corner, _ in product(("turn", "stretch", "shear"), range(4), range(10 * ROUNDS)):
        # Two sides in directions that are far from each other, as a box that one can see has them.
        angle, size = draw.uniform(-np.pi, np.pi, 2), draw.uniform(0.2, 1.5, 2)
        turn = angle[0] + np.array([0, draw.choice([-1, 1]) * draw.uniform(0.5, 2.6)])
        theta = np.stack([size * np.cos(turn), size * np.sin(turn)])
        cases.append((tool, corner, np.column_stack([theta, draw.normal(0, 0.3, 2)]), draw.normal(0, 1, 2)))
    body = "const [{ tool, corner, to }, [theta]] = unpack(data); return dragged(tool, [...theta], corner, to);"
    heads = [{"tool": tool, "corner": corner, "to": to.tolist()} for tool, corner, _, to in cases]
    answers = run(("warp_box",), body, [pack(head, case[2]) for head, case in zip(heads, cases, strict=True)])
    for (tool, corner, theta, to), answer in zip(cases, answers, strict=True):
        before, after = corners(theta), corners(np.reshape(answer, (2, 3)))
        np.testing.assert_allclose(after[corner], to, atol=1e-9)
        if tool == "turn":
            np.testing.assert_allclose(after.mean(axis=0), before.mean(axis=0), atol=1e-9)
            scale = np.linalg.norm(after - after.mean(axis=0)) / np.linalg.norm(before - before.mean(axis=0))
            sides = [np.linalg.norm(np.diff(each, axis=0), axis=1) for each in (before, after)]
            np.testing.assert_allclose(sides[1], scale * sides[0], atol=1e-9)
            continue
        opposite = (corner + 2) % 4
        np.testing.assert_allclose(after[opposite], before[opposite], atol=1e-9)
        if tool == "shear":
            # With it the whole of that side stays, which stands left of right corners and right of left ones.
            np.testing.assert_allclose(after[corner ^ 1], before[corner ^ 1], atol=1e-9)
        else:
            directions = [np.diff(each, axis=0)[:2] for each in (before, after)]
            crossed = np.cross(*[np.pad(each, ((0, 0), (0, 1))) for each in directions])
            np.testing.assert_allclose(crossed, 0, atol=1e-8)


def test_the_browser_convolves_as_torch_does(run: Callable[..., list[Any]]) -> None:
    draw, buffers, expected = np.random.default_rng(1), [], []
    padders = {"zeros": "constant", "reflect": "reflect", "replicate": "replicate", "circular": "circular"}
    convolve = {1: functional.conv1d, 2: functional.conv2d, 3: functional.conv3d}
    for rank, mode, _ in product(convolve, padders, range(5 * ROUNDS)):
        groups, each, per_filter = (int(draw.integers(1, 4)) for _ in range(3))
        sizes, kernels = draw.integers(5, 8, rank).tolist(), draw.integers(1, 4, rank).tolist()
        stride, dilation, before, after = (int(draw.integers(low, 3)) for low in (1, 1, 0, 0))
        inputs = torch.tensor(draw.normal(size=(1, groups * each, *sizes)).astype(np.float32))
        weights = torch.tensor(draw.normal(size=(groups * per_filter, each, *kernels)).astype(np.float32))
        bias = torch.tensor(draw.normal(size=groups * per_filter).astype(np.float32)) if draw.random() < 0.5 else None
        padded = functional.pad(inputs.double(), [before, after] * rank, padders[mode])
        wanted = convolve[rank](padded, weights.double(), None if bias is None else bias.double(), stride=stride,
                                dilation=dilation, groups=groups)[0]  # fmt: skip
        options = {"stride": stride, "dilation": dilation, "before": before, "after": after, "mode": mode}
        axes = [windows(size, kernel, **options) for size, kernel in zip(sizes, kernels, strict=True)]
        given = {"weights": weights.numpy(), "bias": None if bias is None else bias.numpy(), "groups": groups}
        buffers.append(sliding_message(inputs[0].numpy(), wanted.numpy(), axes=axes, **given))
        expected.append(wanted.flatten())
    for (values, _), wanted in zip(run(("canvas", "sliding_sums"), SLID, buffers), expected, strict=True):
        np.testing.assert_allclose(values, wanted, atol=1e-6)


def test_the_browser_paints_as_torch_convolves_transposed(run: Callable[..., list[Any]]) -> None:
    draw, buffers, expected = np.random.default_rng(2), [], []
    for _ in range(20 * ROUNDS):
        kernel, stride, padding, dilation = (
            int(draw.integers(low, high)) for low, high in ((1, 5), (1, 4), (0, 3), (1, 3))
        )
        extra = int(draw.integers(0, max(stride, dilation)))
        size = draw.integers(6, 9, 2).tolist()
        inputs = torch.tensor(draw.normal(size=(1, 2, *size)).astype(np.float32))
        weights = torch.tensor(draw.normal(size=(2, 3, kernel, kernel)).astype(np.float32))
        options = {"stride": stride, "padding": padding, "dilation": dilation}
        wanted = functional.conv_transpose2d(inputs.double(), weights.double(), output_padding=extra, **options)[0]
        axes = [painted(n, kernel, output=out, **options) for n, out in zip(size, wanted.shape[1:], strict=True)]
        flipped = weights.transpose(0, 1).contiguous().numpy()
        buffers.append(sliding_message(inputs[0].numpy(), wanted.numpy(), axes=axes, weights=flipped, paint=True))
        expected.append(wanted.flatten())
    for (values, _), wanted in zip(run(("canvas", "sliding_sums"), SLID, buffers), expected, strict=True):
        np.testing.assert_allclose(values, wanted, atol=1e-6)


def test_the_browser_pools_as_torch_does(run: Callable[..., list[Any]]) -> None:
    draw, buffers, expected = np.random.default_rng(3), [], []
    for operation, _ in product(("max", "average", "lp"), range(10 * ROUNDS)):
        kernel, stride = (int(draw.integers(1, 5)) for _ in range(2))
        padding = 0 if operation == "lp" else int(draw.integers(0, kernel // 2 + 1))
        ceil = operation != "lp" and bool(draw.integers(0, 2))
        inputs = torch.tensor(draw.integers(0, 10, (1, 2, *draw.integers(4, 8, 2))).astype(np.float32))
        options: dict[str, Any] = {"stride": stride, "ceil_mode": ceil}
        where, given = None, {}
        if operation == "max":
            wanted, where = functional.max_pool2d(inputs, kernel, padding=padding, return_indices=True, **options)
        elif operation == "average":
            options["padding"] = padding
            wanted = functional.avg_pool2d(inputs, kernel, count_include_pad=False, **options)
            # Each window's share of ones is what it is divided by.
            shares = functional.avg_pool2d(
                torch.ones_like(inputs), kernel, count_include_pad=False, divisor_override=1, **options
            )
            given["divisors"] = shares[0, 0].numpy()
        else:
            wanted, given["norm"] = functional.lp_pool2d(inputs, 3.0, kernel, **options), 3.0
        axes = [
            windows(n, kernel, stride=stride, before=padding, after=padding, count=out)
            for n, out in zip(inputs.shape[2:], wanted.shape[2:], strict=True)
        ]
        buffers.append(sliding_message(inputs[0].numpy(), wanted[0].numpy(), axes=axes, operation=operation, **given))
        expected.append((wanted.flatten(), [] if where is None else where.flatten().tolist()))
    answers = run(("canvas", "sliding_sums"), SLID, buffers)
    for (values, winners), (wanted, where) in zip(answers, expected, strict=True):
        np.testing.assert_allclose(values, wanted, rtol=1e-5, atol=1e-5)
        assert winners == where


def test_the_browser_normalises_as_torch_does(run: Callable[..., list[Any]]) -> None:
    draw, buffers, expected = np.random.default_rng(4), [], []
    for way, vectors, _ in product(("batch", "layer", "instance", "group"), (False, True), range(10 * ROUNDS)):
        if vectors and way in ("instance", "group"):
            continue
        groups, each, side = (int(number) for number in draw.integers(1, 4, 3))
        size = int(draw.integers(2, 5)), groups * each, *([] if vectors else [side, side + 1])
        inputs = torch.tensor(draw.normal(2, 5, size).astype(np.float32)).double()
        gamma, beta = torch.tensor(draw.normal(size=(2, groups * each)))
        if inputs[0].numel() == 1:
            continue  # a set of one number, which torch refuses
        eps = float(draw.choice([1e-5, 0.1, 1]))
        if way == "batch":
            wanted = functional.batch_norm(inputs, None, None, gamma, beta, training=True, eps=eps)
        elif way == "instance":
            wanted = functional.instance_norm(inputs, None, None, gamma, beta, eps=eps)
        elif way == "group":
            wanted = functional.group_norm(inputs, groups, gamma, beta, eps)
        else:
            ones = [1] * (inputs.ndim - 2)
            wanted = functional.layer_norm(inputs, inputs.shape[1:], eps=eps)
            wanted = wanted * gamma.reshape(-1, *ones) + beta.reshape(-1, *ones)
        options = {"way": way, "groups": groups, "gamma": gamma.numpy(), "beta": beta.numpy(), "eps": eps}
        buffers.append(normalization_message(inputs.numpy(), wanted.numpy(), **options))
        shape = {"batch": (1, size[1]), "layer": (size[0], 1), "instance": size[:2], "group": (size[0], groups)}[way]
        expected.append((shape, wanted))
    answers = run(("normalization_sums",), NORMALISED, buffers)
    for (shape, mean, variance, values), (sets, wanted) in zip(answers, expected, strict=True):
        assert tuple(shape) == tuple(sets)
        assert len(mean) == len(variance) == np.prod(sets)
        np.testing.assert_allclose(values, wanted.flatten(), atol=1e-6)
