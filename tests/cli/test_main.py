from __future__ import annotations

import ast
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from rt_notebook.cli import main

CONSOLE_SCRIPT = "import sys; from rt_notebook.cli import main; sys.exit(main())"
ROOT = Path(__file__).resolve().parents[2]


def test_the_console_script_is_this_function():
    assert 'rt-notebook = "rt_notebook.cli:main"' in (ROOT / "pyproject.toml").read_text("utf-8")


def test_help_names_every_command(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    printed = capsys.readouterr().out
    assert all(f"    {name} " in printed for name in ("lab", "talk", "serve", "doctor"))


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (["tlak"], "invalid choice: 'tlak'"),
        (["--no-browser"], "JupyterLab's own follow --: rt-notebook -- --no-browser"),
        (["talk"], "the following arguments are required: --wav, --out"),
        (["doctor", "--fast"], "unrecognized arguments: --fast"),
        (["serve", "--port", "x"], "must be a port from 0 to 65535"),
    ],
)
def test_a_usage_error_says_what_and_exits_with_2(argv, told, capsys):
    with pytest.raises(SystemExit) as ended:
        main(argv)
    assert ended.value.code == 2
    assert told in capsys.readouterr().err


def test_a_taken_port_is_one_sentence(capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["serve", "--port", str(port)]) == 1
    told = capsys.readouterr().err.strip()
    assert f"cannot listen on 127.0.0.1:{port}" in told
    assert "\n" not in told


@pytest.mark.slow
def test_the_program_answers_as_a_process():
    result = subprocess.run(
        [sys.executable, "-c", CONSOLE_SCRIPT, "talk", "--wav", "gone.wav", "--out", "reply.wav"],
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr == (
        "rt-notebook: cannot read gone.wav: no such file or directory; check the path\n"
    )


@pytest.mark.slow
def test_asking_for_help_loads_nothing_heavy():
    program = CONSOLE_SCRIPT.replace("sys.exit(main())", "print([*sys.modules])")
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    loaded = {name.split(".")[0] for name in ast.literal_eval(result.stdout)}
    assert loaded.isdisjoint({"numpy", "pydantic", "websockets", "IPython", "soxr", "jupyterlab"})


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows sends no signal to one process alone")
def test_serve_says_where_it_listens_and_ends_with_ctrl_c():
    command = [sys.executable, "-c", CONSOLE_SCRIPT, "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        line = server.stdout.readline()
        assert re.fullmatch(r"Serving ws://127\.0\.0\.1:\d+/v1/realtime \(key \S{20,}\)\n", line)
        server.send_signal(signal.SIGINT)
        assert server.wait(60) == 0
