"""Pasted PyTorch, read as a tree of Python: constants, loops and classes are followed here, and nothing is executed."""
