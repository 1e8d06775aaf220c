"""The end of a connection, by deadlines: whatever of it raises or hangs, its sockets and tasks do not stay (fault R11).

aiortc's `close` ends its parts one after the other and stops at the first that raises; one that waits for a task that
died, such as a sender whose track could not be stopped, it awaits for ever.
"""

import asyncio
import logging
from collections.abc import Coroutine, Iterable
from typing import Any

from aiortc import MediaStreamTrack, RTCPeerConnection

from robotclient.transport import attach

log = logging.getLogger(__name__)

CLOSE_DEADLINE = 5.0
PART_DEADLINE = 5.0


async def close(pc: RTCPeerConnection, tracks: Iterable[MediaStreamTrack], name: str) -> None:
    """Stop the tracks that we send and close the connection; where that does not end well, each part by itself.

    `name` is the connection's id, for the log.
    """
    for track in tracks:
        await _ends(_stop(track), PART_DEADLINE, f"a track of connection {name}")
    if not await _ends(pc.close(), CLOSE_DEADLINE, f"connection {name}"):
        await asyncio.gather(*(_ends(part, PART_DEADLINE, f"a part of connection {name}") for part in _parts(pc)))
        attach.close_sockets(pc)
        pc.remove_all_listeners()


async def _stop(track: MediaStreamTrack) -> None:
    track.stop()


def _parts(pc: RTCPeerConnection) -> Iterable[Coroutine[Any, Any, None]]:
    """What aiortc's `close` would have stopped, in its order."""
    transceivers = pc.getTransceivers()
    for transceiver in transceivers:
        yield transceiver.receiver.stop()
        yield transceiver.sender.stop()
    if pc.sctp is not None:
        yield pc.sctp.stop()
    for transport in {each.receiver.transport for each in transceivers}:
        yield transport.stop()
        yield transport.transport.stop()


async def _ends(work: Coroutine[Any, Any, None], within: float, what: str) -> bool:
    """Whether it came to a good end in time. What hangs is cancelled, and left behind where that does not help."""
    task = asyncio.create_task(work)
    try:
        await asyncio.wait({task}, timeout=within)
    finally:
        hung = task.cancel()
    if hung:
        log.error("%s did not end within %.1f s and is abandoned", what, within)
        return False
    if task.cancelled():
        log.error("%s was cancelled", what)
        return False
    if (error := task.exception()) is not None:
        log.error("%s did not end well: %s", what, type(error).__name__)
    return error is None
