"""What each magic takes: one table for parsing, completion and help.

The options of ``%rt_config`` and ``%rt_respond`` come from `config.options` and are not
written again here. Nothing heavy is imported: this loads with the extension.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["COMMANDS", "Command", "Word", "command_of"]


@dataclass(frozen=True)
class Word:
    """One thing that a magic takes.

    Parameters
    ----------
    flags : tuple of str
        ``("--model",)`` with its aliases, or one name without dashes: by its place.
    about : str
        What it does, in a few words.
    values : tuple of str
        All that it may be, when that is known.
    source : str
        What completion offers: ``sessions``, ``variables``, ``environment``, ``items``,
        ``priced models`` or ``files``.
    is_switch : bool
        It stands alone, without a value.
    is_open : bool
        Values beside those listed are allowed.
    """

    flags: tuple[str, ...]
    about: str
    values: tuple[str, ...] = ()
    source: str = ""
    is_switch: bool = False
    is_open: bool = False

    @property
    def is_positional(self) -> bool:
        """Whether it is known by its place."""
        return not self.flags[0].startswith("-")

    @property
    def name(self) -> str:
        """The attribute that holds it after parsing."""
        return self.flags[0].lstrip("-").replace("-", "_")


@dataclass(frozen=True)
class Command:
    """One magic, or one action of a magic.

    Parameters
    ----------
    words : tuple of Word
        Beside ``--session`` and ``--output``, which all have.
    options : {"", "session", "response", "hearing"}
        Which options of the configuration it takes.
    has_text : bool
        Words that belong to no option are one text.
    """

    words: tuple[Word, ...] = ()
    options: str = ""
    has_text: bool = False

    @property
    def every(self) -> tuple[Word, ...]:
        """All words, with those that every magic has."""
        return (*self.words, *_COMMON)


_COMMON = (
    Word(("--session", "-s"), "name of the session", source="sessions"),
    Word(("--output", "-o"), "variable that takes the result", source="variables"),
)
_NO_WAIT = Word(("--no-wait",), "do not wait for the answer", is_switch=True)
_DIALECT = Word(("--dialect",), "how the server speaks", ("ga", "beta"))
_DRY = (
    Word(("--dry-run",), "return the event and send nothing", is_switch=True),
    Word(("--dialect",), "dialect of a dry run without a session", ("ga", "beta")),
)
_EVENT_ID = Word(("--event-id",), "names the event in an error that it causes")
_KEYS = (
    Word(("--api-key-env",), "variable that holds the key", source="environment"),
    Word(("--ask-key",), "ask for the key, hidden", is_switch=True),
)
_ACCESS = (
    *_KEYS,
    Word(("--token-env",), "variable that holds an Entra token", source="environment"),
    Word(("--proxy-env",), "variable that holds a proxy's URL", source="environment"),
    Word(("--organization",), "OpenAI organization"),
    Word(("--project",), "OpenAI project"),
    Word(("--allow-host",), "host that may be given OpenAI's key"),
    Word(("--timeout",), "seconds until the session must stand"),
)
_COPY = (
    Word(("--keep-audio",), "keep what is said as sound in the notebook", is_switch=True),
    Word(("--no-static-copy",), "keep nothing of the talk in the notebook", is_switch=True),
)
_BACKEND = Word(
    ("backend",), "server, or its wss:// address", ("openai", "azure", "offline"), is_open=True
)
_ITEM_ID = Word(("item_id",), "id of the item", source="items")
_ITEM = (
    Word(("--role",), "who says it", ("user", "assistant", "system")),
    Word(("--image",), "picture: a file, an address or a variable", source="files"),
    Word(("--detail",), "how closely it is looked at", ("auto", "low", "high")),
    Word(("--audio",), "sound: a WAV file or a variable", source="files"),
    Word(("--content-transcript", "--transcript"), "what the sound says"),
    Word(
        ("--content-type",),
        "what the text is",
        ("input_text", "input_image", "input_audio", "output_text"),
    ),
    Word(("--item-type",), "kind of item", ("message", "function_call", "function_call_output")),
    Word(("--function-call-id", "--call-id"), "id of the call"),
    Word(("--function-call-name", "--name"), "function that is called"),
    Word(("--function-call-arguments", "--arguments"), "JSON or a variable", source="variables"),
    Word(("--function-call-output",), "what it returned: text or a variable", source="variables"),
    Word(("--item-id", "--id"), "the new item's id"),
    Word(
        ("--previous-item-id",),
        "item behind which it goes, or root",
        ("root",),
        "items",
        False,
        True,
    ),
    _EVENT_ID,
    Word(("--trigger-response",), "ask for an answer, and show it", is_switch=True),
    _NO_WAIT,
)

_FILE = Word(("file",), "recording", source="files", is_open=True)
_RECORDING = Word(("file",), "recording, instead of a session", source="files", is_open=True)
_AS_MODEL = Word(("--model",), "price it as if this one had answered", source="priced models")

COMMANDS: dict[str, Command] = {
    "rt_connect": Command(
        (
            _BACKEND,
            _DIALECT,
            Word(("--record",), "file that takes the whole talk", source="files"),
            *_ACCESS,
            *_COPY,
        ),
        "session",
    ),
    "rt_disconnect": Command(),
    "rt_status": Command(),
    "rt_config": Command(
        (
            Word(("--wait",), "wait until the server has answered", is_switch=True),
            *_DRY,
        ),
        "session",
    ),
    "rt_respond": Command((_NO_WAIT, *_DRY), "response"),
    "rt_say": Command((_NO_WAIT,), "response", has_text=True),
    "rt_cancel": Command(),
    "rt_controls": Command(),
    "rt_mic": Command(
        (
            Word(("state",), "on or off", ("on", "off")),
            Word(("--half-duplex",), "hear nothing while the reply sounds", is_switch=True),
            Word(("--full-duplex",), "hear all the time", is_switch=True),
        )
    ),
    "rt_item add": Command(_ITEM, has_text=True),
    "rt_item delete": Command((_ITEM_ID, _EVENT_ID, _NO_WAIT)),
    "rt_item retrieve": Command((_ITEM_ID, _EVENT_ID)),
    "rt_item truncate": Command(
        (
            _ITEM_ID,
            Word(("audio_end_ms",), "milliseconds that stay"),
            Word(("--content-index",), "part of the item"),
            _EVENT_ID,
            _NO_WAIT,
        )
    ),
    "rt_send": Command((_NO_WAIT,), has_text=True),
    "rt_save": Command(
        (Word(("file",), ".rtsession, .wav, .md, .srt or .json", source="files", is_open=True),)
    ),
    "rt_replay": Command(
        (
            _FILE,
            Word(("--pace",), "1 as it was, 10 ten times that, inf at once", is_open=True),
            Word(("--backend",), "who answers anew", ("openai", "azure", "offline"), is_open=True),
            _DIALECT,
            _NO_WAIT,
            *_ACCESS,
        ),
        "session",
    ),
    "rt_log": Command(
        (
            _RECORDING,
            Word(("--type",), "names of events, with * for anything"),
            Word(("--item",), "id of an item or response", source="items"),
            Word(("--text",), "letters that occur in the event"),
            Word(("--rows",), "how many rows at most (200)"),
            Word(("--once",), "do not follow the talk", is_switch=True),
        )
    ),
    "rt_turns": Command(
        (_RECORDING, _AS_MODEL, Word(("--latency",), "where the wait was", is_switch=True))
    ),
    "rt_timeline": Command(
        (
            _RECORDING,
            Word(("--start",), "seconds from the begin of the talk"),
            Word(("--end",), "seconds from the begin of the talk"),
            Word(("--theme",), "colours", ("light", "dark")),
        )
    ),
    "rt_cost": Command(
        (_RECORDING, _AS_MODEL, Word(("--forecast",), "how many turns to look ahead"))
    ),
    "rt_transcribe": Command(
        (
            _BACKEND,
            Word(("recording",), "WAV file or variable that is written down", source="files"),
            _DIALECT,
            *_ACCESS,
            *_COPY,
        ),
        "hearing",
    ),
    "rt_token": Command(
        (
            _BACKEND,
            Word(("--expires-after",), "seconds in which it can start a session, 10 to 7200"),
            Word(
                ("--endpoint",),
                "GA's way of minting, or one of the older two",
                ("client_secrets", "sessions", "transcription_sessions"),
            ),
            *_ACCESS,
        ),
        "session",
    ),
}


def command_of(magic: str, words: list[str]) -> tuple[Command, list[str]]:
    """Return the command of a magic and the words that are left; its action is taken.

    Raises
    ------
    KeyError
        If the magic has actions, and the first word is none of them; holds those it has.
    """
    if magic in COMMANDS:
        return COMMANDS[magic], words
    if words and f"{magic} {words[0]}" in COMMANDS:
        return COMMANDS[f"{magic} {words[0]}"], words[1:]
    actions = [name.partition(" ")[2] for name in COMMANDS if name.startswith(f"{magic} ")]
    raise KeyError(*actions)
