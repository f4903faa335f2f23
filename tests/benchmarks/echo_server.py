"""A Realtime server that sends back what it hears."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass

import numpy as np
from websockets.asyncio.server import ServerConnection

from ..client.scripted import CREATED, send
from ..speech import SAMPLE_RATE_HZ
from .server_events import audio_delta, response_begins, response_ends

__all__ = ["BEGIN", "EchoServer"]

#: Python that, run in the kernel, tells the server to begin.
BEGIN = "session.send({'type': 'input_audio_buffer.clear'})"

_CHIRPS_IN_A_ROUND = 2
_BETWEEN_ROUNDS = round(0.3 * SAMPLE_RATE_HZ)
_LOUD = 600


@dataclass
class EchoServer:
    """Echoes from the moment that it is told to begin.

    Parameters
    ----------
    rounds
        Whether a response ends after every second chirp, and the 0.3 s that follow are left
        out: what happened when one began is then over with it. Otherwise there is one
        endless response.
    """

    rounds: bool

    async def __call__(self, connection: ServerConnection) -> None:
        await send(connection, CREATED)
        while json.loads(await connection.recv())["type"] != "input_audio_buffer.clear":
            continue
        number = 0
        while True:
            await send(connection, *response_begins(number))
            await self._echo(connection, number)
            await send(connection, *response_ends(number, "completed"))
            left_out = 0
            while left_out < _BETWEEN_ROUNDS:
                left_out += _samples(await _heard(connection)).size
            number += 1

    async def _echo(self, connection: ServerConnection, number: int) -> None:
        """Echo one response."""
        chirps, chirping = 0, False
        while not (self.rounds and chirps == _CHIRPS_IN_A_ROUND):
            audio = await _heard(connection)
            await send(connection, audio_delta(number, audio))
            before, chirping = chirping, bool(np.abs(_samples(audio)).max() > _LOUD)
            chirps += before and not chirping


async def _heard(connection: ServerConnection) -> str:
    """Wait for the next piece of microphone audio, in base64."""
    while True:
        event = json.loads(await connection.recv())
        if event["type"] == "input_audio_buffer.append":
            return str(event["audio"])


def _samples(audio: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(audio), "<i2").astype(np.int32)
