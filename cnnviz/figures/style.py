"""The three accent colours of input, kernel and output, and those of text and rules."""

INPUT = "#0b5cad"
KERNEL = "#b45309"
OUTPUT = "#0f766e"
INK = "#0d1117"
RULE = "#d5dbe3"
