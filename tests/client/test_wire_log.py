"""Logs of other programs open and replay."""

import json
import math

import pytest

import rt_notebook as rt
from rt_notebook.record.layout import MalformedRecording

SESSION = {"type": "session.created", "session": {"type": "realtime", "model": "x"}}
ITEM = {"id": "item_1", "type": "message", "role": "user", "content": []}


def written(tmp_path, *lines):
    path = tmp_path / "wire.jsonl"
    path.write_text(
        "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    )
    return path


def test_what_went_both_ways_is_read_and_the_rest_passed_over(tmp_path):
    path = written(
        tmp_path,
        {"meta": {"source": "a test"}},
        {"dir": "s", "ev": SESSION},
        "not json",
        {"dir": "c", "ev": {"type": "input_audio_buffer.append", "audio": "AAAAAA=="}},
        {"dir": "close", "ev": {"code": 4000}},
        {"dir": "s", "ev": {"type": "conversation.item.added", "item": 3}},
        {"dir": "s", "ev": {"type": "conversation.item.added", "item": ITEM}},
    )
    talk = rt.open(path)
    assert [entry.direction for entry in talk.log] == ["received", "sent", "received"]
    assert talk.audio() == bytes(4)
    assert [item.id for item in talk.items] == ["item_1"]
    times = [entry.time for entry in talk.log]
    assert times == sorted(set(times))


def test_the_old_dialect_is_known_by_its_names(tmp_path):
    part = {"item_id": "item_1", "content_index": 0, "response_id": "r", "delta": "AAAAAA=="}
    path = written(
        tmp_path,
        {"dir": "s", "ev": {"type": "session.created", "session": {"modalities": ["text"]}}},
        {"dir": "s", "ev": {"type": "response.audio.delta", **part}},
    )
    talk = rt.open(path)
    assert [entry.event.type for entry in talk.log][1] == "response.output_audio.delta"
    assert talk.config["output_modalities"] == ["text"]


def test_a_file_without_events_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(MalformedRecording, match=r"wire\.jsonl holds no event"):
        rt.open(written(tmp_path, {"meta": {}}))


def test_the_recordings_of_real_sessions_open_and_replay_twice_the_same(shared, tmp_path):
    paths = sorted((shared / "recordings").glob("*.jsonl"))
    talks = {path: rt.open(path) for path in paths if "client_secret" not in path.name}
    assert len(talks) >= 12
    for path, talk in talks.items():
        runs = [rt.replay(path, speed=math.inf).wait(60) for _ in range(2)]
        for run in runs:
            assert [item.text for item in run.items] == [item.text for item in talk.items]
            assert run.config == talk.config
            assert list(run.log) == list(talk.log)
        saved = talk.save(tmp_path / path.stem)
        assert rt.open(saved).save(tmp_path / "again").read_bytes() == saved.read_bytes()
