"""What one layer does, in words, numbers and figures: the parts of the screen beside and below its controls."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from cnnviz.arithmetic import Layer, reach_of_input, through
from cnnviz.arithmetic.alternatives import Alternative, alternatives
from cnnviz.arithmetic.checks import AXES
from cnnviz.arithmetic.coverage import never_read
from cnnviz.figures.cost_bars import costs
from cnnviz.figures.field_of_stack import growth
from cnnviz.figures.layer import layer_blocks, sized
from cnnviz.figures.style import INK, INPUT, KERNEL, OUTPUT, themed
from cnnviz.figures.window_coverage import ONE_ROW, Axis, reading
from cnnviz.ui.chart import chart
from cnnviz.ui.lesson import say, text
from cnnviz.ui.steps import distinct, equation, grouped

SCREEN = "layer"
STACKED = 8
RUNS = {
    "depth": ("one_depth", "run_depth"),
    "height": ("one_height", "run_height"),
    "width": ("one_width", "run_width"),
    "length": ("one_length", "run_length"),
}
WAYS = {
    "convolution": "alternative_convolution",
    "fully_connected": "alternative_fully_connected",
    "local": "alternative_local",
    "separable": "alternative_separable",
    "bottleneck": "alternative_bottleneck",
}
STACKS = {1: "alternative_stack_1d", 2: "alternative_stack", 3: "alternative_stack_3d"}
COLOURS = {"output": OUTPUT, "parameters": KERNEL, "macs": INPUT, "memory": INK}
_NUMBER = '<div><dt>{label}</dt><dd style="color: {colour}">{value}</dd><dd>{note}</dd></div>'
# On a phone the controls fill the screen: there the numbers stay in sight above them.
_STYLE = """<style>
.st-key-numbers dl { display: flex; flex-wrap: wrap; gap: 0.25rem 1.5rem; margin: 0; padding: 0 }
.st-key-numbers dl > div { flex: 1 1 8rem }
.st-key-numbers dt, .st-key-numbers dd { margin: 0; padding: 0; font-size: 0.9rem; font-weight: 400 }
.st-key-numbers dt + dd { font-size: 1.7rem; line-height: 1.25; font-weight: 600; overflow-wrap: anywhere }
.st-key-ways td + td { overflow-wrap: anywhere }
@media (max-width: 640px) {
  div:has(> .st-key-numbers) { position: sticky; top: 0; z-index: 10; padding: 0.25rem 0;
    background: light-dark(#ffffff, #0f141b) }
  .st-key-formulas .katex { font-size: 0.95em }
  .st-key-ways th, .st-key-ways td { font-size: 0.75rem; padding: 0.25rem }
  .st-key-numbers dt, .st-key-numbers dd { font-size: 0.75rem }
  .st-key-numbers dt + dd { font-size: 1.2rem }
}
.st-key-formulas .katex-display { text-align: left; margin: 0 0 0.75rem }
.st-key-formulas .katex { font-size: 1.05em; text-align: left }
</style>"""


def show_numbers(layer: Layer) -> None:
    """Show output size, parameters, MACs with FLOPs, and memory: one element, which comes first and fast."""
    batch = layer.input_size[0]
    split = text(SCREEN, "parameters_split", weights=layer.weights, biases=layer.biases)
    if not layer.parameters:
        split = text(SCREEN, "parameters_none")
    if layer.buffers:
        split += text(SCREEN, "buffers", buffers=layer.buffers)
    numbers = (
        ("output", sized(layer.output_size[1:]), text(SCREEN, "batch_of", batch=batch) if batch > 1 else ""),
        ("parameters", f"{layer.parameters:,}", split),
        ("macs", f"{layer.macs:,}", text(SCREEN, "flops", flops=layer.flops, operations=layer.operations)),
        ("memory", in_bytes(layer.memory()), text(SCREEN, "memory_saved", saved=in_bytes(layer.saved()))),
    )
    tiles = "".join(
        _NUMBER.format(label=text(SCREEN, key), colour=themed(COLOURS[key]), value=value, note=note)
        for key, value, note in numbers
    )
    st.html(f"{_STYLE}<dl>{tiles}</dl>")


def show_misfit(sentence: str) -> None:
    """Show the sentence that says why there is no such layer, where the numbers would stand."""
    st.error(f"{text(SCREEN, 'fits_not')} {sentence}", icon=":material/error:")


def show_blocks(layer: Layer, settings: Mapping[str, Any]) -> None:
    """Draw input, kernel and output."""
    words = (
        text(SCREEN, "input_word"),
        text(SCREEN, "output_word"),
        # The kernels' count is put in by the figure.
        text(SCREEN, "kernels_word", count="{count}"),
        text(SCREEN, "window_word"),
    )
    shown = {"input": sized(layer.input_size[1:]), "output": sized(layer.output_size[1:])}
    chart(
        layer_blocks(layer, settings, words=words),
        key="blocks",
        alt=text(SCREEN, "blocks_label", **shown),
    )
    st.caption(text(SCREEN, "drawn_volume" if len(layer.input_size) == 5 else "drawn"))


def show_formulas(layer: Layer) -> None:
    """Typeset the calculation: sizes, then parameters, then MACs."""
    steps = distinct(layer.steps)
    if not steps:
        say(SCREEN, "no_formula")
        return
    for title, group in grouped(steps).items():
        st.markdown(f"**{text(SCREEN, title)}**")
        st.latex(equation(group))


def show_reading(layer: Layer) -> None:
    """Draw the windows over the input with its padding, and tell what none of them reads."""
    window = layer.window
    if layer.kind == "Linear":
        say(SCREEN, "reading_linear", features=layer.input_size[-1])
        return
    if layer.kind.startswith("ConvTranspose") and window is not None:
        numbers = {"kernel": sized(window.kernel_size), "stride": sized(window.stride), "cut": sized(window.before)}
        say(SCREEN, "reading_transposed", **numbers)
        return
    if window is None or 0 in window.stride:
        say(SCREEN, "reading_whole" if layer.whole else "reading_plain")
        return
    axes = _axes(layer)
    chart(
        reading(*([ONE_ROW, *axes][-2:])),
        key="reading",
        alt=text(SCREEN, "reading_label"),
    )
    st.caption(
        text(SCREEN, "reading_legend", stride=axes[-1].stride, count=sized(tuple(axis.windows for axis in axes)))
    )
    if len(axes) == 3:
        st.caption(text(SCREEN, "reading_volume"))
    st.markdown(never_sentence(axes))


def never_sentence(axes: list[Axis]) -> str:
    """Say which rows and columns are never read, and why."""
    names = AXES[len(axes)]
    told = [
        text(SCREEN, RUNS[name][sum(map(len, axis.never)) > 1], rows=_rows(axis.never))
        for name, axis in zip(names, axes, strict=True)
        if axis.never
    ]
    if not told:
        return text(SCREEN, "reading_all", drops=_drops(axes))
    end = any(axis.never and axis.never[-1].stop == axis.size and _rest(axis) > 0 for axis in axes)
    between = any(run.stop < axis.size or _rest(axis) == 0 for axis in axes for run in axis.never)
    why = text(SCREEN, "never_both" if end and between else "never_between" if between else "never_end")
    return text(SCREEN, "reading_never", runs="; ".join(told), why=why)


def _drops(axes: list[Axis]) -> str:
    if any(_rest(axis) < 0 for axis in axes):
        return text(SCREEN, "reading_ceil")
    return text(SCREEN, "reading_floor" if any(_rest(axis) for axis in axes) else "reading_exact")


def _rest(axis: Axis) -> int:
    """Return how many rows of the padded input come after the last window; negative where that one hangs over."""
    return axis.size + axis.after - axis.start(axis.windows - 1) - axis.extent


def _rows(runs: tuple[range, ...] | Any, most: int = 4) -> str:
    shown = [str(run.start) if len(run) == 1 else f"{run.start}–{run.stop - 1}" for run in runs]
    return ", ".join(shown if len(shown) <= most else [*shown[: most - 1], "…", shown[-1]])


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


def show_growth(layer: Layer) -> None:
    """Draw how the receptive field grows when the layer is stacked."""
    rank = len(layer.output_size) - 2
    if layer.kind == "Linear" and len(layer.input_size) > 2:
        say(SCREEN, "growth_plain")
        return
    if layer.whole or layer.links is None or rank not in AXES or len(layer.input_size) - 2 != rank:
        say(SCREEN, "growth_whole" if layer.whole else "growth_plain")
        return
    axis = rank - 1
    reach, fields = reach_of_input(rank), []
    for _ in range(STACKED):
        reached = through(reach, layer)
        if reached is None:
            say(SCREEN, "growth_whole")
            return
        reach = reached
        fields.append(reach[axis].size)
    size = layer.input_size[2 + axis]
    first = next((number for number, field in enumerate(fields, start=1) if field >= size), None)
    covers = text(SCREEN, "growth_not", size=size)
    if first is not None:
        covers = text(SCREEN, "growth_covers", layer=first, size=size)
    chart(
        growth(fields, size, covers=text(SCREEN, "growth_line", size=size)),
        key="growth",
        alt=text(SCREEN, "growth_label", count=STACKED),
    )
    numbers = {"first": fields[0], "last": f"{fields[-1]:,}", "count": STACKED, "axis": AXES[rank][axis]}
    say(SCREEN, "growth_text", **numbers, covers=covers)


def show_alternatives(layer: Layer, settings: Mapping[str, Any]) -> None:
    """Set the convolution beside what does the same at another price."""
    if not layer.kind.startswith("Conv") or layer.kind.startswith("ConvTranspose"):
        say(SCREEN, "otherwise_none")
        return
    say(SCREEN, "otherwise_text")
    ways = alternatives(layer.kind, layer.input_size, settings)
    names = [_way(way, layer) for way in ways]
    parameters, macs = [way.parameters for way in ways], [way.macs for way in ways]
    for box, key, counts in zip(st.columns(2), ("parameters", "macs"), (parameters, macs), strict=True):
        chart(
            costs(names, counts, title=text(SCREEN, key), colour=COLOURS[key]),
            key=f"costs-{key}",
            at=box,
            alt=text(SCREEN, "otherwise_label", what=text(SCREEN, key)),
        )
    rows = [text(SCREEN, "otherwise_head"), "|---|--:|--:|"]
    for name, way in zip(names, ways, strict=True):
        ratios = times(way.parameters, parameters[0]), times(way.macs, macs[0])
        rows.append(f"| {name} | {way.parameters:,} ({ratios[0]}×) | {way.macs:,} ({ratios[1]}×) |")
    st.container(key="ways").markdown("\n".join(rows))
    if all(way.name != "stack" for way in ways):
        st.caption(text(SCREEN, "otherwise_no_stack"))


def _way(way: Alternative, layer: Layer) -> str:
    if way.name == "stack":
        return text(SCREEN, STACKS[len(layer.input_size) - 2], count=len(way.layers))
    narrow = way.layers[0].output_size[1] if way.name == "bottleneck" else 0
    return text(SCREEN, WAYS[way.name], narrow=narrow)


def times(number: int, base: int) -> str:
    """Return how many times `base` a number is, with three digits, or with all of them from a hundred on."""
    ratio = number / base
    return f"{ratio:,.0f}" if ratio >= 100 else f"{ratio:.3g}"


def in_bytes(count: int) -> str:
    """Return a number of bytes in the unit that suits it."""
    if count < 1024:
        return f"{count} bytes"
    size, units = float(count), iter(("KiB", "MiB", "GiB", "TiB"))
    unit = ""
    while size >= 1024 and (larger := next(units, "")):
        size, unit = size / 1024, larger
    return f"{size:,.0f} {unit}" if size >= 1000 else f"{size:.4g} {unit}"
