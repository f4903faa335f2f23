"""What the user says, on its way to one connection after another.

While there is none, the newest two seconds are held and what is older is dropped and
counted: an answer to speech of half a minute ago helps nobody. Beside that stands where in
the log each utterance lies, so that another server can be given it.
"""

from __future__ import annotations

from collections import deque

from ..errors import LocalProtocolError
from ..protocol.events import Event
from ..record.track import Track
from .takers import Takes

__all__ = ["MAX_HELD_MS", "MIN_COMMIT_MS", "Microphone"]

MAX_HELD_MS = 2000
MIN_COMMIT_MS = 100  # what the API takes as an utterance
MAX_RESTORED_MS = 120_000
_BYTES_PER_MS = 48  # mono PCM16 at 24 kHz

Span = tuple[int, int]


class Microphone:
    """The user's audio of one session.

    Parameters
    ----------
    track : Track
        The log's, of all that was sent.

    Attributes
    ----------
    sent, received : mapping
        What it takes, by event type.
    """

    def __init__(self, track: Track) -> None:
        self._track = track
        self._origin = 0  # where the connection's audio begins in the track
        self._open = 0  # where the input buffer begins in it
        self._held: deque[bytes] = deque()
        self._held_bytes = 0
        self._lost_bytes = 0
        self._committing: deque[Span] = deque()
        self._starts: dict[str, int] = {}
        self._spans: dict[str, Span] = {}
        self._is_whole = True  # whether the track has all that was appended
        self.sent: Takes = {
            "input_audio_buffer.append": self._on_append,
            "input_audio_buffer.commit": self._on_commit,
            "input_audio_buffer.clear": self._on_clear,
        }
        self.received: Takes = {
            "input_audio_buffer.speech_started": self._on_speech_started,
            "input_audio_buffer.speech_stopped": self._on_speech_stopped,
            "input_audio_buffer.committed": self._on_committed,
            "conversation.item.input_audio_transcription.completed": self._on_transcribed,
        }

    def too_short(self) -> LocalProtocolError | None:
        """Return why a commit of the audio that waits for one would be refused, if it would."""
        waiting_ms = (len(self._track) - self._open) // _BYTES_PER_MS
        if waiting_ms >= MIN_COMMIT_MS or not self._is_whole:
            return None
        return LocalProtocolError(
            f"got {waiting_ms} ms of audio to commit, expected {MIN_COMMIT_MS} ms or more; "
            "nothing was sent"
        )

    def hold(self, pcm: bytes) -> None:
        """Keep what is said while there is no connection."""
        self._held.append(pcm)
        self._held_bytes += len(pcm)
        while self._held_bytes > MAX_HELD_MS * _BYTES_PER_MS:
            oldest = self._held.popleft()
            self._held_bytes -= len(oldest)
            self._lost_bytes += len(oldest)

    def take(self) -> list[bytes]:
        """Return what was held, oldest first."""
        held, self._held, self._held_bytes = list(self._held), deque(), 0
        return held

    def take_lost_ms(self) -> int:
        """Return how much speech was lost since the last call."""
        lost, self._lost_bytes = self._lost_bytes, 0
        return lost // _BYTES_PER_MS

    def connected(self) -> None:
        """Begin another connection: its server counts from here."""
        self._origin = self._open = len(self._track)
        self._committing.clear()
        self._starts.clear()

    def cut_off(self, *, speaking: bool, intact: bool) -> None:
        """Count what the server had and no item holds, unless that was silence.

        Without all of the audio (`intact`) the server's times mean other places.
        """
        if speaking:
            self._lost_bytes += len(self._track) - self._open
        self._open = len(self._track)
        if not intact:
            self._spans = {id: span for id, span in self._spans.items() if span[1] <= self._origin}

    def audio(self, item_id: str) -> bytes | None:
        """Return what was said in an item without a transcript, if it is not long ago.

        Returns
        -------
        bytes or None
            Mono PCM16, 24 kHz; None for what is not among the newest two minutes.
        """
        room = MAX_RESTORED_MS * _BYTES_PER_MS
        for newest, (start, end) in reversed(self._spans.items()):
            room -= end - start
            if newest == item_id and room >= 0:
                return self._track.read(start, end - start) or None
        return None

    def _on_append(self, event: Event) -> None:
        if "audio" in event:
            self._is_whole = False  # it was encoded elsewhere

    def _on_commit(self, event: Event) -> None:
        self._committing.append((self._open, len(self._track)))
        self._open = len(self._track)

    def _on_clear(self, event: Event) -> None:
        self._open = len(self._track)

    def _on_speech_started(self, event: Event) -> None:
        start = self._origin + event["audio_start_ms"] * _BYTES_PER_MS
        self._starts[event["item_id"]] = self._open = max(self._origin, start)

    def _on_speech_stopped(self, event: Event) -> None:
        end = self._origin + event["audio_end_ms"] * _BYTES_PER_MS
        start = self._starts.pop(event["item_id"], self._open)
        self._spans[event["item_id"]] = (start, end)
        self._open = min(end, len(self._track))

    def _on_committed(self, event: Event) -> None:
        if self._committing:
            self._spans.setdefault(event["item_id"], self._committing.popleft())

    def _on_transcribed(self, event: Event) -> None:
        self._spans.pop(event["item_id"], None)  # its words say it in less
