"""A sentence of a lesson without LaTeX, for what is shown where nothing typesets: a phone's panel, a sheet of paper."""

import re

_RAISED = str.maketrans("0123456789+−-=()nixTPabcdkpL", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱˣᵀᴾᵃᵇᶜᵈᵏᵖᴸ")
_LOWERED = str.maketrans("0123456789+−-=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
_SIGNS = {
    r"\cdot": "·",
    r"\times": "×",
    r"\lfloor": "⌊",
    r"\rfloor": "⌋",
    r"\le": "≤",
    r"\ge": "≥",
    r"\approx": "≈",
    r"\sigma": "σ",
    r"\quad": " ",
    r"\,": " ",
    r"\%": "%",
    r"\left": "",
    r"\right": "",
    r"\dots": "…",
    "{,}": ",",
}
_INNERMOST = r"\{([^{}]*)\}"


def plain(text: str) -> str:
    """Return Markdown with formulas as text: powers raised, fractions with a stroke; **bold** and `code` stay.

    >>> plain(r"$5^{2} \\cdot 3 = \\frac{150}{2}$, the *sum*.")
    '5² · 3 = 150/2, the sum.'
    """
    text = re.sub(r"\$+([^$]+)\$+", lambda found: _formula(found[1]).strip(), text)
    return re.sub(r"(?<![*\w])\*([^*\s][^*]*)\*(?!\*)", r"\1", text)


def _formula(latex: str) -> str:
    latex = re.sub(r"\\tfrac(\d)(\d)", r"\\frac{\1}{\2}", latex)
    for sign, letter in _SIGNS.items():
        latex = re.sub(re.escape(sign) + (r"(?![a-z])" if sign[-1].isalpha() else ""), letter, latex)
    before = ""
    while before != latex:
        before = latex
        latex = re.sub(
            rf"\\[td]?frac{_INNERMOST}{_INNERMOST}", lambda found: f"{_part(found[1])}/{_part(found[2])}", latex
        )
        latex = re.sub(rf"\\sqrt{_INNERMOST}", lambda found: f"√{_part(found[1])}", latex)
        latex = re.sub(rf"\\(?:operatorname|text|mathrm){_INNERMOST}", r"\1", latex)
        latex = re.sub(rf"\^(?:{_INNERMOST}|(\w))", lambda found: _moved("^", found, _RAISED), latex)
        latex = re.sub(rf"_(?:{_INNERMOST}|(\w))", lambda found: _moved("_", found, _LOWERED), latex)
    return re.sub(r"[{}]", "", re.sub(r"\s+", " ", latex))


def _part(inside: str) -> str:
    return inside if re.fullmatch(r"[\w.,−]+", inside) else f"({inside})"


def _moved(sign: str, found: "re.Match[str]", letters: dict[int, int]) -> str:
    inside = found[1] if found[1] is not None else found[2]
    moved = inside.translate(letters)
    # One that has no small letter of its own stays beside its sign.
    return moved if all(ord(each) in letters for each in inside) else f"{sign}{_part(inside)}"
