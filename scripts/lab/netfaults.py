"""Faults of the network, struck in a call: how long until they are noticed, and until media flow again."""

import asyncio
import time
from collections.abc import Callable
from functools import partial
from typing import Final

from scripts.lab.netcall import NetworkCall
from scripts.lab.process import wait_for
from scripts.lab.recovery import DECODED, frames

UDP: Final = "meta l4proto udp"
TCP: Final = "meta l4proto tcp"
SILENT: Final = "nothing comes any more"
"""What the robot's log says of a connection."""
NEW_PICTURES: Final = 5
DETECTED: Final = """() => {
  const tile = document.querySelector('#tiles > li[data-kind=robot]');
  return !tile || tile.dataset.state !== 'connected';
}"""


async def noticed(call: NetworkCall, blow: Callable[[], object], within: float) -> tuple[float, float]:
    """Strike; seconds until the guest's page and the robot have noticed. Raises `TimeoutError`, `LabError`."""
    began = time.monotonic()

    async def page() -> float:
        await call.visitor.wait(DETECTED, within)
        return time.monotonic() - began

    robot = asyncio.create_task(logged(call, SILENT, blow, within))
    at_page, at_robot = await asyncio.gather(page(), robot)
    return at_page, at_robot


async def logged(call: NetworkCall, text: str, blow: Callable[[], object], within: float) -> float:
    """Strike; seconds until the robot's log says so. Raises `LabError`."""
    written = call.robot.log.stat().st_size
    began = time.monotonic()
    await asyncio.to_thread(blow)
    said = partial(_says, call, text.encode(), written)
    await asyncio.to_thread(wait_for, said, within, f"the robot says {text!r}; read {call.robot.log}")
    return time.monotonic() - began


def _says(call: NetworkCall, text: bytes, after: int) -> bool:
    return text in call.robot.log.read_bytes()[after:]


async def seen_again(call: NetworkCall, remedy: Callable[[], object], within: float) -> float:
    """Do what ends the fault, or begins it; seconds from then until the guest sees new pictures of the robot.

    Raises `TimeoutError`.
    """
    began = time.monotonic()
    await asyncio.to_thread(remedy)
    seen = await frames(call.visitor)
    await call.visitor.wait(f"() => ({DECODED})().then(decoded => decoded > {seen + NEW_PICTURES})", within)
    return time.monotonic() - began


async def hole(call: NetworkCall, seconds: float, what: str, within: float) -> float:
    """Let nothing, or no media, through for so long; seconds from its end until the guest sees the robot again."""
    call.network.cut("robot", what)
    await asyncio.sleep(seconds)
    return await seen_again(call, lambda: call.network.mend("robot"), within)


async def moved(call: NetworkCall, side: str, last: int, within: float) -> float:
    """Give a side another address; seconds until the guest sees the robot over it."""
    before = await call.visitor.page.evaluate("() => window.lab.peers.length")
    began = time.monotonic()
    await asyncio.to_thread(call.network.move, side, last)
    await call.visitor.wait(
        f"() => window.lab.peers.slice({before}).some(peer => peer.connectionState === 'connected')", within
    )
    await seen_again(call, lambda: None, within)
    return time.monotonic() - began


async def turn_restarted(call: NetworkCall, within: float) -> float:
    """Kill coturn, with all that it relays, and start it again at once; seconds from the blow."""

    def restart() -> None:
        call.turn.kill()
        call.turn.start()

    return await seen_again(call, restart, within)
