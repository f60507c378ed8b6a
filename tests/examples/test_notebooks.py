"""The notebooks run, and show what is stored in them."""

import base64
import importlib.util
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

FOLDER = Path(__file__).parents[2] / "examples"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))

_spec = importlib.util.spec_from_file_location("examples_run", FOLDER / "run.py")
run = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(run)


def outputs(notebook):
    return [output for cell in notebook["cells"] for output in cell.get("outputs", [])]


def said(output):
    return "".join(output.get("text", output.get("data", {}).get("text/plain", "")))


def shown(output):
    data = output.get("data", {}).get("image/png")
    return None if data is None else np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB"), float)


def test_there_are_three():
    assert [path.stem for path in NOTEBOOKS] == ["activations", "costs", "spatial_transformer"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_an_empty_folder_and_shows_what_is_stored(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    stored, ran = (json.loads(path.read_text(encoding="utf-8")) for _ in range(2))
    run.run(ran)
    before, after = outputs(stored), outputs(ran)
    assert [said(output) for output in before] == [said(output) for output in after]
    pictures = [(shown(old), shown(new)) for old, new in zip(before, after, strict=True) if shown(new) is not None]
    assert pictures
    for old, new in pictures:
        assert old.shape == new.shape
        # Another processor may round a pixel otherwise.
        assert np.abs(old - new).mean() < 2
    assert path.stat().st_size < 300_000


def test_what_a_cell_raises_stops_the_run():
    cells = [{"cell_type": "code", "source": ["1 / 0"], "outputs": []}]
    with pytest.raises(ZeroDivisionError):
        run.run({"cells": cells})
