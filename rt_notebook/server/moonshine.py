"""moonshine tiny-en, a speech recogniser for English of 27 million parameters.

The files come with the package moonshine-voice, whose own library takes every core and
four times as long for the same words. Source of the model: arXiv:2410.15608.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from ..audio.pcm import FloatArray
from .onnx import packaged, session

__all__ = ["SAMPLE_RATE_HZ", "Moonshine"]

SAMPLE_RATE_HZ = 16_000
_START, _END = 1, 2  # tokens
_TOKENS_PER_S = 6.5  # nobody speaks faster; what goes on beyond repeats itself
_LEAST_SAMPLES = 1600  # the encoder's convolutions need about 60 ms
_HEADS, _HEAD_SIZE = 8, 36
_WORD_START = "\u2581"


class Moonshine:
    """The loaded model; any number of threads may use it at once."""

    def __init__(self) -> None:
        folder = packaged("moonshine_voice", "assets", "tiny-en", "tokenizer.bin").parent
        self._encoder = session(folder / "encoder_model.ort")
        self._decoder = session(folder / "decoder_model_merged.ort")
        self._tokens = _vocabulary(folder / "tokenizer.bin")
        # What the decoder remembers of the steps before comes out as "present.…".
        outputs = [output.name for output in self._decoder.get_outputs()]
        self._memory = [name.replace("present", "past_key_values") for name in outputs[1:]]

    def transcribe(self, samples: FloatArray) -> str:
        """Return what is said in audio that is known to hold speech.

        Parameters
        ----------
        samples : ndarray of float32, shape (frames,)
            Mono at 16 kHz, at most 30 s. Silence must not come here: it is heard as "You".
        """
        missing = max(0, _LEAST_SAMPLES - len(samples))
        audio = np.pad(samples, (0, missing))[np.newaxis]
        mask = np.ones(audio.shape, np.int64)
        (encoded,) = self._encoder.run(None, {"input_values": audio, "attention_mask": mask})
        # The decoder's mask is one of samples, too, whatever its file says.
        speech = {"encoder_hidden_states": encoded, "encoder_attention_mask": mask}
        most = math.ceil(len(samples) / SAMPLE_RATE_HZ * _TOKENS_PER_S)
        return self._spelled(self._decoded(speech, most))

    def _decoded(self, speech: dict[str, Any], most: int) -> list[int]:
        """Return the likeliest token after each other, until the end or `most` of them."""
        nothing = np.zeros((1, _HEADS, 1, _HEAD_SIZE), np.float32)
        memory = dict.fromkeys(self._memory, nothing)
        tokens = [_START]
        for step in range(most):
            token = {"input_ids": np.array([tokens[-1:]]), "use_cache_branch": np.array([step > 0])}
            likely, *present = self._decoder.run(None, speech | token | memory)
            tokens.append(int(likely[0, -1].argmax()))
            if tokens[-1] == _END:
                return tokens[1:-1]
            for name, value in zip(self._memory, present, strict=True):
                if step == 0 or ".decoder." in name:  # what was heard stays as it was
                    memory[name] = value
        return tokens[1:]

    def _spelled(self, found: list[int]) -> str:
        text = b"".join(self._tokens[token] for token in found)
        return text.decode("utf-8", "replace").replace(_WORD_START, " ").strip()


def _vocabulary(file: Path) -> list[bytes]:
    """Read the tokens: each after its length, which takes a second byte from 128 on.

    Tokens in angle brackets are marks of the model and spell nothing.
    """
    data, at = file.read_bytes(), 0
    tokens = []
    while at < len(data):
        length, at = data[at], at + 1
        if length >= 128:
            length, at = length - 128 + 128 * data[at], at + 1
        token, at = data[at : at + length], at + length
        is_mark = length > 2 and token.startswith(b"<") and token.endswith(b">")
        tokens.append(b"" if is_mark else token)
    return tokens
