"""Text that must not be seen: keys and tokens, from the moment they enter.

A `Secret` prints as ``•••`` everywhere, and `redact` removes the value of every
living secret from any text, also in the encodings in which libraries log it.
"""

from __future__ import annotations

import base64
import hmac
import json
import logging
import weakref
from typing import NoReturn
from urllib.parse import quote

__all__ = ["MASK", "RedactingFilter", "Secret", "as_secret", "redact"]

MASK = "•••"
_SHORTEST_REDACTED = 6  # redacting "a" would destroy every text it is meant to protect

_living: weakref.WeakSet[Secret] = weakref.WeakSet()


class Secret:
    """A text that only `reveal` gives back.

    Parameters
    ----------
    text : str
        The key or token. Surrounding white space is dropped.
    """

    __slots__ = ("__weakref__", "_text")

    def __init__(self, text: str) -> None:
        self._text = text.strip()
        _living.add(self)

    def reveal(self) -> str:
        """Return the text itself, for use inside an expression: tracebacks show local variables."""
        return self._text

    def forms(self) -> set[str]:
        """Return the encodings in which this text must not appear."""
        raw = self._text
        if len(raw) < _SHORTEST_REDACTED:
            return set()
        encoded = base64.b64encode(raw.encode()).decode().rstrip("=")
        in_json = json.dumps(raw, ensure_ascii=False)[1:-1]
        return {raw, quote(raw), quote(raw, safe=""), encoded, in_json}

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(
            self._text.encode(), other._text.encode()
        )

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    def __str__(self) -> str:
        return MASK

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret cannot be pickled or copied into a file")


def as_secret(text: Secret | str) -> Secret:
    """Return a secret for what may be one already."""
    return text if isinstance(text, Secret) else Secret(text)


def redact(text: str) -> str:
    """Return `text` with the value of every living secret replaced by ``•••``."""
    forms = {form for secret in list(_living) for form in secret.forms()}
    # One key may begin with another: the longest first, or the rest of it would stay.
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, MASK)
    return text


class RedactingFilter(logging.Filter):
    """Redacts log records; websockets logs the Authorization header at DEBUG."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact the formatted message and keep the record."""
        record.msg = redact(record.getMessage())
        record.args = ()
        return True
