"""What the server itself is to a browser: a policy that refuses foreign code, and one sentence for an error.

That the policy refuses nothing of the screens, every test shows that visits them: see conftest.py.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.ready import SLOW, settle

_FOREIGN = """() => {
  window.refused = [];
  document.addEventListener("securitypolicyviolation", (event) => window.refused.push(event.violatedDirective));
  document.head.append(Object.assign(document.createElement("script"), { text: "window.ran = true" }));
}"""


def test_a_script_that_someone_put_into_the_page_does_not_run(serve, chromium):
    context = chromium.new_context()
    page = context.new_page()
    page.goto(serve("app.py"))
    expect(page.locator("[data-testid=stMain]")).to_be_visible(timeout=SLOW)
    settle(page)
    page.evaluate(_FOREIGN)
    page.wait_for_function("() => window.refused.length === 1", timeout=SLOW)
    assert page.evaluate("window.refused") == ["script-src-elem"]
    assert page.evaluate("window.ran") is None
    context.close()


@pytest.mark.parametrize("where", ["callback", "fragment"])
def test_what_a_script_raises_is_one_sentence_with_a_number(serve, visit, where):
    page = visit(serve("tests/browser/apps/raising_server.py"))
    page.get_by_role("button", name=where).click()
    told = page.get_by_text(re.compile(r"Something went wrong in the program.*error \d{8}"))
    expect(told).to_have_count(1, timeout=SLOW)
    text = page.inner_text("body")
    assert "ValueError" not in text
    assert "Traceback" not in text
    assert "in a " not in text.replace(told.inner_text(), "")
