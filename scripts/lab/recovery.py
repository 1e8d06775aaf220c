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


async def frames(visitor: Guest) -> int:
    """How many pictures the guest's browser has decoded since its page was opened."""
    decoded: int = await visitor.page.evaluate(DECODED)
    return decoded


async def back_in_call(visitor: Guest, blow: Callable[[], object], within: float) -> float:
    """Strike, and wait until the guest sees the robot again: seconds from the blow. Raises `TimeoutError`.

    `blow` blocks until what it does has begun, at least.
    """
    began = time.monotonic()
    await asyncio.to_thread(blow)
    seen = await frames(visitor)
    await visitor.wait(f"() => ({DECODED})().then(decoded => decoded > {seen + ON_THEIR_WAY})", within)
    return time.monotonic() - began


async def heard_again(visitor: Guest, blow: Callable[[], object], within: float) -> float:
    """The same for sound: until the guest has got half a second of packets more. Raises `TimeoutError`."""
    began = time.monotonic()
    await asyncio.to_thread(blow)
    seen: int = await visitor.page.evaluate(PACKETS)
    await visitor.wait(f"() => ({PACKETS})().then(packets => packets > {seen + 25})", within)
    return time.monotonic() - began
