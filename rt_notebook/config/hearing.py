"""The options of what the server hears: the part of the table under ``audio.input``."""

from __future__ import annotations

from .catalogue import TRANSCRIPTION_MODELS
from .option import Option
from .reading import Choice, Flag, Name, Number, Text, Whole
from .structures import Format, Languages, Shorthand, Switch, Texts

__all__ = ["HEARING", "NOISE_REDUCTION_PATH", "TRANSCRIPTION_PATH", "TURN_DETECTION_PATH"]

_IN = ("audio", "input")
NOISE_REDUCTION_PATH = (*_IN, "noise_reduction")
TRANSCRIPTION_PATH = (*_IN, "transcription")
TURN_DETECTION_PATH = (*_IN, "turn_detection")

_FIELDS = ("near_field", "far_field")
_TURNS = ("server_vad", "semantic_vad")
_EAGERNESS = ("low", "medium", "high", "auto")
_DELAYS = ("minimal", "low", "medium", "high", "xhigh")
_TRANSCRIPTION_NAMES = tuple(model.name for model in TRANSCRIPTION_MODELS)

_FORMAT = (
    Option(
        "input_audio_format",
        (*_IN, "format"),
        "format of the audio that is sent",
        Format(),
        default="pcm16",
    ),
)
_TURN_DETECTION = (
    Option(
        "enable_turn_detection",
        TURN_DETECTION_PATH,
        "whether the server finds the turns; without, push-to-talk",
        Switch(),
        default="true",
    ),
    Option(
        "turn_detection",
        TURN_DETECTION_PATH,
        "turn detection as a whole, or its type; none for push-to-talk",
        Shorthand("type", _TURNS, on=True),
        default="server_vad",
        nullable=True,
    ),
    Option(
        "turn_detection_type",
        (*TURN_DETECTION_PATH, "type"),
        "turns end at a silence (server_vad) or when a sentence sounds finished",
        Choice(_TURNS),
        default="server_vad",
        nullable=True,
        nulls_parent=True,
    ),
    Option(
        "turn_detection_eagerness",
        (*TURN_DETECTION_PATH, "eagerness"),
        "semantic_vad: how soon a turn ends, at the latest after 8, 4 or 2 s",
        Choice(_EAGERNESS),
        default="auto, as medium",
        aliases=("eagerness",),
    ),
    Option(
        "turn_detection_threshold",
        (*TURN_DETECTION_PATH, "threshold"),
        "server_vad: how sure it must be that it hears speech",
        Number(0, 1),
        default="0.5",
        aliases=("threshold",),
    ),
    Option(
        "turn_detection_prefix_padding",
        (*TURN_DETECTION_PATH, "prefix_padding_ms"),
        "server_vad: audio kept before the speech",
        Whole(0, unit="ms"),
        default="300 ms",
        aliases=("turn_detection_prefix_padding_ms", "prefix_padding", "prefix_padding_ms"),
    ),
    Option(
        "turn_detection_silence_duration",
        (*TURN_DETECTION_PATH, "silence_duration_ms"),
        "server_vad: silence that ends a turn",
        Whole(0, unit="ms"),
        default="500 ms",
        aliases=("turn_detection_silence_duration_ms", "silence_duration", "silence_duration_ms"),
    ),
    Option(
        "turn_detection_idle_timeout",
        (*TURN_DETECTION_PATH, "idle_timeout_ms"),
        "server_vad: the model speaks up when the user says nothing for so long",
        Whole(5000, 30000, unit="ms"),
        default="none",
        aliases=("turn_detection_idle_timeout_ms", "idle_timeout", "idle_timeout_ms"),
        nullable=True,
    ),
    Option(
        "create_response_on_turn_end",
        (*TURN_DETECTION_PATH, "create_response"),
        "whether the end of a turn asks for an answer",
        Flag(),
        default="true",
        aliases=("create_response",),
    ),
    Option(
        "interrupt_response",
        (*TURN_DETECTION_PATH, "interrupt_response"),
        "whether speech interrupts the answer",
        Flag(),
        default="true",
    ),
)
_TRANSCRIPTION = (
    Option(
        "enable_input_audio_transcription",
        TRANSCRIPTION_PATH,
        "whether what the user says is written down",
        Switch(),
        default="false",
    ),
    Option(
        "input_audio_transcription",
        TRANSCRIPTION_PATH,
        "transcription as a whole, or its model",
        Shorthand("model", _TRANSCRIPTION_NAMES, any_word=True, on=True),
        default="none",
        aliases=("transcription",),
        nullable=True,
    ),
    Option(
        "input_audio_transcription_model",
        (*TRANSCRIPTION_PATH, "model"),
        "what transcribes",
        Name(_TRANSCRIPTION_NAMES, "model"),
        aliases=("transcription_model",),
    ),
    Option(
        "input_audio_transcription_language",
        (*TRANSCRIPTION_PATH, "language"),
        "the language that the user speaks",
        Languages(),
        aliases=("transcription_language",),
    ),
    Option(
        "input_audio_transcription_languages",
        (*TRANSCRIPTION_PATH, "languages"),
        "languages that the user may speak",
        Languages(several=True),
        aliases=("transcription_languages",),
    ),
    Option(
        "input_audio_transcription_prompt",
        (*TRANSCRIPTION_PATH, "prompt"),
        "words that guide the transcription",
        Text(),
        aliases=("transcription_prompt",),
    ),
    Option(
        "input_audio_transcription_keywords",
        (*TRANSCRIPTION_PATH, "keywords"),
        "words to listen for",
        Texts(),
        aliases=("transcription_keywords",),
    ),
    Option(
        "input_audio_transcription_delay",
        (*TRANSCRIPTION_PATH, "delay"),
        "how long it waits before it writes; longer is more accurate",
        Choice(_DELAYS),
        aliases=("transcription_delay",),
    ),
)
_NOISE_REDUCTION = (
    Option(
        "input_audio_noise_reduction",
        NOISE_REDUCTION_PATH,
        "noise reduction as a whole",
        Shorthand("type", _FIELDS),
        default="none",
        aliases=("noise_reduction",),
        nullable=True,
    ),
    Option(
        "input_audio_noise_reduction_type",
        (*NOISE_REDUCTION_PATH, "type"),
        "near_field for a headset, far_field for a laptop's microphone",
        Choice(_FIELDS),
        aliases=("noise_reduction_type",),
        nullable=True,
        nulls_parent=True,
    ),
    Option(
        "input_audio_noise_reduction_strength",
        (*NOISE_REDUCTION_PATH, "strength"),
        "how much noise is taken away",
        Number(0, 1),
        default="1",
        aliases=("noise_reduction_strength",),
    ),
)

HEARING: tuple[Option, ...] = (*_FORMAT, *_TURN_DETECTION, *_TRANSCRIPTION, *_NOISE_REDUCTION)
