from __future__ import annotations

import json
import re

import pytest

from rt_notebook.audio import pcm, wav
from rt_notebook.cli import main
from tests import speech

SENTENCE = "What is the capital of France?"


@pytest.fixture
def talk(tmp_path, capsys):
    """Run `talk` with a question of silence, unless another is named; return status and streams."""
    wav.write(tmp_path / "in.wav", pcm.silence(200))

    def run(*arguments: str, question="in.wav", out="reply.wav"):
        paths = ["--wav", str(tmp_path / question), "--out", str(tmp_path / out)]
        status = main(["talk", *paths, *arguments])
        return status, *capsys.readouterr()

    return run


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "question.wav is empty; record it again or choose another file"),
        (b"\xff\xd8\xff\xe0", "question.wav is a JPEG image, not a WAV file; choose a recording"),
    ],
    ids=["empty", "JPEG"],
)
def test_a_file_that_is_no_recording_is_one_sentence(talk, tmp_path, content, sentence):
    (tmp_path / "question.wav").write_bytes(content)
    assert talk(question="question.wav") == (1, "", f"rt-notebook: {sentence}\n")


def test_a_folder_that_is_not_there_is_found_before_anything_is_said(talk, tmp_path):
    status, out, err = talk(out="nowhere/reply.wav")
    assert (status, out) == (1, "")
    assert err == (
        f"rt-notebook: cannot write {tmp_path / 'nowhere' / 'reply.wav'}; "
        "name a file in a folder that exists\n"
    )


@pytest.mark.parametrize(
    ("backend", "told"),
    [
        ("telephone", "no backend is called 'telephone'"),
        ("openai", "no API key; set OPENAI_API_KEY"),
        ("ws://example.org/v1/realtime", "would send your voice unencrypted"),
        ("ws://127.0.0.1:9/v1/realtime", "127.0.0.1:9"),
    ],
)
def test_a_backend_that_cannot_be_is_one_sentence(talk, tmp_path, backend, told):
    status, _, err = talk("--backend", backend)
    assert status == 1
    assert err.startswith("rt-notebook: ")
    assert told in err
    assert err.count("\n") == 1
    assert not (tmp_path / "reply.wav").exists()


@pytest.mark.parametrize("silence", ["-5", "long", "0.5"])
def test_a_silence_that_cannot_be_is_a_usage_error(talk, silence, capsys):
    with pytest.raises(SystemExit) as ended:
        talk("--silence-ms", silence)
    assert ended.value.code == 2
    assert f"must be whole milliseconds, 0 or more, got '{silence}'" in capsys.readouterr().err


@pytest.mark.slow
def test_a_spoken_turn_prints_both_sides_and_the_times_and_writes_the_answer(talk, tmp_path):
    speech.microphone_wav(tmp_path / "question.wav", 0.3, speech.say(SENTENCE), 0.2)
    status, out, err = talk("--backend", "offline", "--silence-ms", "400", question="question.wav")
    assert (status, err) == (0, "")
    (heard,) = re.findall(r"^you     (.+)$", out, re.MULTILINE)
    (said,) = re.findall(r"^answer  (.+)$", out, re.MULTILINE)
    assert speech.wer(SENTENCE, heard) <= 0.2
    assert speech.wer(said, speech.transcribe(wav.read_speech(tmp_path / "reply.wav"))) <= 0.2
    assert "stays on this machine" in out
    for part in ("→ speech_stopped", "→ response.created", "→ first sound"):
        assert re.search(rf"{part} +\d+ ms$", out, re.MULTILINE)
    assert re.search(r"beyond the silence window of 400 ms +-?\d+ ms$", out, re.MULTILINE)
    assert re.search(r"Wrote .*reply\.wav \(\d+\.\d s\)\.", out)


@pytest.mark.slow
def test_json_is_the_only_thing_on_standard_output(talk, tmp_path):
    speech.microphone_wav(tmp_path / "question.wav", speech.say(SENTENCE))
    status, out, _ = talk("--backend", "offline", "--json", question="question.wav")
    assert status == 0
    result = json.loads(out)
    assert speech.wer(SENTENCE, result["heard_text"]) <= 0.2
    assert result["backend"] == "offline server"
    assert result["out_ms"] == round(pcm.duration_ms(wav.read_speech(result["out"])))
    latency = result["latency_ms"]
    parts = ("end_of_speech_to_stop", "stop_to_response", "response_to_audio")
    assert latency["total"] == pytest.approx(sum(latency[name] for name in parts), abs=2)
    assert latency["silence_window"] == 500


def test_a_place_that_cannot_take_the_recording_is_one_sentence(talk, tmp_path):
    status, _, err = talk(
        "--backend", "ws://127.0.0.1:9/v1/realtime", "--record", str(tmp_path / "no" / "talk")
    )
    assert status == 1
    assert err.endswith("no such file or directory; name another place\n")
