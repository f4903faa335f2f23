"""A person speaks over a long story: it stops, and both sides know how much was heard."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path

import pytest

from rt_notebook.notebook.panel import FLUSH_ANSWER_SECONDS

from ..benchmarks.figures import show
from ..speech import microphone_wav, say
from .heard import Heard, first_loud, heard
from .notebook import Notebook
from .panel_sound import output_latency_ms, turn_microphone_on
from .tap import QUANTUM_FRAMES, Recording, Tap

pytestmark = pytest.mark.slow

CONNECT = "%load_ext rt_notebook\n%rt_connect offline -o session"
ASK = "Tell me a long story."
THANK = "Thank you."
LISTENED_SECONDS = 3.5
LOADING_SECONDS = 2.0  # the server's models, on a busy machine

SAMPLES_PER_MS = 24
QUANTUM_MS = QUANTUM_FRAMES / SAMPLES_PER_MS
REPLIES = """[dict(
    id=item.id,
    state=item.state,
    heard_ms=item.heard_ms,
    sound=__import__("base64").b64encode(session.log.audio(item.id)).decode(),
) for item in session.items if item.role == "assistant"]"""
EVENTS = """[(e.wall_time, e.event.type, e.event.get("item_id"), e.event.get("audio_end_ms"))
    for e in session.log if e.audio is None]"""
TRUNCATE = "conversation.item.truncate"


@dataclass(frozen=True)
class Story:
    """A story that was spoken over, as the kernel has it and as the page played it."""

    id: str
    state: str
    heard_ms: int
    truncated_at_ms: list[int]
    pcm: bytes
    spoken_over: float
    heard: Heard

    @property
    def received_ms(self) -> float:
        return len(self.pcm) / 2 / SAMPLES_PER_MS

    @property
    def rendered_ms(self) -> tuple[float, float]:
        """What the page rendered, at least and at most: a cut in a pause cannot be seen."""
        return self.heard.samples / SAMPLES_PER_MS, self.heard.samples_at_most / SAMPLES_PER_MS

    @property
    def cut_in_sound(self) -> bool:
        least, most = self.rendered_ms
        return most - least < QUANTUM_MS

    @property
    def from_the_beginning(self) -> bool:
        return (
            self.heard.first_sample
            <= first_loud(self.pcm)
            < self.heard.first_sample + QUANTUM_FRAMES
        )


@pytest.mark.parametrize("count", [2, pytest.param(20, marks=pytest.mark.long)])
@pytest.mark.parametrize("path", ["direct", "comm"])
def test_speaking_over_a_story_stops_it_and_tells_how_much_was_heard(
    open_notebook, tmp_path, path, count
):
    microphone = impatient(tmp_path / "impatient.wav", count)
    notebook = open_notebook(CONNECT, microphone=microphone, remote=path == "comm")
    notebook.run_all()
    ear = turn_microphone_on(notebook, path)
    done = f"len(session.replies) > {count} and session.replies[-1].done"
    notebook.wait_until(done, seconds=30 + 10 * count)
    stories, recording = told(notebook, ear)
    latency_ms = output_latency_ms(notebook)
    assert len(stories) == count
    for story in stories:
        assert (story.state, story.truncated_at_ms) == ("interrupted", [story.heard_ms])
        assert 0 < story.heard_ms <= story.received_ms
        assert story.from_the_beginning
        assert nothing_after(story.heard)
        least, most = story.rendered_ms
        assert story.heard_ms + latency_ms <= most + QUANTUM_MS
        # A page that does not answer in time is taken at its last word.
        late = stop_ms(story, recording) > FLUSH_ANSWER_SECONDS * 1000 / 2
        assert late or story.heard_ms + latency_ms >= least - QUANTUM_MS
        notes = notebook.page.locator(f"[data-id='{story.id}'] .rt-note").all_inner_texts()
        assert notes == [
            f"Interrupted after {story.heard_ms / 1000:.1f} s: the rest was not heard."
        ]
    in_sound = [stop_ms(story, recording) for story in stories if story.cut_in_sound]
    if in_sound:
        show(f"barge-in on the offline server, {path}", in_sound)


def impatient(path: Path, count: int) -> Path:
    """Write what the microphone hears: a story asked for and spoken over, time and again."""
    asked = [part for _ in range(count - 1) for part in (say(ASK), LISTENED_SECONDS)]
    first = (say(ASK), LOADING_SECONDS + LISTENED_SECONDS)
    return microphone_wav(path, 1.0, *first, *asked, say(THANK), 4.0)


def told(notebook: Notebook, ear: Tap) -> tuple[list[Story], Recording]:
    """Return the stories that were cut, and what the page played of each."""
    replies, events = notebook.evaluate(REPLIES), notebook.evaluate(EVENTS)
    begun = [
        next(time for time, type, item, _ in events if item == reply["id"]) for reply in replies
    ]
    recording = ear.wait_spoken(after=begun[-1])
    stories = []
    for reply, start, end in zip(replies, begun, begun[1:], strict=False):
        pcm = base64.b64decode(reply["sound"])
        stories.append(
            Story(
                reply["id"],
                reply["state"],
                reply["heard_ms"],
                [ms for _, type, item, ms in events if (type, item) == (TRUNCATE, reply["id"])],
                pcm,
                next(
                    time for time, type, *_ in events if "speech_started" in type and time > start
                ),
                heard(recording, pcm, start, end),
            )
        )
    return stories, recording


def nothing_after(story: Heard) -> bool:
    """Whether nothing but the fade of one render quantum followed what was heard."""
    last = story.quanta[-1]
    return all(quantum <= last + 1 for quantum in story.strange)


def stop_ms(story: Story, recording: Recording) -> float:
    """From the interruption's arrival in the kernel to the first silent render quantum."""
    last = max(story.heard.quanta[-1], *story.heard.strange, -1)
    return 1000 * (recording.times[last + 1] - story.spoken_over)
