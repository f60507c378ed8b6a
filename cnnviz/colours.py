"""The colours that carry meaning, the same on every screen, in figures and in browser components alike.

Both maps are safe for colour-blind eyes: ColorBrewer's RdBu (Brewer 2003), turned so that red is positive, and
matplotlib's viridis (Smith & van der Walt 2015). Between anchors they are linear in sRGB, as Plotly interpolates.
"""

from functools import cache

SIGNED = (
    "#053061", "#2166ac", "#4393c3", "#92c5de", "#d1e5f0", "#f7f7f7",
    "#fddbc7", "#f4a582", "#d6604d", "#b2182b", "#67001f",
)  # fmt: skip
POSITIVE = (
    "#440154", "#482878", "#3e4989", "#31688e", "#26828e",
    "#1f9e89", "#35b779", "#6ece58", "#b5de2b", "#fde725",
)  # fmt: skip

# Accents that carry meaning, on a light and on a dark page. Those above `edge` can be read there as text, 4.5 to 1; the
# others are lines and grounds, and the last two are drawn with dark edges over pictures of any colour.
ACCENTS = {
    "input": ("#0b5cad", "#6cb4ff"),
    "kernel": ("#b45309", "#f5a253"),
    "output": ("#0f766e", "#4fd0bf"),
    "quiet": ("#46505c", "#b4bfcb"),
    "wrong": ("#b91c1c", "#ff9b9b"),
    "edge": ("#8793a1", "#7d8b9d"),
    "faint": ("#dfe3e8", "#364254"),
    "blank": ("#e9edf2", "#232c39"),
    "mark": ("#ffd400", "#ffd400"),
    "first": ("#0f766e", "#0f766e"),
}


def colorscale(anchors: tuple[str, ...]) -> list[list[float | str]]:
    """Return the anchors as a Plotly colorscale: [[0.0, "#..."], ..., [1.0, "#..."]]."""
    return [[i / (len(anchors) - 1), anchor] for i, anchor in enumerate(anchors)]


@cache
def table(anchors: tuple[str, ...], length: int = 256) -> bytes:
    """Return `length` colours, evenly spaced along the anchors, as red, green, blue bytes: 3 * length of them."""
    colours = [bytes.fromhex(anchor[1:]) for anchor in anchors]
    out = bytearray()
    for i in range(length):
        place = i / (length - 1) * (len(colours) - 1)
        left = min(int(place), len(colours) - 2)
        share = place - left
        pairs = zip(colours[left], colours[left + 1], strict=True)
        out += bytes(round(a * (1 - share) + b * share) for a, b in pairs)
    return bytes(out)


def contrast(one: str, other: str) -> float:
    """Return how far two colours #rrggbb stand out from each other, 1 to 21, as WCAG 2 defines it."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def mix(one: str, other: str, share: float) -> str:
    """Return the mixture of two colours #rrggbb in sRGB, with so large a share of the first."""
    pairs = zip(bytes.fromhex(one[1:]), bytes.fromhex(other[1:]), strict=True)
    return "#" + bytes(round(share * a + (1 - share) * b) for a, b in pairs).hex()


def _luminance(colour: str) -> float:
    parts = (byte / 255 for byte in bytes.fromhex(colour[1:]))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
