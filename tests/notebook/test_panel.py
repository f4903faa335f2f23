"""The kernel's end of the panel, with pages and a server that say what the test says."""

from __future__ import annotations

import base64

from rt_notebook import connect
from rt_notebook.background import loop_thread
from rt_notebook.client.connect import close_all

from .stage import Stage, begun


async def as_coroutine(function):
    function()


def added(item_id, previous, role, text=""):
    part = {"type": "output_text" if role == "assistant" else "input_text", "text": text}
    item = {
        "id": item_id,
        "type": "message",
        "role": role,
        "status": "completed",
        "content": [part],
    }
    type = "conversation.item.added"
    return {"type": type, "event_id": "e", "previous_item_id": previous, "item": item}


def speech(item_id, n_samples, response_id="r1"):
    return {
        "type": "response.output_audio.delta", "event_id": "e", "response_id": response_id,
        "item_id": item_id, "output_index": 0, "content_index": 0,
        "delta": base64.b64encode(bytes(2 * n_samples)).decode(),
    }  # fmt: skip


HEARS_SPEECH = {
    "type": "input_audio_buffer.speech_started",
    "event_id": "e",
    "item_id": "u",
    "audio_start_ms": 0,
}  # fmt: skip


def test_a_page_that_says_hello_gets_the_talk_so_far(server, stage):
    server.say(added("u", None, "user", "hi"), added("a", "u", "assistant", "hello"))
    stage.next("items")
    stage.page("hello", views=1)
    snapshot = stage.next("snapshot")
    assert snapshot["client"] == "one"
    assert snapshot["order"] == ["u", "a"]
    assert [(item["role"], item["text"]) for item in snapshot["items"]] == [
        ("user", "hi"), ("assistant", "hello"),
    ]  # fmt: skip


def test_a_hello_that_was_overtaken_takes_nothing_back(stage):
    stage.page("hello", views=1, number=1)
    stage.page("hello", views=0, number=0)
    assert stage.panel.can_play


def test_the_panel_says_that_the_microphone_waits_while_the_comm_is_on_the_main_thread(stage):
    stage.page("hello", on_main_thread=True)
    assert stage.traits["mic_waits"]
    stage.page("ping", on_main_thread=False)
    assert not stage.traits["mic_waits"]


def test_changes_are_gathered_and_the_order_is_sent_when_it_changed(server, stage):
    server.say(added("u", None, "user", "hi"), added("a", "u", "assistant", "one"))
    first = stage.next("items")
    assert {item["id"] for item in first["items"]} == {"u", "a"}
    assert first["order"] == ["u", "a"]
    server.say(added("a", "u", "assistant", "two"))
    second = stage.next("items")
    assert [(item["id"], item["text"]) for item in second["items"]] == [("a", "two")]
    assert second["order"] is None


def test_only_the_page_that_claimed_the_microphone_is_heard(server, stage):
    stage.page("hello", "one", views=1)
    stage.page("hello", "two", views=1)
    stage.page("claim", "one")
    stage.page("mic-chunk", "two", b"\x02\x02", seq=0)
    stage.page("mic-chunk", "one", b"\x01\x01", seq=0)
    assert (
        server.told("input_audio_buffer.append")["audio"] == base64.b64encode(b"\x01\x01").decode()
    )
    assert stage.traits["owner"] == "one"


def test_a_claim_elsewhere_stops_the_microphone_here(stage):
    stage.page("hello", "one", views=1)
    stage.page("hello", "two", views=1)
    stage.page("claim", "one")
    stage.page("claim", "two")
    assert stage.next("stop-mic")["client"] == "one"
    assert stage.traits["owner"] == "two"


def test_the_microphone_of_one_session_stops_that_of_another(server, stage):
    other = Stage(connect(server.url, name="other", quiet=True))
    for one in (stage, other):
        one.page("hello", views=1)
        one.page("claim")
    stage.page("mic-state", state="open")
    other.page("mic-state", state="open")
    assert stage.next("stop-mic")["reason"] == "other-session"
    stage.page("mic-state", state="closed")
    stage.page("mic-state", state="open")
    stopped = [other.next("stop-mic")["reason"] for _ in range(2)]
    assert stopped == ["other-session", "other-session"]


