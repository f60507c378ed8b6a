"""Codes that a class can type and nobody can guess, and tokens that say who somebody is."""

import hashlib
import re
import secrets

# Without those that are read as another letter, or as a digit.
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 6

_CODE = re.compile(f"[{LETTERS}]{{{LENGTH}}}")


def new_code() -> str:
    """Return one of the 148 million codes."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def is_code(text: str) -> bool:
    """Return whether a text could be a code."""
    return bool(_CODE.fullmatch(text))


def new_token() -> str:
    """Return a token of 192 random bits, for an address or a header."""
    return secrets.token_urlsafe(24)


def digest(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_token_of(token: str, kept: str) -> bool:
    """Return whether a token is the one of which `kept` was kept, in a time that tells nothing."""
    return secrets.compare_digest(digest(token), kept)
