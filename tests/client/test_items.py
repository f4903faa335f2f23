"""Items and the audio buffer: what goes over the wire, and what is refused before it does."""

import base64
import io
import threading

import numpy as np
import pytest

from rt_notebook import AudioFormatError, ConfigError, LocalProtocolError, RealtimeError
from rt_notebook.audio import g711, pcm

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def created(puppet):
    event = puppet.told("conversation.item.create")
    event.pop("event_id")
    event["item"].pop("id")
    return event


def part_of(puppet):
    (part,) = created(puppet)["item"]["content"]
    return part


@pytest.mark.parametrize(
    ("given", "item"),
    [
        (
            {"text": "hello"},
            {
                "type": "message",
                "role": "user",
                "content": [{"type": "input_text", "text": "hello"}],
            },
        ),
        (
            {"text": "I was here.", "role": "assistant"},
            {
                "type": "message",
                "role": "assistant",
                "content": [{"type": "output_text", "text": "I was here."}],
            },
        ),
        (
            {"text": "Be kind.", "role": "system"},
            {
                "type": "message",
                "role": "system",
                "content": [{"type": "input_text", "text": "Be kind."}],
            },
        ),
        (
            {"name": "weather", "arguments": {"city": "Łódź"}, "call_id": "call_1"},
            {
                "type": "function_call",
                "name": "weather",
                "arguments": '{"city": "Łódź"}',
                "call_id": "call_1",
            },
        ),
        (
            {"output": {"ok": True}, "call_id": "call_1"},
            {"type": "function_call_output", "call_id": "call_1", "output": '{"ok": true}'},
        ),
        (
            {"output": "21 degrees", "call_id": "call_1"},
            {"type": "function_call_output", "call_id": "call_1", "output": "21 degrees"},
        ),
    ],
)
def test_an_item_goes_out_as_the_api_has_it(puppet, given, item):
    puppet.session.add_item(**given)
    assert created(puppet) == {"type": "conversation.item.create", "item": item}


def test_ids_and_places_are_sent_as_given(puppet):
    puppet.session.add_item("x", id="item_7", previous_item_id="root", event_id="mine")
    event = puppet.told("conversation.item.create")
    assert (event["item"]["id"], event["previous_item_id"], event["event_id"]) == (
        "item_7",
        "root",
        "mine",
    )


def test_a_whole_item_passes_as_it_is(puppet):
    approval = {"type": "mcp_approval_response", "approval_request_id": "r", "approve": True}
    puppet.session.add_item(approval)
    assert created(puppet)["item"] == approval


def test_a_picture_comes_from_a_file_from_bytes_and_from_an_address(puppet, tmp_path):
    path = tmp_path / "dot.png"
    path.write_bytes(PNG)
    uri = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
    for picture in (path, str(path), PNG, uri):
        puppet.session.add_item(image=picture)
        assert part_of(puppet) == {"type": "input_image", "image_url": uri}


def test_a_picture_and_its_question_are_one_message(puppet):
    puppet.session.add_item("What is this?", image=PNG, detail="low")
    text, picture = created(puppet)["item"]["content"]
    assert text == {"type": "input_text", "text": "What is this?"}
    assert (picture["type"], picture["detail"]) == ("input_image", "low")


def test_a_picture_is_drawn_by_pil_or_matplotlib(puppet):
    image_module = pytest.importorskip("PIL.Image")
    figure_module = pytest.importorskip("matplotlib.figure")
    figure = figure_module.Figure(figsize=(1, 1), dpi=20)
    axes = figure.subplots()
    for picture in (image_module.new("CMYK", (3, 2)), figure, axes):
        puppet.session.add_item(image=picture)
        kind, _, content = part_of(puppet)["image_url"].partition(";base64,")
        assert kind == "data:image/png"
        assert image_module.open(io.BytesIO(base64.b64decode(content))).format == "PNG"


