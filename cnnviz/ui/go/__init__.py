"""The screen on Go: a board as an image, and networks that propose a move."""
