"""How sentences become deltas, and who gets a turn between them."""

from __future__ import annotations

import asyncio
from typing import Any

from rt_notebook.server.conversation import Conversation
from rt_notebook.server.response_options import ResponseOptions
from rt_notebook.server.responses import Response
from rt_notebook.server.session_state import SessionState
from rt_notebook.server.speaking import Speaker
from rt_notebook.server.speech import Speech

from .wire import run


def text_response(emit: Any, most: Any = "inf") -> Response:
    audio_format = {"type": "audio/pcm", "rate": 24000}
    options = ResponseOptions("text", "", [], "auto", most, audio_format, "marin")
    return Response(emit, options, Conversation())


def speaker(response: Response) -> Speaker:
    return Speaker(response, Speech(is_wanted=False), SessionState())


@run
async def test_others_get_their_turn_while_a_long_text_is_written():
    deltas: list[str] = []
    seen: list[int] = []

    def emit(type: str, **fields: Any) -> None:
        if type.endswith(".delta"):
            deltas.append(fields["delta"])

    async def other() -> None:
        seen.append(len(deltas))

    await asyncio.gather(speaker(text_response(emit)).say(["word " * 1000]), other())
    assert seen[0] < 10
    assert "".join(deltas) == "word " * 1000
