"""Sessions that only write down what they hear, by magic."""

import threading

import pytest
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from rt_notebook import ConfigError, connect
from rt_notebook.client.connect import close_all

from ..client.scripted import scripted_server, send


@pytest.fixture
def shell():
    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "rt_notebook")
    yield shell
    close_all()
    InteractiveShell.clear_instance()


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


def test_there_are_two_types_of_session():
    with pytest.raises(ConfigError, match="realtime or transcription, got 'live'"):
        connect("offline", session_type="live")


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
