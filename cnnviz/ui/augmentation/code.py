"""The lines of torchvision that draw the very pictures of the stage."""

from cnnviz.engine.requests import DRAWS
from cnnviz.engine.results import Augmented
from cnnviz.images import Preprocessing
from cnnviz.probes.augmentation import MIXING, OF_WHOLE
from cnnviz.probes.fractional_pooling import larger
from cnnviz.ui.augmentation.state import WORDS, Answer, State
from cnnviz.ui.model_choice import in_python

text = WORDS.text
# All others stay real numbers, which MixUp insists on.
_WHOLE = ("operations", "magnitude")


def code(state: State, answer: Answer) -> str:
    """Return Python, with torch and torchvision alone but for the network, that makes the same draws or target."""
    how = state.subject.card.preprocessing
    given: dict[str, object] = {
        **{name: int(value) if name in _WHOLE else round(value, 9) for name, value in state.settings.items()},
        "crop": list(how.crop),
        "count": DRAWS,
        "seed": state.seed,
        "classes": len(state.classes),
    }
    if state.kind == "label_smoothing":
        return text("code_label_smoothing", **{**given, "label": getattr(answer, "label", 0)})
    if state.kind == "stochastic_depth":
        return text("code_stochastic_depth", **given, blocks=len(getattr(answer, "names", ())))
    given |= {"labels": list(getattr(answer, "labels", (0, 1)))}
    if state.kind == "erasing":
        area, square = given["area"], state.settings["square"]
        given |= {
            "scale": f"({area}, {area})" if square else f"(0.02, {area})",
            "shape": "(1, 1)" if square else "(0.3, 3.3)",
            "value": '"random"' if state.settings["noise"] else "0",
        }
    if (colours := getattr(answer, "colours", None)) is not None:
        given |= {"values": colours[0].tolist(), "vectors": colours[1:].tolist()}
    if state.kind == "fractional_pooling":
        given |= _resizing(larger(how, state.settings["ratio"]), "large_")
    opened = text("code_open_inverted" if how.channels == 1 and state.subject.invert else "code_open",
                  mode="L" if how.channels == 1 else "RGB")  # fmt: skip
    parts = [text("code_head"), opened]
    if state.kind not in OF_WHOLE:
        parts.append(text("code_view", **_resizing(how)))
    if state.kind in MIXING:
        parts.append(text("code_partner", **_resizing(how), mode="L" if how.channels == 1 else "RGB"))
    if state.kind == "ten_crops":
        given |= _resizing(how)
    parts += [text("code_seed", **given), text(f"code_{state.kind}", **given)]
    mean, deviation = list(how.mean), list(how.std)
    read = {"grey": ".mean(dim=1, keepdim=True)" if how.channels == 1 else "", "mean": mean, "deviation": deviation}
    best = int(answer.plain.argmax()) if isinstance(answer, Augmented) else 0
    tail = text("code_answers", **in_python(state.subject.model), **read, best=best)
    return "\n".join([*parts, "", tail])


def _resizing(how: Preprocessing, prefix: str = "") -> dict[str, object]:
    return {
        f"{prefix}resize": how.resize if isinstance(how.resize, int) else list(how.resize),
        f"{prefix}interpolation": how.interpolation.upper(),
        f"{prefix}crop": list(how.crop),
    }
