"""The menu's roles for a screen reader, and one entry of the browser's history for one act; it draws nothing."""

from cnnviz.components.register import register

_mount = register("navigation", '<div class="root"></div>')


def navigation(*, label: str, screen: str, language: str) -> None:
    """Tell the browser that the container "menu" is a navigation called `label`, in which `screen` is open.

    `language` is the page's, as BCP 47 names it, such as "en".
    """
    _mount(data={"label": label, "screen": screen, "language": language}, key="navigation")
