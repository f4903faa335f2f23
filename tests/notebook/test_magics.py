"""The magics, through a real IPython shell, as a user sees them."""

import subprocess
import sys

import pytest
from IPython.core.error import UsageError
from IPython.utils.capture import capture_output

from rt_notebook.client.connect import close_all, sessions

from .conftest import running_shell

MAGICS = [
    "cancel", "config", "connect", "controls", "cost", "disconnect", "item", "log", "mic",
    "replay", "respond", "save", "say", "send", "status", "timeline", "token", "transcribe",
    "turns",
]  # fmt: skip


@pytest.fixture(scope="module")
def shell():
    with running_shell() as shell:
        yield shell


@pytest.fixture(autouse=True)
def _close_sessions():
    yield
    close_all()


def run(shell, magic, line="", cell=None):
    with capture_output() as shown:
        if cell is None:
            shell.run_line_magic(magic, line)
        else:
            shell.run_cell_magic(magic, line, cell)
    return shown


@pytest.mark.parametrize("magic", MAGICS)
def test_every_magic_is_there_and_explains_itself(shell, magic):
    method = shell.find_line_magic(f"rt_{magic}")
    assert f"%rt_{magic}" in method.__doc__


@pytest.mark.parametrize(
    "magic", sorted(set(MAGICS) - {"connect", "replay", "token", "transcribe"})
)
def test_without_a_session_each_says_the_next_step(shell, magic):
    words = {"say": "-s nobody hello", "item": "delete x -s nobody", "save": "x -s nobody"}
    with pytest.raises(UsageError, match="%rt_connect"):
        run(shell, f"rt_{magic}", words.get(magic, "-s nobody"))


@pytest.mark.parametrize(
    ("magic", "line", "sentence"),
    [
        ("rt_connect", "opnai", "No backend is called 'opnai'"),
        ("rt_connect", "--modl x", "did you mean 'model'"),
        ("rt_connect", "openai", "OPENAI_API_KEY"),
        ("rt_config", "--voise marin", "did you mean 'voice'"),
        ("rt_mic", "maybe", "invalid choice: 'maybe'"),
    ],
)
def test_a_mistake_is_one_sentence_without_a_traceback(shell, magic, line, sentence):
    with pytest.raises(UsageError) as refusal:
        run(shell, magic, line)
    assert sentence in str(refusal.value)
    assert "\n" not in str(refusal.value).strip()
    assert "default" not in sessions() or sessions()["default"].status != "open"


def test_the_extension_loads_nothing_heavy():
    """Of the modules that `%load_ext` adds to a running IPython, none is heavy."""
    code = (
        "import sys\n"
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        "before = set(sys.modules)\n"
        "shell.run_line_magic('load_ext', 'rt_notebook')\n"
        "print(*sorted({name.partition('.')[0] for name in set(sys.modules) - before}))\n"
    )
    added = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    heavy = {
        "numpy",
        "pydantic",
        "websockets",
        "ipywidgets",
        "anywidget",
        "pandas",
        "openai",
        "soxr",
    }
    assert "rt_notebook" in added
    assert not heavy & set(added)


@pytest.mark.slow
class TestOnTheOfflineServer:
    @pytest.fixture(autouse=True)
    def _connected(self, shell):
        self.said = run(shell, "rt_connect", "offline -o session").stdout

    def test_connect_says_where_the_sound_goes_and_stores_the_session(self, shell):
        assert "stays on this machine" in self.said
        assert shell.user_ns["session"].status == "open"

    def test_a_second_connect_is_refused_and_the_first_lives_on(self, shell):
        with pytest.raises(UsageError, match="open already"):
            run(shell, "rt_connect", "offline")
        assert shell.user_ns["session"].status == "open"

    def test_say_waits_for_the_reply_and_shows_it(self, shell):
        run(shell, "rt_config", "--modalities text")
        shown = run(shell, "rt_say", "-o reply it's a test, isn't it")
        reply = shell.user_ns["reply"]
        assert reply.done
        assert "it's a test, isn't it" in shell.user_ns["session"].items[0].text
        assert shown.stdout == f"{reply.text}\n"

    def test_the_cell_form_says_the_whole_cell(self, shell):
        run(shell, "rt_config", "--modalities text")
        run(shell, "rt_say", "", "what is {one}\nplus $one")
        assert shell.user_ns["session"].items[0].text == "what is {one}\nplus $one"

    def test_no_wait_hands_back_the_reply(self, shell):
        reply = shell.run_line_magic("rt_say", "--no-wait --modalities text hello")
        assert reply.wait(20).text

    def test_config_shows_what_is_in_force(self, shell):
        run(shell, "rt_config", "--turn-detection semantic_vad --eagerness low")
        shown = run(shell, "rt_config").stdout
        assert "semantic_vad" in shown
        assert "low" in shown

    def test_the_status_says_what_stands_in_for_a_model_of_turns(self, shell):
        assert "by pauses" not in run(shell, "rt_status").stdout
        run(shell, "rt_config", "--turn-detection semantic_vad")
        told = "semantic_vad (offline: by pauses, eagerness and the last word heard)"
        assert told in run(shell, "rt_status").stdout

    def test_a_frozen_voice_is_refused_before_it_is_sent(self, shell):
        run(shell, "rt_say", "hello")  # the voice is frozen once it has been heard
        with pytest.raises(UsageError, match=r"^--voice is frozen after the first audio"):
            run(shell, "rt_config", "--voice cedar")

    def test_status_and_disconnect(self, shell):
        assert "offline server" in run(shell, "rt_status").stdout
        assert "Closed" in run(shell, "rt_disconnect").stdout
        assert "closed" in run(shell, "rt_status").stdout


@pytest.mark.slow
def test_the_microphone_is_half_or_full_duplex(shell):
    run(shell, "rt_connect", "offline")
    said = run(shell, "rt_mic", "--half-duplex").stdout
    assert "hears nothing while the reply sounds" in said
    assert "Press the microphone" not in said
    assert "hears you" in run(shell, "rt_mic", "--full-duplex").stdout


@pytest.mark.slow
def test_the_status_names_the_tools_and_what_waits(shell):
    run(shell, "rt_connect", "offline")
    session = sessions()["default"]

    @session.tool
    def send_mail(to: str) -> str:
        """Send a mail."""
        return to

    assert "send_mail; 0 calls" in run(shell, "rt_status").stdout
    reply = session.say("Send a mail to Anna", output_modalities=["text"])
    while not session.approvals:
        reply.begun.is_set()
    assert "1 waiting for you: session.approve()" in run(shell, "rt_status").stdout
    session.approve()
    assert "Anna" in reply.wait(20).text
