"""What may stand behind a fault's colon, checked before the server starts."""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from dataclasses import dataclass
from http import HTTPStatus

__all__ = [
    "BYTES",
    "BYTES_PER_S",
    "CLOSE_CODE",
    "COUNT",
    "DEPTH",
    "ERROR_CODE",
    "MILLISECONDS",
    "SOUND",
    "STATUS",
    "Parameter",
]

Check = Callable[[str], bool]
_WHOLE = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True)
class Parameter:
    """A kind of parameter.

    Parameters
    ----------
    about : str
        What it may be, for whoever gave another.
    parts : tuple of callable
        Whether the text fits, in front of the slash and, where there may be one, behind it.
    """

    about: str
    parts: tuple[Check, ...]

    def fits(self, text: str) -> bool:
        """Whether this may be given."""
        given = text.split("/")
        fitting = all(fits(part) for fits, part in zip(self.parts, given, strict=False))
        return fitting and len(given) <= len(self.parts)


def _one_of(values: Container[int]) -> Check:
    return lambda text: _WHOLE.fullmatch(text) is not None and int(text) in values


def _upto(most: int, noun: str, least: int = 1) -> Parameter:
    return Parameter(f"{noun} from {least:,} to {most:,}", (_one_of(range(least, most + 1)),))


def _is_seconds(text: str) -> bool:
    return re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,6})?", text) is not None and 0 < float(text) <= 600


_STATUSES = {status.value for status in HTTPStatus if status >= 300}
_CLOSE_CODES = {1000, 1001, 1002, 1003, *range(1006, 1015), *range(3000, 5000)}
_LONGEST_S, _MOST_DELTAS = 86_400, 100_000

STATUS = Parameter(
    "an HTTP status that refuses, 300 to 511, or STATUS/SECONDS with whole seconds",
    (_one_of(_STATUSES), _one_of(range(_LONGEST_S + 1))),
)
#: RFC 6455 §7.4; 1006 is a connection that ends without any.
CLOSE_CODE = Parameter(
    "a close code that is sent, 1000 to 1003, 1007 to 1014 or 3000 to 4999, or 1006 for none",
    (_one_of(_CLOSE_CODES),),
)
SOUND = Parameter(
    f"seconds of sound above 0 and up to 600, or SECONDS/DELTAS with 1 to {_MOST_DELTAS:,} deltas",
    (_is_seconds, _one_of(range(1, _MOST_DELTAS + 1))),
)
ERROR_CODE = Parameter(
    "an error code of letters, digits and _",
    (lambda text: re.fullmatch(r"\w{1,64}", text) is not None,),
)
DEPTH = _upto(1_000_000, "a depth")
BYTES = _upto(100_000_000, "a number of bytes")
BYTES_PER_S = _upto(100_000_000, "bytes a second")
MILLISECONDS = _upto(600_000, "milliseconds", least=0)
COUNT = _upto(100_000, "a whole number")
