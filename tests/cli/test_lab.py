from __future__ import annotations

import subprocess
import sys

import pytest

from rt_notebook.cli import main
from rt_notebook.cli.lab import copy_notebooks, shipped_notebooks

from .test_main import CONSOLE_SCRIPT


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "shipped"
    (folder / "sounds").mkdir(parents=True)
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / "01_quickstart.ipynb").write_text("quickstart")
    (folder / "02_more.ipynb").write_text("more")
    (folder / "sounds" / "hello.wav").write_bytes(b"RIFF")
    (folder / ".ipynb_checkpoints" / "01_quickstart.ipynb").write_text("old")
    return folder


def test_copies_everything_into_a_new_folder(source, tmp_path):
    target = tmp_path / "deep" / "mine"
    assert copy_notebooks(source, target) == []
    copied = {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()}
    assert copied == {"01_quickstart.ipynb", "02_more.ipynb", "sounds/hello.wav"}


def test_a_changed_copy_is_kept_and_named(source, tmp_path):
    target = tmp_path / "mine"
    copy_notebooks(source, target)
    (target / "01_quickstart.ipynb").write_text("my own words")
    (target / "02_more.ipynb").unlink()
    assert copy_notebooks(source, target) == [target / "01_quickstart.ipynb"]
    assert (target / "01_quickstart.ipynb").read_text() == "my own words"
    assert (target / "02_more.ipynb").read_text() == "more"


def test_a_copy_can_be_written_when_the_original_cannot(source, tmp_path):
    (source / "01_quickstart.ipynb").chmod(0o444)
    copy_notebooks(source, tmp_path / "mine")
    assert (tmp_path / "mine" / "01_quickstart.ipynb").stat().st_mode & 0o200


def test_the_installation_has_the_quickstart():
    assert (shipped_notebooks() / "01_quickstart.ipynb").is_file()


def test_without_jupyterlab_one_sentence_names_the_installation(monkeypatch, tmp_path, capsys):
    monkeypatch.setitem(sys.modules, "jupyterlab", None)
    assert main(["--dir", str(tmp_path / "mine")]) == 1
    assert capsys.readouterr().err == (
        'rt-notebook: JupyterLab is not installed; try: pip install "rt_notebook[lab]"\n'
    )
    assert not (tmp_path / "mine").exists()


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main(["lab", "--dir", str(tmp_path / "file" / "mine")]) == 1
    told = capsys.readouterr().err
    assert told.startswith("rt-notebook: not a directory (")
    assert told.count("\n") == 1


@pytest.mark.slow
def test_jupyterlab_runs_with_the_arguments_after_the_dashes(tmp_path, capfd):
    import jupyterlab

    assert main(["--dir", str(tmp_path / "mine"), "--", "--version"]) == 0
    printed = capfd.readouterr().out.splitlines()
    assert printed == [f"Your notebooks are in {tmp_path / 'mine'}", jupyterlab.__version__]
    assert (tmp_path / "mine" / "01_quickstart.ipynb").is_file()


@pytest.mark.slow
def test_the_exit_status_is_jupyterlabs(tmp_path, capfd):
    assert main(["lab", "--dir", str(tmp_path), "--", "--ServerApp.port=none"]) == 1
    assert "port" in capfd.readouterr().err


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process without telling it")
def test_who_ends_the_command_ends_jupyterlab(tmp_path):
    command = [sys.executable, "-c", CONSOLE_SCRIPT, "--dir", tmp_path]
    with subprocess.Popen(
        [*command, "--", "--no-browser", "--allow-root", "--port=0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        while "is running at" not in process.stdout.readline():
            assert process.poll() is None
        process.terminate()
        process.stdout.read()  # ends when nobody is left who could write
    assert process.returncode is not None
