"""Text that must not be seen: keys and tokens, from the moment they enter.

A `Secret` prints as ``•••`` everywhere, and `redact` removes the value of every
living secret from any text, also in the encodings in which libraries log it. For a server
or a model may say a key back, it stands where words from outside become text to be shown:
in errors, in what items say, in representations and in files.
"""

from __future__ import annotations

import base64
import hmac
import json
import logging
import weakref
from html import escape
from typing import Any, NoReturn, TypeVar
from urllib.parse import quote

__all__ = [
    "MASK",
    "RedactingFilter",
    "Secret",
    "as_secret",
    "redact",
    "redacted",
    "redacting_repr",
]

J = TypeVar("J")
C = TypeVar("C", bound="type[Any]")

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

    __slots__ = ("__weakref__", "_text", "forms")

    def __init__(self, text: str) -> None:
        self._text = text.strip()
        self.forms = _encodings(self._text)
        _living.add(self)

    def reveal(self) -> str:
        """Return the text itself, for use inside an expression: tracebacks show local variables."""
        return self._text

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

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret cannot be pickled: it would be in a file")


def _encodings(raw: str) -> frozenset[str]:
    """Return the forms in which a secret must not appear."""
    if len(raw) < _SHORTEST_REDACTED:
        return frozenset()
    encoded = base64.b64encode(raw.encode(errors="replace")).decode().rstrip("=")
    in_json = json.dumps(raw, ensure_ascii=False)[1:-1]
    quoted = {quote(raw, safe=safe, errors="replace") for safe in ("", "/")}
    return frozenset({raw, encoded, in_json, escape(raw), *quoted})


def as_secret(text: Secret | str) -> Secret:
    """Return a secret for what may be one already."""
    return text if isinstance(text, Secret) else Secret(text)


def redact(text: str) -> str:
    """Return `text` with the value of every living secret replaced by ``•••``."""
    return _without(_forms(), text)


def _forms() -> list[str]:
    forms = {form for secret in list(_living) for form in secret.forms}
    # One key may begin with another: the longest first, or the rest of it would stay.
    return sorted(forms, key=len, reverse=True)


def _without(forms: list[str], text: str) -> str:
    for form in forms:
        text = text.replace(form, MASK)
    return text


def redacted(value: J) -> J:
    """Return JSON without the value of any secret in its texts; without one, as it is."""
    forms = _forms()

    def shown(part: Any) -> Any:
        if isinstance(part, str):
            return _without(forms, part)
        if isinstance(part, dict):
            kept = {shown(key): shown(one) for key, one in part.items()}
            return type(part)(kept) if kept != part else part  # an event stays one
        return [shown(one) for one in part] if isinstance(part, (list, tuple)) else part

    whole: J = shown(value)
    return whole


def redacting_repr(cls: C) -> C:
    """Let what a class's objects are shown as hold no secret; a decorator of the class."""
    of_class: Any = cls.__repr__
    cls.__repr__ = lambda self: redact(of_class(self))  # type: ignore[assignment,misc]  # a method
    return cls


class RedactingFilter(logging.Filter):
    """Redacts log records; websockets logs the Authorization header at DEBUG."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact the formatted message and keep the record."""
        record.msg = redact(record.getMessage())
        record.args = ()
        return True
