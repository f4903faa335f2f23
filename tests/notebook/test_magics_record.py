"""``%rt_connect --record``, ``%rt_save`` and ``%rt_replay``, through a real IPython shell."""

import re

import pytest
from IPython.core.error import UsageError
from IPython.utils.capture import capture_output

import rt_notebook as rt
from rt_notebook.client.connect import close_all, sessions
from rt_notebook.record import layout
from rt_notebook.record.packing import pack

from ..record.talks import spoken_talk
from .conftest import running_shell


@pytest.fixture(scope="module")
def shell():
    with running_shell() as shell:
        yield shell


@pytest.fixture(autouse=True)
def _close_sessions():
    yield
    close_all()


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "talk.rtsession"
    pack(path, spoken_talk(), layout.manifest(backend="test server", model="test"))
    return path


def run(shell, magic, line=""):
    with capture_output() as shown:
        shell.run_line_magic(magic, line)
    return shown.stdout


def test_a_recording_is_gone_through_again(shell, path):
    shown = run(shell, "rt_replay", f"{path} --pace inf -o again")
    assert f"3 items, {len(spoken_talk())} events." in shown
    again = shell.user_ns["again"]
    assert [item.text for item in again.items] == [item.text for item in rt.open(path).items]
    assert sessions()["replay"] is again


def test_a_file_may_stand_in_a_variable(shell, path, tmp_path):
    shell.user_ns |= {"talk": path, "written": str(tmp_path / "again.md")}
    assert "3 items" in run(shell, "rt_replay", "talk --pace inf")
    run(shell, "rt_save", "written -s replay")
    assert (tmp_path / "again.md").exists()
    assert [turn.said for turn in shell.run_line_magic("rt_turns", "talk")] == ["count to four"]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("missing.rtsession", "missing.rtsession does not exist; check the path."),
        ("missing", "missing does not exist; check the path."),
        ("'my talk'", "my talk does not exist; check the path."),
        ("./live/", "live has no manifest.json; choose the folder of a recording."),
    ],
)
def test_a_sentence_leaves_the_name_of_a_file_as_it_is(
    shell, tmp_path, monkeypatch, line, sentence
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "live").mkdir()
    with pytest.raises(UsageError, match=f"^{re.escape(sentence)}$"):
        run(shell, "rt_replay", line)


def test_a_second_replay_takes_the_place_of_the_first(shell, path):
    run(shell, "rt_replay", f"{path} --pace 0.1 --no-wait")
    first = sessions()["replay"]
    run(shell, "rt_replay", f"{path} --pace inf")
    assert sessions()["replay"] is not first
    assert first.status == "closed"


@pytest.mark.parametrize("end", [".rtsession", ".wav", ".md", ".srt", ".json"])
def test_a_talk_is_written_in_the_format_of_the_files_name(shell, path, tmp_path, end):
    run(shell, "rt_replay", f"{path} --pace inf -s other")
    shown = run(shell, "rt_save", f"{tmp_path / 'again'}{end} -s other -o where")
    size = {".rtsession": "0.1 MB", ".wav": "0.9 MB", ".json": "0.5 kB"}.get(end, "0.1 kB")
    assert shown == f"Wrote {tmp_path / 'again'}{end} ({size}).\n"
    assert shell.user_ns["where"].stat().st_size > 0


@pytest.mark.parametrize(
    ("magic", "line", "sentence"),
    [
        ("rt_replay", "", "needs a recording, such as talk.rtsession"),
        ("rt_replay", "{nowhere}", "does not exist; check the path"),
        ("rt_replay", "{path} --pace fast", "pace takes a number above 0"),
        ("rt_replay", "{path} --pace -1", "pace takes a number above 0"),
        ("rt_replay", "{path} --backend offline --pace 3", "a live backend listens at speed 1"),
        ("rt_save", "-s other", "needs a file, such as talk.rtsession"),
        ("rt_save", "{path}.mp3 -s other", "written as .rtsession, .wav"),
        ("rt_save", "{nowhere}/talk.wav -s other", "no such file or directory; check the path"),
    ],
)
def test_a_mistake_is_one_sentence(shell, path, tmp_path, magic, line, sentence):
    if magic == "rt_save":
        run(shell, "rt_replay", f"{path} --pace inf -s other")
    with pytest.raises(UsageError) as raised:
        run(shell, magic, line.format(path=path, nowhere=tmp_path / "nowhere"))
    assert sentence.lower() in str(raised.value).lower()
    assert "\n" not in str(raised.value)


def test_files_are_completed_behind_each(shell, path):
    from rt_notebook.notebook.completion import matches

    for start in ("%rt_replay ", "%rt_save ", "%rt_connect --record ", "%rt_log "):
        assert str(path) in matches(f"{start}{path.parent}/ta", {})


@pytest.mark.slow
def test_a_talk_is_recorded_from_its_first_event(shell, tmp_path):
    path = tmp_path / "talk.rtsession"
    run(shell, "rt_connect", f"offline --record {path}")
    run(shell, "rt_say", "hello")
    run(shell, "rt_disconnect")
    talk = rt.open(path)
    assert next(iter(talk.log)).event.type == "session.created"
    assert [item.role for item in talk.items] == ["user", "assistant"]
