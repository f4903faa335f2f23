"""What an option is: one parameter of the API under one flat name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..errors import ConfigError
from .json_values import misfit_in
from .reading import Reader, Unreadable
from .spelling import beta_path, ga_path

__all__ = ["ANSWERING", "Option"]

#: Fields of turn detection that only conversations have.
ANSWERING = ("create_response", "interrupt_response")

_OFF = {"", "none", "off", "false", "null"}


@dataclass(frozen=True)
class Option:
    """One parameter.

    Parameters
    ----------
    name : str
        Flat name in snake_case.
    path : tuple of str
        Where the value lies in the GA ``session`` or ``response`` object.
    about : str
        What it does, in a few words.
    takes : Reader
        Makes the API's value of what was given, and knows its range or words.
    default : str
        What the API does without it, as documented; empty when it says nothing.
    aliases : tuple of str
        Other flat names for the same thing.
    nullable : bool
        Whether ``none``, ``off`` and ``false`` mean null …
    nulls_parent : bool
        … of the object that the value lies in: without a type there is no turn detection.
    session, response : bool
        Which of the two objects has it.
    of_event : bool
        It belongs to the event itself, beside that object.
    """

    name: str
    path: tuple[str, ...]
    about: str
    takes: Reader
    default: str = ""
    aliases: tuple[str, ...] = ()
    nullable: bool = False
    nulls_parent: bool = False
    session: bool = True
    response: bool = False
    of_event: bool = False

    @property
    def flag(self) -> str:
        """The option of a magic: ``--turn-detection-threshold``."""
        return "--" + self.name.replace("_", "-")

    @property
    def ga_path(self) -> tuple[str, ...] | None:
        """Where GA has it, None where only beta does."""
        return ga_path(self.path)

    @property
    def beta_path(self) -> tuple[str, ...] | None:
        """Where the beta dialect has it, None where only GA does."""
        return beta_path(self.path)

    @property
    def hearing(self) -> bool:
        """Whether a session that only transcribes has it."""
        heard = self.path[:2] == ("audio", "input") or self.path == ("include",)
        return self.session and heard and self.path[-1] not in ANSWERING

    @property
    def choices(self) -> tuple[str, ...]:
        """Values that completion offers; others may be allowed."""
        words: tuple[str, ...] = getattr(self.takes, "choices", ())
        return (*words, "none") if self.nullable and words and "none" not in words else words

    @property
    def taken(self) -> str:
        """What it takes: ``0.25 to 1.5``."""
        return f"{self.takes}, or none" if self.nullable else str(self.takes)

    @property
    def help(self) -> str:
        """What it does, what it takes, its default, and where it exists."""
        default = f"; default {self.default}" if self.default else ""
        dialect = "" if self.ga_path else "; beta only"
        dialect = dialect if self.beta_path else "; GA only"
        return f"{self.about} ({self.taken}{default}{dialect})"

    def value(self, given: Any) -> Any:
        """Return the API's value of what a person gave.

        Raises
        ------
        ConfigError
            If it cannot be read as what this option takes, or JSON cannot hold it.
        """
        if self.nullable and _is_off(given):
            return None
        try:
            value = self.takes(given)
        except Unreadable as error:
            hint = f"; {error.hint}" if error.hint else ""
            raise ConfigError(f"{self.name} takes {self.taken}, got {error.got}{hint}") from None
        if misfit := misfit_in(value, self.name):
            raise ConfigError(misfit)
        return value


def _is_off(value: Any) -> bool:
    return value is None or value is False or (isinstance(value, str) and value.lower() in _OFF)
