from __future__ import annotations

import os
import subprocess
import sys

import pytest

from rt_notebook.cli import main
from rt_notebook.cli.doctor import speech_wheels

CONSOLE_SCRIPT = "import sys; from rt_notebook.cli import main; sys.exit(main())"


# The files of moonshine-voice 0.1.0 on the package index: manylinux_2_34 x86_64 and aarch64,
# win_amd64, macosx_15_0_arm64.
@pytest.mark.parametrize(
    ("system", "machine", "version", "possible"),
    [
        ("Linux", "x86_64", (2, 36), True),
        ("Linux", "aarch64", (2, 34), True),
        ("Linux", "x86_64", (2, 31), False),
        ("Linux", "x86_64", (), False),
        ("Linux", "armv7l", (2, 36), False),
        ("Darwin", "arm64", (15, 0), True),
        ("Darwin", "arm64", (26, 1), True),
        ("Darwin", "arm64", (14, 7), False),
        ("Darwin", "x86_64", (15, 0), False),
        ("Windows", "AMD64", (), True),
        ("Windows", "ARM64", (), False),
        ("FreeBSD", "amd64", (), False),
    ],
)
def test_the_platforms_with_speech_are_those_with_wheels(system, machine, version, possible):
    assert speech_wheels(system, machine, version) is possible


@pytest.mark.slow
def test_a_machine_that_can_talk_is_told_so(capsys):
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("rt_notebook ")
    for name in ("platform", "speech models", "server", "spoken turn", "jupyterlab", "ipykernel"):
        assert f"  ok  {name} " in out
    assert "understands its own voice" in out
    assert "OPENAI_API_KEY  not set" in out
    assert "localhost" in out
    assert out.endswith("Start with: rt-notebook\n")


def doctor(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", CONSOLE_SCRIPT, "doctor"],
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


@pytest.mark.slow
def test_a_machine_without_speech_is_told_what_to_install_and_the_key_is_never_shown(tmp_path):
    # Found first by every Python process of this environment, the server's too.
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['moonshine_voice'] = None")
    result = doctor(PYTHONPATH=str(tmp_path), OPENAI_API_KEY="sk-canary-0123456789")
    assert result.returncode == 1
    assert "NO  spoken turn" in result.stdout
    assert 'pip install "rt_notebook[local]"' in result.stdout
    assert "A spoken offline turn is not possible here" in result.stdout
    assert "OPENAI_API_KEY  set" in result.stdout
    assert "canary" not in result.stdout + result.stderr
