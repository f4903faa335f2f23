"""What the user of a recording said, said again to a live server with another configuration."""

import pytest

import rt_notebook as rt
from rt_notebook.client.connect import sessions

from ..speech import say

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """A question that was asked by voice, and a second one in writing."""
    path = tmp_path_factory.mktemp("talk") / "talk.rtsession"
    with rt.connect("offline", record=path, quiet=True) as session:
        session.configure(input_audio_transcription=True, instructions="Be brief.").wait(10)
        session.send_audio(say("What is seven plus five?"), pace="fast").wait(60)
        session.say("what is two plus two", output_modalities=["text"]).wait(20)
    return path


def test_the_users_side_is_answered_under_another_configuration(path):
    recorded = rt.open(path)
    again = rt.replay(path, backend="offline", config={"voice": "marin"}, quiet=True)
    session = again.wait(90)
    assert session.status == "open"
    assert sessions()["replay"] is session
    assert session.audio().startswith(recorded.audio())
    assert session.config["audio"]["output"]["voice"] == "marin"
    assert session.config["instructions"] == "Be brief."
    assert [item.role for item in session.items] == [item.role for item in recorded.items]
    assert [item.text for item in session.items if item.role == "user"] == [
        item.text for item in recorded.items if item.role == "user"
    ]


def test_a_live_backend_cannot_be_hurried(path):
    with pytest.raises(rt.ConfigError, match="a live backend listens at speed 1"):
        rt.replay(path, backend="offline", speed=2)


def test_a_configuration_that_is_refused_leaves_nothing_open(path):
    with pytest.raises(rt.ConfigError):
        rt.replay(path, backend="offline", config={"speed": 99}, quiet=True)
    assert sessions()["replay"].status == "closed"
