"""A short talk, as a log: spoken question, spoken answer, interrupted half way."""

from __future__ import annotations

from rt_notebook.protocol.events import Event
from rt_notebook.record.log import Log

SECOND = 24000 * 2
SESSION = {
    "type": "realtime",
    "model": "test",
    "audio": {
        "input": {"turn_detection": {"type": "server_vad"}, "transcription": {"model": "x"}},
        "output": {"voice": "marin"},
    },
}


def message(item_id: str, role: str) -> dict:
    return {"id": item_id, "type": "message", "role": role, "content": []}


def spoken_talk(seconds: float = 1.0) -> Log:
    """The user speaks for `seconds`, is answered for 2 s, and cuts in after one."""
    log = Log()
    clock = iter(range(100))

    def add(direction, type, audio=b"", **fields):
        time = next(clock) * 0.5
        log.append(
            direction, Event(type=type, **fields), time=time, wall_time=1000 + time, audio=audio
        )

    add("received", "session.created", session=SESSION)
    add("sent", "input_audio_buffer.append", bytes([1, 0]) * int(seconds * SECOND / 2))
    add("received", "input_audio_buffer.speech_started", item_id="u1", audio_start_ms=0)
    add("received", "input_audio_buffer.speech_stopped", item_id="u1", audio_end_ms=1000)
    add("received", "input_audio_buffer.committed", item_id="u1", previous_item_id=None)
    add(
        "received",
        "conversation.item.added",
        item={**message("u1", "user"), "content": [{"type": "input_audio"}]},
        previous_item_id=None,
    )
    add("received", "response.created", response={"id": "r1", "status": "in_progress"})
    add("received", "response.output_item.added", response_id="r1", item=message("a1", "assistant"))
    add(
        "received",
        "conversation.item.added",
        item=message("a1", "assistant"),
        previous_item_id="u1",
    )
    add("player", "player.opened")
    for _ in range(2):
        add(
            "received",
            "response.output_audio.delta",
            bytes([2, 0]) * (SECOND // 2),
            item_id="a1",
            response_id="r1",
            content_index=0,
            delta="",
        )
    add(
        "received",
        "response.output_audio_transcript.delta",
        item_id="a1",
        response_id="r1",
        content_index=0,
        delta="one two three four",
    )
    add(
        "received",
        "conversation.item.input_audio_transcription.completed",
        item_id="u1",
        content_index=0,
        transcript="count to four",
    )
    add("player", "player.played", epoch=0, samples=12000, latency_ms=0.0)
    add("received", "input_audio_buffer.speech_started", item_id="u2", audio_start_ms=5000)
    add("player", "player.flushed", epoch=0, samples=24000, latency_ms=0.0)
    add(
        "sent",
        "conversation.item.truncate",
        event_id="event_cut",
        item_id="a1",
        content_index=0,
        audio_end_ms=1000,
    )
    add("received", "conversation.item.truncated", item_id="a1", audio_end_ms=1000, content_index=0)
    add("received", "response.done", response={"id": "r1", "status": "cancelled"})
    return log
