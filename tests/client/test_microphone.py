"""What the user said: where an utterance begins and ends, and whose answer follows it."""

from .talking import run

MS = bytes(48)


def test_audio_that_was_committed_or_cleared_counts_for_no_other_commit():
    async def scenario(talk):
        manual = {"type": "realtime", "audio": {"input": {"turn_detection": None}}}
        talk.wire.say({"type": "session.updated", "session": manual})
        await talk.settle()
        for ends in ("commit", "clear"):
            talk.core.append_audio(MS * 150)
            assert not talk.send(f"input_audio_buffer.{ends}").done
            refusals = []
            talk.send("input_audio_buffer.commit").when_done(refusals.append)
            assert [str(refusal)[:18] for refusal in refusals] == ["got 0 ms of audio "]
            assert [(await talk.wire.told())["type"] for _ in range(2)] == [
                "input_audio_buffer.append",
                f"input_audio_buffer.{ends}",
            ]

    run(scenario)


def test_a_reply_knows_which_words_of_the_user_it_answers():
    async def scenario(talk):
        for number in (1, 2):
            user_item = {"item_id": f"item_{number}", "previous_item_id": None}
            talk.wire.say({"type": "input_audio_buffer.committed", **user_item})
            response = {"id": f"resp_{number}", "status": "in_progress"}
            talk.wire.say({"type": "response.created", "response": response})
        await talk.settle()
        assert [reply.user_item_id for reply in talk.core.replies] == ["item_1", "item_2"]

    run(scenario)
