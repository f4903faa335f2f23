"""Spoken sentences in many voices and noises: are turns found, and are the words right?

Everything goes over the wire of the real server, faster than real time: turns are found on
sample time. The figures of every voice and noise are printed.
"""

from __future__ import annotations

from functools import reduce
from operator import add

import pytest

from tests.noise import NOISES, at_level, pcm16
from tests.speech import human_clip, transcribe, wer
from tests.voices import VOICES, speak

from .hearing_score import Score, Sentence, Track, turns_of
from .test_hearing import TRANSCRIPTION
from .wire import audio_of, run, wired

pytestmark = pytest.mark.slow

# Words that are spelled one way only, and no numbers.
SENTENCES = """
Please tell me a story about a lighthouse.
What is the weather like in London today?
How do I open a file and read every line of it?
My brother works in a small bakery near the station.
Could you explain how a violin makes its sound?
We went for a long walk along the river after lunch.
The train to the airport leaves from the other platform.
Can you help me plan a dinner for my family?
I would like to learn how to play the guitar.
She put the letter on the kitchen table and left.
Why does the moon look so large near the horizon?
Remind me to water the plants before I go to bed.
The children were playing in the garden behind the house.
Is there a good restaurant close to the museum?
He opened the window because the room was warm.
Describe a quiet morning in a village by the sea.
I have never seen so many birds in one place.
Which books would you recommend for a long journey?
The teacher asked us to write about our favorite animal.
Let us begin with a simple example and go on from there.
Her answer was short, but it surprised everybody.
Where can I find the results of the last experiment?
The old bridge was closed after the heavy storm.
Turn down the music, I am trying to sleep.
What happens when water freezes inside a glass bottle?
My grandfather used to repair clocks in his workshop.
Do you remember the name of that beautiful song?
The coffee is too strong for me in the evening.
Draw a picture of the data and save it in a file.
It was raining when we arrived at the hotel.
Translate this letter into simple English, please.
A good friend listens before giving advice.
How long does it take to cook fresh pasta?
The doctor said that I should drink more water.
Explain the difference between weather and climate.
Nobody knew who had painted the picture on the wall.
""".strip().splitlines()


QUIET_PCM = bytes(48 * 200)
UNDERSTOOD = {"hibari", "flite rms", "flite slt"}  # what others' words become is reported
FOUND_AT_LEAST, WRONG_AT_MOST = 0.97, 0.10
QUIET = ("silence", 60)
#: A noise, and by how many dB speech is louder.
CONDITIONS = [QUIET, ("white", 20), ("white", 10), ("pink", 20), ("pink", 10), ("keyboard", 15)]


def heard(url: str, name: str, sentences: list[Sentence], condition=QUIET, pause_ms=500) -> Score:
    """Say the sentences to a session of their own, print how they were heard, return it."""
    track, scores = Track(sentences, *condition), []

    @run
    async def talk() -> None:
        async with wired(url) as wire:
            detection = {
                "type": "server_vad",
                "silence_duration_ms": pause_ms,
                "create_response": False,
            }
            transcription = {"model": "gpt-4o-transcribe"}
            listening = {"turn_detection": detection, "transcription": transcription}
            await wire.configure(audio={"input": listening})
            await wire.append(track.pcm, chunk_ms=200)
            await wire.send({"type": "session.update", "session": {"type": "realtime"}})
            await wire.until("session.updated")  # all audio was taken in
            while any(turn.transcript is None for turn in turns_of(wire.events) if turn.end_ms):
                await wire.until(f"{TRANSCRIPTION}.completed")
            scores.append(Score.of(track, turns_of(wire.events)))

    talk()
    scores[0].show(f"{name}, {condition[0]} {condition[1]} dB below speech")
    return scores[0]


def by_condition(url: str, voice: str, conditions: list[tuple[str, int]]) -> list[Score]:
    """Have every sentence said in quiet, and a third of them in each noise."""
    scores = []
    for place, condition in enumerate(conditions):
        texts = SENTENCES if condition == QUIET else SENTENCES[place % 3 :: 3]
        sentences = [Sentence(text, speak(voice, text)) for text in texts]
        scores.append(heard(url, voice, sentences, condition))
    return scores


def check_found(score: Score) -> None:
    assert score.found >= FOUND_AT_LEAST * len(score.texts)
    assert score.false == 0


@pytest.mark.parametrize("voice", ["hibari", "flite rms"])
def test_a_few_sentences_are_found_and_understood(speech_server, voice):
    sentences = [Sentence(text, speak(voice, text)) for text in SENTENCES[:6]]
    score = heard(speech_server, voice, sentences)
    check_found(score)
    assert score.wer <= WRONG_AT_MOST


@pytest.mark.long
@pytest.mark.parametrize("voice", VOICES)
def test_turns_are_found_in_any_voice_and_noise_and_understood_in_quiet(speech_server, voice):
    in_quiet, *in_noise = by_condition(speech_server, voice, CONDITIONS)
    check_found(reduce(add, [in_quiet, *in_noise]))
    assert voice not in UNDERSTOOD or in_quiet.wer <= WRONG_AT_MOST
    # The recogniser was not made for the voices of machines in noise: theirs is reported.
    assert voice != "hibari" or reduce(add, in_noise).wer <= WRONG_AT_MOST


def test_human_readers_are_found_and_reported(speech_server, shared):
    clips = [human_clip(shared / "speech", number) for number in ("0870", "0880", "0890")]
    sentences = [Sentence(clip.text, clip.pcm) for clip in clips]
    score = heard(speech_server, "human", sentences, pause_ms=1000)  # readers pause
    check_found(score)


@run
async def nothing_is_heard(url: str, noise: bytes) -> None:
    async with wired(url) as wire:
        await wire.append(noise, chunk_ms=1000)
        await wire.configure()  # answered after all of it, and nothing was said before
        assert len(wire.events) == 2


@pytest.mark.parametrize("seconds", [10, pytest.param(300, marks=pytest.mark.long)])
@pytest.mark.parametrize("noise", NOISES)
def test_noise_is_no_turn(speech_server, noise, seconds):
    nothing_is_heard(speech_server, pcm16(at_level(NOISES[noise](seconds), -30)))


@pytest.mark.parametrize("count", [4, pytest.param(36, marks=pytest.mark.long)])
def test_the_answer_is_spoken_as_it_is_written(speech_server, count):
    texts, transcripts = SENTENCES[:count], []

    @run
    async def talk() -> None:
        async with wired(speech_server) as wire:
            for text in texts:
                beside = {"conversation": "none", "input": []}
                events = await wire.respond(instructions=f"Say exactly: {text}", **beside)
                transcripts.append(transcribe(QUIET_PCM + audio_of(events) + QUIET_PCM))

    talk()
    errors = wer(" ".join(texts), " ".join(transcripts))
    print(f"WER on {count} answers, spoken and transcribed back: {errors:.1%}")
    assert errors <= WRONG_AT_MOST
