"""People who talk to one server at the same time, in a process of their own.

``python -m tests.benchmarks.talkers URL KEY TALKERS TURNS SPEECH…`` speaks files of PCM16
at the pace of a microphone and prints a line of JSON for every turn. The files end with
their last sound; silence follows, because a talker's microphone is always open.
"""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from dataclasses import asdict, dataclass, field
from itertools import chain, cycle, islice
from pathlib import Path

from websockets.asyncio.client import ClientConnection, connect

__all__ = ["SILENCE_MS", "Turn"]

SILENCE_MS = 500  # that ends a turn
_APART_S = 0.25  # the starts of 20 talkers are spread over 5 s
_CHUNK_MS = 40
_BYTES_PER_MS = 48
_ANSWER_TOKENS = 120  # five seconds of sound and its words
_WARM_UP_TOKENS = 16
_PATIENCE_S = 120.0


@dataclass
class Turn:
    """When what was said was answered, in seconds on the talker's clock.

    Attributes
    ----------
    spoken_at, stopped_at : float
        The last sound went out; ``speech_stopped`` came.
    chunks : list of (float, float)
        When a chunk of the answer came, and how many seconds of sound it holds.
    """

    spoken_at: float = 0.0
    stopped_at: float = 0.0
    chunks: list[tuple[float, float]] = field(default_factory=list)

    @property
    def detection_ms(self) -> float:
        """From the last sound of the question to ``speech_stopped``, silence apart."""
        return 1000 * (self.stopped_at - self.spoken_at) - SILENCE_MS

    @property
    def answer_ms(self) -> float:
        """From ``speech_stopped`` to the first sound of the answer."""
        return 1000 * (self.chunks[0][0] - self.stopped_at)

    @property
    def slack_ms(self) -> float:
        """How long before its time to be played the latest chunk came; below 0 is a gap."""
        (due, _), slack = self.chunks[0], []
        for came, seconds in self.chunks:
            slack.append(due - came)
            due += seconds
        return 1000 * min(slack[1:])  # with the first, the playing begins


class Talker:
    """One session, its microphone, and what it is answered."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._to_say = b""
        self._said: Turn | None = None

    async def open(self, answer_tokens: int) -> None:
        """Ask for short answers."""
        detection = {"type": "server_vad", "silence_duration_ms": SILENCE_MS}
        session = {
            "type": "realtime",
            "max_output_tokens": answer_tokens,
            "audio": {"input": {"turn_detection": detection}},
        }
        await self._socket.send(json.dumps({"type": "session.update", "session": session}))

    async def microphone(self) -> None:
        """Send what there is to say, and silence when there is nothing."""
        loop = asyncio.get_running_loop()
        size, due = _CHUNK_MS * _BYTES_PER_MS, loop.time()
        while True:
            chunk, self._to_say = self._to_say[:size], self._to_say[size:]
            audio = base64.b64encode(chunk.ljust(size, b"\0")).decode()
            event = {"type": "input_audio_buffer.append", "audio": audio}
            await self._socket.send(json.dumps(event))
            if chunk and not self._to_say and self._said is not None:
                self._said.spoken_at = loop.time()
            due += _CHUNK_MS / 1000
            await asyncio.sleep(max(0.0, due - loop.time()))

    async def turn(self, speech: bytes) -> Turn:
        """Ask, and listen until the answer is over."""
        loop, turn = asyncio.get_running_loop(), Turn()
        self._said, self._to_say = turn, speech
        while True:
            event = json.loads(await asyncio.wait_for(self._socket.recv(), _PATIENCE_S))
            if event["type"] == "error":
                raise RuntimeError(event["error"]["message"])
            if event["type"] == "input_audio_buffer.speech_stopped":
                turn.stopped_at = loop.time()
            elif event["type"] == "response.output_audio.delta":
                pcm = base64.b64decode(event["delta"])
                turn.chunks.append((loop.time(), len(pcm) / _BYTES_PER_MS / 1000))
            elif event["type"] == "response.done":
                return turn


async def _talk(
    url: str, key: str, speeches: list[bytes], start_s: float, tokens: int = _ANSWER_TOKENS
) -> list[Turn]:
    headers = {"Authorization": f"Bearer {key}"}
    async with connect(url, additional_headers=headers, max_size=None) as socket:
        talker = Talker(socket)
        await talker.open(tokens)
        microphone = asyncio.ensure_future(talker.microphone())
        try:
            await asyncio.sleep(start_s)
            return [await talker.turn(speech) for speech in speeches]
        finally:
            microphone.cancel()


async def _main(url: str, key: str, talkers: int, turns: int, speeches: list[bytes]) -> None:
    await _talk(url, key, speeches[:1], 0, _WARM_UP_TOKENS)  # the models load with it
    plans = [list(islice(cycle(speeches), talker, talker + turns)) for talker in range(talkers)]
    talks = (_talk(url, key, plan, _APART_S * place) for place, plan in enumerate(plans))
    for turn in chain.from_iterable(await asyncio.gather(*talks)):
        print(json.dumps(asdict(turn)))


if __name__ == "__main__":
    _url, _key, _talkers, _turns, *_paths = sys.argv[1:]
    _speeches = [Path(path).read_bytes() for path in _paths]
    asyncio.run(_main(_url, _key, int(_talkers), int(_turns), _speeches))
