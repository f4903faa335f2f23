"""Mouth to ear: chirps into the microphone, and when they come back.

The microphone hears a short chirp every half second, each of another pitch, so that it is
known however late it comes back. It goes through the panel, the kernel and an echoing
Realtime server, and in the same page through a WebRTC connection of the page to itself.
All three, microphone included, are recorded in the clock of one audio context; neither the
sound card nor the browser's processing of the microphone's signal is part of the delay.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..browser.notebook import Notebook
from ..browser.panel_sound import CONTEXT, turn_microphone_on
from ..browser.panel_sound import Path as SoundPath
from ..browser.tap import QUANTUM_FRAMES, Recording, Tap, tap_node
from ..speech import SAMPLE_RATE_HZ, microphone_wav
from .echo_server import BEGIN

__all__ = ["CONNECT", "SLOWEST_SECONDS", "Echo", "EchoPage", "chirps"]

CHIRPS = 24
CHIRP_SECONDS = 0.03
PERIOD_SECONDS = 0.5
SLOWEST_SECONDS = 4.0
_LIKE = 0.6

#: The cell that opens a session on a server and shows its panel.
CONNECT = """\
import rt_notebook as rt
session = rt.connect({url!r})
from rt_notebook.notebook.widget import panel_of
widget = panel_of(session)
session"""

_PEERS = f"""async () => {{
    const [near, far] = [new RTCPeerConnection(), new RTCPeerConnection()];
    window.__rtPeers = [near, far];
    near.onicecandidate = ({{candidate}}) => far.addIceCandidate(candidate);
    far.onicecandidate = ({{candidate}}) => near.addIceCandidate(candidate);
    const arrived = new Promise((resolve) => {{ far.ontrack = resolve; }});
    const [stream] = window.__rtStreams;
    near.addTrack(stream.getAudioTracks()[0], stream);
    await near.setLocalDescription();
    await far.setRemoteDescription(near.localDescription);
    await far.setLocalDescription();
    await near.setRemoteDescription(far.localDescription);
    const remote = new MediaStream([(await arrived).track]);
    // Chromium moves a remote stream only while an element plays it.
    window.__rtElement = new Audio();
    __rtElement.srcObject = remote;
    __rtElement.muted = true;
    await __rtElement.play();
    window.__rtReturned = {CONTEXT}.createMediaStreamSource(remote);
}}"""

FloatArray = npt.NDArray[np.float32]


def chirps(path: Path) -> Path:
    """Write what the microphone hears, to be looped."""
    parts: list[bytes | float] = []
    for number in range(CHIRPS):
        parts += [_chirp(number), PERIOD_SECONDS - CHIRP_SECONDS]
    return microphone_wav(path, *parts)


def _chirp(number: int) -> bytes:
    at = np.arange(round(CHIRP_SECONDS * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    low = 600 + 120 * (number * 7 % CHIRPS)
    rising = low * at + 400 * at**2 / (2 * CHIRP_SECONDS)
    sound = 0.5 * np.hanning(at.size) * np.sin(2 * np.pi * rising)
    return (sound * 32767).astype("<i2").tobytes()


@dataclass(frozen=True)
class Echo:
    """How much later the chirps of some time came back.

    Attributes
    ----------
    panel_ms, peer_ms
        The delay through the panel and through WebRTC, for each chirp. A chirp that did
        not come back counts as `SLOWEST_SECONDS`.
    lost
        The share of chirps that did not come back through the panel.
    """

    panel_ms: list[float]
    peer_ms: list[float]

    @property
    def lost(self) -> float:
        return sum(ms >= SLOWEST_SECONDS * 1000 for ms in self.panel_ms) / len(self.panel_ms)


class EchoPage:
    """A panel with an open microphone whose sound comes back, and a WebRTC loop beside it."""

    def __init__(self, notebook: Notebook, path: SoundPath) -> None:
        self._page = page = notebook.page
        speaker = turn_microphone_on(notebook, path)
        page.evaluate(_PEERS)
        microphone = f"{CONTEXT}.createMediaStreamSource(window.__rtStreams[0])"
        self._taps: tuple[Tap, Tap, Tap] = (
            tap_node(page, microphone),
            speaker,
            tap_node(page, "window.__rtReturned"),
        )
        notebook.kernel.execute(BEGIN)

    def wait(self, seconds: float) -> tuple[float, float]:
        """Let time pass, and return its beginning and its end in seconds since the epoch."""
        start = time.time()
        self._page.wait_for_timeout(seconds * 1000)
        return start, time.time()

    def echoes(self, *spans: tuple[float, float]) -> list[Echo]:
        """Return for each span of time the echo of the chirps that were heard in it."""
        spoken, panel, peer = (tap.read() for tap in self._taps)
        onsets = _onsets(spoken)
        times = spoken.times[onsets // QUANTUM_FRAMES]
        found = []
        for start, end in spans:
            chosen = onsets[(times >= start) & (times < end)]
            delays = [[_delay_ms(spoken, at, back) for at in chosen] for back in (panel, peer)]
            found.append(Echo(*delays))
        return found


def _onsets(spoken: Recording) -> npt.NDArray[np.int64]:
    """Where the chirps begin."""
    loud = np.flatnonzero(np.abs(spoken.samples) > 0.02)
    apart = np.diff(loud, prepend=-np.inf) > PERIOD_SECONDS / 2 * SAMPLE_RATE_HZ
    return loud[apart].astype(np.int64)


def _delay_ms(spoken: Recording, onset: int, returned: Recording) -> float:
    """How much later the chirp at `onset` is in `returned`; SLOWEST_SECONDS if never."""
    chirp = spoken.samples[onset : onset + round(CHIRP_SECONDS * SAMPLE_RATE_HZ)]
    start = spoken.first_frame + onset - returned.first_frame
    window = returned.samples[max(0, start) : start + round(SLOWEST_SECONDS * SAMPLE_RATE_HZ)]
    if window.size < chirp.size:
        return SLOWEST_SECONDS * 1000
    common = _correlate(window, chirp)
    energy = np.convolve(window.astype(np.float64) ** 2, np.ones(chirp.size), "valid")
    likeness = common / np.sqrt(np.maximum(energy, 1e-6) * np.sum(chirp.astype(np.float64) ** 2))
    best = int(np.argmax(likeness))
    return 1000 * best / SAMPLE_RATE_HZ if likeness[best] >= _LIKE else SLOWEST_SECONDS * 1000


def _correlate(sound: FloatArray, chirp: FloatArray) -> npt.NDArray[np.float64]:
    size = 1 << (sound.size + chirp.size).bit_length()
    spectrum = np.fft.rfft(sound, size) * np.conj(np.fft.rfft(chirp, size))
    return np.asarray(np.fft.irfft(spectrum, size)[: sound.size - chirp.size + 1])
