"""The menu's roles for a screen reader, and one entry of the browser's history for one act; it draws nothing."""

from cnnviz.components.register import register

_mount = register("navigation", '<div class="root"></div>')


def navigation(*, label: str, screen: str) -> None:
    """Tell the browser that the container "menu" is a navigation called `label`, in which `screen` is open."""
    _mount(data={"label": label, "screen": screen}, key="navigation")
