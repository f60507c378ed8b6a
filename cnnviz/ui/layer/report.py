"""What one layer does, in words, numbers and figures."""

from collections.abc import Mapping, Sequence

import streamlit as st

from cnnviz.arithmetic import Layer
from cnnviz.arithmetic.checks import AXES
from cnnviz.arithmetic.coverage import never_read
from cnnviz.arithmetic.field_growth import stacked
from cnnviz.design.layer_settings import rank_of
from cnnviz.design.torch_line import torch_line
from cnnviz.errors import ShapeError
from cnnviz.figures.blocks import is_flat
from cnnviz.figures.field_of_stack import growth
from cnnviz.figures.layer import layer_blocks
from cnnviz.figures.style import INK, INPUT, KERNEL, OUTPUT, themed
from cnnviz.figures.window_coverage import ONE_ROW, Axis, reading
from cnnviz.ui.chart import chart
from cnnviz.ui.layer.alternatives import show_alternatives
from cnnviz.ui.layer.state import FORM, KIND, PRESETS, RECTANGULAR, WORDS, State, read, set_apart
from cnnviz.ui.numbers import of_bytes, of_size, whole
from cnnviz.ui.part import let_paint, show_code, stage
from cnnviz.ui.refusals import translated
from cnnviz.ui.screen import say_rest
from cnnviz.ui.steps import distinct, equation, grouped
from cnnviz.ui.turns import ACT, in_turn
from cnnviz.ui.words import clauses, listed

STACKED = 8
RUNS = {
    "depth": ("one_depth", "run_depth"),
    "height": ("one_height", "run_height"),
    "width": ("one_width", "run_width"),
    "length": ("one_length", "run_length"),
}
COLOURS = {"output": OUTPUT, "parameters": KERNEL, "macs": INPUT, "memory": INK}
_NUMBER = '<div><dt>{label}</dt><dd style="color: {colour}">{value}</dd><dd>{note}</dd></div>'
say, text = WORDS.say, WORDS.text


def show() -> None:
    """Draw the presets, the numbers, the stage with its settings, and all that follows; it runs again alone."""
    st.fragment(_explore)()


@in_turn(ACT)
def _explore() -> None:
    FORM.presets(PRESETS)
    state, layer = read(), None
    # The numbers are what a moved slider asks for: they come before the controls themselves.
    with st.container(key=FORM.key("numbers")):
        try:
            layer = state.layer()
        except ShapeError as error:
            st.error(text("fits_not", sentence=translated(error)), icon=":material/error:")
        else:
            _show_numbers(layer)
    let_paint()
    stage_box, settings_box = st.columns(2, gap="large")
    with settings_box, st.container(key=FORM.key("settings")):
        _draw_settings(state)
    with stage_box, stage(FORM, 440):
        if layer is not None:
            line = torch_line(state.kind, state.input_size, state.settings)
            _show_blocks(layer, state.settings)
            st.code(line, language="python", wrap_lines=True)
    with stage_box:
        say_rest(WORDS)
    if layer is None:
        return
    formula_box, reading_box, growth_box = st.columns(3, gap="large")
    with formula_box, st.container(key=FORM.key("formulas")):
        _show_formulas(layer)
    with reading_box:
        st.subheader(text("reading"))
        _show_reading(layer)
    with growth_box:
        st.subheader(text("growth"))
        _show_growth(layer)
    st.subheader(text("otherwise"))
    show_alternatives(layer, state.settings)
    section = "code_integers" if state.kind == "Embedding" else "code"
    show_code(text(section, line=line, input=state.input_size))


def _draw_settings(state: State) -> None:
    """Draw the kind and its settings; the padding is greyed where "same" takes its place."""
    key = FORM.key(RECTANGULAR.name)
    padding = [each.name for each in state.controls if each.name.startswith("padding")]
    FORM.draw(KIND, *state.controls, columns=2, disabled=padding if state.settings.get("padding") == "same" else ())
    if rank_of(state.kind) > 1:
        st.session_state[key] = state.rectangular
        st.toggle(WORDS.label("rectangular"), key=key, on_change=lambda: set_apart(st.session_state[key]))


def _show_numbers(layer: Layer) -> None:
    """Show output size, parameters, MACs with FLOPs, and memory: one element, which comes first and fast."""
    batch = layer.input_size[0]
    split = "parameters_split" if layer.parameters else "parameters_none"
    counts = {"weights": layer.weights, "biases": layer.biases, "buffers": layer.buffers}
    learnt = text(f"{split}_buffers" if layer.buffers else split, **counts)
    numbers = (
        ("output", of_size(layer.output_size[1:]), text("batch_of", batch=batch) if batch > 1 else ""),
        ("parameters", whole(layer.parameters), learnt),
        ("macs", whole(layer.macs), text("flops", flops=layer.flops, operations=layer.operations)),
        ("memory", of_bytes(layer.memory()), text("memory_saved", saved=of_bytes(layer.saved()))),
    )
    tiles = "".join(
        _NUMBER.format(label=WORDS.label(key), colour=themed(COLOURS[key]), value=value, note=note)
        for key, value, note in numbers
    )
    st.html(f"<dl>{tiles}</dl>")


