"""The screen on augmentation in a real Chromium: a draw is picked, and RandAugment's film shows torch's pictures."""

import re

import numpy as np
import torch
from playwright.sync_api import expect

from cnnviz import images, models
from cnnviz.probes.augmentation import operations
from tests.browser.access import assert_accessible
from tests.browser.ready import SLOW, answered, settle

_MEAN = """(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height), sum = [0, 0, 0];
  for (let i = 0; i < data.length; i += 4) for (let c = 0; c < 3; c++) sum[c] += data[i + c];
  return sum.map((each) => 4 * each / data.length);
}"""


def test_a_draw_is_picked_and_the_film_shows_what_torch_makes(serve, visit):
    page = visit(f"{serve('app.py')}/augmentation?model=alexnet-tiny&augmentation=randaugment", height=900)
    expect(page.get_by_text("Try this")).to_be_visible(timeout=SLOW)
    settle(page)
    mosaic = page.get_by_role("listbox", name="The draws of the augmentation")
    box = mosaic.bounding_box()
    with answered(page):
        page.mouse.click(box["x"] + 0.6 * box["width"], box["y"] + 0.5 * box["height"])
    expect(page).to_have_url(re.compile("at=6"))
    expect(page.get_by_text("draw 6").first).to_be_visible()

    how = models.card("alexnet-tiny").preprocessing
    view = torch.tensor(images.prepare(images.gallery_image("chelsea"), how).view).permute(2, 0, 1)
    names, pictures = operations(view)
    slider = page.get_by_role("slider", name="Magnitude", exact=True).last
    slider.focus()
    for key, magnitude in (("End", 30), ("Home", 0)):
        page.keyboard.press(key)
        expect(page.get_by_text(f"{magnitude} of 30")).to_be_visible()
        canvases = page.locator(".pictures figure canvas")
        for name in ("Rotate", "Solarize", "Identity"):
            at = names.index(name)
            wanted = pictures[at, magnitude].float().mean(dim=(1, 2)).numpy()
            np.testing.assert_allclose(canvases.nth(at).evaluate(_MEAN), wanted, atol=4)
    assert_accessible(page)
