"""Frames from outside: what is refused, what is tolerated, what is kept as it came."""

import json

import pytest
from IPython.lib.pretty import pretty

from rt_notebook.protocol.events import (
    Event,
    MalformedEvent,
    decode_audio,
    encode_audio,
    parse_event,
)
from rt_notebook.secret import MASK, Secret

KEY = "sk-canary-0123456789abcdef"


def test_an_unknown_type_and_unknown_fields_are_kept_as_they_came():
    frame = '{"type":"response.hologram.delta","event_id":"e1","delta":{"x":[1,2]},"new":null}'
    event = parse_event(frame)
    assert event.type == "response.hologram.delta"
    assert event == {
        "type": "response.hologram.delta",
        "event_id": "e1",
        "delta": {"x": [1, 2]},
        "new": None,
    }


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "hello",
        "[1,2]",
        "null",
        "5",
        "{}",
        '{"type":5}',
        '{"type":null}',
        '{"type":"x","n":NaN}',
        '{"type":"x","n":Infinity}',
        '{"type":"x","n":-1e999}',
        '{"type":"x","type":"y"}',
        '{"type":"x","a":[{"b":1,"b":1}]}',
        '{"type":"x"}{"type":"x"}',
        '\u00a0{"type":"x"}',
        '{"type":"x","n":' + "9" * 309 + "}",
        '{"type":"x","n":' + "9" * 5000 + "}",
        b"\x00\x01",
        "[" * 100_000,
    ],
)
def test_what_is_no_event_is_refused(frame):
    with pytest.raises(MalformedEvent):
        parse_event(frame)


def test_white_space_around_an_event_is_allowed():
    assert parse_event(' \t\r\n{"type":"x"}\n') == {"type": "x"}


@pytest.mark.parametrize(
    "event",
    [
        {"type": "response.output_audio.delta", "item_id": "i", "content_index": 0, "delta": 5},
        {"type": "response.output_audio.delta", "item_id": "i", "content_index": True, "delta": ""},
        {"type": "response.done", "response": []},
        {"type": "error"},
        {"type": "input_audio_buffer.speech_started", "item_id": None, "audio_start_ms": 0},
        {"type": "conversation.item.added", "item": {"id": ["i"]}},
        {"type": "conversation.item.added", "item": {"id": "i"}, "previous_item_id": {}},
        {"type": "conversation.item.added", "item": {"id": "i", "status": ["completed"]}},
        {"type": "response.created", "response": {"id": 5}},
        {"type": "session.updated", "session": {"audio": {"output": "pcm16"}}},
        {"type": "error", "error": {"code": []}},
    ],
)
def test_a_known_event_without_what_its_type_promises_is_refused(event):
    with pytest.raises(MalformedEvent, match=event["type"]):
        parse_event(json.dumps(event))


@pytest.mark.parametrize("type", ["x", "response.hologram.delta"])
def test_nesting_is_bounded(type):
    deep = f'{{"type":"{type}","a":' + "[" * 70 + "]" * 70 + "}"
    with pytest.raises(MalformedEvent, match="deeper"):
        parse_event(deep)


@pytest.mark.parametrize(("opening", "closing"), ["[]", ('{"a":', "}")])
def test_an_event_is_64_levels_deep_at_most(opening, closing):
    def nested(levels):
        inside = opening * (levels - 1) + "0" + closing * (levels - 1)
        return f'{{"type":"x","flat":[1,2],"a":{inside}}}'

    assert parse_event(nested(64))["a"] != 0
    with pytest.raises(MalformedEvent, match="deeper"):
        parse_event(nested(65))


def test_a_frame_of_more_than_8_mib_is_refused_before_it_is_read():
    with pytest.raises(MalformedEvent, match="bytes"):
        parse_event('{"type":"x"}' + " " * 8 * 1024**2)


def test_a_refusal_never_quotes_the_frame():
    with pytest.raises(MalformedEvent) as refusal:
        parse_event('{"type":"error","error":"sk-secret"}')
    assert "sk-secret" not in str(refusal.value)


@pytest.mark.parametrize("text", ["@@@@!", "abc", "AA=A", "ÄÖÜ=", "A A="])
def test_audio_that_is_not_strict_base64_is_refused(text):
    with pytest.raises(MalformedEvent):
        decode_audio(text)


def test_audio_round_trips_without_line_breaks():
    audio = bytes(range(256)) * 40
    text = encode_audio(audio)
    assert "\n" not in text
    assert decode_audio(text) == audio


def test_json_is_one_compact_line_without_nan():
    assert Event(type="a", text="é").to_json() == '{"type":"a","text":"é"}'
    with pytest.raises(ValueError, match="JSON"):
        Event(type="a", n=float("nan")).to_json()


def test_every_recorded_server_event_is_read_without_loss(shared):
    count = 0
    for path in sorted((shared / "recordings").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            if record.get("dir") == "s":
                assert parse_event(json.dumps(record["ev"])) == record["ev"]
                count += 1
    assert count > 500


@pytest.mark.parametrize(
    "translate",
    [None, lambda event: {**event, "response": {**event["response"], "output": [{"x": KEY}]}}],
    ids=["as it came", "of another dialect"],
)
def test_what_an_event_holds_is_kept_and_shown_without_secrets(translate):
    secret = Secret(KEY)
    frame = json.dumps({"type": "response.done", "response": {"id": KEY, "output": [{"x": KEY}]}})
    response = parse_event(frame, translate)["response"]
    assert response == {"id": secret.reveal(), "output": [{"x": KEY}]}
    for shown in (repr(response), pretty(response), repr(response["output"])):
        assert KEY not in shown
        assert MASK in shown


def test_an_object_that_came_is_laid_out_in_a_cell_as_any_other():
    usage = {f"tokens_of_kind_{n}": n for n in range(9)}
    frame = json.dumps({"type": "response.done", "response": {"usage": usage}})
    assert pretty(parse_event(frame)["response"]["usage"]) == pretty(usage)