def test_sound_goes_out_in_the_sessions_format(puppet):
    sound = pcm.encode(np.sin(np.arange(4800) / 9).astype(np.float32) / 2)
    puppet.session.add_item(audio=sound, transcript="hum")
    assert part_of(puppet) == {
        "type": "input_audio",
        "audio": base64.b64encode(sound).decode(),
        "transcript": "hum",
    }


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "nothing in the item"),
        ({"text": "x", "role": "narrator"}, "role takes user, assistant or system"),
        ({"image": b"GIF89a", "role": "user"}, "PNG and JPEG"),
        ({"image": "no-such.png"}, "cannot read the picture no-such.png"),
        ({"image": 7}, "got int"),
        ({"image": PNG, "role": "system"}, "not from the system"),
        ({"image": PNG, "detail": "fine"}, "detail takes auto, low or high"),
        ({"audio": pcm.silence(20)}, "lasts 20 ms"),
        ({"output": "x"}, "give its call_id"),
        ({"name": "f", "output": "x"}, "not both"),
        ({"name": "f", "text": "x"}, "has no text"),
        ({"name": "f", "arguments": {1, 2}}, "got set"),
    ],
)
def test_what_cannot_be_an_item_is_refused_and_nothing_is_sent(puppet, given, sentence):
    events = len(puppet.session.log)
    with pytest.raises((ConfigError, LocalProtocolError), match=sentence):
        puppet.session.add_item(**given)
    assert len(puppet.session.log) == events


@pytest.mark.parametrize("sound", [[0.1] * 4800, 0.1])
def test_what_is_no_sound_is_refused_by_what_it_is(puppet, sound):
    events = len(puppet.session.log)
    for give in (
        lambda: puppet.session.add_item(audio=sound),
        lambda: puppet.session.send_audio(sound),
    ):
        with pytest.raises(AudioFormatError, match=f"array of floats, got {type(sound).__name__}"):
            give()
    assert len(puppet.session.log) == events


def test_the_rest_of_the_protocol_goes_out_as_the_api_has_it(puppet):
    session = puppet.session
    session.delete_item("item_1", event_id="a")
    session.retrieve_item("item_1", event_id="b")
    session.truncate_item("item_1", 1500, event_id="c")
    session.commit_audio(event_id="d")
    session.clear_audio(event_id="e")
    assert [puppet.received.get(timeout=10) for _ in range(5)] == [
        {"type": "conversation.item.delete", "event_id": "a", "item_id": "item_1"},
        {"type": "conversation.item.retrieve", "event_id": "b", "item_id": "item_1"},
        {
            "type": "conversation.item.truncate",
            "event_id": "c",
            "item_id": "item_1",
            "content_index": 0,
            "audio_end_ms": 1500,
        },
        {"type": "input_audio_buffer.commit", "event_id": "d"},
        {"type": "input_audio_buffer.clear", "event_id": "e"},
    ]


def test_configure_and_respond_carry_an_event_id_of_ones_own(puppet):
    puppet.session.configure(instructions="x", event_id="one")
    puppet.session.respond(event_id="two")
    assert puppet.told("session.update")["event_id"] == "one"
    assert puppet.told("response.create")["event_id"] == "two"


def test_who_subscribes_hears_what_is_sent_and_what_is_received(puppet):
    heard, done = [], threading.Event()
    session = puppet.session
    session.on("*", lambda event: heard.append(("*", event.type)))
    session.on("*", lambda event: heard.append(("both", event.type)), direction="both")
    session.on("*", lambda event: heard.append(("sent", event.type)), direction="sent")
    session.on("input_audio_buffer.clear", lambda event: heard.append(("name", event.type)))
    session.on("input_audio_buffer.cleared", lambda event: done.set())
    session.clear_audio()
    puppet.told("input_audio_buffer.clear")
    puppet.say({"type": "input_audio_buffer.cleared", "event_id": "e"})
    assert done.wait(10)
    assert sorted(heard) == [
        ("*", "input_audio_buffer.cleared"),
        ("both", "input_audio_buffer.clear"),
        ("both", "input_audio_buffer.cleared"),
        ("name", "input_audio_buffer.clear"),
        ("sent", "input_audio_buffer.clear"),
    ]
    with pytest.raises(ConfigError, match="received, sent or both"):
        session.on("*", print, direction="up")
    with pytest.raises(ConfigError, match="on takes a function of an event, got 5"):
        session.on("response.done", 5)


