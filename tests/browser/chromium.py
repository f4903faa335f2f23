"""Launching Chromium with a microphone that plays a file."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import psutil
from playwright.sync_api import BrowserContext, Playwright, expect

from .install import FLAGS, find_chromium
from .lab import REMOTE_HOST

__all__ = ["Permission", "chromium_window", "end_audio_service", "hideable_window"]

Permission = Literal["granted", "denied", "asked"]

# As patient as every other wait for the page.
expect.set_options(timeout=30_000)

_START_SECONDS = 60.0
_AUDIO_SERVICE = "--utility-sub-type=audio.mojom.AudioService"
_AUTOPLAY = "--autoplay-policy=no-user-gesture-required"

#: Keeps the microphone streams that a page opens, for `tap.tap_microphone`, and counts the asking.
_KEEP_STREAMS = """
window.__rtStreams = [];
window.__rtAsked = 0;
const devices = navigator.mediaDevices;
if (devices) {
  const open = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (constraints) => {
    window.__rtAsked += 1;
    const stream = await open(constraints);
    window.__rtStreams.push(stream);
    return stream;
  };
}
"""


@contextmanager
def chromium_window(
    playwright: Playwright,
    microphone: Path | None = None,
    *,
    loop: bool = False,
    permission: Permission = "granted",
    secure_origin: str = "",
    autoplay: bool = False,
    scale: float = 1.0,
    script: str = "",
) -> Iterator[BrowserContext]:
    """Launch Chromium with an empty profile.

    Parameters
    ----------
    microphone
        The WAV that the microphone hears from the moment it is opened; None: no microphone.
    loop
        Begin again at the file's end; else silence follows.
    permission
        The user's answer when a page asks for the microphone; "asked": what was granted
        to its origin counts, and nothing is without that.
    secure_origin
        An http origin on `REMOTE_HOST` to treat as secure, as https would be.
    autoplay
        Let sound start without a click.
    scale
        Pixels of a picture per pixel of the page.
    script
        JavaScript that runs in each page before anything else.
    """
    profile = tempfile.mkdtemp(prefix="rt-chromium-")
    flags = [*FLAGS, f"--host-resolver-rules=MAP {REMOTE_HOST} 127.0.0.1"]
    flags += _microphone_flags(microphone, loop, permission)
    flags += [f"--unsafely-treat-insecure-origin-as-secure={secure_origin}"] * bool(secure_origin)
    flags += [_AUTOPLAY] * autoplay
    try:
        window = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=str(find_chromium()),
            headless=True,
            args=flags,
            device_scale_factor=scale,
        )
        window.add_init_script(_KEEP_STREAMS)
        window.add_init_script(script)
        try:
            yield window
        finally:
            window.close()
    finally:
        shutil.rmtree(profile, ignore_errors=True)


@contextmanager
def hideable_window(playwright: Playwright, microphone: Path) -> Iterator[BrowserContext]:
    """Launch Chromium so that a page of it can be hidden, and frozen by its browser.

    Playwright keeps every page that it launches itself visible and in focus.
    """
    profile = Path(tempfile.mkdtemp(prefix="rt-chromium-"))
    flags = [*FLAGS, *_microphone_flags(microphone, loop=False, permission="granted")]
    flags += ["--headless=new", "--remote-debugging-port=0", f"--user-data-dir={profile}"]
    command = [str(find_chromium()), *flags, "about:blank"]
    chromium = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{_debugging_port(profile)}"
        browser = playwright.chromium.connect_over_cdp(address, no_defaults=True)
        (window,) = browser.contexts
        window.add_init_script(_KEEP_STREAMS)
        yield window
        browser.close()
    finally:
        chromium.terminate()
        chromium.wait()
        shutil.rmtree(profile, ignore_errors=True)


def end_audio_service() -> None:
    """Kill what runs the sound devices of every Chromium that this process launched.

    The browser starts another one at once, but what was open has ended.
    """
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if _AUDIO_SERVICE in process.cmdline():
                process.kill()


def _debugging_port(profile: Path) -> int:
    """Return the port that a Chromium chose, as soon as it has written it down."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(FileNotFoundError, IndexError):
            return int((profile / "DevToolsActivePort").read_text().splitlines()[0])
        time.sleep(0.05)
    raise RuntimeError(f"Chromium did not start within {_START_SECONDS:g} s")


def _microphone_flags(microphone: Path | None, loop: bool, permission: Permission) -> list[str]:
    flags = []
    if microphone is not None:
        sound = f"{microphone}{'' if loop else '%noloop'}"
        flags += ["--use-fake-device-for-media-stream"]
        flags += [f"--use-file-for-fake-audio-capture={sound}"]
    answers = {
        "granted": ["--use-fake-ui-for-media-stream"],
        "denied": ["--use-fake-ui-for-media-stream=deny"],
        "asked": [],
    }
    return [*flags, *answers[permission]]
