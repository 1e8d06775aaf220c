"""The connections between the robot and one other participant: made, replaced beside the old one, tried again.

Only the first offerer of a pair offers; the other side asks with `renegotiate`. Should two offers cross all the same
(both sides came back at once), the one with the greater connection id stands, on both sides.
"""

import asyncio
import logging
import random
import secrets
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from robotclient.peer import DescriptionError, Incoming, Peer
from robotclient.tasks import Tasks
from robotclient.tracks import PacketTrack
from wire.signaling import Answer, Candidate, Directed, IceServer, Offer, Renegotiate, Source

log = logging.getLogger(__name__)

CONNECT_DEADLINE = 10.0
"""From the offer, or its answer, to media, in seconds."""
LONGEST_PAUSE = 5.0


@dataclass(frozen=True)
class Surroundings:
    """What every pair of one attendance has in common."""

    own_id: str
    ice_servers: Callable[[], tuple[IceServer, ...]]
    """What a connection that is made now may use; credentials expire."""
    send: Callable[[Directed], Awaitable[bool]]
    """Relay a message; False where the server did not take it."""
    outgoing: Callable[[str], Mapping[Source, PacketTrack]]
    """Fresh tracks for one more connection to a participant."""
    on_track: Callable[[str, Incoming], Coroutine[Any, Any, None]]
    on_connected: Callable[[str, bool], None]
    closing: Tasks
    """Connections on their way out; they outlive the pair."""


class Pair:
    """At most one connection in use and one on its way to replace it. All calls come from the daemon's loop."""

    def __init__(self, participant: str, surroundings: Surroundings) -> None:
        self.participant = participant
        self.current: Peer | None = None
        self._around = surroundings
        self._coming: Peer | None = None
        self._offering = False
        self._failures = 0
        self._tasks = Tasks(self._take_error)

    def offer(self) -> None:
        """Make a new connection as the offerer of this pair."""
        self._offering = True
        self._tasks.spawn(self._offer(), "offer")

    def receive(self, message: Directed) -> None:
        """Take what the other side says; what belongs to a dead connection is dropped."""
        if isinstance(message, Offer):
            self._take_offer(message)
            return
        peer = self._find(message.connection)
        match message:
            case _ if peer is None:
                pass
            case Answer() if peer.pc.signalingState == "have-local-offer":
                self._tasks.spawn(peer.take_answer(message), "answer")
            case Candidate():
                peer.add_candidate(message)
            case Renegotiate() if self._offering:
                self.offer()

    async def close(self) -> None:
        """Stop trying, and close what there is in the background."""
        await self._tasks.cancel()
        for peer in (self.current, self._coming):
            self._dispose(peer)
        self.current = self._coming = None

    def _find(self, connection: str) -> Peer | None:
        return next((each for each in (self._coming, self.current) if each and each.connection == connection), None)

    def _take_offer(self, offer: Offer) -> None:
        ours = self._coming
        if self._offering and ours is not None and ours.connection > offer.connection:
            return  # crossed: the other side finds ours to be the greater too, and answers it
        self._offering = False
        self._tasks.spawn(self._answer(offer), "answer")

    async def _offer(self) -> None:
        peer = self._prepare(secrets.token_urlsafe(9))
        offer = await peer.make_offer(self._around.own_id)
        if self._coming is peer:
            await self._deliver(peer, offer)

    async def _answer(self, offer: Offer) -> None:
        peer = self._prepare(offer.connection)
        answer = await peer.make_answer(offer, self._around.own_id)
        if self._coming is peer:
            await self._deliver(peer, answer)

    async def _deliver(self, peer: Peer, description: Offer | Answer) -> None:
        """Send our description, then give the connection its time to come up."""
        if await self._around.send(description):
            await asyncio.sleep(CONNECT_DEADLINE)
        if self._coming is peer:
            log.warning("connection %s did not come up", peer.connection)
            self._fail(peer)

    def _prepare(self, connection: str) -> Peer:
        self._dispose(self._coming)
        self._coming = Peer(
            self.participant,
            connection,
            ice_servers=self._around.ice_servers(),
            outgoing=self._around.outgoing(self.participant),
            on_track=lambda incoming: self._around.on_track(self.participant, incoming),
            on_state=self._take_state,
        )
        return self._coming

    def _take_state(self, peer: Peer, state: str) -> None:
        log.info("connection %s: %s", peer.connection, state)
        if state == "connected" and peer is self._coming:
            self._dispose(self.current)
            self.current, self._coming, self._failures = peer, None, 0
            self._around.on_connected(self.participant, True)
        elif state in ("failed", "closed"):
            self._fail(peer)

    def _take_error(self, error: BaseException) -> None:
        if isinstance(error, DescriptionError):
            log.warning("%s", error)
        else:  # the far side may have found a hole in the library; that must cost this connection, not the daemon
            log.error("a connection failed unexpectedly", exc_info=error)
        if self._coming is not None:
            self._fail(self._coming)

    def _fail(self, peer: Peer) -> None:
        """Give up a connection and see to another one after a pause."""
        if peer is self.current:
            self.current = None
            self._around.on_connected(self.participant, False)
        elif peer is self._coming:
            self._coming = None
        else:
            return
        self._dispose(peer)
        self._failures += 1
        self._tasks.spawn(self._try_again(peer.connection), "try again")

    async def _try_again(self, failed: str) -> None:
        await asyncio.sleep(random.uniform(0.1, min(LONGEST_PAUSE, 0.5 * 2 ** min(self._failures, 8))))  # noqa: S311
        if self._coming is not None:
            return
        if self._offering:
            await self._offer()
        else:
            await self._around.send(Renegotiate(to=self.participant, connection=failed))

    def _dispose(self, peer: Peer | None) -> None:
        if peer is not None:
            self._around.closing.spawn(peer.close(), "close")
