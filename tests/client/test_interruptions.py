"""A thousand interruptions at places drawn by a seed, against a server that is strict.

The server keeps what the API's reference says of ``conversation.item.truncate``: the item
exists, it is the assistant's, and it is cut within the audio that was sent, not at zero.
What is to be truncated where is reckoned here from the player's side, sample by sample.
"""

import queue
import random

import pytest

from rt_notebook import connect
from rt_notebook.client.observer import Observer
from rt_notebook.protocol.events import encode_audio

from .scripted import Puppet, scripted_server

pytestmark = pytest.mark.slow

SEED = 7
ROUNDS = 1000
SAMPLES_PER_MS = 24


class Player(Observer):
    """Plays nothing, and says that it rendered what the test drew."""

    can_play = True

    def __init__(self, session):
        self.core = session.core
        self.line = []  # [item id, samples] in playing order, of this epoch
        self.share = self.latency_ms = 0.0
        self.reports_before = False
        self.flushes = queue.Queue()

    def play(self, item_id, pcm):
        self.line.append([item_id, len(pcm) // 2])

    def flush(self, epoch):
        line, self.line = self.line, []
        rendered = round(self.share * sum(samples for _, samples in line))
        if self.reports_before:
            self.core.played(epoch, rendered // 2, self.latency_ms)
        self.core.flushed(epoch, rendered, self.latency_ms)
        self.flushes.put((line, rendered))


class Strict:
    """What the API would say to a truncation."""

    def __init__(self):
        self.samples = {}  # item id → samples sent

    def objection(self, truncate):
        item_id, end_ms = truncate["item_id"], truncate["audio_end_ms"]
        if item_id not in self.samples:
            return f"no item {item_id} of the assistant"
        if end_ms <= 0 or truncate["content_index"] != 0:
            return f"nothing to cut at {end_ms} ms of part {truncate['content_index']}"
        duration_ms = self.samples[item_id] // SAMPLES_PER_MS
        if end_ms > duration_ms:
            return f"Audio content of {duration_ms}ms is already shorter than {end_ms}ms"
        return None


def answer(draw, n, strict):
    """A response of one to three spoken items; the last may be unfinished, the rest late."""
    response = {"id": f"r{n}", "conversation_id": "conv_1", "metadata": None}
    events = [{"type": "response.created", "response": response}]
    complete = draw.random() < 0.5
    item_ids = [f"a{n}_{k}" for k in range(draw.randint(1, 3))]
    for item_id in item_ids:
        item = {"id": item_id, "type": "message", "role": "assistant", "content": []}
        events.append({"type": "response.output_item.added", "response_id": f"r{n}", "item": item})
        events.append({"type": "conversation.item.added", "previous_item_id": None, "item": item})
        events += [sound(draw, n, item_id, strict) for _ in range(draw.randint(1, 4))]
        if complete or item_id != item_ids[-1]:
            ended = {"response_id": f"r{n}", "item_id": item_id, "content_index": 0}
            events.append({"type": "response.output_audio.done", **ended})
    done = {
        "type": "response.done",
        "response": {**response, "status": "completed" if complete else "cancelled"},
    }
    late = [] if complete else [sound(draw, n, item_ids[-1], strict)]
    speech = {"type": "input_audio_buffer.speech_started", "item_id": f"u{n}", "audio_start_ms": 0}
    tail = [done, speech] if complete else [speech, *late, done]
    return [{"event_id": f"e{n}_{k}", **e} for k, e in enumerate([*events, *tail])], complete


def sound(draw, n, item_id, strict):
    samples = draw.randint(480, 4800)
    strict.samples[item_id] = strict.samples.get(item_id, 0) + samples
    return {
        "type": "response.output_audio.delta",
        "response_id": f"r{n}",
        "item_id": item_id,
        "content_index": 0,
        "delta": encode_audio(bytes(2 * samples)),
    }


def to_truncate(line, rendered, latency_ms, complete):
    """Item → milliseconds, reckoned over the line of samples that the player had."""
    items = list(dict.fromkeys(item_id for item_id, _ in line))
    length = {i: sum(samples for item_id, samples in line if item_id == i) for i in items}
    audible = max(0, rendered - round(latency_ms * SAMPLES_PER_MS))
    cuts, start = {}, 0
    for item_id in items:
        played = min(max(0, audible - start), length[item_id])
        start += length[item_id]
        finished = complete or item_id != items[-1]
        if played // SAMPLES_PER_MS > 0 and not (finished and played == length[item_id]):
            cuts[item_id] = played // SAMPLES_PER_MS
    return cuts


def test_every_interruption_truncates_at_what_was_played_and_the_server_never_objects():
    draw, strict, puppet = random.Random(SEED), Strict(), Puppet()
    truncated = 0
    with scripted_server(puppet.script) as url, connect(url, quiet=True) as session:
        player = Player(session)
        session.core.attach(player)
        for n in range(ROUNDS):
            # An exact end is what players report most often: nothing heard, or all of it.
            player.share = draw.choice([0.0, draw.random(), draw.random(), draw.random()])
            player.latency_ms = draw.choice([0.0, draw.uniform(0, 40)])
            player.reports_before = draw.random() < 0.5
            events, complete = answer(draw, n, strict)
            puppet.say(*events)
            line, rendered = player.flushes.get(timeout=10)
            session.clear_audio()
            cuts = {}
            while (event := puppet.received.get(timeout=10))["type"] != "input_audio_buffer.clear":
                assert event["type"] == "conversation.item.truncate", f"seed {SEED}, round {n}"
                assert strict.objection(event) is None, f"seed {SEED}, round {n}"
                cuts[event["item_id"]] = event["audio_end_ms"]
            expected = to_truncate(line, rendered, player.latency_ms, complete)
            assert cuts == expected, f"seed {SEED}, round {n}"
            truncated += len(cuts)
        late = {item_id for item_id, _ in player.line}
        heard = session.heard
    assert truncated > ROUNDS // 2
    assert late == set(), "audio that came late of a cancelled response was played"
    assert {h.state for h in heard.values()} >= {"cut", "unplayed", "heard"}
    assert all(h.heard_ms <= h.received_ms for h in heard.values())
