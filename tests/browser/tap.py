"""Hearing what a page plays, and what its microphone hears.

A recorder worklet is put behind an audio node of the page. It keeps every sample and the
wall-clock time at which each render quantum (128 frames) was rendered, in the same clock
as `time.time` of a Python process on the same machine, to 1 ms.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from playwright.sync_api import Page

__all__ = ["QUANTUM_FRAMES", "Recording", "Tap", "tap", "tap_microphone", "tap_node"]

QUANTUM_FRAMES = 128
SILENT_BELOW = 10 ** (-50 / 20)

_TAP = Path(__file__).with_name("tap.js").read_text()
_PLAYER = "document.querySelector(selector).rtEngine.player.output"
_STREAM = "new AudioContext({sampleRate: 24000}).createMediaStreamSource(window.__rtStreams.at(-1))"
_READ = """(index) => {
    const {sampleRate, firstFrame, times, sound} = window.__rtTaps[index];
    const all = new Float32Array(sound.length * 2048);
    sound.forEach((block, i) => all.set(block, i * 2048));
    const bytes = new Uint8Array(all.buffer);
    let text = "";
    for (let i = 0; i < bytes.length; i += 32768)
        text += String.fromCharCode(...bytes.subarray(i, i + 32768));
    return {sampleRate, firstFrame, times, sound: btoa(text)};
}"""


@dataclass(frozen=True)
class Recording:
    """What passed through a node.

    Attributes
    ----------
    samples
        Float32 in [-1, 1], shape (quanta * 128,).
    times
        Seconds since the epoch at which each quantum was rendered, shape (quanta,).
    sample_rate_hz
        Of the page's audio context.
    first_frame
        The context's frame count at ``samples[0]``.
    """

    samples: npt.NDArray[np.float32]
    times: npt.NDArray[np.float64]
    sample_rate_hz: int
    first_frame: int

    def loud(self, threshold: float = SILENT_BELOW) -> npt.NDArray[np.bool_]:
        """Return for each quantum whether its peak is above the threshold."""
        peaks = np.abs(self.samples.reshape(-1, QUANTUM_FRAMES)).max(axis=1)
        return np.asarray(peaks > threshold)

    def first_sound(self, after: float = 0.0, threshold: float = SILENT_BELOW) -> float | None:
        """Return the time of the first quantum with sound at or after a time."""
        found = self.times[self.loud(threshold) & (self.times >= after)]
        return float(found[0]) if found.size else None

    def last_sound(self, before: float = np.inf, threshold: float = SILENT_BELOW) -> float | None:
        """Return the time of the last quantum with sound before a time."""
        found = self.times[self.loud(threshold) & (self.times < before)]
        return float(found[-1]) if found.size else None

    def starts(self, quiet: float = 0.7) -> list[float]:
        """Return the times at which sound began after at least `quiet` seconds of silence."""
        loud = self.times[self.loud()]
        first = np.diff(loud, prepend=-np.inf) > quiet
        return [float(time) for time in loud[first]]

    def silent_since(self, after: float, seconds: float = 0.5) -> float | None:
        """Return the first time at or after `after` from which `seconds` of silence follow."""
        quiet = round(seconds * self.sample_rate_hz / QUANTUM_FRAMES)
        loud = self.loud()
        for index in np.flatnonzero(self.times >= after):
            following = loud[index : index + quiet]
            if following.size == quiet and not following.any():
                return float(self.times[index])
        return None

    def between(self, start: float, end: float) -> npt.NDArray[np.float32]:
        """Return the samples of the quanta rendered from `start` to `end`."""
        chosen = (self.times >= start) & (self.times <= end)
        return self.samples.reshape(-1, QUANTUM_FRAMES)[chosen].reshape(-1)

    def spoken(self, after: float = 0.0, margin: float = 0.3) -> npt.NDArray[np.float32]:
        """Return the samples from the first to the last sound after a time, and a little more."""
        first, last = self.first_sound(after), self.last_sound()
        if first is None or last is None:
            return self.samples[:0]
        return self.between(max(after, first - margin), last + margin)


class Tap:
    """A recorder in a page that goes on until the page is left."""

    def __init__(self, page: Page, index: int) -> None:
        self._page = page
        self._index = index

    def wait_spoken(
        self, after: float = 0.0, quiet: float = 1.0, seconds: float = 60.0
    ) -> Recording:
        """Wait until there was sound after a time and then `quiet` seconds of silence."""
        condition = """([index, after, quiet]) => {
            const {loudAt, times} = window.__rtTaps[index];
            return loudAt > after && times.at(-1) - loudAt > quiet;
        }"""
        wanted = [self._index, after * 1000, quiet * 1000]
        self._page.wait_for_function(condition, arg=wanted, timeout=seconds * 1000)
        return self.read()

    def wait_sound(self, after: float = 0.0, seconds: float = 60.0) -> None:
        """Wait until there was sound after a time."""
        condition = "([index, after]) => window.__rtTaps[index].loudAt > after"
        wanted = [self._index, after * 1000]
        self._page.wait_for_function(condition, arg=wanted, timeout=seconds * 1000)

    def read(self) -> Recording:
        """Return everything recorded so far, to the last 16 quanta."""
        heard = self._page.evaluate(_READ, self._index)
        return Recording(
            np.frombuffer(base64.b64decode(heard["sound"]), np.float32),
            np.asarray(heard["times"], np.float64) / 1000,
            int(heard["sampleRate"]),
            int(heard["firstFrame"] or 0),
        )


def tap(page: Page, selector: str = ".rt-panel") -> Tap:
    """Record what the panel under `selector` gives to the speaker, from now on."""
    return Tap(
        page, page.evaluate(f"async (selector) => ({_TAP})({_PLAYER}, {SILENT_BELOW})", selector)
    )


def tap_microphone(page: Page, silent_below: float = SILENT_BELOW) -> Tap:
    """Record what the page's last opened microphone hears, from now on.

    Chromium turns a silent microphone up until its noise is heard: waiting for the end of
    speech takes a higher `silent_below`.
    """
    return Tap(page, page.evaluate(f"async () => ({_TAP})({_STREAM}, {silent_below})"))


def tap_node(page: Page, node: str) -> Tap:
    """Record what passes through an audio node, a JavaScript expression, from now on."""
    return Tap(page, page.evaluate(f"async () => ({_TAP})({node}, {SILENT_BELOW})"))
