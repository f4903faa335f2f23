"""The microphone in a real browser, from the button to the kernel."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import expect

from ..browser.chromium import end_audio_service
from ..faults.matrix import fault
from .panel import OpenPanel, item, mic, show, turn_on, wait_for

pytestmark = pytest.mark.slow


def test_nothing_opens_before_the_user_acts(open_panel: OpenPanel) -> None:
    page = open_panel()
    show(page, item("a"))
    assert page.evaluate("[streams.length, contexts.length]") == [0, 0]
    assert page.evaluate("model.kinds().filter((kind) => kind !== 'hello')") == []


def test_one_click_claims_the_sound_opens_the_microphone_and_sends_40_ms(
    open_panel: OpenPanel,
) -> None:
    page = open_panel()
    turn_on(page)
    wait_for(page, "model.of('mic-chunk').length > 20")
    assert page.evaluate("model.kinds().filter((kind) => kind !== 'hello').slice(0, 3)") == [
        "claim",
        "mic-state",
        "mic-chunk",
    ]
    chunks = page.evaluate("model.of('mic-chunk')")
    assert [chunk["seq"] for chunk in chunks] == list(range(len(chunks)))
    assert {chunk["bytes"] for chunk in chunks} == {40 * 48}


def test_what_the_microphone_hears_arrives_at_24_khz(open_panel: OpenPanel) -> None:
    page = open_panel()
    turn_on(page)
    wait_for(page, "model.heard.length > 48000")
    heard = np.asarray(page.evaluate("model.heard.slice(24000, 48000)"), np.float64)
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(heard.size)))
    assert abs(int(spectrum.argmax()) - 440) <= 2


def test_a_second_click_stops_the_device(open_panel: OpenPanel) -> None:
    page = open_panel()
    turn_on(page)
    mic(page).click()
    expect(mic(page)).to_have_accessible_name("Turn the microphone on")
    assert page.evaluate("streams[0].getTracks()[0].readyState") == "ended"
    assert page.evaluate("model.of('mic-state').at(-1).state") == "closed"


def test_mute_sends_silence(open_panel: OpenPanel) -> None:
    page = open_panel()
    turn_on(page)
    page.get_by_role("button", name="Mute").click()
    expect(page.get_by_role("button", name="Unmute")).to_have_attribute("aria-pressed", "true")
    page.evaluate("model.heard = []")
    wait_for(page, "model.heard.length > 24000")
    assert page.evaluate("Math.max(...model.heard.slice(4800))") == 0


def test_the_level_of_the_voice_is_shown(open_panel: OpenPanel) -> None:
    page = open_panel()
    turn_on(page)
    wait_for(
        page,
        "Number(document.querySelector('.rt-panel').style.getPropertyValue('--rt-user')) > 0.3",
    )


def test_the_microphones_can_be_chosen_once_permission_is_given(open_panel: OpenPanel) -> None:
    page = open_panel()
    choice = page.get_by_role("combobox", name="Microphone")
    expect(choice).to_be_disabled()
    turn_on(page)
    expect(choice).to_be_enabled()
    choice.select_option(index=1)
    wait_for(page, "streams.length === 2 && streams[0].getTracks()[0].readyState === 'ended'")


def test_another_page_that_takes_over_stops_the_microphone(open_panel: OpenPanel) -> None:
    page = open_panel()
    turn_on(page)
    page.evaluate("model.set('owner', 'another')")
    expect(page.locator(".rt-messages")).to_contain_text("Another page")
    assert page.evaluate("streams[0].getTracks()[0].readyState") == "ended"


def test_the_kernel_can_stop_the_microphone(open_panel: OpenPanel) -> None:
    page = open_panel()
    turn_on(page)
    page.evaluate("model.deliver({kind: 'stop-mic', client: engine.client, reason: 'x'})")
    wait_for(page, "streams[0].getTracks()[0].readyState === 'ended'")


@fault(
    "F30",
    "the microphone goes away",
    "another is taken once; then the button has to be pressed; the session lives",
)
def test_a_device_that_goes_away_is_replaced_once(open_panel: OpenPanel) -> None:
    page = open_panel()
    turn_on(page)
    end_audio_service()
    expect(page.locator(".rt-messages")).to_contain_text("another one is in use now")
    sent = page.evaluate("engine.stats.sent")
    wait_for(page, f"engine.stats.acked > {sent} + 20")
    end_audio_service()
    expect(page.locator(".rt-messages")).to_contain_text("press the button")
    tracks = "streams.map((stream) => stream.getTracks()[0].readyState)"
    assert page.evaluate(tracks) == ["ended", "ended"]
    turn_on(page)
    sent = page.evaluate("engine.stats.sent")
    wait_for(page, f"engine.stats.acked > {sent} + 20")


@fault("F30")
def test_a_permission_that_is_taken_back_turns_the_microphone_off_and_says_so(
    open_panel: OpenPanel,
) -> None:
    page = open_panel(permission="asked")
    page.context.grant_permissions(["microphone"], origin=page.evaluate("location.origin"))
    turn_on(page)
    page.context.clear_permissions()
    expect(page.locator(".rt-messages")).to_contain_text("allow it for this page")
    expect(mic(page)).to_have_accessible_name("Turn the microphone on")
    assert page.evaluate("streams.map((stream) => stream.getTracks()[0].readyState)") == ["ended"]


@fault("F30")
def test_a_device_that_comes_is_in_the_choice_and_the_microphone_stays(
    open_panel: OpenPanel,
) -> None:
    page = open_panel()
    turn_on(page)
    page.evaluate(
        """() => {
            const { mediaDevices } = navigator;
            const headset = {kind: "audioinput", deviceId: "headset", label: "Headset"};
            mediaDevices.enumerateDevices = async () => [headset];
            mediaDevices.dispatchEvent(new Event("devicechange"));
        }"""
    )
    choice = page.get_by_role("combobox", name="Microphone")
    expect(choice.locator("option")).to_have_text(["Default microphone", "Headset"])
    assert page.evaluate("streams.map((stream) => stream.getTracks()[0].readyState)") == ["live"]


def test_leaving_stops_microphone_and_sound(open_panel: OpenPanel) -> None:
    page = open_panel()
    turn_on(page)
    page.evaluate("leave()")
    assert page.evaluate("streams[0].getTracks()[0].readyState") == "ended"
    wait_for(page, "contexts.every(({state}) => state === 'closed')")
    assert page.evaluate("model.kinds().at(-1)") == "bye"


def test_a_microphone_that_no_view_shows_is_closed(open_panel: OpenPanel) -> None:
    page = open_panel()
    turn_on(page)
    page.evaluate("unshow()")
    wait_for(page, "streams[0].getTracks()[0].readyState === 'ended'")


@fault("F28")
def test_a_kernel_that_goes_quiet_for_long_is_told_and_old_audio_is_dropped(
    open_panel: OpenPanel,
) -> None:
    page = open_panel()
    turn_on(page)
    page.evaluate("model.answering = false")
    expect(page.locator(".rt-messages")).to_contain_text("dropped", timeout=10_000)
    page.evaluate(
        """() => {
            window.before = engine.stats.sent;
            model.answering = true;
            model.deliver({kind: "mic-ack", client: engine.client, seq: before - 1});
        }"""
    )
    wait_for(page, "engine.stats.acked > before + 20")
    chunks = page.evaluate("model.of('mic-chunk')")
    assert [chunk["seq"] for chunk in chunks] == list(range(len(chunks)))
    assert chunks[-1]["dropped_ms"] > 0


@pytest.mark.parametrize("key", ["Space", "Enter"])
def test_the_key_held_on_the_button_is_the_turn(open_panel: OpenPanel, key: str) -> None:
    page = open_panel()
    page.evaluate("model.set('turn_detection', 'none')")
    mic(page).focus()
    page.keyboard.down(key)
    expect(page.locator(".rt-label")).to_have_text("Talking")
    wait_for(page, "model.of('mic-chunk').length > 20")
    page.keyboard.up(key)
    wait_for(page, "model.of('talk').length === 2")
    kinds = page.evaluate("model.kinds().slice(model.kinds().indexOf('talk'))")
    assert set(kinds[1 : kinds.index("talk", 1)]) - {"ping"} == {"mic-chunk"}
    assert page.evaluate("model.of('talk').map(({down}) => down)") == [True, False]


def test_a_tap_talks_until_the_next_tap(open_panel: OpenPanel) -> None:
    page = open_panel()
    page.evaluate("model.set('turn_detection', 'none')")
    mic(page).click()
    expect(page.locator(".rt-label")).to_have_text("Talking")
    mic(page).click()
    wait_for(page, "model.of('talk').length === 2")
    page.get_by_role("button", name="Turn the microphone off").click()
    wait_for(page, "streams[0].getTracks()[0].readyState === 'ended'")
