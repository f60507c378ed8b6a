"""Preprocessing in a real Chromium: its scripts against torch, the cloud dragged, the eigenimages moved through."""

import base64
import re

import numpy as np
import pytest
import torch
from playwright.sync_api import expect

from cnnviz import images
from cnnviz.components.bundle import script
from cnnviz.components.pack import pack
from cnnviz.probes.preprocessing import cloud, place, prepared
from cnnviz.probes.principal_components import cut, decomposed, principal_components, rebuilt, whitened
from tests.browser.access import PHONE, assert_accessible
from tests.browser.frames import assert_smooth
from tests.browser.ready import SLOW, answered, settle
from tests.conftest import some

CLOUD = """
  const [meta, [base, labels]] = unpack(data);
  return computed(base, labels, meta.place, meta).map((way) => [[...way.points], way.mean, way.covariance,
    way.axes.values, way.axes.vector, way.valley.best, way.valley.least, way.valley.values, [...way.path],
    [...way.losses], way.changed]);"""
EIGEN = """
  const [{ grid, kept }, [pixels, mean, basis, values]] = unpack(data), length = grid.side ** 2 * grid.channels;
  const patches = centredPatches(pixels, mean, grid), numbers = project(patches, basis, length);
  const made = new Float64Array(patches.length), white = new Float64Array(patches.length);
  // There and back again, as a slider moves.
  for (const [from, to] of [[0, values.length], [values.length, kept]]) {
    addComponents(made, numbers, basis, length, from, to);
    addComponents(white, numbers, basis, length, from, to, values);
  }
  return [[...numbers], [...made], [...white], meanSquare(patches, made), [...pixelOrder(grid)]];"""


@pytest.fixture
def run(chromium):
    """Return a function (file, body, buffer) -> what the body returns for the buffer as `data`."""
    page = chromium.new_page()

    def go(file, body, data):
        code = f"""(text) => {{ {script("shared", file)}
          const data = Uint8Array.from(atob(text), (c) => c.charCodeAt(0)); {body} }}"""
        return page.evaluate(code, base64.b64encode(data).decode())

    yield go
    page.close()


@pytest.fixture
def open_at(serve, visit):
    """Return a function (query, width=1280) -> Page on which the stage is drawn and agrees with torch."""

    def go(query="", *, width=1280):
        page = visit(f"{serve('app.py')}/preprocessing?{query}", width=width, height=900)
        expect(page.locator(".check")).to_contain_text("gives the same", timeout=SLOW)
        expect(page.get_by_text("Try this")).to_be_visible(timeout=SLOW)
        settle(page)
        return page

    return go


def test_the_clouds_script_computes_what_torch_computes(run):
    draw = np.random.default_rng(5)
    for seed in range(12):
        base, labels = cloud(40, 1.0, seed)
        x, y = draw.uniform(-6, 6, 2)
        long, short = draw.uniform(0.2, 4, 2)
        turn, rotate, rate = draw.uniform(-90, 90), draw.uniform(-45, 45), draw.uniform(0.001, 0.1)
        settings = {"rate": rate, "steps": 20, "rotate": rotate}
        where = {"x": x, "y": y, "long": long, "short": short, "turn": turn}
        answers = run("cloud_numbers", CLOUD, pack({"place": where, **settings}, base, labels))
        points = torch.tensor(place(base, (x, y), (long, short), turn))
        wanted = prepared(points, torch.tensor(labels), rate=rate, steps=20, turn=rotate)
        for answer, (name, each) in zip(answers, wanted.items(), strict=True):
            made, mean, covariance, values, vector, best, least, curvatures, path, losses, changed = answer
            close = {"rtol": 1e-5, "atol": 1e-5, "err_msg": name}
            (xx, xy), (_, yy) = each.covariance
            np.testing.assert_allclose(covariance, [xx, xy, yy], **close)
            np.testing.assert_allclose(values, each.eigenvalues, **close)
            np.testing.assert_allclose(mean[:2], each.mean, **close)
            # Where both axes are alike the eigenvectors are any: their weights are compared by the loss alone.
            if abs(long - short) > 0.01:
                np.testing.assert_allclose(best, each.best, **close)
            np.testing.assert_allclose(least, each.least, **close)
            np.testing.assert_allclose(curvatures, np.array(each.curvatures) / 2, **close)
            np.testing.assert_allclose(np.array(losses, float), each.losses, **close)
            if each.eigenvalues[0] - each.eigenvalues[1] > 1e-6:
                np.testing.assert_allclose(np.abs(vector @ each.eigenvectors[:, 0]), 1, **close)
            if abs(long - short) > 0.01:
                np.testing.assert_allclose(np.reshape(made, (-1, 2)), each.points, **close)
                np.testing.assert_allclose(np.reshape(np.array(path, float), (-1, 2)), each.path, **close)
                assert changed == each.changed.tolist()


