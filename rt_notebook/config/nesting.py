"""From flat options to the API's nesting: sparse, and every part with its parent.

- Absent is not null: only what was given is in the result.
- A part (a threshold) comes with what its parent cannot be without (a type): the one in
  force, else the default.
- Two options that contradict each other are refused, whichever of them comes first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import ConfigError
from .catalogue import BETA_TRANSCRIPTION_MODEL, DEFAULT_TRANSCRIPTION_MODEL
from .hearing import NOISE_REDUCTION_PATH, TRANSCRIPTION_PATH, TURN_DETECTION_PATH
from .options import PROMPT_PATH, TRACING_PATH, TRUNCATION_PATH, Option, option_named
from .reading import shown

__all__ = ["Given", "check_spoken", "joined", "laid_over", "nested", "read", "value_at"]

Json = dict[str, Any]
Path = tuple[str, ...]


@dataclass(frozen=True)
class Given:
    """One option as it was given.

    Parameters
    ----------
    name : str
        The flat name that was used, which may be an alias.
    option : Option
        What it names.
    raw, value
        What was given, and what the API takes for it.
    """

    name: str
    option: Option
    raw: Any
    value: Any

    @property
    def path(self) -> Path:
        """Where the value goes: a null type is no turn detection at all."""
        above = self.value is None and self.option.nulls_parent
        return self.option.path[:-1] if above else self.option.path

    def __str__(self) -> str:
        return f"{self.name}={shown(self.raw)}"


def read(flat: Mapping[str, Any], kind: str) -> list[Given]:
    """Read flat options, wholes before their parts.

    Raises
    ------
    ConfigError
        If one does not exist or cannot be read.
    """
    options = {name: option_named(name, kind) for name in flat}
    given = [Given(name, one, flat[name], one.value(flat[name])) for name, one in options.items()]
    return sorted(given, key=lambda one: len(one.option.path))


def check_spoken(option: Option, dialect: str) -> None:
    """Refuse an option that a dialect has no word for.

    Raises
    ------
    ConfigError
        In a sentence that says what to do.
    """
    if dialect == "ga" and option.ga_path is None:
        raise ConfigError(
            f"{option.name} is not part of the GA API: leave it out, or use dialect='beta' "
            "with a server that still speaks it"
        )
    if dialect == "beta" and option.beta_path is None:
        raise ConfigError(f"the beta dialect has no {option.name}: leave it out, or use GA")


def joined(given: list[Given]) -> Json:
    """Return the object of what was read; a part may still lack what it belongs to.

    Raises
    ------
    ConfigError
        If two options contradict each other.
    """
    tree = _Tree()
    for one in given:
        tree.put(one)
    return tree.body


def nested(given: list[Given], effective: Mapping[str, Any], dialect: str) -> Json:
    """Return the object of what was read, as it can be sent.

    Parameters
    ----------
    given : list of Given
        From `read`.
    effective : mapping
        The session in force, empty when there is none.
    dialect : {"ga", "beta"}
        Decides the default model of the transcription.

    Raises
    ------
    ConfigError
        If two options contradict each other, or a part lacks its parent.
    """
    tree = _Tree()
    for one in given:
        tree.put(one)
    for parent in _PARENTS:
        part = value_at(tree.body, parent.path)
        if isinstance(part, dict):
            _complete(part, parent, effective, dialect, tree.owner(parent.path))
    return tree.body


def laid_over(below: Any, above: Any) -> Any:
    """Lay one JSON value over another; another type of an object replaces it."""
    if not (isinstance(below, Mapping) and isinstance(above, Mapping)):
        return above
    if below.get("type") != above.get("type") and "type" in below and "type" in above:
        return above
    return {**below, **{key: laid_over(below.get(key), value) for key, value in above.items()}}


def value_at(body: Any, path: Path) -> Any:
    """Return what lies at a path, None when nothing does."""
    for key in path:
        body = body.get(key) if isinstance(body, Mapping) else None
    return body


def _copied(value: Any) -> Any:
    """Parts are put into objects later: into ours, not into those that were given."""
    return {k: _copied(v) for k, v in value.items()} if isinstance(value, dict) else value


class _Tree:
    """A JSON object that remembers which option put what where."""

    def __init__(self) -> None:
        self.body: Json = {}
        self._owners: dict[Path, Given] = {}

    def put(self, given: Given) -> None:
        here, path = self.body, given.path
        for depth in range(1, len(path)):
            key = path[depth - 1]
            if here.get(key) == "auto" and path[:depth] == TRACING_PATH:
                del here[key]  # parts make the object that auto stands for
            here = here.setdefault(key, {})
            if not isinstance(here, dict):
                raise self._conflict(given, path[:depth])
        self._set(here, path, given.value, given)

    def _set(self, here: Json, path: Path, value: Any, given: Given) -> None:
        key = path[-1]
        if key not in here:
            here[key] = _copied(value)
            self._owners[path] = given
        elif isinstance(value, dict) and isinstance(here[key], dict):
            for name, part in value.items():
                self._set(here[key], (*path, name), part, given)
        elif here[key] != value:
            raise self._conflict(given, path)

    def _conflict(self, given: Given, path: Path) -> ConfigError:
        return ConfigError(f"{given} conflicts with {self.owner(path)}: leave one of them out")

    def owner(self, path: Path) -> Given:
        """Return who put what is at `path` there: itself, what holds it, or a part of it."""
        above = [path[:depth] for depth in range(len(path), 0, -1)]
        below = [other for other in self._owners if other[: len(path)] == path]
        return next(self._owners[one] for one in (*above, *below) if one in self._owners)


@dataclass(frozen=True)
class _Parent:
    """An object and the key that it cannot be without."""

    path: Path
    key: str
    needs: str = ""


_PARENTS = (
    _Parent(TURN_DETECTION_PATH, "type"),
    _Parent(TRANSCRIPTION_PATH, "model"),
    _Parent(NOISE_REDUCTION_PATH, "type", "input_audio_noise_reduction_type"),
    _Parent(PROMPT_PATH, "id", "prompt_id"),
    _Parent(TRUNCATION_PATH, "retention_ratio", "truncation_retention_ratio"),
)


def _complete(
    part: Json, parent: _Parent, effective: Mapping[str, Any], dialect: str, owner: Given
) -> None:
    """Add to an object what it cannot be without: what is in force, else the default."""
    if parent.key not in part:
        in_force = value_at(effective, (*parent.path, parent.key))
        value = in_force if in_force is not None else _default(part, parent, dialect)
        if value is None:
            raise ConfigError(f"{owner} needs {parent.needs}, and none is in force")
        _prepend(part, parent.key, value)
    if parent.path == TRUNCATION_PATH and "type" not in part:
        _prepend(part, "type", "retention_ratio")


def _default(part: Json, parent: _Parent, dialect: str) -> str | None:
    if parent.path == TURN_DETECTION_PATH:
        return "semantic_vad" if "eagerness" in part else "server_vad"
    if parent.path == TRANSCRIPTION_PATH:
        return BETA_TRANSCRIPTION_MODEL if dialect == "beta" else DEFAULT_TRANSCRIPTION_MODEL
    return None


def _prepend(part: Json, key: str, value: Any) -> None:
    rest = dict(part)
    part.clear()
    part.update({key: value, **rest})
