"""Ids and padding in the shape of the API's: a prefix and random letters."""

from __future__ import annotations

import random
import string

__all__ = ["make_id", "obfuscation", "seed"]

_ALPHABET = string.ascii_letters + string.digits
_random = random.Random()  # ids are names, not secrets
_PAD_TO = 16


def seed(value: int) -> None:
    """Make the ids and padding that follow the same in every run."""
    _random.seed(value)


def make_id(prefix: str, length: int = 21) -> str:
    """Return a new id such as ``item_E6U0u6ZFxXUxYesuS1vaT``."""
    return f"{prefix}_{''.join(_random.choices(_ALPHABET, k=length))}"


def obfuscation(delta: str) -> str:
    """Return the random padding of a text delta: both together fill a multiple of 16.

    The API hides the length of words from those who watch the encrypted line; the field
    is in its recordings, not in its types.
    """
    return "".join(_random.choices(_ALPHABET, k=_PAD_TO - len(delta) % _PAD_TO))
