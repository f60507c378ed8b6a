"""A table as text: one of Streamlit's own goes through pandas and Arrow, which costs ten times as much."""

from collections.abc import Sequence

import streamlit as st


def text_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write a table whose columns are numbers, all but the first."""
    lines = (head, ("---", *["---:"] * (len(head) - 1)), *rows)
    st.markdown("\n".join(f"| {' | '.join(line)} |" for line in lines))
