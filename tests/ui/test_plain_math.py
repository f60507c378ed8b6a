"""Formulas as text: what questions hold has no LaTeX left, and says the same."""

import re

import pytest

from cnnviz import assets, lessons
from cnnviz.ui.plain_math import plain


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"$6 \cdot 3 + 2 = 20$.", "6 · 3 + 2 = 20."),
        (r"$0.25^{10}$ = 9.5·10⁻⁷", "0.25¹⁰ = 9.5·10⁻⁷"),
        (r"$\sqrt{2/576}$ = 0.059", "√(2/576) = 0.059"),
        (r"$\sqrt{1/64}$", "√(1/64)"),
        (r"$D_{in} \operatorname{Var}(w)$ has to be 1", "Dᵢₙ Var(w) has to be 1"),
        (r"so $\tfrac12 D_{in}$", "so 1/2 Dᵢₙ"),
        (r"$\left\lfloor \frac{7 - 3 + 2 \cdot 1}{2} \right\rfloor + 1 = 4$", "⌊ (7 - 3 + 2 · 1)/2 ⌋ + 1 = 4"),
        (r"$12{,}288$ weights", "12,288 weights"),
        ("the mean of *x* and of **y** in `a_b`, 3 * 4 * 5", "the mean of x and of **y** in `a_b`, 3 * 4 * 5"),
    ],
)
def test_a_formula_as_text(latex, text):
    assert plain(latex) == text


@pytest.mark.parametrize("language", lessons.languages())
def test_no_question_of_any_screen_has_latex_left(language):
    seen = 0
    for path in (assets.LESSONS / language).glob("*.md"):
        for key, text in lessons.sections(language, path.stem).items():
            if not key.startswith("predict") or "$" not in text:
                continue
            seen += 1
            # Names in braces become numbers before; two braces are one of LaTeX's.
            found = plain(
                re.sub(r"(?<!\{)\{(\w+)[^{}]*\}(?!\})|\{(\w+)\}(?=\}\})", "7", text)
                .replace("{{", "{")
                .replace("}}", "}")
            )
            assert not re.search(r"[$\\{}]", found), (path.stem, key, found)
    assert seen > 15
