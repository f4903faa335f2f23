"""Logs of talks, written by hand: what a session would have logged, with times to the ms."""

import math

import numpy as np

from rt_notebook.audio import pcm
from rt_notebook.protocol.events import Event
from rt_notebook.record.log import Log

CHUNK_MS = 40
_BYTES_PER_MS = 48
SESSION = {
    "model": "gpt-realtime-2.1",
    "audio": {
        "input": {
            "turn_detection": {"type": "server_vad", "silence_duration_ms": 500},
            "transcription": {"model": "gpt-live-transcribe"},
        }
    },
}


def tone(ms):
    t = np.arange(24 * ms) / 24_000
    return pcm.encode((0.3 * np.sin(2 * math.pi * 440 * t)).astype(np.float32))


def usage(text, audio, text_out, audio_out):
    return {
        "input_tokens": text + audio,
        "output_tokens": text_out + audio_out,
        "input_token_details": {"text_tokens": text, "audio_tokens": audio},
        "output_token_details": {"text_tokens": text_out, "audio_tokens": audio_out},
    }


class Talk:
    """A log that is told what happened; times are seconds."""

    def __init__(self, session=SESSION):
        self.log = Log()
        self.received(0.0, "session.created", session=session)
        self._sent_ms = 0
        self._previous = None

    def add(self, direction, time, type, audio=b"", **fields):
        self.log.append(
            direction, Event(type=type, **fields), time=time, wall_time=time, audio=audio
        )

    def received(self, time, type, audio=b"", **fields):
        self.add("received", time, type, audio, **fields)

    def player(self, time, happening, **fields):
        self.add("player", time, f"player.{happening}", **fields)

    def microphone(self, time, sound):
        """Sound of the user that begins at a time, sent as it comes."""
        size = _BYTES_PER_MS * CHUNK_MS
        for start in range(0, len(sound), size):
            time += CHUNK_MS / 1000
            chunk = sound[start : start + size]
            self.add("sent", round(time, 6), "input_audio_buffer.append", chunk)
        self._sent_ms += len(sound) // _BYTES_PER_MS

    def spoken(self, item_id, start, ms, text, *, stop=0.6, commit=0.0):
        """One second of silence aside, the user speaks from `start` on for `ms`."""
        start_ms = self._sent_ms
        self.microphone(start, tone(ms) + pcm.silence(1000))
        ended = start + ms / 1000 + stop
        heard = {"item_id": item_id, "audio_start_ms": start_ms}
        self.received(start + 0.2, "input_audio_buffer.speech_started", **heard)
        stopped = {"item_id": item_id, "audio_end_ms": start_ms + ms + 500}
        self.received(ended, "input_audio_buffer.speech_stopped", **stopped)
        self.received(ended + commit, "input_audio_buffer.committed", item_id=item_id)
        self._added(ended + commit, item_id, "user", "input_audio", transcript=text)
        done = "conversation.item.input_audio_transcription.completed"
        bill = {"type": "duration", "seconds": 2}
        self.received(ended + 0.3, done, item_id=item_id, transcript=text, usage=bill)

    def written(self, item_id, time, text):
        self._added(time, item_id, "user", "input_text", text=text)

    def created(self, time, response_id, **fields):
        self.received(time, "response.created", response={"id": response_id, **fields})

    def answer(self, response_id, item_id, times, text, sound=b""):
        """Say `text`: the item at the first time, its sound in even parts at all of them."""
        item = {"id": item_id, "type": "message", "role": "assistant"}
        about = {"response_id": response_id, "item_id": item_id, "content_index": 0}
        self.received(times[0], "response.output_item.added", response_id=response_id, item=item)
        self._added(times[0], item_id, "assistant", "output_audio", transcript=text)
        size = len(sound) // len(times)
        for n, time in enumerate(times):
            part = sound[n * size : (n + 1) * size]
            self.received(time, "response.output_audio.delta", part, delta="", **about)
        said = "response.output_audio_transcript.done"
        self.received(times[-1], said, transcript=text, **about)
        self.received(times[-1], "response.output_audio.done", **about)

    def calls(self, response_id, item_id, time, name, arguments, output):
        """Call a function, and get its output."""
        call = {"id": item_id, "type": "function_call", "call_id": f"call_{item_id}"}
        call |= {"name": name, "arguments": arguments}
        for end in ("added", "done"):
            type = f"response.output_item.{end}"
            self.received(time, type, response_id=response_id, item=call)
        result = {"id": f"{item_id}_out", "type": "function_call_output", "output": output}
        result["call_id"] = call["call_id"]
        self.received(time + 0.5, "conversation.item.added", item=result)

    def done(self, time, response_id, usage=None, status="completed"):
        response = {"id": response_id, "status": status, "usage": usage}
        self.received(time, "response.done", response=response)

    def _added(self, time, item_id, role, type, **part):
        item = {"id": item_id, "type": "message", "role": role, "content": [{"type": type, **part}]}
        self.received(time, "conversation.item.added", item=item, previous_item_id=self._previous)
        self._previous = item_id


def interrupted_talk():
    """A spoken turn that is heard, one with a tool, and one whose answer is cut short."""
    talk = Talk()
    talk.spoken("u1", 0.0, 1000, "What time is it?", commit=0.02)
    talk.created(1.7, "r1")
    talk.player(1.8, "opened")
    talk.answer("r1", "a1", [1.9, 2.0], "It is noon.", pcm.silence(100) + tone(900))
    talk.player(2.25, "audible", epoch=0, samples=2400, ago_ms=100.0, error_ms=2.0, latency_ms=0.0)
    talk.done(2.1, "r1", usage(50, 10, 8, 20))
    talk.player(3.1, "played", epoch=0, samples=24_000, latency_ms=0.0)

    talk.written("u2", 4.0, "And the weather?")
    talk.created(4.1, "r2")
    talk.calls("r2", "f1", 4.3, "weather", '{"city": "Oslo"}', "rain")
    talk.done(4.4, "r2", usage(70, 30, 12, 0))
    talk.created(4.9, "r3")
    talk.answer("r3", "a2", [5.0], "one two three four", tone(2000))
    talk.done(5.1, "r3", usage(90, 30, 9, 40))
    talk.player(5.6, "played", epoch=0, samples=24_000 + 12_000, latency_ms=0.0)
    talk.spoken("u3", 5.8, 600, "Stop.")
    talk.player(6.05, "flushed", epoch=0, samples=24_000 + 24_000, latency_ms=0.0)
    return talk.log
