"""A form: the controls of a screen or of a part of one, over the texts that its link holds (cnnviz.ui.links).

>>> form = Form(Words("pooling"))
>>> form.get(STRIDE)  # known before any widget is drawn
2
>>> form.draw(KERNEL_SIZE, STRIDE)  # beside or below what they lead to
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

import streamlit as st

from cnnviz.components.kept import draw_kept, forget
from cnnviz.ui import links
from cnnviz.ui.form_controls import AnyControl, Control, Switch, written
from cnnviz.ui.hidden import shows
from cnnviz.ui.timers import acted_in, current_fragment
from cnnviz.ui.words import COMMON, Words

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

T = TypeVar("T")

Preset = Mapping[str, object]
# What a preset leaves as it is.
_KEPT = (*links.PICTURE, "question", "question_kind", "heat")
# Names that say where somebody looks and not what is computed: a preset is still itself with another of them.
PASSIVE = (*_KEPT, "at", "right", "said")


@dataclass(frozen=True)
class Form:
    """The controls of a screen, by default the lesson's namesake, or of one of its parts; it holds no state."""

    words: Words
    screen: str = ""
    part: str = ""

    def get(self, control: Control[T]) -> T:
        """Return a control's value: what its text in the link stands for, else its default."""
        text = self._texts.get(control.name)
        value = None if text is None else control.parse(text)
        return control.default if value is None else value

    def text(self, name: str) -> str | None:
        """Return what the link has under a name, None where it has nothing: all is as it begins."""
        return self._texts.get(name)

    def key(self, name: str) -> str:
        """Return the key of a widget of this form: no other screen has the same."""
        return ".".join(filter(None, (self.name, self.part, name)))

    def put(self, changes: Mapping[str, object], *, resets: Iterable[str] = ()) -> None:
        """Set values by name, None for the default, in a callback; those in `resets` begin anew."""
        cleared: dict[str, str | None] = dict.fromkeys(resets)
        texts = {name: None if value is None else written(value) for name, value in changes.items()}
        links.put(self.name, self.part, {**cleared, **texts})

    def set(self, control: Control[T], value: T) -> None:
        """Set a control, in a callback; a default stays out of the link."""
        self.put({control.name: None if value == control.default else value}, resets=control.resets_at(value))

    def begin(self, preset: Preset) -> None:
        """Set what a preset says, and all else to its default, in a callback; the picture and the question stay."""
        kept = {name: text for name, text in self._texts.items() if name in _KEPT}
        links.replace(self.name, self.part, {**kept, **{name: written(value) for name, value in preset.items()}})

    def draw(self, *controls: AnyControl, columns: int = 4, disabled: Iterable[str] = ()) -> None:
        """Draw controls in a grid, the switches together in a row below; those named in `disabled` greyed.

        On a phone the grid is one column, as assets/app.css says; a wide one takes one message and not one a cell.
        """
        greyed = frozenset(disabled)
        others = [control for control in controls if not isinstance(control, Switch)]
        if others and columns > 1:
            with self.grid(others[0].name, columns):
                self._draw_all(others, greyed, in_grid=True)
        else:
            self._draw_all(others, greyed)
        switches = [control for control in controls if isinstance(control, Switch)]
        if switches:
            with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
                self._draw_all(switches, greyed)

    def grid(self, name: str, columns: int) -> "DeltaGenerator":
        """Return the grid of controls that `name` tells from the form's others, as assets/app.css lays it out."""
        return st.container(key=self.key(f"{name}-controls-{columns}"))

    def presets(self, presets: Mapping[str, Preset]) -> None:
        """Draw the presets, the one that stands pressed, and the way back to the start; their names are labels."""
        if not shows("presets"):
            return
        key = self.key("preset")
        texts = {name: {each: written(value) for each, value in preset.items()} for name, preset in presets.items()}
        now = {name: text for name, text in self._texts.items() if name not in PASSIVE}
        standing = next((name for name, preset in texts.items() if preset == now), None)

        fragment = current_fragment()

        def chosen() -> None:
            forget(key)
            if not acted_in(fragment):
                st.session_state[key] = standing
            elif (name := st.session_state[key]) is not None:
                self.begin(presets[name])

        def draw() -> None:
            if st.session_state.get(key) != standing:
                st.session_state[key] = standing
            with st.container(horizontal=True, gap="small", vertical_alignment="center", key=f"{key}-row"):
                st.pills(
                    COMMON.label("presets"),
                    list(presets),
                    format_func=lambda name: self.words.label(f"preset.{name}"),
                    key=key,
                    on_change=chosen,
                    label_visibility="collapsed",
                    width="content",
                )
                st.button(
                    COMMON.label("restart"),
                    icon=":material/restart_alt:",
                    key=self.key("restart"),
                    on_click=self.begin,
                    args=({},),
                    type="tertiary",
                    disabled=not now,
                )

        draw_kept((standing, not now), draw, key)

    @property
    def name(self) -> str:
        """The name of the screen."""
        return self.screen or self.words.name

    @property
    def _texts(self) -> links.Texts:
        return links.texts(self.name, self.part)

    def _draw_all(self, controls: Iterable[AnyControl], greyed: frozenset[str], *, in_grid: bool = False) -> None:
        for control in controls:
            text, disabled = self._texts.get(control.name), control.name in greyed
            draw = partial(self._draw, control, text, disabled, in_grid)
            draw_kept((control, text, disabled), draw, self.key(control.name))

    def _draw(self, control: AnyControl, text: str | None, disabled: bool, in_grid: bool) -> None:
        if text is None or control.parse(text) is not None:
            control.draw(_Bound(self, control, disabled, in_grid), self.get(control))
            return
        # One cell of the grid holds both.
        with st.container():
            control.draw(_Bound(self, control, disabled, in_grid=False), self.get(control))
            self._say_refused(control, text)

    def tell_refused(self, control: AnyControl) -> None:
        """Say of a control that only presets and figures set where the link asks for what it has not."""
        text = self._texts.get(control.name)
        if text is not None and control.parse(text) is None:
            self._say_refused(control, text)

    def _say_refused(self, control: AnyControl, text: str) -> None:
        st.caption(
            COMMON.text(
                "link_refused",
                label=self.words.label(control.label or control.name),
                text=text[:40],
                allowed=control.allowed(),
                value=written(self.get(control)),
            )
        )


@dataclass(frozen=True)
class _Bound(Generic[T]):
    form: Form
    control: Control[T]
    disabled: bool
    in_grid: bool
    fragment: str = field(default_factory=current_fragment)
    shown: dict[str, object] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return self.form.key(self.control.name)

    @property
    def label(self) -> str:
        return self.form.words.label(self.control.label or self.control.name)

    @property
    def help(self) -> str | None:
        return self.form.words.help(self.control.label or self.control.name)

    def name_of(self, option: str) -> str:
        return self.form.words.label(option)

    def changed(self, key: str) -> None:
        forget(self.key)
        if acted_in(self.fragment):
            self.form.set(self.control, _taken(st.session_state[key], self.control.default))
        else:
            # As it was, so that an act on it that is still under way is seen as one.
            st.session_state[key] = self.shown[key]

    def show(self, key: str, value: object) -> None:
        self.shown[key] = value
        # Set only where it differs: what is set goes to the browser, over what a person may be typing there.
        if st.session_state.get(key) != value:
            st.session_state[key] = value


def _taken(value: object, default: T) -> T:
    """Return what a widget holds; a list that nothing is chosen in, and a field that was emptied, are the default."""
    if value is None or value == []:
        return default
    return tuple(value) if isinstance(value, list) else value  # type: ignore[return-value]
