"""What the client may send and what a server event means. Ids and counts are given by hand."""

import itertools

import pytest

from rt_notebook.errors import LocalProtocolError
from rt_notebook.protocol.effects import (
    FlushPlayback,
    Play,
    ResponseEnded,
    ResponseStarted,
    Send,
    Settled,
    Sound,
    SoundEnd,
)
from rt_notebook.protocol.events import Event, MalformedEvent, encode_audio
from rt_notebook.protocol.machine import SessionMachine


@pytest.fixture
def machine():
    numbers = itertools.count(1)
    return SessionMachine(lambda: f"own_{next(numbers)}")


def create(event_id, marked=True, **response):
    metadata = {"rt_request": event_id} if marked else None
    return Event(
        type="response.create", event_id=event_id, response={"metadata": metadata, **response}
    )


def created(response_id, request=None, conversation_id="conv_1"):
    metadata = {"rt_request": request} if request else None
    response = {"id": response_id, "conversation_id": conversation_id, "metadata": metadata}
    return Event(type="response.created", event_id="e", response=response)


def done(response_id, status="completed"):
    return Event(type="response.done", event_id="e", response={"id": response_id, "status": status})


def error(event_id, code="invalid_value", message="no"):
    return Event(
        type="error", event_id="e", error={"code": code, "message": message, "event_id": event_id}
    )


def audio_delta(response_id, item_id, n_samples):
    return Event(
        type="response.output_audio.delta", event_id="e", response_id=response_id, item_id=item_id,
        output_index=0, content_index=0, delta=encode_audio(bytes(2 * n_samples)),
    )  # fmt: skip


def text_delta(response_id, item_id):
    return Event(
        type="response.output_text.delta", event_id="e", response_id=response_id, item_id=item_id,
        output_index=0, content_index=0, delta="x",
    )  # fmt: skip


def speech_started():
    return Event(
        type="input_audio_buffer.speech_started", event_id="e", item_id="u", audio_start_ms=0
    )


def sent(effects):
    return [effect.event for effect in effects if isinstance(effect, Send)]


def of(kind, effects):
    return [effect for effect in effects if isinstance(effect, kind)]


def speak(machine, n_samples, response_id="r1", item_id="a1", request=None):
    """Let the assistant say something that a player takes."""
    machine.receive(created(response_id, request))
    for play in of(Play, machine.receive(audio_delta(response_id, item_id, n_samples))):
        machine.queue_playback(play, n_samples)


# Requests


def test_a_request_is_settled_by_its_acknowledgement(machine):
    machine.request(Event(type="session.update", event_id="c1", session={}))
    effects = machine.receive(
        Event(type="session.updated", event_id="e", session={"type": "realtime"})
    )
    assert [s.event_id for s in of(Settled, effects)] == ["c1"]
    assert machine.session == {"type": "realtime"}


def test_a_refusal_settles_the_request_that_it_names(machine):
    machine.request(Event(type="session.update", event_id="c1", session={}))
    machine.request(Event(type="session.update", event_id="c2", session={}))
    (refused,) = of(Settled, machine.receive(error("c2")))
    assert (refused.event_id, refused.event.type) == ("c2", "error")


def test_item_acknowledgements_are_matched_by_item(machine):
    for name in ("x", "y"):
        machine.request(
            Event(type="conversation.item.create", event_id=f"c_{name}", item={"id": name})
        )
    effects = machine.receive(
        Event(type="conversation.item.added", event_id="e", previous_item_id=None, item={"id": "y"})
    )
    assert [s.event_id for s in of(Settled, effects)] == ["c_y"]


# Responses


def test_a_second_response_waits_until_the_first_is_done(machine):
    assert sent(machine.request(create("c1")))
    assert sent(machine.request(create("c2"))) == []
    machine.receive(created("r1", "c1"))
    (next_one,) = sent(machine.receive(done("r1")))
    assert next_one["event_id"] == "c2"


def test_a_response_beside_the_conversation_goes_out_at_once(machine):
    machine.request(create("c1"))
    machine.receive(created("r1", "c1"))
    assert sent(machine.request(create("c2", conversation="none")))
    machine.receive(created("r2", "c2", conversation_id=None))
    assert machine.active_response == "r1"
    machine.receive(done("r2"))
    assert machine.active_response == "r1"


def test_a_response_is_tied_to_its_request_by_our_metadata(machine):
    machine.request(create("c1", conversation="none"))
    machine.request(create("c2", conversation="none"))
    assert of(ResponseStarted, machine.receive(created("r2", "c2", None)))[0].event_id == "c2"
    assert of(ResponseStarted, machine.receive(created("r1", "c1", None)))[0].event_id == "c1"


def test_a_server_that_drops_metadata_does_not_take_a_marked_request(machine):
    """A response without our mark was begun by turn detection: ours is still to come."""
    machine.request(create("c1"))
    (started,) = of(ResponseStarted, machine.receive(created("r_vad")))
    assert started.event_id is None
    machine.receive(error("c1", "conversation_already_has_active_response"))
    assert [e["event_id"] for e in sent(machine.receive(done("r_vad")))] == ["c1"]


