"""The configuration as a form: fields made from the options table, answered by the server.

A change goes through `RealtimeSession.configure`. The form shows what the server
acknowledged, or why it did not, and the line of ``%rt_config`` that says the same.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

import ipywidgets

from ..client.connect import DEFAULT_SESSION, sessions
from ..client.session import RealtimeSession
from ..config.flat import to_flat
from ..config.hidden import masked
from ..config.option import Option
from ..config.options import option_named
from ..config.reading import Choice, Flag, Name, Number
from ..config.structures import Modalities, ToolChoice, Tools
from ..errors import ConfigError, RealtimeError
from .arguments import tokens
from .shared import with_flags

__all__ = ["Controls", "config_line"]

_SECTIONS = {
    "Voice": ("voice", "instructions", "output_modalities", "speed"),
    "Turns": (
        "turn_detection_type",
        "turn_detection_threshold",
        "turn_detection_prefix_padding",
        "turn_detection_silence_duration",
        "turn_detection_idle_timeout",
        "turn_detection_eagerness",
        "create_response_on_turn_end",
        "interrupt_response",
    ),
    "Hearing": (
        "input_audio_transcription_model",
        "input_audio_transcription_language",
        "input_audio_noise_reduction_type",
    ),
    "Answers": ("tools", "tool_choice", "max_output_tokens", "temperature"),
}
#: A type whose fields are not there is the absence of the whole.
_WHOLES = {
    "turn_detection_type": "turn_detection",
    "input_audio_transcription_model": "input_audio_transcription",
    "input_audio_noise_reduction_type": "input_audio_noise_reduction",
}
_OF_TURNS = _SECTIONS["Turns"][1:]
_LABEL_WIDTH, _FIELD_WIDTH = "13em", "28em"
_NOT_WIDER = "calc(100% - 4px)"  # a widget has a margin of 2 px
_CODE_STYLE = (
    "display:block; padding:.4em .6em; border-radius:4px; user-select:all; overflow-wrap:anywhere;"
    "background:var(--jp-layout-color2, #eee); color:var(--jp-content-font-color1, #222)"
)


class Controls(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """The form of one session.

    Parameters
    ----------
    session : RealtimeSession
        What it shows and changes.
    """

    def __init__(self, session: RealtimeSession) -> None:
        self.session = session
        self.fields = {name: _field(option_named(name)) for name in _names(session)}
        below = {"width": f"calc({_LABEL_WIDTH} + {_FIELD_WIDTH})", "max_width": _NOT_WIDER}
        self.told = ipywidgets.HTML(layout=below)
        self.line = ipywidgets.HTML(layout=below)
        # Each thread has its own: the server's word and a person's change may come at once.
        self._now = threading.local()
        super().__init__([*self._sections(), self.told, self.line])
        self.show()
        for name, field in self.fields.items():
            field.observe(lambda change, name=name: self._changed(name, change["new"]), "value")
        self._stop = session.on("session.updated", lambda event: self.show())

    def close(self) -> None:
        """Take the form away; the session stays."""
        self._stop()
        super().close()

    def show(self) -> None:
        """Show the configuration in force."""
        flat = to_flat(self.session.config)
        self._now.showing = True
        try:
            for name, field in self.fields.items():
                _put(field, _value(name, flat))
        finally:
            self._now.showing = False
        kind = self.session.turn_detection
        for name in set(_OF_TURNS) & set(self.fields):
            self.fields[name].layout.display = None if _belongs(name, kind) else "none"

    def _sections(self) -> Iterator[Any]:
        for title, names in _SECTIONS.items():
            own = [self.fields[name] for name in names if name in self.fields]
            if own:
                yield ipywidgets.HTML(f"<b>{title}</b>", layout={"margin": ".6em 0 0"})
                yield from own

    def _changed(self, name: str, given: Any) -> None:
        if getattr(self._now, "showing", False):
            return
        if name in _WHOLES and str(given).strip().lower() in ("", "none"):
            name, given = _WHOLES[name], "none"
        line = escape(config_line({name: given}, self._session_name()))
        self.line.value = f'<code style="{_CODE_STYLE}">{line}</code>' if line else ""
        self._tell("Asked …")
        try:
            request = self.session.configure(**{name: given})
        except RealtimeError as error:
            self._refused(error)
            return
        request.when_done(self._answered)

    def _session_name(self) -> str:
        named = (name for name, session in sessions().items() if session is self.session)
        return next(named, DEFAULT_SESSION)

    def _answered(self, error: BaseException | None) -> None:
        if error is None:
            self._tell("The server took it.")
        else:
            self._refused(error)

    def _refused(self, error: BaseException) -> None:
        sentence = with_flags(str(error)) if isinstance(error, ConfigError) else str(error)
        self._tell(f"{sentence[:1].upper()}{sentence[1:].rstrip('.')}.", is_error=True)
        self.show()

    def _tell(self, sentence: str, *, is_error: bool = False) -> None:
        style = ' style="color:var(--jp-error-color1, #b00020)"' if is_error else ""
        self.told.value = f'<span role="status"{style}>{escape(sentence)}</span>'


def config_line(options: Mapping[str, Any], session: str = DEFAULT_SESSION) -> str:
    """Return the ``%rt_config`` line that says the same as these options.

    The secrets of tools are not in it; of tools that cannot be read there is no line.
    """
    words = ["%rt_config", *([] if session == DEFAULT_SESSION else ["-s", _word(session)])]
    for name, given in options.items():
        option = option_named(name)
        try:
            value = option.value(given) if isinstance(option.takes, Tools) else given
        except RealtimeError:
            return ""
        words += [option.flag, _word(value)]
    return " ".join(words)


def _word(value: Any) -> str:
    """Write a value as one word, which `tokens` reads again."""
    text = " ".join(_text(value).split("\n"))
    if tokens(text) == [text]:
        return text
    text = " ".join(text.split())
    return f"'{text}'" if '"' in text and "'" not in text else '"' + text.replace('"', '\\"') + '"'


def _names(session: RealtimeSession) -> list[str]:
    """The options that this server knows."""
    every = [option_named(name) for names in _SECTIONS.values() for name in names]
    kind, path = "hearing" if session.only_hears else "session", f"{session.dialect}_path"
    return [one.name for one in every if getattr(one, kind) and getattr(one, path) is not None]


def _belongs(name: str, kind: str) -> bool:
    if name == "turn_detection_eagerness":
        return kind == "semantic_vad"
    if name in ("create_response_on_turn_end", "interrupt_response"):
        return kind != "none"
    return kind == "server_vad"


def _field(option: Option) -> Any:
    """The widget for what an option takes."""
    takes = option.takes
    common = {
        "description": min((option.name, *option.aliases), key=len).replace("_", " "),
        "tooltip": option.help,
        "style": {"description_width": _LABEL_WIDTH},
        "layout": {"width": f"calc({_LABEL_WIDTH} + {_FIELD_WIDTH})", "max_width": _NOT_WIDER},
    }
    if isinstance(takes, Flag):
        return ipywidgets.Checkbox(**common, indent=True)
    if isinstance(takes, Number):
        span = {"min": takes.low, "max": takes.high, "step": 0.05}
        return ipywidgets.FloatSlider(**common, **span, continuous_update=False)
    if isinstance(takes, (Choice, Modalities, ToolChoice)):
        return ipywidgets.Dropdown(**common, options=option.choices, value=None)
    if isinstance(takes, Name):
        return ipywidgets.Combobox(
            **common, options=takes.choices, placeholder=option.taken, continuous_update=False
        )
    is_long = option.name == "instructions" or isinstance(takes, Tools)
    kind = ipywidgets.Textarea if is_long else ipywidgets.Text
    return kind(**common, placeholder=option.taken, continuous_update=False)


def _value(name: str, flat: Mapping[str, Any]) -> Any:
    if name in _WHOLES and flat.get(_WHOLES[name], ...) is None:
        return "none"
    return flat.get(name)


def _put(field: Any, value: Any) -> None:
    if isinstance(field, ipywidgets.Checkbox):
        field.value = bool(value)
    elif isinstance(field, ipywidgets.FloatSlider):
        field.value = field.value if value is None else float(value)
    elif isinstance(field, ipywidgets.Dropdown):
        text = None if value is None else _text(value)
        if text is not None and text not in field.options:
            field.options = (*field.options, text)
        field.value = text
    else:
        field.value = "" if value is None else _text(value)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "none"}[value]
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
        return value[0]
    if isinstance(value, float):
        return f"{value:g}"
    return json.dumps(masked(value), ensure_ascii=False)
