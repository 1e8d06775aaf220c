"""How long a guest does not see the robot when something happens to it."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

from scripts.lab.browser import Guest

DECODED: Final = """async () => {
  const most = (window.lab.videoCounts ??= new Map());  // a closed connection forgets what it counted
  for (const peer of window.lab.peers) {
    let frames = 0;
    for (const stat of (await peer.getStats()).values())
      if (stat.type === 'inbound-rtp' && stat.kind === 'video') frames += stat.framesDecoded;
    most.set(peer, Math.max(most.get(peer) ?? 0, frames));
  }
  return [...most.values()].reduce((sum, frames) => sum + frames, 0);
}"""
PACKETS: Final = DECODED.replace("video", "audio").replace("framesDecoded", "packetsReceived")
ON_THEIR_WAY: Final = 15
"""So many pictures may still come of a robot that has just died; one more is a new picture."""
SOUND_ON_ITS_WAY: Final = 25
STANDSTILL: Final = 0.8
"""Seconds; the slate has more pictures than that."""


async def frames(visitor: Guest) -> int:
    """How many pictures the guest's browser has decoded since its page was opened."""
    decoded: int = await visitor.page.evaluate(DECODED)
    return decoded


async def back_in_call(visitor: Guest, blow: Callable[[], object], within: float) -> float:
    """Strike, and wait until the guest sees the robot again: seconds from the blow. Raises `TimeoutError`.

    `blow` blocks until what it does has begun, at least.
    """
    return await _again(visitor, DECODED, ON_THEIR_WAY, blow, within)


async def heard_again(visitor: Guest, blow: Callable[[], object], within: float) -> float:
    """The same for sound, in packets. Raises `TimeoutError`."""
    return await _again(visitor, PACKETS, SOUND_ON_ITS_WAY, blow, within)


async def _again(visitor: Guest, count: str, on_their_way: int, blow: Callable[[], object], within: float) -> float:
    """Until something comes after a standstill, or more than can have been on its way."""
    began = time.monotonic()
    await asyncio.to_thread(blow)
    watch = Watch(int(await visitor.page.evaluate(count)), on_their_way, time.monotonic())
    async with asyncio.timeout(within):
        while True:
            await asyncio.sleep(0.05)
            if watch.is_back(int(await visitor.page.evaluate(count)), time.monotonic()):
                return time.monotonic() - began


class Watch:
    """Looks at what a guest has got since a blow; knows no clock."""

    def __init__(self, count: int, on_their_way: int, at: float) -> None:
        self._most_old = count + on_their_way
        self._last = count
        self._moved = self._looked = at

    def is_back(self, count: int, at: float) -> bool:
        """Whether something new has come: more than was on its way, or the first after a standstill.

        A standstill is what looks have seen of it: since the last of them the lab itself may have stood still.
        """
        moves = count > self._last
        if count > self._most_old or (moves and self._looked - self._moved > STANDSTILL):
            return True
        if moves:
            self._last, self._moved = count, at
        self._looked = at
        return False
