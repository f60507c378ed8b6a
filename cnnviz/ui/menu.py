"""The table of screens, and the menu: a row of sections, and a row of the screens of the section that is open.

One row of SCREENS registers a screen: its script is pages/SECTION/NAME.py, its words the lesson NAME.
"""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from functools import cache

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import StreamlitPage

from cnnviz import lessons
from cnnviz.components.language import language
from cnnviz.components.navigation import navigation
from cnnviz.ui import links
from cnnviz.ui.words import Words

WORDS = Words("menu")


@dataclass(frozen=True)
class Screen:
    """A screen: `section` is "" for the one that stands alone, `icon` a Material symbol."""

    name: str
    section: str
    icon: str

    @property
    def path(self) -> str:
        """The script, from the folder of app.py."""
        return "/".join(filter(None, ("pages", self.section, self.name))) + ".py"

    @property
    def label(self) -> str:
        """What the menu calls it: its title, or Home."""
        return Words(self.name).label("title") if self.section else WORDS.label("home")


SCREENS = (
    Screen("home", "", "home"),
    Screen("convolution", "basics", "grid_on"),
    Screen("pooling", "basics", "compress"),
    Screen("connectivity", "basics", "hub"),
    Screen("normalization", "basics", "equalizer"),
    Screen("activations", "inspect", "layers"),
    Screen("filters", "inspect", "blur_on"),
    Screen("receptive_field", "inspect", "center_focus_strong"),
    Screen("why", "inspect", "troubleshoot"),
    Screen("layer", "design", "calculate"),
    Screen("network", "design", "account_tree"),
    Screen("architectures", "design", "history"),
    Screen("preprocessing", "train", "tune"),
    Screen("initialization", "train", "casino"),
    Screen("activation_functions", "train", "show_chart"),
    Screen("training", "train", "model_training"),
    Screen("regularization", "train", "filter_alt"),
    Screen("augmentation", "train", "auto_awesome_motion"),
    Screen("depth", "train", "stacks"),
    Screen("spatial_transformer", "transform", "transform"),
    Screen("invariance", "transform", "rotate_right"),
    Screen("go", "beyond", "grid_4x4"),
    Screen("room", "class", "groups"),
)


def pages() -> dict[str, StreamlitPage]:
    """Return Streamlit's page of every screen, by name; a tab and a bookmark are called after the screen."""
    # Streamlit looks at the disk for each, a tenth of a run; and marks the one that runs, so each run has copies.
    return {name: copy(page) for name, page in _pages(language()).items()}


@cache
def _pages(spoken: str) -> dict[str, StreamlitPage]:
    """Return the same for all runs of visits in a language, which is the present run's."""
    return {
        screen.name: st.Page(
            screen.path,
            title=f"{screen.label} · cnnviz" if screen.section else "cnnviz",
            icon=f":material/{screen.icon}:",
            url_path=screen.name,
            default=not screen.section,
        )
        for screen in SCREENS
    }


def menu_box() -> DeltaGenerator:
    """Return the menu's place, which stays in sight wherever one reads."""
    return st.container(key="menu", gap=None)


def draw_menu(pages: Mapping[str, StreamlitPage], open_screen: str) -> None:
    """Draw both rows; a link opens its screen as it was left, and that of a section its first one."""
    section = next(screen.section for screen in SCREENS if screen.name == open_screen)
    visit = links.visit()
    with st.container(horizontal=True, gap="small", key="menu-sections"):
        for screen in _firsts():
            label = WORDS.label(f"section.{screen.section}") if screen.section else screen.label
            is_open = screen.section == section
            # The one that is open leads to where one is, not to its first screen.
            target = open_screen if is_open else screen.name
            with st.container(key=f"menu-{'open' if is_open else screen.section or 'home'}", width="content"):
                _link(pages[target], label, {**visit, **_way(target, open_screen)})
        _draw_languages(pages[open_screen], {**visit, **links.link_to(open_screen)})
    others = [screen for screen in SCREENS if section and screen.section == section]
    with st.container(horizontal=True, gap="small", key="menu-screens"):
        for screen in others:
            link = {**visit, **_way(screen.name, open_screen)}
            _link(pages[screen.name], screen.label, link, icon=f":material/{screen.icon}:")


def tell_readers(open_screen: str) -> None:
    """Tell screen readers that those rows are a menu, and what is open."""
    open_label = next(screen.label for screen in SCREENS if screen.name == open_screen)
    navigation(label=WORDS.label("menu"), screen=open_label, language=language())


def _draw_languages(page: StreamlitPage, link: Mapping[str, str]) -> None:
    """Draw a link to what is open, in each language but the visitor's."""
    for spoken in lessons.languages():
        if spoken != language():
            with st.container(key=f"menu-language-{spoken}", width="content"):
                st.page_link(
                    page,
                    label=lessons.labels(spoken, WORDS.name)["language"],
                    icon=":material/language:",
                    query_params={**link, "lang": spoken},
                    width="content",
                )


def _firsts() -> list[Screen]:
    return [each for at, each in enumerate(SCREENS) if at == 0 or SCREENS[at - 1].section != each.section]


def _way(name: str, open_screen: str) -> Mapping[str, str]:
    """Return the texts that lead to a screen as it was left, none to the one that is open."""
    return {} if name == open_screen else links.link_to(name)


def _link(page: StreamlitPage, label: str, link: Mapping[str, str], icon: str | None = None) -> None:
    st.page_link(page, label=label, icon=icon, query_params=link or None, width="content")
