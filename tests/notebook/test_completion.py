"""Tab after a magic, as IPython and its kernel ask for it."""

import os

import pytest
from IPython.core.completer import provisionalcompleter

from rt_notebook.client.connect import close_all, connect

from ..client.scripted import Puppet, scripted_server
from .conftest import running_shell


@pytest.fixture(scope="module")
def shell():
    with running_shell() as shell:
        yield shell


def tab(shell, cell):
    """Return the cell's texts after each of the completions at its end."""
    with provisionalcompleter():
        offered = list(shell.Completer.completions(cell, len(cell)))
    return [cell[: one.start] + one.text for one in offered]


def offered(shell, line):
    """Return what stands after the last space of the line."""
    return [text.rpartition(" ")[2] for text in tab(shell, line)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("%rt_config --voi", "--voice"),
        ("%rt_config --eag", "--eagerness"),
        ("%rt_config --voice ", "marin"),
        ("%rt_config --voice ma", "marin"),
        ("%rt_config --voice=ma", "--voice=marin"),
        ("%rt_config --turn-detection ", "semantic_vad"),
        ("%rt_config --turn-detection ", "none"),
        ("%rt_config --enable-turn-detection ", "true"),
        ("%rt_config --dry-run --thres", "--threshold"),
        ("%rt_config --transcription-model gpt-", "gpt-live-transcribe"),
        ("%rt_config --transcription-language ", "pl"),
        ("%rt_config --transcription-languages e", "en"),
        ("%rt_config --instructions 'two words' --spe", "--speed"),
        ("%rt_respond --conversation ", "none"),
        ("%%rt_respond --conv", "--conversation"),
        ("event = %rt_config --dry", "--dry-run"),
        ("rt_config --voi", "--voice"),
        ("%rt_connect ", "offline"),
        ("%rt_connect openai --mod", "--model"),
        ("%rt_connect --model gpt-realtime-2.1", "gpt-realtime-2.1-mini"),
        ("%rt_connect --dialect ", "beta"),
        ("%rt_connect --api-key-env PAT", "PATH"),
        ("%rt_item ", "truncate"),
        ("%rt_item add --role ", "system"),
        ("%rt_item add --function-call-n", "--function-call-name"),
        ("%rt_mic ", "off"),
        ("%rt_say --no-w", "--no-wait"),
        ("%rt_say hello --no-w", "--no-wait"),
        ("%rt_send {} --no-w", "--no-wait"),
        ("%rt_timeline --theme ", "dark"),
        ("%rt_cost --model gpt-realtime-2.1-m", "gpt-realtime-2.1-mini"),
        ("%rt_log --te", "--text"),
        ("%rt_turns --lat", "--latency"),
    ],
)
def test_tab_offers(shell, line, expected):
    assert expected in offered(shell, line)


def test_nothing_of_python_is_mixed_in(shell):
    assert offered(shell, "%rt_mic o") == ["on", "off"]
    assert "import" not in offered(shell, "%rt_config --include i")


def test_an_option_is_offered_once(shell):
    assert "--voice" not in offered(shell, "%rt_config --voice marin --v")


def test_other_lines_of_the_cell_do_not_count(shell):
    assert tab(shell, "x = 1\n%rt_config --voice ma") == ["x = 1\n%rt_config --voice marin"]


def test_variables_that_hold_json_are_offered_where_json_is_taken(shell):
    shell.user_ns.update(my_tools=[], my_number=1)
    for flag in ("--tools", "--turn-detection", "--voice", "--include"):
        assert offered(shell, f"%rt_config {flag} my") == ["my_tools"]
    for flag in ("--instructions", "--speed", "--eagerness", "--transcription-language"):
        assert "my_tools" not in offered(shell, f"%rt_config {flag} my")


def test_files_are_offered_with_their_folders(shell, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "dot.png").touch()
    assert f"pictures{os.sep}" in offered(shell, "%rt_item add --image pic")
    assert offered(shell, "%rt_item add --image pictures/d") == ["pictures/dot.png"]


def test_sessions_and_items_are_offered_by_name(shell):
    puppet = Puppet()
    with scripted_server(puppet.script) as url:
        session = connect(url, name="second", quiet=True)
        item = {"id": "item_of_mine", "type": "message", "role": "user", "content": []}
        adding = session.add_item(item)
        puppet.told("conversation.item.create")
        puppet.say({"type": "conversation.item.added", "event_id": "e", "item": item})
        adding.wait(10)
        assert "second" in offered(shell, "%rt_say -s ")
        assert offered(shell, "%rt_item delete item_of") == ["item_of_mine"]
        close_all()


def test_loading_the_extension_twice_offers_everything_once(shell):
    shell.run_line_magic("reload_ext", "rt_notebook")
    assert offered(shell, "%rt_config --voice ma") == ["marin"]
