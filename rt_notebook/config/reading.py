"""Readers of single values: what a person typed or gave, made into the API's, or refused.

A reader is called with the value and returns the API's. As text it says what it takes, and
`choices` is what completion offers. It knows one value and no other option.
"""

from __future__ import annotations

import difflib
import json
import math
import numbers
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from pydantic import BaseModel

__all__ = [
    "FALSE",
    "TRUE",
    "Choice",
    "Flag",
    "JsonReader",
    "Name",
    "Number",
    "Reader",
    "Text",
    "Tokens",
    "Unreadable",
    "Whole",
    "either",
    "from_json",
    "nearest",
    "number",
    "plain",
    "shown",
    "unreadable",
]

TRUE = ("true", "on", "yes", "1")
FALSE = ("false", "off", "no", "0")
_LONGEST_SHOWN = 40


class Unreadable(ValueError):
    """A value that a reader does not take.

    Parameters
    ----------
    got : str
        What was given, as the sentence shall name it.
    hint : str
        The nearest valid value, when there is one.
    """

    def __init__(self, got: str, hint: str = "") -> None:
        super().__init__(got)
        self.got = got
        self.hint = hint


def unreadable(given: Any, hint: str = "") -> Unreadable:
    """Return the refusal of a value."""
    return Unreadable(shown(given), hint)


def shown(value: Any) -> str:
    """Name a value in a sentence; what is inside of objects may be secret, and stays there."""
    if isinstance(value, str):
        return repr(value if len(value) <= _LONGEST_SHOWN else f"{value[:_LONGEST_SHOWN]}…")
    if value is None or isinstance(value, (bool, int, float)):
        return repr(value)
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, (list, tuple)):
        return f"a list of {len(value)}"
    return f"a value of type {type(value).__name__}"


def either(names: Iterable[str]) -> str:
    """List names as English does: ``a``, ``a or b``, ``a, b or c``."""
    *rest, last = names
    return f"{', '.join(rest)} or {last}" if rest else last


def nearest(given: str, names: Iterable[str]) -> str:
    """Return the name that was probably meant, or ``""``."""
    found = difflib.get_close_matches(given.lower(), list(names), n=1, cutoff=0.5)
    return found[0] if found else ""


def number(given: Any) -> float | None:
    """Return a number, also one that is written as text; None for anything else."""
    if isinstance(given, str):
        try:
            return float(given)
        except ValueError:
            return None
    return float(given) if isinstance(given, numbers.Real) and not isinstance(given, bool) else None


def plain(given: Any) -> Any:
    """Return the JSON of a pydantic model, with only what was set; pass everything else."""
    if isinstance(given, BaseModel):
        return given.model_dump(mode="json", exclude_unset=True)
    return given


def from_json(given: Any) -> Any:
    """Read text that is a JSON object or list; pass everything else."""
    if not isinstance(given, str) or given.strip()[:1] not in ("{", "["):
        return plain(given)
    try:
        return json.loads(given, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        # The text may hold a secret, so it is not shown.
        raise Unreadable("text that is no JSON") from None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


class Reader:
    """What all readers are: called with a value, they give the API's or raise `Unreadable`."""

    def __call__(self, given: Any) -> Any:
        """Return the API's value of what was given."""
        return self._read(given)

    @property
    def takes_json(self) -> bool:
        """Whether a list or an object may be the value."""
        return False

    def _read(self, given: Any) -> Any:
        raise NotImplementedError


class JsonReader(Reader):
    """What readers of lists and objects are."""

    @property
    def takes_json(self) -> bool:
        """Whether a list or an object may be the value."""
        return True


@dataclass(frozen=True)
class Text(Reader):
    """Text; by default it may be empty."""

    longest: int = 0
    empty: bool = True

    def _read(self, given: Any) -> str:
        if not isinstance(given, str) or not (given or self.empty):
            raise unreadable(given)
        if self.longest and len(given) > self.longest:
            raise Unreadable(f"{len(given)} characters")
        return given

    def __str__(self) -> str:
        text = "text" if self.empty else "text that is not empty"
        return f"{text} of at most {self.longest} characters" if self.longest else text


@dataclass(frozen=True)
class Name(Reader):
    """A name; the known ones are offered, new ones are allowed.

    With `as_object`, an object may stand for the name (a voice of one's own).
    """

    choices: tuple[str, ...]
    what: str
    as_object: str = ""

    @property
    def takes_json(self) -> bool:
        """Whether a list or an object may be the value."""
        return bool(self.as_object)

    def _read(self, given: Any) -> Any:
        given = from_json(given)
        if self.as_object and isinstance(given, dict) and given:
            return given
        if not isinstance(given, str) or not given.strip():
            raise unreadable(given)
        name = given.strip()
        return name.lower() if name.lower() in self.choices else name

    def __str__(self) -> str:
        also = f", or {self.as_object}" if self.as_object else ""
        return f"the name of a {self.what} such as {either(self.choices[:2])}{also}"


@dataclass(frozen=True)
class Choice(Reader):
    """One of a few words."""

    choices: tuple[str, ...]

    def _read(self, given: Any) -> Any:
        if isinstance(given, str) and given.lower() in self.choices:
            return given.lower()
        near = nearest(given, self.choices) if isinstance(given, str) else ""
        raise unreadable(given, f"did you mean {near!r}?" if near else "")

    def __str__(self) -> str:
        return either(self.choices)


@dataclass(frozen=True)
class Flag(Reader):
    """True or false, also as words."""

    choices: tuple[str, ...] = ("true", "false")

    def _read(self, given: Any) -> bool:
        if isinstance(given, bool):
            return given
        if isinstance(given, str) and given.lower() in TRUE + FALSE:
            return given.lower() in TRUE
        raise unreadable(given)

    def __str__(self) -> str:
        return "true or false"


@dataclass(frozen=True)
class Number(Reader):
    """A number in a closed range."""

    low: float
    high: float

    def _read(self, given: Any) -> float:
        value = number(given)
        if value is None or math.isnan(value):
            raise unreadable(given)
        if not self.low <= value <= self.high:
            near = min(max(value, self.low), self.high)
            raise unreadable(given, f"the nearest is {near:g}")
        return value

    def __str__(self) -> str:
        return f"{self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class Whole(Reader):
    """A whole number from `low` on, up to `high` where there is a limit."""

    low: int
    high: int | None = None
    unit: str = ""

    def _read(self, given: Any) -> int:
        value = number(given)
        if value is None or not math.isfinite(value) or value != int(value):
            raise unreadable(given)
        if value < self.low or (self.high is not None and value > self.high):
            near = self.low if value < self.low else self.high
            raise unreadable(given, f"the nearest is {near}")
        return int(value)

    def __str__(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        if self.high is None:
            return f"{self.low}{unit} or more"
        return f"{self.low} to {self.high}{unit}"


@dataclass(frozen=True)
class Tokens(Reader):
    """How many tokens; -1 and inf mean no limit."""

    low: int = 1
    high: int = 4096
    choices: tuple[str, ...] = ("inf",)

    def _read(self, given: Any) -> Any:
        value = number(given)
        if value in (-1, math.inf):
            return "inf"
        return Whole(self.low, self.high)(given)

    def __str__(self) -> str:
        return f"{self.low} to {self.high}, or -1 or inf for no limit"
