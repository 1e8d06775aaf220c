"""Supervision of device children, with real processes (`children_rig`)."""

import asyncio
import contextlib
import dataclasses
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterable

import psutil
import pytest

from robotclient.children import Child, ChildGaveUpError, Patience
from robotclient.media.channel import PipeMessage
from tests.robotclient.children_rig import Do, Said

pytestmark = pytest.mark.slow

QUICK = Patience(first_beat=10, silence=0.5, farewell=1, longest_pause=0.05, failures=4, failures_within=60)
DEADLINE = 30.0


class Nursery:
    """A supervised child and everything it has said."""

    def __init__(self, patience: Patience, greeting: Callable[[], Iterable[PipeMessage]] = tuple) -> None:
        self.said: list[Said] = []
        self.child = Child("tests.robotclient.children_rig", (Said,), self._hear, greeting, patience=patience)
        self.running: asyncio.Task[None] | None = None

    def _hear(self, message: PipeMessage, body: bytes) -> None:
        assert isinstance(message, Said)
        self.said.append(message)

    async def until_said(self, count: int) -> Said:
        """Wait for the child's `count`-th word."""
        async with asyncio.timeout(DEADLINE):
            while len(self.said) < count:
                await asyncio.sleep(0.01)
        return self.said[count - 1]


@contextlib.asynccontextmanager
async def nursery(
    patience: Patience = QUICK, greeting: Callable[[], Iterable[PipeMessage]] = tuple
) -> AsyncIterator[Nursery]:
    one = Nursery(patience, greeting)
    one.running = asyncio.create_task(one.child.run())
    try:
        yield one
    finally:
        one.running.cancel()
        with contextlib.suppress(asyncio.CancelledError, ChildGaveUpError):
            await one.running


async def gone(pid: int) -> None:
    async with asyncio.timeout(DEADLINE):
        while psutil.pid_exists(pid):
            await asyncio.sleep(0.01)


async def test_a_child_works_and_ends_with_its_supervisor() -> None:
    async with nursery() as one:
        first = await one.until_said(1)
        assert one.child.send(Do(what="count"))
        assert (await one.until_said(2)).orders == 1
        assert time.monotonic() - one.child.last_beat < 5
    await gone(first.pid)
    assert one.child.starts == 1


@pytest.mark.parametrize(("number", "within"), [(signal.SIGSTOP, 15), (signal.SIGKILL, 15), (signal.SIGSEGV, 15)])
async def test_a_child_that_stops_or_dies_is_replaced(number: signal.Signals, within: float) -> None:
    async with nursery() as one:
        first = await one.until_said(1)
        at = time.monotonic()
        os.kill(first.pid, number)
        second = await one.until_said(2)
        assert second.pid != first.pid
        assert time.monotonic() - at < within
        await gone(first.pid)


async def test_a_child_that_is_renewed_is_greeted_afresh_and_has_not_failed() -> None:
    async with nursery(greeting=lambda: (Do(what="count"),)) as one:
        first = await one.until_said(2)
        for _ in range(QUICK.failures + 1):
            said, starts = len(one.said), one.child.starts
            one.child.renew()
            second = await one.until_said(said + 2)
            assert one.child.starts == starts + 1
        assert second.pid != first.pid


@pytest.mark.system
async def test_with_its_usual_patience_a_hang_is_over_in_four_seconds() -> None:
    async with nursery(Patience()) as one:
        await one.until_said(1)
        await asyncio.sleep(0.2)
        at = time.monotonic()
        one.child.send(Do(what="hang"))
        await one.until_said(2)
        assert 2.5 < time.monotonic() - at < 15


async def test_a_hung_child_is_not_given_time_for_a_farewell() -> None:
    async with nursery(dataclasses.replace(QUICK, farewell=10 * DEADLINE)) as one:
        first = await one.until_said(1)
        os.kill(first.pid, signal.SIGSTOP)
        await one.until_said(2)


async def test_a_child_that_announces_slow_work_is_waited_for() -> None:
    async with nursery() as one:
        await one.until_said(1)
        one.child.send(Do(what="work"))
        await one.until_said(2)
        assert one.child.starts == 1
        one.child.send(Do(what="hang"))  # and no longer than that
        await one.until_said(3)
        assert one.child.starts == 2


async def test_a_fresh_child_is_greeted_with_the_wanted_state() -> None:
    async with nursery(greeting=lambda: (Do(what="count"), Do(what="count"))) as one:
        assert (await one.until_said(3)).orders == 2
        one.child.send(Do(what="exit"))
        again = await one.until_said(6)
        assert again.orders == 2
        assert again.pid != one.said[0].pid


async def test_a_child_that_fails_too_often_is_given_up() -> None:
    async with nursery(greeting=lambda: (Do(what="exit"),)) as one:
        assert one.running is not None
        with pytest.raises(ChildGaveUpError, match=r"failed 4 times in \d+ s, at last: exited with status 3"):
            await asyncio.wait_for(one.running, DEADLINE)
    assert one.child.starts == 4


async def test_a_daemon_that_stood_still_does_not_kill_its_child() -> None:
    async with nursery() as one:
        await one.until_said(1)
        await asyncio.sleep(0.2)
        time.sleep(2 * QUICK.silence)  # noqa: ASYNC251 (this is the fault)
        one.child.send(Do(what="count"))
        await one.until_said(2)
    assert one.child.starts == 1


async def test_the_daemons_death_ends_the_child_even_in_a_hang() -> None:
    program = f"""
import asyncio
from {__name__} import Nursery, QUICK, Do
async def main():
    one = Nursery(QUICK, lambda: (Do(what="hang"),))
    running = asyncio.create_task(one.child.run())
    print((await one.until_said(1)).pid, flush=True)
    await running
asyncio.run(main())
"""
    daemon = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE)
    assert daemon.stdout is not None
    pid = int(await asyncio.wait_for(daemon.stdout.readline(), DEADLINE))
    daemon.kill()
    await daemon.wait()
    await gone(pid)
