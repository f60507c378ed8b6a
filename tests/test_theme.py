"""The themes in .streamlit/config.toml: all that is read stands out 4.5 times from what is behind it."""

import tomllib
from pathlib import Path

import pytest

from cnnviz.colours import ACCENTS, contrast
from cnnviz.figures.style import DARK, FONT

THEMES = tomllib.loads((Path(__file__).parents[1] / ".streamlit/config.toml").read_text(encoding="utf-8"))["theme"]
READ = [name for name in ACCENTS if name not in ("edge", "faint", "blank", "mark", "first")]


@pytest.mark.parametrize(("name", "shade"), [("light", 0), ("dark", 1)])
def test_text_links_and_accents_can_be_read(name: str, shade: int) -> None:
    theme = THEMES[name]
    for ground in (theme["backgroundColor"], theme["secondaryBackgroundColor"]):
        assert contrast(theme["textColor"], ground) >= 7
        assert contrast(theme["primaryColor"], ground) >= 4.5
        for accent in READ:
            assert contrast(ACCENTS[accent][shade], ground) >= 4.5, (accent, ground)


def test_both_themes_say_the_same_things_and_neither_is_forced() -> None:
    assert THEMES["light"].keys() == THEMES["dark"].keys()
    assert "base" not in THEMES
    assert THEMES["dark"]["secondaryBackgroundColor"] == DARK


def test_every_platform_has_one_of_the_fonts_and_figures_are_drawn_in_the_pages() -> None:
    for name in ("font", "codeFont"):
        fonts = [each.strip() for each in THEMES[name].split(",")]
        # macOS and iOS, Windows, and Linux with either package of Chinese letters.
        assert fonts[1:] == ["PingFang SC", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", "WenQuanYi Zen Hei"]
    assert f"{THEMES['font']}, sans-serif" == FONT


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert contrast("#0b5cad", "#0b5cad") == 1
