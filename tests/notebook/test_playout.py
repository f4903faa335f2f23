"""Audio on its way to the page: complete, in order, in few messages, not too far ahead."""

import asyncio

from rt_notebook.notebook.playout import LEAD_MS, Playout

MS = 48


def play(feed, until):
    """Run a playout until `until(messages)`, and return what was sent with its times."""

    async def run():
        sent, enough = [], asyncio.Event()
        clock = asyncio.get_running_loop().time

        def send(message):
            sent.append((clock(), message))
            if until([m for _, m in sent]):
                enough.set()

        playout = Playout(send)
        await feed(playout)
        await asyncio.wait_for(enough.wait(), 20)
        playout.close()
        return sent

    return asyncio.run(run())


def audio(messages):
    return b"".join(message.audio for message in messages)


def ended(messages):
    return messages[-1].kind == "play-end"


def test_small_deltas_arrive_whole_in_order_and_coalesced():
    pieces = [bytes([n]) * (20 * MS) for n in range(50)]

    async def feed(playout):
        for piece in pieces:
            playout.play(0, "a", piece)
        playout.end(0, "a")

    sent = play(feed, ended)
    messages = [message for _, message in sent]
    assert audio(messages) == b"".join(pieces)
    assert len(messages) < len(pieces) / 4


def test_a_burst_is_held_back_to_the_lead():
    async def feed(playout):
        playout.play(0, "a", bytes(60_000 * MS))

    sent = play(feed, lambda messages: len(audio(messages)) >= LEAD_MS * MS)
    seconds = sent[-1][0] - sent[0][0]
    ahead_ms = len(audio([m for _, m in sent])) / MS - seconds * 1000
    assert ahead_ms <= LEAD_MS + 250


def test_never_more_than_sixty_messages_a_second():
    async def feed(playout):
        for _ in range(400):
            playout.play(0, "a", bytes(10 * MS))
            await asyncio.sleep(0)
        playout.end(0, "a")

    times = [time for time, _ in play(feed, ended)]
    assert all(times[n + 60] - times[n] >= 0.9 for n in range(len(times) - 60)), (
        "a window of a second held more than 60 messages"
    )


def test_what_was_flushed_is_never_sent():
    async def feed(playout):
        playout.play(0, "a", bytes(60_000 * MS))
        playout.flush()
        playout.play(1, "b", b"\x01\x02")
        playout.end(1, "b")

    messages = [message for _, message in play(feed, ended)]
    assert [message["item_id"] for message in messages] == ["b", "b"]


def test_items_are_not_mixed():
    async def feed(playout):
        playout.play(0, "a", b"aa")
        playout.end(0, "a")
        playout.play(0, "b", b"bb")
        playout.end(0, "b")

    sent = play(feed, lambda m: sum(x.kind == "play-end" for x in m) == 2)
    kinds = [(m.kind, m["item_id"], m.audio) for _, m in sent]
    assert kinds == [
        ("play-chunk", "a", b"aa"), ("play-end", "a", b""),
        ("play-chunk", "b", b"bb"), ("play-end", "b", b""),
    ]  # fmt: skip