@pytest.mark.parametrize("name", ["digits", "patches"])
def test_the_eigenimages_script_rebuilds_and_whitens_as_torch_does(run, name):
    if name == "digits":
        side, pixels = 28, images.sheet("digits")[12][..., None]
        rows = torch.tensor(images.sheet("digits").reshape(100, -1)).double() / 255
    else:
        side, pixels = 4, np.asarray(images.gallery_image("chelsea"))[:24, :32]
        rows = cut(torch.tensor(np.asarray(images.gallery_image("coffee"))[:200, :200]), side).double() / 255
    found, kept = principal_components(rows), 7
    grid = {"rows": pixels.shape[0] // side, "columns": pixels.shape[1] // side, "side": side,
            "channels": pixels.shape[2]}  # fmt: skip
    data = pack({"grid": grid, "kept": kept}, np.ascontiguousarray(pixels), found.mean.astype(np.float32),
                found.basis.astype(np.float32), found.eigenvalues)  # fmt: skip
    numbers, made, white, error, order = run("eigen_numbers", EIGEN, data)
    wanted = decomposed(np.ascontiguousarray(pixels), side, found)
    np.testing.assert_allclose(np.reshape(numbers, wanted.coefficients.shape), wanted.coefficients, atol=1e-5)
    given = torch.tensor(wanted.coefficients)
    np.testing.assert_allclose(made, (rebuilt(given, found, kept) - torch.tensor(found.mean)).flatten(), atol=1e-5)
    largest = float(whitened(given, found, kept).abs().max())
    np.testing.assert_allclose(white, whitened(given, found, kept).flatten(), atol=1e-5 * max(1, largest))
    assert error == pytest.approx(wanted.errors[kept], abs=1e-5)
    patches = cut(torch.tensor(np.ascontiguousarray(pixels)), side).flatten().numpy()
    first = [patches[at] for at in order]
    np.testing.assert_array_equal(np.reshape(first, pixels.shape[:2]), pixels[..., 0])


def spot(page, told):
    """Return where point 0 lies in the window, whitened, of the default cloud moved to where the link says."""
    base, labels = cloud(80, 1.2, 1)
    points = torch.tensor(place(base, (float(told["x"]), float(told["y"])), (2.0, 0.6), 35.0))
    x, y = prepared(points, torch.tensor(labels), rate=0.04, steps=1, turn=5)["whitened"].points[0]
    box = page.locator(".stage").nth(4).bounding_box()
    scale = box["width"] / 8
    return box["x"] + box["width"] / 2 + x * scale, box["y"] + box["height"] / 2 - y * scale


@pytest.mark.alone
def test_the_cloud_is_dragged_without_a_message_and_the_link_has_where_it_lies(open_at):
    page = open_at()
    handle = page.get_by_role("button", name=re.compile("Middle of the cloud"))
    box, side = handle.bounding_box(), page.locator(".stage").first.bounding_box()["width"]
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    foot = page.locator(".readout").bounding_box()
    assert foot["y"] + foot["height"] <= 800
    before = page.locator(".matrix").nth(1).inner_text()
    page.mouse.move(x, y)
    page.mouse.down()

    def along():
        for step in range(1, 61):
            page.mouse.move(x - step, y + step / 2)

    assert_smooth(page, along)
    expect(page.locator(".check")).to_have_text("computed in the browser")
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"x=(-?[\d.]+)"), timeout=SLOW)
    expect(page.locator(".check")).to_contain_text("gives the same", timeout=SLOW)
    settle(page)
    told = dict(re.findall(r"[?&](\w+)=([-\d.]+)", page.url))
    # The panel reaches to the next whole number beyond the farthest point.
    base, _ = cloud(80, 1.2, 1)
    across = 2 * np.ceil(1.02 * np.abs(place(base, (3.5, 2.5), (2.0, 0.6), 35.0)).max())
    assert float(told["x"]) == pytest.approx(3.5 - 60 * across / side, abs=0.2)
    assert float(told["y"]) == pytest.approx(2.5 - 30 * across / side, abs=0.2)
    # Moved, its covariance stays, and PyTorch agrees to the last digits.
    assert page.locator(".matrix").nth(1).inner_text() == before
    assert float(page.locator(".check").get_attribute("data-difference")) < 1e-9
    assert page.locator(".stepped").inner_text() == "30"
    assert all(re.search(r"loss 0\.\d+", each) for each in page.locator(".loss").all_inner_texts())
    # Over a point of any panel all five are told.
    page.locator(".stage").nth(4).hover()
    page.mouse.move(*spot(page, told), steps=3)
    expect(page.locator(".readout")).to_contain_text(re.compile(r"Point 0 · as it is \(.* · whitened \("))
    # The keys do the same.
    end = page.get_by_role("button", name=re.compile("End of its first axis"))
    end.focus()
    with answered(page):
        for _ in range(3):
            page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("long="), timeout=SLOW)


def test_more_components_are_kept_without_a_message_and_a_coefficient_is_pinned(open_at):
    page = open_at("part=Principal components&patches=digits&image=12")
    slider = page.get_by_role("slider").first
    before = len(page.frames_sent)
    slider.evaluate("(each) => { each.value = 40; each.dispatchEvent(new Event('input')); }")
    expect(page.locator(".kept output")).to_contain_text("40 of 99")
    page.locator(".mosaic").hover(position={"x": 10, "y": 10})
    rows = torch.tensor(images.sheet("digits").reshape(100, -1)).double() / 255
    found = principal_components(rows)
    wanted = decomposed(images.sheet("digits")[12][..., None], 28, found)
    said = page.locator(".told").inner_text().replace("−", "-")
    assert float(re.search(r"= (-?[\d.]+), the sum", said)[1]) == pytest.approx(wanted.coefficients[0, 0], rel=1e-3)
    error = float(re.search(r"error ([\d.e-]+)", page.locator(".kept output").inner_text())[1])
    assert error == pytest.approx(wanted.errors[40], rel=6e-3)
    assert len(page.frames_sent) == before
    page.locator(".mosaic").click(position={"x": 10, "y": 10})
    expect(page).to_have_url(re.compile("component=1(&|$)"), timeout=SLOW)


@pytest.mark.parametrize("query", some(["part=Photos", "", "part=Principal components&patches=digits"], every=2))
def test_no_serious_fault_of_access_and_nothing_wider_than_the_window(serve, visit, query):
    page = visit(f"{serve('app.py')}/preprocessing?{query}", width=PHONE, height=900)
    expect(page.get_by_text("Try this")).to_be_visible(timeout=SLOW)
    settle(page)
    assert_accessible(page)
