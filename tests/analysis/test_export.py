"""A talk in other people's formats, on its own time axis."""

import json
import wave

import numpy as np
import pytest

from rt_notebook.analysis.export import export
from rt_notebook.errors import ConfigError
from rt_notebook.protocol.events import Event

from ..record.talks import spoken_talk
from .talk import SESSION, Talk, tone

MANIFEST = {"backend": "test server", "model": "test"}


def untranscribed_talk():
    hearing = {"turn_detection": SESSION["audio"]["input"]["turn_detection"]}
    talk = Talk({"audio": {"input": hearing}})
    talk.microphone(0.0, tone(2000))
    talk.received(0.2, "input_audio_buffer.speech_started", item_id="u1", audio_start_ms=0)
    talk.received(2.0, "input_audio_buffer.speech_stopped", item_id="u1", audio_end_ms=1600)
    talk.received(2.0, "input_audio_buffer.committed", item_id="u1")
    item = {"id": "u1", "type": "message", "role": "user", "content": [{"type": "input_audio"}]}
    talk.received(2.0, "conversation.item.added", item=item)
    return talk.log


def written(tmp_path, name, log=None):
    path = tmp_path / name
    export(path, log or spoken_talk(), MANIFEST)
    return path


def test_both_sides_sound_where_they_sounded_and_what_was_cut_does_not(tmp_path):
    with wave.open(str(written(tmp_path, "talk.wav"))) as file:
        assert (file.getnchannels(), file.getframerate()) == (2, 24000)
        both = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    user, assistant = (np.flatnonzero(both[:, side]) for side in (0, 1))
    # A second that ended when it was sent, half a second after the begin of the talk: it
    # cannot begin before the talk, so it begins with it.
    assert (user[0], len(user)) == (0, 24000)
    # The first delta came after 5 s; one of two seconds was heard.
    assert (assistant[0], len(assistant)) == (5 * 24000, 24000)


def test_the_transcript_tells_what_was_cut(tmp_path):
    text = written(tmp_path, "talk.md").read_text("utf-8")
    assert text.startswith("# Talk with test on test server, 1970-01-01 00:16 UTC\n")
    assert "count to four" in text
    assert "**Assistant** 0:05: one two ~~three four~~" in text


def test_words_stay_words_whatever_shows_them(tmp_path):
    log = spoken_talk()
    item = {
        "id": "x",
        "type": "message",
        "role": "user",
        "content": [{"type": "input_text", "text": "<script>\n\n# [a](b) --> 00:00:01"}],
    }
    log.append("received", Event(type="conversation.item.added", item=item), time=20, wall_time=20)
    shown = written(tmp_path, "talk.md", log).read_text("utf-8")
    assert r"\<script\> \# \[a\](b)" in shown
    cues = written(tmp_path, "talk.srt", log).read_text("utf-8").strip().split("\n\n")
    assert all(len(cue.splitlines()) == 3 and cue.count("-->") == 1 for cue in cues)


def test_subtitles_stand_while_it_sounds(tmp_path):
    cues = written(tmp_path, "talk.srt").read_text("utf-8").strip().split("\n\n")
    assert cues[-1].splitlines() == [
        str(len(cues)),
        "00:00:05,000 --> 00:00:06,000",
        "Assistant: one two",
    ]


def test_json_has_every_item_with_its_times(tmp_path):
    told = json.loads(written(tmp_path, "talk.json").read_text("utf-8"))
    assert told["model"] == "test"
    answer = next(one for one in told["items"] if one["id"] == "a1")
    assert answer == {
        "id": "a1",
        "type": "message",
        "role": "assistant",
        "text": "one two three four",
        "start_s": 5.0,
        "end_s": 6.0,
        "cut": True,
        "heard": "one two",
        "unheard": "three four",
    }


@pytest.mark.parametrize("name", ["talk.md", "talk.srt", "talk.json"])
def test_text_with_half_of_a_surrogate_pair_is_written_as_far_as_it_can_be(tmp_path, name):
    log = spoken_talk()
    item = {
        "id": "x",
        "type": "message",
        "role": "user",
        "content": [{"type": "input_audio", "transcript": "smile \ud83d now"}],
    }
    log.append("received", Event(type="conversation.item.added", item=item), time=20, wall_time=20)
    log.append(
        "received",
        Event(type="input_audio_buffer.committed", item_id="x"),
        time=20,
        wall_time=20,
    )
    assert "smile \ufffd now" in written(tmp_path, name, log).read_text("utf-8")


def test_what_a_markdown_cell_reads_as_a_formula_or_an_entity_stays_words(tmp_path):
    talk = Talk()
    talk.written("u1", 1.0, "AT&copy; costs $5 or $6")
    shown = written(tmp_path, "talk.md", talk.log).read_text("utf-8")
    assert r"AT\&copy; costs \$5 or \$6" in shown


@pytest.mark.parametrize("name", ["talk.md", "talk.srt"])
def test_speech_that_nobody_transcribes_is_told_as_such(tmp_path, name):
    shown = written(tmp_path, name, untranscribed_talk()).read_text("utf-8")
    assert "(spoken, not transcribed)" in shown.replace("**", "")


@pytest.mark.parametrize("name", ["talk.md", "talk.srt", "talk.json"])
def test_a_picture_that_was_shown_is_told(tmp_path, name):
    talk = Talk()
    content = [{"type": "input_image", "image_url": "data:image/png;base64,AA=="}]
    item = {"id": "u1", "type": "message", "role": "user", "content": content}
    talk.received(1.0, "conversation.item.added", item=item)
    assert "(picture)" in written(tmp_path, name, talk.log).read_text("utf-8")


def test_the_ending_of_a_name_may_be_in_capitals(tmp_path):
    assert written(tmp_path, "TALK.MD").read_text("utf-8").startswith("# Talk")


def test_json_says_of_speech_that_nobody_transcribes_it(tmp_path):
    told = json.loads(written(tmp_path, "talk.json", untranscribed_talk()).read_text("utf-8"))
    assert told["items"] == [
        {
            "id": "u1",
            "type": "message",
            "role": "user",
            "text": "",
            "transcribed": False,
            "start_s": 0.0,
            "end_s": 1.6,
        }
    ]


def test_json_lasts_as_long_as_the_talk_sounds(tmp_path):
    talk = Talk()
    talk.created(1.0, "r1")
    talk.answer("r1", "a1", [2.0], "one two", tone(3000))
    talk.done(2.1, "r1")
    told = json.loads(written(tmp_path, "talk.json", talk.log).read_text("utf-8"))
    assert (told["seconds"], told["items"][0]["end_s"]) == (5.0, 5.0)


def test_another_format_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(ConfigError, match=r"written as \.rtsession, \.wav, \.md, \.srt, \.json"):
        written(tmp_path, "talk.mp3")
    assert list(tmp_path.iterdir()) == []
