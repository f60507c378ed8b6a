"""Python's search for cycles of garbage, in processes that hold all of torch."""

import gc


def relax() -> None:
    """Search seldom until `settle`: hardly any of what is imported is garbage, and to look took a second of a start."""
    gc.set_threshold(200_000, 20, 50)


def settle() -> None:
    """Leave what stays for good out of the searches, and search less often for new ones; call once torch is there.

    A search through all that torch brings held every visitor up for 0.2 to 0.4 s, once in some hundred acts.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)
