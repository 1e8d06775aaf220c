"""Ways that break in a call: noticed soon, replaced beside the old connection, and nobody is there twice."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from robotclient.reporter import INTERVAL
from scripts.lab.netcall import BOTH_ONCE, NetworkCall
from scripts.lab.netfaults import UDP, hole, moved, noticed, seen_again, turn_restarted
from scripts.lab.netns import Nat
from scripts.lab.process import wait_for
from tests.network.conftest import Over

pytestmark = [pytest.mark.system, pytest.mark.long, pytest.mark.timeout(400)]
WITHIN = 45
"""Seconds: the targets are far below it, and are judged by scripts/reliability-network on an idle machine."""


async def alone_and_complete(call: NetworkCall) -> None:
    """Everybody is there once, is the same as before, and is seen and heard."""
    assert await call.counted() == BOTH_ONCE
    assert await call.visitor.connected() == 1
    since = datetime.now(UTC) + timedelta(seconds=INTERVAL)  # a sample tells of the time since the look before it
    await asyncio.to_thread(
        wait_for, lambda: received(call, since) == {"audio", "video"}, WITHIN, "the robot sees and hears the guest"
    )


def received(call: NetworkCall, since: datetime) -> set[str]:
    """What the robot has got some of, as it says after that time."""
    return {
        each["kind"]
        for each in call.robot.file()["samples"]
        if each["direction"] == "received" and each["kbps"] > 0 and datetime.fromisoformat(each["at"]) > since
    }


@pytest.mark.parametrize("seconds", [5, 25, 84])
async def test_n1_media_are_back_after_a_hole(in_call: NetworkCall, seconds: float) -> None:
    at_page, at_robot = await noticed(in_call, lambda: in_call.network.cut("robot", UDP), WITHIN)
    await asyncio.sleep(max(0.0, seconds - max(at_page, at_robot)))
    await seen_again(in_call, lambda: in_call.network.mend("robot"), WITHIN)
    await alone_and_complete(in_call)


async def test_n1_a_robot_that_was_cut_off_for_a_moment_is_the_same_afterwards(in_call: NetworkCall) -> None:
    await hole(in_call, 5, "", WITHIN)
    await alone_and_complete(in_call)


@pytest.mark.parametrize("side", ["robot", "guest"])
async def test_n4_another_address(in_call: NetworkCall, side: str) -> None:
    await moved(in_call, side, 77, WITHIN)
    await alone_and_complete(in_call)


async def test_n10_the_relay_is_started_again(call_over: Over) -> None:
    async with call_over(Nat.SYMMETRIC, "udp") as call:
        await call.meet()
        await turn_restarted(call, WITHIN)
        await alone_and_complete(call)