def test_a_microphone_asked_for_before_a_page_is_there_is_asked_for_when_one_comes(stage):
    loop_thread().run(as_coroutine(stage.panel.arm_microphone))
    stage.page("hello", views=1)
    assert stage.next("arm-mic")["client"] == "one"
    stage.page("claim")
    stage.page("hello", "two", views=1)
    assert stage.next("snapshot")["client"] == "two"
    assert "arm-mic" not in [message.kind for message in stage.posted.queue]


def test_a_notice_is_a_sentence_whoever_wrote_it(stage):
    for text in ("the buffer is too short", "What now?"):
        stage.panel.notice("error", text)
    assert [stage.next("notice")["text"] for _ in "12"] == ["The buffer is too short.", "What now?"]


def test_a_chunk_that_was_sent_twice_is_heard_once(server, stage):
    stage.page("hello", views=1)
    stage.page("claim")
    for seq in (0, 1, 0, 1, 2):
        stage.page("mic-chunk", audio=bytes([seq, 0]), seq=seq)
    heard = [server.told("input_audio_buffer.append")["audio"] for _ in range(3)]
    assert [base64.b64decode(audio)[0] for audio in heard] == [0, 1, 2]
    assert server.received.empty()


def test_audio_that_was_given_up_is_counted_where_the_user_sees_it(stage):
    stage.page("hello", views=1)
    stage.page("claim")
    stage.page("mic-chunk", audio=b"\x00\x00", seq=0, dropped_ms=340)
    assert stage.traits["dropped_ms"] == 340


def test_without_a_page_nothing_is_played_and_nothing_is_truncated(server, stage):
    server.say(begun(), speech("a", 2_400), HEARS_SPEECH, added("u", None, "user"))
    stage.next("items")
    assert not stage.panel.can_play
    assert server.received.empty()


def test_speech_silences_the_page_and_its_count_becomes_the_truncation(server, stage):
    stage.page("hello", views=1)
    server.say(begun(), speech("a", 48_000))
    chunk = stage.next("play-chunk")
    assert (chunk["client"], chunk["epoch"], chunk["item_id"]) == ("one", 0, "a")
    server.say(HEARS_SPEECH)
    flush = stage.next("flush-playback")
    stage.page("flushed", epoch=flush["epoch"], samples=24_000, latency_ms=0)
    truncate = server.told("conversation.item.truncate")
    assert (truncate["item_id"], truncate["audio_end_ms"]) == ("a", 1000)


def test_a_page_that_does_not_answer_is_taken_at_its_last_word(server, stage):
    stage.page("hello", views=1)
    server.say(begun(), speech("a", 48_000))
    stage.next("play-chunk")
    stage.page("played", epoch=0, samples=12_000, latency_ms=0, buffered_ms=1000)
    server.say(HEARS_SPEECH)
    assert server.told("conversation.item.truncate")["audio_end_ms"] == 500


def test_what_a_page_misses_is_sent_to_it_again(server, stage):
    stage.page("hello", views=1)
    server.say(begun(), speech("a", 12_000))
    assert [stage.next("play-chunk")["seq"] for _ in range(2)] == [0, 1]
    stage.page("resend", epoch=0, seq=1)
    assert stage.next("play-chunk")["seq"] == 1
    stage.page("played", epoch=0, samples=2_000, latency_ms=0, buffered_ms=10_000 / 24)
    stage.page("resend", epoch=0, seq=0)
    server.say(speech("a", 2_400))
    assert stage.next("play-chunk")["seq"] == 2


def test_the_page_that_plays_learns_from_every_pong_what_it_should_have(server, stage):
    stage.page("hello", "one", views=1)
    stage.page("hello", "two", views=1)
    server.say(begun(), speech("a", 12_000))
    assert [stage.next("play-chunk")["client"] for _ in range(2)] == ["one", "one"]
    for client in ("one", "two"):
        stage.page("ping", client)
    assert [stage.next("pong")["next"] for _ in range(2)] == [{"epoch": 0, "seq": 2}, None]
    server.say(HEARS_SPEECH)
    stage.next("flush-playback")
    stage.page("ping", "one")
    assert stage.next("pong")["next"] == {"epoch": 1, "seq": 0}


