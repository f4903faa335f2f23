"""The whole way, in a real notebook: a person presses the microphone, speaks, and hears.

Chromium's microphone plays speech, the offline server answers, and what the panel gives to
the speaker is recorded behind its worklet. `talk.py` holds what has to be true of it.
"""

from __future__ import annotations

import pytest

from ..faults.matrix import fault
from ..speech import human_clip, say, wer
from .talk import CONNECT, LOUD, MAX_WER, Talk

pytestmark = pytest.mark.slow

ANSWER = "The river is wide and the boat is small."
CONFIGURE = f"%rt_config --transcription true --instructions 'Say exactly: {ANSWER}'"
GREETING = "Good morning, my friend."
SENTENCE = "Green apples grow behind the old garden wall."
PATHS = pytest.mark.parametrize("remote", [False, True], ids=["direct", "comm"])

MIC_WAITS = (
    "While a cell runs, the microphone waits: this kernel takes messages only between cells."
)
#: A cell that holds its thread for some seconds, and then until a file exists.
SLEEP = """\
import pathlib, time
asleep = [time.time()]
time.sleep({seconds})
while not pathlib.Path({file!r}).exists(): time.sleep(0.02)
asleep.append(time.time())"""

#: Two ways to spoil the sound behind all counting: `swapChunks()` and `silenceWorklet()`.
SPOILERS = """{
  const { connect } = AudioNode.prototype;
  const { postMessage } = MessagePort.prototype;
  let player = null, chunks = Infinity, third = null;
  AudioNode.prototype.connect = function (...to) {
    if (this instanceof AudioWorkletNode && to[0] instanceof GainNode) player = [this, to[0]];
    return connect.apply(this, to);
  };
  MessagePort.prototype.postMessage = function (message, ...rest) {
    if (message?.kind === "chunk") chunks += 1;
    if (message?.kind !== "chunk" || chunks < 3 || chunks > 4) {
      return postMessage.call(this, message, ...rest);
    }
    if (chunks === 3) return void (third = [message, ...rest]);
    postMessage.call(this, message, ...rest);
    postMessage.call(this, ...third);
  };
  window.swapChunks = () => { chunks = 0; };
  window.silenceWorklet = () => {
    const [worklet, output] = player;
    const silence = new GainNode(worklet.context, { gain: 0 });
    worklet.disconnect();
    worklet.connect(silence).connect(output);
  };
}"""


@pytest.fixture
def open_talk(open_notebook, tmp_path):
    """Open a notebook with a session and its panel; the options are `open_notebook`'s."""

    def open_one(kernel="", remote=False, **options):
        file = tmp_path / "microphone.wav"
        options |= {"microphone": file, "remote": remote, "kernel": kernel or "python3"}
        notebook = open_notebook(CONNECT, CONFIGURE, **options)
        notebook.run_all()
        talk = Talk(notebook, file)
        talk.wait_path("comm" if remote else "direct")
        return talk

    return open_one


@pytest.fixture
def kernel(request):
    """The name of a fixture that names a kernel, or nothing for the usual one."""
    return request.param and request.getfixturevalue(request.param)


def print_wait(capsys, talk, turn):
    """Print what the turn waited from the end of speech to the first sound rendered."""
    first = talk.ear.read().starts()[-1]
    spoken = talk.microphone.read().last_sound(before=first, threshold=LOUD)
    kernel = talk.notebook.evaluate("vars(session.replies[-1].latency)")
    wait, window = (first - spoken) * 1000, kernel["silence_window_ms"]
    parts = (
        "end_of_speech_to_stop_ms",
        "stop_to_commit_ms",
        "commit_to_response_ms",
        "response_to_audio_ms",
    )
    with capsys.disabled():
        print(
            f"\n{turn}: {wait:.0f} ms from the end of speech to the first sound rendered"
            f" = silence window {window} + {wait - window:.0f}; in the kernel "
            + " + ".join(f"{kernel[name]:.0f}" for name in parts)
        )


