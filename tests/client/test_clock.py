"""Virtual time passes when it is told to, and everybody wakes at their moment."""

import asyncio

from rt_notebook.client.clock import SystemClock, VirtualClock


def test_sleepers_wake_in_order_and_each_at_its_own_moment():
    async def main():
        clock = VirtualClock(wall=1000.0)
        woken = []

        async def sleeper(seconds):
            await clock.sleep(seconds)
            woken.append((seconds, clock.monotonic(), clock.wall()))

        async def twice():
            await clock.sleep(2)
            await clock.sleep(2)
            woken.append(("twice", clock.monotonic(), clock.wall()))

        tasks = [asyncio.ensure_future(one) for one in (sleeper(3), sleeper(1), twice())]
        await clock.advance(3)
        assert woken == [(1, 1.0, 1001.0), (3, 3.0, 1003.0)]
        await clock.advance(1)
        await asyncio.gather(*tasks)
        return woken

    assert asyncio.run(main())[-1] == ("twice", 4.0, 1004.0)


def test_nobody_wakes_while_the_machine_sleeps():
    async def main():
        clock = VirtualClock()
        seen = []

        async def sleeper():
            await clock.sleep(1)
            seen.append(clock.monotonic())

        task = asyncio.ensure_future(sleeper())
        await clock.advance(0.5)
        clock.jump(3600)
        await asyncio.sleep(0)
        assert seen == []
        await clock.advance(0)
        await task
        return seen

    assert asyncio.run(main()) == [3600.5]


def test_the_machines_time_only_grows():
    async def main():
        clock = SystemClock()
        before = clock.monotonic()
        await clock.sleep(0)
        assert clock.monotonic() >= before
        assert clock.wall() > 1.6e9

    asyncio.run(main())
