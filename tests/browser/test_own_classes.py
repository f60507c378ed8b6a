"""Your own classes in a real Chromium: photos and the camera in, a layer that learns, for everybody to use."""

import io

from PIL import Image
from playwright.sync_api import expect

from cnnviz.images import gallery_image
from cnnviz.images.collections import crops
from tests.browser.access import assert_accessible
from tests.browser.ready import SLOW, answered, settle, wait_until


def files(name: str) -> list[dict[str, object]]:
    made = []
    for number, pixels in enumerate(crops(gallery_image(name), 5, seed=2)):
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "JPEG")
        made.append({"name": f"{name}{number}.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()})
    return made


def test_own_photos_are_learnt_in_one_press(serve, visit):
    page = visit(f"{serve('app.py')}/training?part=Your own classes&collection=own", width=1280)
    expect(page.get_by_text("Class 1 has 0 photos")).to_be_visible(timeout=SLOW)
    settle(page)
    page.locator("input[type=file]").first.set_input_files(
        [*files("astronaut"), {"name": "bad.jpg", "mimeType": "image/jpeg", "buffer": b"hello"}]
    )
    expect(page.get_by_text("bad.jpg: This is text")).to_be_visible(timeout=SLOW)
    settle(page)
    with answered(page):
        page.get_by_role("radio", name="Class 2 (0)").click(force=True)
    page.locator("input[type=file]").first.set_input_files(files("coffee"))
    train = page.get_by_role("button", name="Train", exact=True)
    expect(train).to_be_visible(timeout=SLOW)
    settle(page)
    shown = page.locator(".own-classes img")
    wait_until(page, lambda: shown.evaluate_all("all => all.length && all.every((each) => each.naturalWidth > 300)"))
    train.click()
    expect(page.get_by_text("2 of 2 right")).to_be_visible(timeout=SLOW)
    expect(page.get_by_text("None of the 2 held-out photos is mistaken.")).to_be_visible(timeout=SLOW)
    settle(page)
    assert_accessible(page)