def _show_blocks(layer: Layer, settings: Mapping[str, object]) -> None:
    """Draw input, kernel and output."""
    words = (
        text("input_word"),
        text("output_word"),
        # The kernels' count is put in by the figure.
        text("kernels_word", count="{count}"),
        text("window_word"),
    )
    shown = {"input": of_size(layer.input_size[1:]), "output": of_size(layer.output_size[1:])}
    figure = layer_blocks(layer, settings, words=words)
    chart(figure, key=FORM.key("flat-blocks" if is_flat(figure) else "blocks"), alt=text("blocks_label", **shown))
    st.caption(text("drawn_volume" if len(layer.input_size) == 5 else "drawn"))


def _show_formulas(layer: Layer) -> None:
    """Typeset the calculation: sizes, then parameters, then MACs."""
    steps = distinct(layer.steps)
    if not steps:
        say("no_formula")
        return
    for title, group in grouped(steps).items():
        st.markdown(f"**{WORDS.label(title)}**")
        st.latex(equation(group))


def _show_reading(layer: Layer) -> None:
    """Draw the windows over the input with its padding, and tell what none of them reads."""
    window = layer.window
    if layer.kind == "Linear":
        say("reading_linear", features=layer.input_size[-1])
        return
    if layer.kind.startswith("ConvTranspose") and window is not None:
        numbers = {
            "kernel": of_size(window.kernel_size),
            "stride": of_size(window.stride),
            "cut": of_size(window.before),
        }
        say("reading_transposed", **numbers)
        return
    if window is None or 0 in window.stride:
        say("reading_whole" if layer.whole else "reading_plain")
        return
    axes = _axes(layer)
    chart(
        reading(*([ONE_ROW, *axes][-2:])),
        key=FORM.key("reading"),
        alt=text("reading_label"),
    )
    st.caption(text("reading_legend", stride=axes[-1].stride, count=of_size(tuple(axis.windows for axis in axes))))
    if len(axes) == 3:
        st.caption(text("reading_volume"))
    st.markdown(never_sentence(axes))


def never_sentence(axes: list[Axis]) -> str:
    """Say which rows and columns are never read, and why."""
    names = AXES[len(axes)]
    told = [
        text(RUNS[name][sum(map(len, axis.never)) > 1], rows=_rows(axis.never))
        for name, axis in zip(names, axes, strict=True)
        if axis.never
    ]
    if not told:
        return text("reading_all", drops=_drops(axes))
    end = any(axis.never and axis.never[-1].stop == axis.size and _rest(axis) > 0 for axis in axes)
    between = any(run.stop < axis.size or _rest(axis) == 0 for axis in axes for run in axis.never)
    why = text("never_both" if end and between else "never_between" if between else "never_end")
    return text("reading_never", runs=clauses(told), why=why)


def _drops(axes: list[Axis]) -> str:
    if any(_rest(axis) < 0 for axis in axes):
        return text("reading_ceil")
    return text("reading_floor" if any(_rest(axis) for axis in axes) else "reading_exact")


def _rest(axis: Axis) -> int:
    """Return how many rows of the padded input come after the last window; negative where that one hangs over."""
    return axis.size + axis.after - axis.start(axis.windows - 1) - axis.extent


def _rows(runs: Sequence[range], most: int = 4) -> str:
    shown = [str(run.start) if len(run) == 1 else f"{run.start}–{run.stop - 1}" for run in runs]
    return listed(shown if len(shown) <= most else [*shown[: most - 1], "…", shown[-1]])


def _axes(layer: Layer) -> list[Axis]:
    window = layer.window
    assert window is not None
    never = never_read(layer)
    parts = zip(
        layer.input_size[2:],
        window.kernel_size,
        window.stride,
        window.dilation,
        window.before,
        window.after,
        layer.output_size[2:],
        never,
        strict=True,
    )
    return [Axis(*part) for part in parts]


def _show_growth(layer: Layer) -> None:
    """Draw how the receptive field grows when the layer is stacked."""
    rank = len(layer.output_size) - 2
    slides = not layer.whole and layer.links is not None and rank in AXES and len(layer.input_size) - 2 == rank
    fields = stacked(layer, STACKED) if slides else None
    if fields is None:
        plain = not slides and (not layer.whole or (layer.kind == "Linear" and rank > 0))
        say("growth_plain" if plain else "growth_whole")
        return
    size, axis = layer.input_size[-1], WORDS.label(f"axis.{AXES[rank][-1]}")
    first = next((number for number, field in enumerate(fields, start=1) if field >= size), None)
    chart(
        growth(fields, size, covers=text("growth_line", size=size)),
        key=FORM.key("growth"),
        alt=text("growth_label", count=STACKED),
    )
    say("growth_text", first=fields[0], last=whole(fields[-1]), count=STACKED, axis=axis)
    say("growth_not" if first is None else "growth_covers", layer=first, size=size)
