"""The three accent colours of input, kernel and output, and those of text and rules; and a figure for a dark page."""

from cnnviz.colours import ACCENTS

INPUT, KERNEL, OUTPUT = (ACCENTS[name][0] for name in ("input", "kernel", "output"))
INK = "#0d1117"
RULE = "#d5dbe3"
