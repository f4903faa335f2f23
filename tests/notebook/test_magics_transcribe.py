"""Sessions that only write down what they hear, by magic."""

import json
import threading

import pytest
from IPython.core.error import UsageError
from IPython.utils.capture import capture_output

from rt_notebook import ConfigError, connect
from rt_notebook.audio import wav
from rt_notebook.client.connect import close_all, sessions
from rt_notebook.notebook.help import help_of

from ..client.scripted import scripted_server, send
from ..speech import say


def run(shell, text):
    name, _, rest = text.partition(" ")
    with capture_output() as shown:
        shell.run_line_magic(name, rest)
    return shown.stdout


def test_the_server_is_asked_for_transcription_and_for_no_model(shell):
    asked = []

    async def script(connection):
        asked.append(connection.request.path)
        session = {"type": "transcription", "audio": {"input": {}}}
        await send(connection, {"type": "session.created", "event_id": "1", "session": session})
        asked.append(await connection.recv())
        await send(connection, {"type": "session.updated", "event_id": "2", "session": session})
        await connection.wait_closed()

    with scripted_server(script) as url:
        run(shell, f"rt_transcribe {url} --transcription-language en")
        close_all()
    path, update = asked
    assert path == "/v1/realtime?intent=transcription"
    assert '"session":{"type":"transcription","audio":{"input":{"transcription":{' in update
    assert '"language":"en"' in update


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("rt_transcribe offline --voice marin", "voice"),
        ("rt_transcribe offline --instructions x", "instructions"),
        ("rt_transcribe offline --transcription-language xx", "ISO-639-1"),
    ],
)
def test_what_only_a_conversation_has_is_refused_before_anything_opens(shell, line, sentence):
    with pytest.raises(UsageError, match=sentence):
        run(shell, line)


def test_its_help_lists_what_concerns_hearing_alone():
    told = help_of("rt_transcribe", "")
    assert "--input-audio-transcription-language" in told
    assert "--voice" not in told


def test_there_are_two_types_of_session():
    with pytest.raises(ConfigError, match="realtime or transcription, got 'live'"):
        connect("offline", session_type="live")


TRANSCRIPTION = "conversation.item.input_audio_transcription"


def scribe(*answers, received):
    """A server that answers the end of the audio with these events."""

    async def script(connection):
        session = {"type": "transcription", "audio": {"input": {}}}
        await send(connection, {"type": "session.created", "event_id": "1", "session": session})
        async for frame in connection:
            event = json.loads(frame)
            received.append(event["type"])
            if event["type"] == "session.update":
                updated = {**session, "audio": event["session"]["audio"]}
                await send(connection, {**event, "type": "session.updated", "session": updated})
            elif event["type"] == "input_audio_buffer.commit":
                await send(connection, *answers)

    return script


@pytest.fixture
def recording(tmp_path):
    path = tmp_path / "talk.wav"
    wav.write(path, bytes(24000))
    return path


def test_a_recording_is_written_down_and_its_session_closed(shell, recording):
    received = []
    words = {"item_id": "item_1", "content_index": 0, "transcript": " Hello there. "}
    answers = [
        {"type": "input_audio_buffer.committed", "event_id": "2", "item_id": "item_1"},
        {"type": f"{TRANSCRIPTION}.completed", "event_id": "3", **words},
    ]
    with scripted_server(scribe(*answers, received=received)) as url:
        run(shell, f"rt_transcribe {url} {recording} -o text")
        shell.user_ns["sound"] = bytes(24000)
        assert shell.run_line_magic("rt_transcribe", f"{url} sound -s own") == "Hello there."
    assert shell.user_ns["text"] == "Hello there."
    assert received[0] == "session.update"
    assert received.count("input_audio_buffer.commit") == 2
    assert {sessions()[name].status for name in ("transcription", "own")} == {"closed"}


def test_a_recording_that_cannot_be_transcribed_is_told(shell, recording):
    failed = {"item_id": "item_1", "content_index": 0, "error": {"message": "Too quiet."}}
    answer = {"type": f"{TRANSCRIPTION}.failed", "event_id": "2", **failed}
    with (
        scripted_server(scribe(answer, received=[])) as url,
        pytest.raises(UsageError, match=r"^Too quiet\.$"),
    ):
        run(shell, f"rt_transcribe {url} {recording}")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("nowhere.wav", "Cannot read nowhere.wav: no such file"),
        ("offline nowhere.wav", "Cannot read nowhere.wav: no such file"),
        ("{notes}", "is not a WAV file"),
        ("{recording} --turn-detection server_vad", "conflicts"),
        ("{recording} --voice marin", "--voice is for conversations"),
    ],
)
def test_a_bad_recording_is_one_sentence(shell, recording, words, sentence):
    notes = recording.with_name("notes.txt")
    notes.write_text("not sound")
    with pytest.raises(UsageError) as refusal:
        run(shell, f"rt_transcribe {words.format(notes=notes, recording=recording)}")
    assert sentence in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.slow
def test_a_spoken_recording_is_written_down_offline(shell, tmp_path):
    path = tmp_path / "question.wav"
    wav.write(path, say("What time is it?"))
    text = shell.run_line_magic("rt_transcribe", f"offline {path}")
    assert "what time is it" in text.lower()


@pytest.mark.slow
def test_what_is_heard_is_written_down_and_not_answered(shell, shared):
    run(shell, "rt_transcribe offline -o session")
    session = shell.user_ns["session"]
    assert session.config["type"] == "transcription"
    written = threading.Event()
    name = "conversation.item.input_audio_transcription.completed"
    session.on(name, lambda event: written.set())
    recording = next(path for path in sorted((shared / "speech").glob("**/*.wav")))
    session.send_audio(recording, pace="fast", commit=False)
    session.send_audio(bytes(2 * 24000), pace="fast", commit=False)
    assert written.wait(60)
    assert session.items[0].text
    assert not session.replies
