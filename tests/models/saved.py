"""What torch.save writes."""

import io

import torch


def saved(found, **settings):
    """Return the bytes of a file."""
    buffer = io.BytesIO()
    torch.save(found, buffer, **settings)
    return buffer.getvalue()