def test_a_page_that_missed_an_interruption_is_silenced_when_it_comes_back(server, stage):
    stage.page("hello", views=1)
    server.say(begun(), speech("a", 48_000))
    stage.next("play-chunk")
    server.say(HEARS_SPEECH)
    assert stage.next("flush-playback")["epoch"] == 0
    stage.page("resend", epoch=0, seq=3)
    assert stage.next("flush-playback")["epoch"] == 0


def test_typed_text_interrupts_and_becomes_a_user_message(server, stage):
    stage.page("hello", views=1)
    server.say(begun(), speech("a", 48_000))
    stage.next("play-chunk")
    stage.page("say", text="hello")
    assert server.told("response.cancel")
    content = server.told("conversation.item.create")["item"]["content"]
    assert content == [{"type": "input_text", "text": "hello"}]
    assert stage.next("flush-playback")


def test_what_cannot_be_done_is_a_notice(stage):
    stage.page("hello", views=1)
    close_all()
    stage.page("say", text="hello")
    notice = stage.next("notice")
    assert notice["level"] == "error"
    assert "connect again" in notice["text"]


def test_push_to_talk_makes_one_turn_of_what_is_said_between(server, stage):
    session = {"type": "realtime", "audio": {"input": {"turn_detection": None}}}
    server.say({"type": "session.updated", "event_id": "e", "session": session})
    stage.page("hello", views=1)
    stage.page("claim")
    server.say(added("u", None, "user"))
    stage.next("items")
    stage.page("talk", down=True)
    stage.page("mic-chunk", audio=bytes(48 * 200), seq=0)
    stage.page("talk", down=False)
    types = [server.received.get(timeout=10)["type"] for _ in range(4)]
    assert types == [
        "input_audio_buffer.clear",
        "input_audio_buffer.append",
        "input_audio_buffer.commit",
        "response.create",
    ]


def test_a_press_that_was_too_short_says_how_to_do_it(server, stage):
    session = {"type": "realtime", "audio": {"input": {"turn_detection": None}}}
    server.say({"type": "session.updated", "event_id": "e", "session": session})
    stage.page("hello", views=1)
    server.say(added("u", None, "user"))
    stage.next("items")
    stage.page("talk", down=True)
    stage.page("talk", down=False)
    assert "Hold" in stage.next("notice")["text"]
    assert server.told("input_audio_buffer.clear")
    assert server.received.empty()


# Switches


def test_the_page_turns_barge_in_off_and_on(server, stage):
    stage.page("hello", views=1)
    stage.page("switches", barge_in=False, half_duplex=False)
    detection = server.told("session.update")["session"]["audio"]["input"]["turn_detection"]
    assert detection["interrupt_response"] is False


def test_with_barge_in_off_speech_does_not_silence_the_page(server, stage):
    detection = {"type": "server_vad", "interrupt_response": False}
    session = {"type": "realtime", "audio": {"input": {"turn_detection": detection}}}
    server.say({"type": "session.updated", "event_id": "e", "session": session})
    stage.page("hello", views=1)
    server.say(begun(), speech("a", 48_000))
    stage.next("play-chunk")
    server.say(HEARS_SPEECH, added("u", None, "user"))
    stage.next("items")
    assert stage.traits["barge_in"] is False
    assert "flush-playback" not in [message.kind for message in stage.posted.queue]


def test_half_duplex_is_shown_in_the_page_wherever_it_was_switched(server, stage):
    stage.page("hello", views=1)
    stage.page("switches", barge_in=True, half_duplex=True)
    assert stage.panel.session.half_duplex
    stage.panel.session.half_duplex = False
    loop_thread().run(as_coroutine(lambda: None))
    assert stage.traits["half_duplex"] is False
    assert server.received.empty()