def test_an_active_response_error_without_an_id_is_the_oldest_requests(machine):
    """The live service has sent this error with event_id null (recorded)."""
    machine.request(create("c1"))
    assert (
        of(Settled, machine.receive(error(None, "conversation_already_has_active_response"))) == []
    )
    machine.receive(created("r_vad"))
    assert sent(machine.receive(done("r_vad")))


def test_a_refused_response_lets_the_next_one_go(machine):
    machine.request(create("c1"))
    machine.request(create("c2"))
    effects = machine.receive(error("c1"))
    assert [s.event_id for s in of(Settled, effects)] == ["c1"]
    assert [e["event_id"] for e in sent(effects)] == ["c2"]


def test_the_end_of_a_response_carries_its_last_state(machine):
    machine.receive(created("r1"))
    (ended,) = of(ResponseEnded, machine.receive(done("r1", "incomplete")))
    assert ended.response["status"] == "incomplete"


def test_cancel_with_nothing_to_cancel_is_refused_and_sends_nothing(machine):
    with pytest.raises(LocalProtocolError):
        machine.cancel()


def test_cancel_drops_what_waits_and_stops_what_runs(machine):
    machine.request(create("c1"))
    machine.receive(created("r1", "c1"))
    machine.request(create("c2"))
    effects = machine.cancel()
    assert [event.type for event in sent(effects)] == ["response.cancel"]
    assert [s.event_id for s in of(Settled, effects)] == ["c2"]
    assert sent(machine.receive(done("r1", "cancelled"))) == []


def stopped(effects):
    """The responses that are cancelled, in order."""
    return [e["response_id"] for e in sent(effects) if e.type == "response.cancel"]


def sounds(machine, response_id, item_id):
    """Whether audio that comes now is to be played."""
    (play,) = of(Play, machine.receive(audio_delta(response_id, item_id, 1_200)))
    return bool(machine.queue_playback(play, 1_200))


def test_cancel_stops_what_is_spoken_out_of_band(machine):
    machine.request(create("c1", conversation="none"))
    speak(machine, 2_400, request="c1")
    effects = machine.cancel()
    assert stopped(effects) == ["r1"]
    assert len(of(FlushPlayback, effects)) == 1
    assert not sounds(machine, "r1", "a1")


def test_cancel_stops_the_answer_and_all_that_is_made_out_of_band_each_once(machine):
    for name in ("c1", "c2", "c3", "c4"):
        machine.request(create(name, conversation="auto" if name == "c1" else "none"))
    speak(machine, 2_400, "r1", "a1", request="c1")
    speak(machine, 2_400, "r2", "a2", request="c2")
    machine.receive(created("r3", "c3"))
    machine.receive(text_delta("r3", "a3"))
    assert sorted(stopped(machine.cancel())) == ["r1", "r2", "r3"]
    assert stopped(machine.receive(created("r4", "c4"))) == ["r4"]


def test_what_was_asked_after_a_cancel_is_answered(machine):
    machine.request(create("c1"))
    machine.cancel()
    machine.request(create("c2"))
    assert stopped(machine.receive(created("r1", "c1"))) == ["r1"]
    assert [e["event_id"] for e in sent(machine.receive(done("r1", "cancelled")))] == ["c2"]


def test_who_goes_on_leaves_the_text_that_is_written_out_of_band(machine):
    machine.request(create("c1", conversation="none"))
    machine.request(create("c2", conversation="none"))
    machine.receive(created("r1", "c1"))
    speak(machine, 2_400, "r2", "a2", request="c2")
    assert stopped(machine.cancel(beside=False)) == ["r2"]
    with pytest.raises(LocalProtocolError):
        machine.cancel(beside=False)
    assert stopped(machine.cancel()) == ["r1"]


# Barge-in


def test_speech_silences_what_is_spoken_out_of_band_and_leaves_text(machine):
    machine.request(create("c1", conversation="none"))
    machine.request(create("c2", conversation="none"))
    speak(machine, 2_400, request="c1")
    machine.receive(created("r2", "c2"))
    machine.receive(text_delta("r2", "a2"))
    effects = machine.receive(speech_started())
    assert stopped(effects) == ["r1"]
    assert len(of(FlushPlayback, effects)) == 1
    assert not sounds(machine, "r1", "a1")
    assert stopped(machine.receive(speech_started())) == []


def test_speech_silences_what_is_about_to_be_spoken_out_of_band(machine):
    machine.request(create("c1", conversation="none"))
    response = {**created("r1", "c1")["response"], "output_modalities": ["audio"]}
    machine.receive(Event(type="response.created", event_id="e", response=response))
    assert stopped(machine.receive(speech_started())) == ["r1"]
    assert not sounds(machine, "r1", "a1")


def test_speech_silences_the_player_and_truncates_at_what_was_played(machine):
    speak(machine, 48_000)
    (flush,) = of(FlushPlayback, machine.receive(speech_started()))
    (truncate,) = sent(machine.flushed(flush.epoch, 24_000))
    assert truncate == {
        "type": "conversation.item.truncate",
        "event_id": "own_1",
        "item_id": "a1",
        "content_index": 0,
        "audio_end_ms": 1000,
    }


