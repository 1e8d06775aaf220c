"""The robot's link to the server on networks and servers that fall silent; media go on meanwhile."""

import asyncio
import os
import signal
from functools import partial

import pytest

from scripts.lab.netcall import BOTH_ONCE, NetworkCall
from scripts.lab.netfaults import TCP, logged, seen_again
from scripts.lab.netns import Nat
from scripts.lab.recovery import frames
from tests.network.conftest import Over

pytestmark = [pytest.mark.system, pytest.mark.long, pytest.mark.timeout(400)]
WITHIN = 60
PINGS = 10
"""Seconds after which a link without pings is given up (server/sockets.py)."""


async def test_n5_a_half_open_link_is_found_and_media_go_on(in_call: NetworkCall) -> None:
    await logged(in_call, "signaling link: lost", lambda: in_call.network.cut("robot", TCP), WITHIN)
    seen = await frames(in_call.visitor)
    await logged(in_call, "signaling link: in the room", lambda: in_call.network.mend("robot"), WITHIN)
    assert await frames(in_call.visitor) > seen
    await asyncio.to_thread(in_call.robot.wait_for_state, "in_call", WITHIN)


async def test_n7_a_server_that_hung_finds_the_robot_again(in_call: NetworkCall) -> None:
    os.kill(in_call.server.pid, signal.SIGSTOP)
    await asyncio.sleep(3 * PINGS)
    resume = partial(os.kill, in_call.server.pid, signal.SIGCONT)
    await logged(in_call, "signaling link: in the room", resume, WITHIN)
    await in_call.visitor.wait("() => !document.querySelector('#notice').textContent.trim()", WITHIN)
    await seen_again(in_call, lambda: None, WITHIN)
    assert await in_call.counted() == BOTH_ONCE


async def test_n7_a_server_that_hung_for_a_moment_keeps_its_link(in_call: NetworkCall) -> None:
    written = in_call.robot.log.stat().st_size
    os.kill(in_call.server.pid, signal.SIGSTOP)
    await asyncio.sleep(1)
    os.kill(in_call.server.pid, signal.SIGCONT)
    await asyncio.sleep(2 * PINGS)
    assert b"signaling link" not in in_call.robot.log.read_bytes()[written:]
    assert await in_call.counted() == BOTH_ONCE


async def test_n12_without_names_the_schedule_on_the_disk_is_kept_and_the_join_tried_until_they_are_back(
    call_over: Over,
) -> None:
    async with call_over(Nat.ENDPOINT_INDEPENDENT) as call:
        call.robot.stop()
        call.network.lose_names()
        with call.robot:
            await asyncio.to_thread(call.robot.wait_for_state, "joining", WITHIN)
            await logged(call, "signaling link: in the room", call.network.restore_names, WITHIN)
