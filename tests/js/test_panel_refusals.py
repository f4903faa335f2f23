"""What the panel says where a page cannot record, and how one talks then."""

from __future__ import annotations

import io
import wave

import pytest
from playwright.sync_api import expect

from ..faults.matrix import fault
from .panel import OpenPanel, mic, wait_for

pytestmark = pytest.mark.slow


def test_a_page_that_is_not_secure_says_so_and_can_type(open_panel: OpenPanel) -> None:
    page = open_panel(remote=True)
    expect(page.locator(".rt-messages")).to_have_text(
        "This page cannot use the microphone because it is not https or localhost. "
        "Type below, or choose an audio file."
    )
    expect(mic(page)).to_be_disabled()
    assert page.evaluate("model.of('hello').at(-1).can_record") == "insecure"
    page.get_by_role("textbox", name="Message").fill("hello")
    page.keyboard.press("Enter")
    assert page.evaluate("model.of('say')[0].text") == "hello"


@fault("F29")
def test_a_refusal_says_what_to_do_and_the_button_can_be_pressed_again(
    open_panel: OpenPanel,
) -> None:
    page = open_panel(permission="denied")
    mic(page).click()
    expect(page.locator(".rt-messages")).to_contain_text("The microphone was refused: allow it")
    expect(mic(page)).to_be_enabled()
    assert page.evaluate("model.of('mic-state')[0].reason") == "NotAllowedError"
    assert page.evaluate("model.of('mic-state')[0].state") == "denied"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("NotFoundError", "No microphone was found"),
        ("NotReadableError", "used by another program"),
    ],
)
def test_every_other_refusal_is_explained_too(
    open_panel: OpenPanel, error: str, words: str
) -> None:
    page = open_panel()
    page.evaluate(
        "(name) => void (navigator.mediaDevices.getUserMedia = "
        "async () => { throw new DOMException('no', name) })",
        error,
    )
    mic(page).click()
    expect(page.locator(".rt-messages")).to_contain_text(words)


def test_a_host_without_devices_says_so(open_panel: OpenPanel) -> None:
    gone = "Object.defineProperty(Navigator.prototype, 'mediaDevices', {value: undefined})"
    page = open_panel(init=gone)
    expect(page.locator(".rt-messages")).to_contain_text("does not give notebooks a microphone")
    expect(mic(page)).to_be_disabled()


def test_a_host_that_forbids_the_audio_code_says_so(open_panel: OpenPanel) -> None:
    page = open_panel()
    page.evaluate(
        "() => void (AudioWorklet.prototype.addModule = async () => { throw new Error('csp') })"
    )
    mic(page).click()
    expect(page.locator(".rt-messages")).to_contain_text("forbids the audio code")
    wait_for(page, "streams.every((stream) => stream.getTracks()[0].readyState === 'ended')")


def test_enter_sends_and_shift_enter_makes_a_line(open_panel: OpenPanel) -> None:
    page = open_panel()
    text = page.get_by_role("textbox", name="Message")
    text.fill("one")
    text.press("Shift+Enter")
    text.press_sequentially("two")
    text.press("Enter")
    assert page.evaluate("model.of('say').map(({text}) => text)") == ["one\ntwo"]
    assert page.evaluate("model.kinds().filter((kind) => kind !== 'hello')") == ["claim", "say"]
    expect(text).to_have_value("")


def test_nothing_is_sent_of_an_empty_box(open_panel: OpenPanel) -> None:
    page = open_panel()
    page.get_by_role("textbox", name="Message").fill("   ")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Send")).to_be_disabled()
    assert page.evaluate("model.of('say')") == []


def test_an_audio_file_is_decoded_and_sent_in_pieces(open_panel: OpenPanel) -> None:
    page = open_panel()
    talk = io.BytesIO()
    with wave.open(talk, "wb") as file:
        file.setparams((2, 2, 44100, 0, "NONE", ""))
        file.writeframes(bytes(30 * 44100 * 4))
    page.locator(".rt-file-input").set_input_files(
        {"name": "talk.wav", "mimeType": "audio/wav", "buffer": talk.getvalue()}
    )
    wait_for(page, "model.of('audio-file').some(({last}) => last)")
    pieces = page.evaluate("model.of('audio-file')")
    assert sum(piece["bytes"] for piece in pieces) == 30 * 48000
    assert max(piece["bytes"] for piece in pieces) <= 512 * 1024
    assert [piece["last"] for piece in pieces] == [False, False, True]
    assert {piece["name"] for piece in pieces} == {"talk.wav"}


def test_a_file_that_is_no_audio_is_refused_in_a_sentence(open_panel: OpenPanel) -> None:
    page = open_panel()
    page.locator(".rt-file-input").set_input_files(
        {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8\xff\xe0" * 99}
    )
    expect(page.locator(".rt-messages")).to_have_text(
        "photo.jpg is no audio that this browser can read: try WAV, MP3, FLAC or Ogg."
    )