def test_truncate_is_clamped_to_received_audio(machine):
    speak(machine, 2_400)
    (flush,) = of(FlushPlayback, machine.receive(speech_started()))
    (truncate,) = sent(machine.flushed(flush.epoch, 48_000))
    assert truncate["audio_end_ms"] == 100


def test_nothing_played_is_never_truncated(machine):
    speak(machine, 48_000)
    (flush,) = of(FlushPlayback, machine.receive(speech_started()))
    assert sent(machine.flushed(flush.epoch, 0)) == []


def test_what_still_sounds_after_the_response_is_done_is_truncated_too(machine):
    speak(machine, 48_000)
    machine.receive(
        Event(type="response.output_audio.done", event_id="e", item_id="a1", content_index=0)
    )
    machine.receive(done("r1"))
    (flush,) = of(FlushPlayback, machine.receive(speech_started()))
    assert sent(machine.flushed(flush.epoch, 12_000))[0]["audio_end_ms"] == 500


def test_an_answer_beside_the_conversation_is_silenced_and_not_truncated(machine):
    machine.request(create("c1", conversation="none"))
    machine.receive(created("r1", "c1", conversation_id=None))
    (play,) = of(Play, machine.receive(audio_delta("r1", "a1", 24_000)))
    machine.queue_playback(play, 24_000)
    (flush,) = of(FlushPlayback, machine.receive(speech_started()))
    assert sent(machine.flushed(flush.epoch, 12_000)) == []


def test_silence_is_not_flushed(machine):
    speak(machine, 2_400)
    machine.played(0, 2_400)
    assert of(FlushPlayback, machine.receive(speech_started())) == []


def test_late_audio_of_an_interrupted_response_does_not_sound(machine):
    speak(machine, 2_400)
    machine.receive(speech_started())
    (late,) = of(Play, machine.receive(audio_delta("r1", "a1", 1_200)))
    assert machine.queue_playback(late, 1_200) == []


def test_the_next_response_sounds_again(machine):
    speak(machine, 2_400)
    machine.receive(speech_started())
    machine.receive(done("r1", "cancelled"))
    machine.receive(created("r2"))
    (play,) = of(Play, machine.receive(audio_delta("r2", "a2", 2_400)))
    assert machine.queue_playback(play, 2_400) == [Sound("a2", play.audio, 2_400)]


def test_speech_does_not_interrupt_when_the_session_says_so(machine):
    detection = {"type": "server_vad", "interrupt_response": False}
    session = {"audio": {"input": {"turn_detection": detection}}}
    machine.receive(Event(type="session.updated", event_id="e", session=session))
    speak(machine, 2_400)
    assert of(FlushPlayback, machine.receive(speech_started())) == []


@pytest.mark.parametrize("transcription", [None, {"model": "gpt-4o-transcribe"}])
def test_no_transcript_is_awaited_of_what_was_said_while_the_session_transcribed_nothing(
    machine, transcription
):
    def session_updated(transcription):
        session = {"audio": {"input": {"transcription": transcription}}}
        machine.receive(Event(type="session.updated", event_id="e", session=session))

    session_updated(transcription)
    content = [{"type": "input_audio", "transcript": None}]
    item = {"id": "u", "type": "message", "role": "user", "content": content}
    committed = {"type": "input_audio_buffer.committed", "previous_item_id": None}
    machine.receive(Event(**committed, event_id="e", item_id="u"))
    machine.receive(Event(type="conversation.item.added", event_id="e", item=item))
    session_updated({"model": "whisper-1"})
    spoken = machine.conversation.items["u"]
    assert spoken.awaits_transcript == spoken.transcribed == bool(transcription)


def test_an_interrupted_item_says_what_was_heard(machine):
    machine.receive(
        Event(type="conversation.item.added", event_id="e", previous_item_id=None,
              item={"id": "a1", "type": "message", "role": "assistant", "content": []})
    )  # fmt: skip
    speak(machine, 48_000)
    (flush,) = of(FlushPlayback, machine.receive(speech_started()))
    machine.flushed(flush.epoch, 24_000)
    item = machine.conversation.items["a1"]
    assert (item.heard_ms, item.state) == (1000, "interrupted")


@pytest.mark.parametrize("delta", ["@@@@!", encode_audio(b"\x00\x01\x02")])
def test_bad_audio_is_refused_and_changes_nothing(machine, delta):
    machine.receive(created("r1"))
    event = audio_delta("r1", "a1", 0) | {"delta": delta}
    with pytest.raises(MalformedEvent):
        machine.receive(Event(event))
    assert machine.active_response == "r1"


def test_an_answer_that_does_not_go_on_is_given_up_and_the_one_that_waits_for_it_sounds(machine):
    machine.request(create("c1"))
    machine.request(create("c2", conversation="none"))
    speak(machine, 240, request="c1")
    speak(machine, 480, "r2", "a2", request="c2")
    assert of((Sound, SoundEnd), machine.abandon("r1")) == [
        SoundEnd("a1"),
        Sound("a2", bytes(960), 480),
    ]
