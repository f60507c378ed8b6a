"""A whole network as a table of rows: its sizes, costs and receptive fields, live and exact."""

import csv
import io
import json

import streamlit as st

from cnnviz.design import PRESETS, parse, split, to_pytorch
from cnnviz.errors import CnnvizError
from cnnviz.models.own_networks import name_of
from cnnviz.ui import lesson
from cnnviz.ui.design.network import Shown, as_rows, of_library, of_text, sums_of_text
from cnnviz.ui.design.network_report import show_charts, show_comparison, show_row, show_totals
from cnnviz.ui.design.network_start import choose_start
from cnnviz.ui.design.network_state import LIBRARY, MAIN, OTHER, Slot, can_undo, parse_size, undo
from cnnviz.ui.design.network_table import edit_table, read_table, toolbar

SCREEN = "network"
SINGLE = "float32"
ITEMSIZE = {SINGLE: 4, "float64": 8, "float16": 2, "bfloat16": 2}
LONGEST_SIDE = 512
QUESTIONS = (("parameters", "predict", "predict_why"), ("macs", "predict_macs", "predict_macs_why"))
GROWTH = ("grows_not", "grows_up", "grows_four", "grows_more", "grows_breaks")


def choose_size(slot: Slot) -> tuple[int, ...]:
    """Show the input's size, typed and as a slider, and return (C, H, W), the last good one while it is none."""
    _, typed = slot.read()
    box, side_box = st.columns(2, vertical_alignment="bottom")
    key, side_key, good = f"{slot.size}-typed", f"{slot.size}-side", f"{slot.size}-good"
    st.session_state[key] = typed
    box.text_input("Input: channels × height × width", key=key, on_change=lambda: slot.put(size=st.session_state[key]))
    try:
        size = parse_size(typed)
        st.session_state[good] = size
    except CnnvizError as error:
        st.error(str(error), icon=":material/error:")
        size = st.session_state.get(good, parse_size(slot.default_size))
    if len(size) == 3:
        st.session_state[side_key] = min(size[1], LONGEST_SIDE)

        def slid() -> None:
            side = st.session_state[side_key]
            slot.put(size=f"{size[0]}x{side}x{side}")

        side_box.slider("Image side", 1, LONGEST_SIDE, key=side_key, on_change=slid)
    return size


def network_of(net: str, input_size: tuple[int, ...], itemsize: int) -> Shown:
    """Return the network of a text on an input (N, C, H, W); where it can't be had, its `error` says why."""
    if net.startswith(LIBRARY):
        with st.spinner(lesson.text("common", "computing")):
            return of_library(net.removeprefix(LIBRARY), input_size)
    return of_text(net, input_size, itemsize)


def csv_of(records: list[dict[str, object]]) -> str:
    """Return the records as a CSV file with a line of names."""
    file = io.StringIO()
    writer = csv.DictWriter(file, records[0])
    writer.writeheader()
    writer.writerows(records)
    return file.getvalue()


def title_of(net: str) -> str:
    """Return what a network is called: a preset's title, a library's name, or the user's own."""
    if net.startswith(LIBRARY):
        return net.removeprefix(LIBRARY)
    preset = next((preset for preset in PRESETS.values() if preset.text == net), None)
    return preset.title if preset else lesson.text(SCREEN, "own_network")


def show_table() -> tuple[str, ...]:
    """Show the rows with their numbers, and return what was typed into them, nothing for a library's network."""
    if net.startswith(LIBRARY):
        lesson.say(SCREEN, "library", name=net.removeprefix(LIBRARY))
        read_table(shown)
        return ()
    images = lesson.text(SCREEN, "batch_one") if batch == 1 else lesson.text(SCREEN, "batch_many", count=batch)
    lesson.say(SCREEN, "table", batch=images, precision=precision)
    texts = split(net) if shown.entries else ()
    if not texts and not shown.error:
        lesson.say(SCREEN, "empty")
    edit_table(MAIN, shown, texts)
    return texts


st.title("Network")
lesson.say(SCREEN, "idea")

net, _ = MAIN.read()
start_box, size_box = st.columns(2, gap="large")
with start_box:
    choose_start(MAIN)
with size_box:
    size = choose_size(MAIN)
    batch_box, precision_box, undo_box = st.columns([2, 2, 1], vertical_alignment="bottom")
    batch = int(batch_box.number_input("Batch", 1, 65_536, key="batch", bind="query-params"))
    precision = precision_box.selectbox(
        "Precision", list(ITEMSIZE), key="precision", bind="query-params", disabled=net.startswith(LIBRARY)
    )
    undo_box.button("Undo", icon=":material/undo:", on_click=undo, disabled=not can_undo(), width="stretch")
if net.startswith(LIBRARY):
    precision = SINGLE