def test_what_is_done_to_the_configuration_that_was_read_changes_nothing(puppet):
    session, configured = puppet.session, threading.Event()
    session.on("session.updated", lambda event: configured.set())
    puppet.say(in_format("audio/pcmu"))
    assert configured.wait(10)
    session.config["audio"]["input"]["format"]["type"] = "audio/pcm"
    told = list(session.log)[-1].event["session"]
    for in_force in (session.config, told):
        assert in_force["audio"]["input"]["format"] == {"type": "audio/pcmu"}


def in_format(kind):
    part = {"format": {"type": kind}}
    session = {"type": "realtime", "audio": {"input": part, "output": part}}
    return {"type": "session.updated", "event_id": "e", "session": session}


@pytest.mark.parametrize(
    ("kind", "encode", "decode"),
    [
        ("audio/pcmu", g711.encode_ulaw, g711.decode_ulaw),
        ("audio/pcma", g711.encode_alaw, g711.decode_alaw),
    ],
)
def test_g711_is_spoken_on_the_wire_and_pcm_everywhere_else(puppet, kind, encode, decode):
    tone = pcm.encode(np.sin(np.arange(24000) * 2 * np.pi * 440 / 24000).astype(np.float32) / 2)
    slow = pcm.encode(np.sin(np.arange(8000) * 2 * np.pi * 440 / 8000).astype(np.float32) / 2)
    session, configured, finished = puppet.session, threading.Event(), threading.Event()
    session.on("session.updated", lambda event: configured.set())
    session.on("response.output_audio.done", lambda event: finished.set())
    puppet.say(in_format(kind))
    assert configured.wait(10)

    session.send_audio(tone, pace="fast", commit=False)
    sent = b""
    while len(sent) < 7000:
        sent += base64.b64decode(puppet.told("input_audio_buffer.append")["audio"])
    heard = pcm.decode(decode(sent))
    assert loudest_hz(heard[1000:7000], 8000) == pytest.approx(440, abs=5)
    assert session.log.audio("user").startswith(tone[: 2 * 20000])

    item = {"item_id": "item_1", "response_id": "resp_1", "output_index": 0, "content_index": 0}
    for start in range(0, 16000, 3200):
        delta = base64.b64encode(encode(slow[start : start + 3200])).decode()
        puppet.say({"type": "response.output_audio.delta", **item, "delta": delta})
    puppet.say({"type": "response.output_audio.done", **item})
    assert finished.wait(10)
    answer = pcm.decode(session.log.audio("item_1"))
    assert len(answer) == pytest.approx(24000, abs=48)
    assert loudest_hz(answer[6000:18000], 24000) == pytest.approx(440, abs=5)


def loudest_hz(samples, rate_hz):
    spectrum = np.abs(np.fft.rfft(samples))
    return np.argmax(spectrum) * rate_hz / len(samples)


def configured(puppet, session):
    """Let a configuration be in force."""
    done = threading.Event()
    puppet.session.on("session.updated", lambda event: done.set())
    puppet.say({"type": "session.updated", "event_id": "e", "session": session})
    assert done.wait(10)


def test_a_turn_that_nobody_answers_by_himself_is_not_said_to_be_unheard(puppet):
    detection = {"type": "server_vad", "create_response": False}
    configured(puppet, {"type": "realtime", "audio": {"input": {"turn_detection": detection}}})
    reply = puppet.session.send_audio(pcm.silence(200), pace="fast")
    with pytest.raises(RealtimeError, match=r"create_response is off: ask .* respond\(\)"):
        reply.wait(10)
