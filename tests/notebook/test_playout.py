"""Audio on its way to the page: complete, in order, in few messages, not too far ahead."""

import asyncio

from rt_notebook.notebook import playout
from rt_notebook.notebook.playout import LEAD_MS, MAX_UNCONFIRMED_MS, Playout

MS = 48


def play(feed, until, page=lambda playout, message: None):
    """Run a playout until `until(messages)`, and return what was sent with its times.

    `page(playout, message)` is what the page does with each message.
    """

    async def run():
        sent, enough = [], asyncio.Event()
        clock = asyncio.get_running_loop().time

        def send(message):
            sent.append((clock(), message))
            page(playout, message)
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


async def three_chunks(playout):
    playout.play(0, "a", bytes(600 * MS))
    playout.end(0, "a")


def places(sent):
    return [(m.kind, m["seq"], m["start"], m["first"]) for _, m in sent]


def loses(*lost):
    """A page that asks again for each message of these numbers when it first comes."""
    waiting = set(lost)

    def page(playout, message):
        if message["seq"] in waiting:
            waiting.discard(message["seq"])
            playout.resend(0, message["seq"])

    return page


def test_messages_are_numbered_and_say_where_they_begin():
    assert places(play(three_chunks, ended)) == [
        ("play-chunk", 0, 0, 0), ("play-chunk", 1, 6_000, 0),
        ("play-chunk", 2, 12_000, 0), ("play-end", 3, 14_400, 0),
    ]  # fmt: skip


def test_what_the_page_misses_is_sent_again_from_there_and_then_the_rest():
    sent = play(three_chunks, ended, loses(1))
    assert [message["seq"] for _, message in sent] == [0, 1, 1, 2, 3]
    assert [len(message.audio) // MS for _, message in sent] == [250, 250, 250, 100, 0]


def test_an_end_that_is_lost_is_sent_again():
    def twice(messages):
        return [message.kind for message in messages].count("play-end") == 2

    def page(playout, message):
        playout.confirm(0, 14_400)  # all of the sound
        if message.kind == "play-end":
            lost(playout, message)

    lost = loses(3)
    assert [m["seq"] for _, m in play(three_chunks, twice, page)] == [0, 1, 2, 3, 3]


def test_a_page_that_knows_only_an_older_epoch_gets_all_of_this_one():
    async def feed(playout):
        playout.play(4, "a", bytes(500 * MS))
        playout.end(4, "a")

    def page(playout, message):
        if message["seq"] == 1 and not asked:
            asked.append(playout.resend(3, 17))

    asked = []
    assert [m["seq"] for _, m in play(feed, ended, page)] == [0, 1, 0, 1, 2]


def test_what_the_page_has_confirmed_is_not_kept():
    def page(playout, message):
        if message["seq"] == 2 and not asked:
            playout.confirm(0, 6_000)
            asked.append(playout.resend(0, 0))

    asked = []
    sent = play(three_chunks, ended, page)
    assert [(m["seq"], m["first"]) for _, m in sent] == [
        (0, 0),
        (1, 0),
        (2, 0),
        (1, 1),
        (2, 1),
        (3, 1),
    ]


def test_a_page_that_confirms_nothing_is_not_sent_more_than_it_can_buffer(monkeypatch):
    monkeypatch.setattr(playout, "LEAD_MS", float("inf"))
    monkeypatch.setattr(playout, "PAUSE_SECONDS", 0)

    async def feed(playout):
        playout.play(0, "a", bytes((MAX_UNCONFIRMED_MS + 1000) * MS))
        playout.end(0, "a")

    def page(playout, message):
        sent.append(message)
        if len(audio(sent)) == MAX_UNCONFIRMED_MS * MS:
            asyncio.get_running_loop().call_later(0.1, confirm, playout)

    def confirm(playout):
        held.append(len(audio(sent)) // MS)
        playout.confirm(0, MAX_UNCONFIRMED_MS * 24)

    sent, held = [], []
    play(feed, ended, page)
    assert held == [MAX_UNCONFIRMED_MS]
