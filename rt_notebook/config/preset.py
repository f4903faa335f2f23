"""A configuration as a file: readable, comparable, and without secrets."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from ..errors import ConfigError
from .flat import to_flat
from .hidden import masked
from .nesting import joined, read
from .options import OPTIONS, option_named

__all__ = ["UNSET", "Preset", "Unset"]

#: Chosen when connecting, so it is no part of what can be applied to a session.
_OF_CONNECTION = ("session_type", "model")
_ORDER = {option.name: place for place, option in enumerate(OPTIONS)}


class Unset(Enum):
    """The value of an option that a preset does not name."""

    UNSET = "unset"

    def __repr__(self) -> str:
        return self.value


UNSET = Unset.UNSET


class Preset(Mapping[str, Any]):
    """Options of a session under flat names: ``session.configure(**preset)`` applies them.

    A preset never changes, can be a key of a dict, and is the same as another one that says
    the same. The secrets of tool servers (`authorization`, `headers`) become ``•••`` where
    they enter; tools that had some must be given again.

    Parameters
    ----------
    **flat
        As for `session_update`. What a session must have for them is checked when the
        preset is applied.

    Raises
    ------
    ConfigError
        If an option does not exist or cannot be read, or contradicts another.

    Examples
    --------
    >>> calm = Preset(voice="marin", turn_detection="semantic_vad", eagerness="low")
    >>> calm.diff(Preset(voice="cedar"))["voice"]
    ('marin', 'cedar')
    """

    def __init__(self, **flat: Any) -> None:
        for name in flat:
            if option_named(name).of_event:
                raise ConfigError(f"{name} belongs to one event, not to a preset")
        body = joined(read(flat, "session"))
        options = {name: _written(name, value) for name, value in to_flat(body).items()}
        self._text = json.dumps(options, indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def of(cls, session: Mapping[str, Any]) -> Preset:
        """Return what is in force in a session, given its ``session.config``."""
        flat = to_flat(session)
        return cls(**{name: flat[name] for name in flat if name not in _OF_CONNECTION})

    @classmethod
    def load(cls, path: str | Path) -> Preset:
        """Read what `save` wrote.

        Raises
        ------
        ConfigError
            If the file cannot be read or is no preset.
        """
        try:
            options = json.loads(Path(path).read_text("utf-8"))
        except OSError as error:
            raise ConfigError(f"cannot read the preset {path}: {error.strerror}") from None
        except ValueError:
            raise ConfigError(f"{path} is no preset: it is not JSON") from None
        if not isinstance(options, dict):
            raise ConfigError(f"{path} is no preset: it is not a JSON object")
        return cls(**options)

    def save(self, path: str | Path) -> None:
        """Write the preset as JSON text, in UTF-8.

        Raises
        ------
        ConfigError
            If the file cannot be written.
        """
        try:
            Path(path).write_text(self._text, "utf-8")
        except OSError as error:
            reason = (error.strerror or "it cannot be written").lower()
            raise ConfigError(f"cannot write the preset {path}: {reason}") from None

    def diff(self, other: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
        """Return what differs: name → (value here, value there), `UNSET` where it has none."""
        here, there = dict(self), dict(other if isinstance(other, Preset) else Preset(**other))
        names = sorted({*here, *there}, key=_ORDER.__getitem__)
        pairs = {name: (here.get(name, UNSET), there.get(name, UNSET)) for name in names}
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}

    @property
    def digest(self) -> str:
        """Eight hexadecimal digits that are the same wherever the preset is the same."""
        return hashlib.sha256(self._text.encode()).hexdigest()[:8]

    def __getitem__(self, name: str) -> Any:
        return self._options()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._options())

    def __len__(self) -> int:
        return len(self._options())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Preset) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"Preset({', '.join(f'{name}={value!r}' for name, value in self.items())})"

    def _options(self) -> dict[str, Any]:
        """A copy of its own for everyone: what is in it can be changed, the preset cannot."""
        options: dict[str, Any] = json.loads(self._text)
        return options


def _written(name: str, value: Any) -> Any:
    """What stands in the file; an object with nothing in it is that something is on."""
    switched_on = value == {} and getattr(option_named(name).takes, "on", False)
    return True if switched_on else masked(value)
