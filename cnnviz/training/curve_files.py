"""Files of recorded curves: what was measured, beside how it was made."""

import json
from collections.abc import Mapping
from pathlib import Path

import torch


def save(
    name: str, card: Mapping[str, object], curves: Mapping[str, object], *, seeds: range, epochs: int | None, out: Path
) -> None:
    """Write out/NAME.json: the `curves`, and under "card" the card with the seeds, torch's version and the command.

    `epochs` are those that were asked for in the recipe's stead, None for its own.
    """
    how = {
        "seeds": list(seeds),
        "torch": torch.__version__.split("+")[0],
        "command": f"cnnviz train {name} --seed {seeds[0]}" + (f" --epochs {epochs}" if epochs else ""),
    }
    out.mkdir(parents=True, exist_ok=True)
    (out / f"{name}.json").write_text(json.dumps({"card": {**card, **how}, **curves}) + "\n")