itemsize = ITEMSIZE[precision]
shown = network_of(net, (batch, *size), itemsize)
left, right = st.columns([5, 3], gap="medium")
with right:
    show_charts(shown)
with left:
    show_totals(shown)
    if shown.unknown:
        st.warning(lesson.text(SCREEN, "at_least", operations=", ".join(shown.unknown)))
    if shown.error_at is not None:
        st.error(lesson.text(SCREEN, "broken", row=shown.error_at + 1, sentence=shown.error), icon=":material/error:")
    elif shown.error:
        st.error(shown.error, icon=":material/error:")
    texts = show_table()


def look_at_a_row() -> None:
    """The formula of one row with its numbers, and the buttons that move it."""
    st.subheader("One row")
    number_box, buttons_box = st.columns([1, 4], vertical_alignment="bottom")
    if not 1 <= st.session_state.get("row", 1) <= len(texts):
        st.session_state["row"] = 1
    row = int(number_box.number_input("Row", 1, len(texts), key="row", bind="query-params")) - 1
    with buttons_box:
        toolbar(MAIN, shown, texts, row)
    show_row(shown.entries[row])


def predict() -> None:
    """What a larger image changes, asked before it is computed for the reader."""
    larger = (batch, size[0], *(2 * side for side in size[1:]))
    if net.startswith(LIBRARY):
        twice = network_of(net, larger, itemsize)
        grown, problem = {"parameters": twice.parameters, "macs": twice.macs}, twice.error
    else:
        parameters, macs, problem = sums_of_text(net, larger)
        grown = {"parameters": parameters, "macs": macs}
    options = [lesson.text(SCREEN, key) for key in GROWTH]
    with lesson.predictions():
        for what, question, explanation in QUESTIONS:
            before, after = getattr(shown, what), grown[what]
            right = 4 if problem else 0 if after == before else 1 if after < 4 * before else 2 + (after > 4 * before)
            why = "predict_broken_why" if problem else explanation
            lesson.question(
                f"{what}-{net}-{size}",
                lesson.text(SCREEN, question),
                options,
                right,
                lesson.text(SCREEN, why, before=before, after=after, sentence=problem),
            )


def compare() -> None:
    """Another network beside this one."""
    st.subheader("Compare")
    lesson.say(SCREEN, "compare")
    start_box, size_box = st.columns(2, gap="large")
    with start_box:
        choose_start(OTHER, nothing=lesson.text(SCREEN, "compare_nothing"))
    other_net, _ = OTHER.read()
    if not other_net:
        return
    with size_box:
        other = network_of(other_net, (batch, *choose_size(OTHER)), itemsize)
    if other.error:
        st.error(other.error, icon=":material/error:")
    titles = title_of(net), title_of(other_net)
    show_comparison(shown, other, titles if titles[0] != titles[1] else (f"{titles[0]} 1", f"{titles[1]} 2"))


def export() -> None:
    """What can be taken along: code, files, the link, and the network itself to another screen."""
    st.subheader("Take it along")
    own = not net.startswith(LIBRARY)
    lesson.say(SCREEN, "export" if own else "export_library")
    records = as_rows(shown.leaves)
    totals = {
        "network": net,
        "input_size": shown.input_size,
        "precision": precision,
        "parameters": shown.parameters,
        "macs": shown.macs,
        "flops": shown.flops,
        "memory": {"outputs": shown.outputs, "saved_for_backward": shown.saved, "inference_peak": shown.peak},
        "training": shown.training,
        "layers": records,
    }
    files = [
        ("CSV", "network.csv", "text/csv", lambda: csv_of(records)),
        ("JSON", "network.json", "application/json", lambda: json.dumps(totals, indent=2)),
    ]
    if own:
        python = to_pytorch(parse(net), shown.input_size)
        files.insert(0, ("PyTorch", "network.py", "text/x-python", lambda: python))
    with st.container(horizontal=True):
        for label, name, kind, made in files:
            st.download_button(label, made, name, kind, icon=":material/download:", on_click="ignore")
        if own and len(size) == 3 and size[0] in (1, 3):
            model = name_of(parse(net), (1, *size))
            st.page_link(
                "pages/inspect/activations.py",
                label=lesson.text(SCREEN, "open"),
                icon=":material/layers:",
                query_params={"model": model},
                width="content",
            )
            lesson.say(SCREEN, "open_caption")
    if own:
        with st.expander("PyTorch", icon=":material/code_blocks:"):
            st.code(python, language="python")
        lesson.code(lesson.text(SCREEN, "code", text=net, size=shown.input_size))
    else:
        name = net.removeprefix(LIBRARY)
        lesson.code(lesson.text(SCREEN, "code_library", name=name, size=shown.input_size))


works = bool(shown.entries) and not shown.error
if texts:
    look_at_a_row()
if works and len(size) == 3:
    predict()
compare()
if works:
    export()
lesson.try_this(SCREEN)