@PATHS
def test_turns_of_a_voice_and_of_a_person_are_heard_answered_and_played(
    open_talk, shared, capsys, remote
):
    path = "comm" if remote else "direct"
    talk = open_talk(remote=remote)
    person = human_clip(shared / "speech", "0870")
    spoken = [(say(SENTENCE), SENTENCE), (person.pcm, person.text), (say(GREETING), GREETING)]
    for number, (sound, text) in enumerate(spoken, 1):
        talk.speak(sound)
        talk.wait_answered(number)
        assert wer(text, talk.heard()[-1]) <= MAX_WER
        print_wait(capsys, talk, f"{path}, turn {number}")
        talk.hang_up()
    assert talk.dropped_ms == 0
    talk.prove_path(path)
    talk.prove_played()
    talk.prove_microphone()


def test_a_spoken_turn_goes_through_in_notebook_7(open_talk):
    talk = open_talk(app="notebook")
    talk.speak(say(SENTENCE))
    talk.wait_answered()
    talk.hang_up()
    assert wer(SENTENCE, talk.heard()[0]) <= MAX_WER
    talk.prove_path("direct")
    talk.prove_played()
    talk.prove_microphone()


@pytest.mark.parametrize("spoil", ["swapChunks", "silenceWorklet"])
def test_the_proof_fails_when_the_sound_is_spoiled_in_the_page(open_talk, spoil):
    talk = open_talk(script=SPOILERS)
    talk.type("Hello.")
    talk.listen()
    talk.wait_answered(1)
    talk.prove_played()
    talk.notebook.page.evaluate(f"{spoil}()")
    talk.type("Hello again.")
    talk.wait_answered(2)
    with pytest.raises(AssertionError, match="are not in their place"):
        talk.prove_played()


@fault(
    "F24",
    "a cell runs for ten seconds amid a talk",
    "heard, answered and played meanwhile",
)
@pytest.mark.parametrize(
    ("kernel", "remote"),
    [("", False), ("", True), ("ipykernel_6", False)],
    ids=["direct", "comm", "direct on ipykernel 6"],
    indirect=["kernel"],
)
def test_a_whole_turn_goes_through_while_a_cell_sleeps(open_talk, tmp_path, kernel, remote):
    talk = open_talk(kernel, remote)
    talk.notebook.wait_until("not widget.mic_waits")
    end = tmp_path / "end"
    talk.notebook.run(SLEEP.format(seconds=10, file=str(end)), wait=False)
    talk.speak(say(GREETING))
    heard = talk.ear.wait_spoken()
    end.touch()
    talk.notebook.wait_idle()
    assert wer(GREETING, talk.heard()[0]) <= MAX_WER
    begun, ended = talk.notebook.evaluate("asleep")
    events = dict(talk.notebook.evaluate("[(e.event.type, e.wall_time) for e in session.log]"))
    assert begun < events["input_audio_buffer.speech_started"]
    assert events["response.done"] < ended
    assert heard.last_sound() < ended
    talk.hang_up()
    talk.prove_path("comm" if remote else "direct")
    talk.prove_played()
    talk.prove_microphone()


@fault("F24")
def test_on_ipykernel_6_the_comm_waits_keeps_the_newest_and_catches_up(
    open_talk, ipykernel_6, tmp_path
):
    talk = open_talk(ipykernel_6, remote=True)
    assert MIC_WAITS in talk.messages
    talk.speak(2.5, say("Nobody will ever hear this."), 4.0, say("Hello."))
    talk.wait_stats("stats.acked > 0")
    end = tmp_path / "end"
    talk.notebook.run(SLEEP.format(seconds=0, file=str(end)), wait=False)
    forgotten = talk.microphone.wait_spoken(quiet=1.0).last_sound(threshold=LOUD)
    talk.microphone.wait_spoken(after=forgotten + 1, quiet=0.3)
    backlog_ms = talk.stats["backlogMs"]
    end.touch()

    talk.wait_answered()
    assert wer("Hello.", " ".join(talk.heard())) <= MAX_WER
    assert backlog_ms <= 2000
    begun, ended = talk.notebook.evaluate("asleep")
    dropped_ms = talk.stats["droppedMs"]
    assert dropped_ms == pytest.approx((ended - begun) * 1000 - 2000, abs=1000)
    assert talk.notebook.evaluate("widget.dropped_ms") == dropped_ms
    assert talk.messages == [
        MIC_WAITS,
        f"{dropped_ms / 1000:.1f} s of microphone audio was dropped "
        "because the kernel did not take it in time.",
    ]
    assert talk.backlog_ms() <= 200
    talk.hang_up()
    talk.prove_played()
    talk.prove_microphone()
