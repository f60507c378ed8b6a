"""What can be taken along: code, files and the link."""

import csv
import io
import json

import streamlit as st

from cnnviz.design import LIBRARY, parse, to_pytorch
from cnnviz.design.totals import Totals, as_rows
from cnnviz.ui.downloads import csv_maker
from cnnviz.ui.network.state import FORM, WORDS
from cnnviz.ui.part import show_code

say, text = WORDS.say, WORDS.text


def export(net: str, shown: Totals, precision: str) -> None:
    """Offer the files and the lines of Python."""
    st.subheader(WORDS.label("export"))
    own = not net.startswith(LIBRARY)
    say("export" if own else "export_library")
    files = [
        ("CSV", "network.csv", "text/csv", csv_maker(lambda: _csv(shown))),
        ("JSON", "network.json", "application/json", lambda: _json(net, shown, precision)),
    ]
    if own:
        python = to_pytorch(parse(net), shown.input_size)
        files.insert(0, ("PyTorch", "network.py", "text/x-python", lambda: python))
    with st.container(horizontal=True):
        for label, name, kind, made in files:
            key = FORM.key(f"download-{label}")
            st.download_button(label, made, name, kind, key=key, icon=":material/download:", on_click="ignore")
    if own:
        with st.expander("PyTorch", icon=":material/code_blocks:"):
            st.code(python, language="python")
        show_code(text("code", text=net, size=shown.input_size))
    else:
        show_code(text("code_library", name=net.removeprefix(LIBRARY), size=shown.input_size))


def _csv(shown: Totals) -> str:
    file, records = io.StringIO(), as_rows(shown.leaves)
    writer = csv.DictWriter(file, records[0])
    writer.writeheader()
    writer.writerows(records)
    return file.getvalue()


def _json(net: str, shown: Totals, precision: str) -> str:
    totals = {
        "network": net,
        "input_size": shown.input_size,
        "precision": precision,
        "parameters": shown.parameters,
        "macs": shown.macs,
        "flops": shown.flops,
        "memory": {"outputs": shown.outputs, "saved_for_backward": shown.saved, "inference_peak": shown.peak},
        "training": shown.training,
        "layers": as_rows(shown.leaves),
    }
    return json.dumps(totals, indent=2)
