"""The connections between the robot and one other participant: made, watched, replaced beside the old one, tried again.

Only the first offerer of a pair offers; the other side asks with `renegotiate`. Should two offers cross all the same
(both sides came back at once), the one with the greater connection id stands, on both sides.
"""

import asyncio
import logging
import secrets
import time

from robotclient.backoff import Backoff
from robotclient.peer import DescriptionError, Peer
from robotclient.surroundings import Surroundings
from robotclient.tasks import Tasks
from robotclient.transport import attach
from robotclient.transport.silence import INTERVAL, Silence
from wire.signaling import Answer, Candidate, Directed, Offer, Renegotiate

log = logging.getLogger(__name__)

CONNECT_DEADLINE = 10.0
"""From the first thought of a connection to media, in seconds."""
ASKED_WITHIN = 3.0
"""Seconds until the other side should have offered what we asked it for."""
LONGEST_PAUSE = 2.0
"""Seconds. With the deadline above, some ten tries a minute for as long as the other one is in the room."""


class Pair:
    """At most one connection in use and one on its way to replace it. All calls come from the daemon's loop."""

    def __init__(self, participant: str, surroundings: Surroundings) -> None:
        self.participant = participant
        self.current: Peer | None = None
        self._around = surroundings
        self._coming: Peer | None = None
        self._latest = ""
        """The id of the newest connection: the one that the other side is asked to replace."""
        self._offering = False
        self._silence: Silence | None = None
        self._healing = False
        self._backoff = Backoff(LONGEST_PAUSE)
        self._tasks = Tasks(self._take_error)

    @property
    def well(self) -> bool:
        """Whether there is a connection, and something comes over it."""
        silent = self._silence is not None and self._silence.silent
        return self.current is not None and self.current.connected and not silent

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
            case Renegotiate() if self._may_offer_after(message.connection):
                self.offer()
            case _ if peer is None:
                pass
            case Answer() if peer.pc.signalingState == "have-local-offer":
                self._tasks.spawn(peer.take_answer(message), "answer")
            case Candidate():
                peer.add_candidate(message)

    def doubt(self) -> None:
        """The network has changed: make a new connection beside the old one, at once."""
        if self.current is not None and self._silence is not None:
            self._silence.doubt(attach.heard_octets(self.current.pc) or 0)
        self.hasten()

    def hasten(self) -> None:
        """There may be a way again: where media do not flow, try anew at once."""
        if self.well:
            return
        self._backoff.hasten()
        if self._coming is not None:
            self._fail(self._coming)
        else:
            self._heal()

    async def close(self) -> None:
        """Stop trying, and close what there is in the background."""
        known = self.current, self._coming
        self.current = self._coming = None  # first: what they say while the tasks end must not begin another try
        await self._tasks.cancel()
        for peer in known:
            self._dispose(peer)

    def _find(self, connection: str) -> Peer | None:
        return next((each for each in (self._coming, self.current) if each and each.connection == connection), None)

    def _may_offer_after(self, connection: str) -> bool:
        """Whether one that is no good for the other side is ours to replace, and nothing newer is on its way.

        It may be one that we have given up already, while the one before it is good for us alone.
        """
        if self._coming is not None:
            return self._offering and connection == self._coming.connection
        return self._offering and (connection == self._latest or self._find(connection) is not None)

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
        """Send our description."""
        if not await self._around.send(description):
            self._fail(peer)

    async def _expect(self, peer: Peer) -> None:
        await asyncio.sleep(CONNECT_DEADLINE)
        if self._coming is peer:
            log.warning("connection %s did not come up", peer.connection)
            self._fail(peer)

    def _prepare(self, connection: str) -> Peer:
        self._dispose(self._coming)
        self._latest = connection
        self._coming = Peer(
            self.participant,
            connection,
            ice_servers=self._around.ice_servers(),
            outgoing=self._around.outgoing(self.participant),
            on_track=lambda incoming: self._around.on_track(self.participant, incoming),
            on_state=self._take_state,
            on_board=self._around.on_board,
        )
        self._tasks.spawn(self._expect(self._coming), "deadline")
        return self._coming

    def _take_state(self, peer: Peer, state: str) -> None:
        log.info("connection %s: %s", peer.connection, state)
        if state == "connected" and peer is self._coming:
            self._dispose(self.current)
            self.current, self._coming, self._silence = peer, None, None
            self._backoff.succeeded()
            self._tasks.spawn(self._listen(peer), "listen")
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
        """Give up a connection and see to another one."""
        if peer is self.current:
            self.current = self._silence = None
            self._around.on_connected(self.participant, False)
        elif peer is self._coming:
            self._coming = None
            self._backoff.failed()
        else:
            return
        self._dispose(peer)
        self._heal()

    async def _listen(self, peer: Peer) -> None:
        """Notice when nothing comes over the current connection any more."""
        if (octets := attach.heard_octets(peer.pc)) is None:
            return
        silence = self._silence = Silence(octets, time.monotonic())
        while peer is self.current:
            await asyncio.sleep(INTERVAL)
            was = silence.silent
            silence.look(attach.heard_octets(peer.pc) or 0, time.monotonic())
            if silence.silent and not was:
                log.warning("connection %s: nothing comes any more", peer.connection)
                self._heal()

    def _heal(self) -> None:
        if not self._healing:
            self._healing = True
            self._tasks.spawn(self._try_again(), "try again")

    async def _try_again(self) -> None:
        """The one owner of retries; each try ends in a connection or comes back here by `_fail`."""
        await self._backoff.pause()
        wanted = not self.well and self._coming is None
        unanswered = False
        if wanted and not self._offering:
            await self._around.send(Renegotiate(to=self.participant, connection=self._latest))
            unanswered = await self._backoff.pause(ASKED_WITHIN)
        self._healing = False
        if wanted and self._offering:
            await self._offer()
        elif wanted and not self.well and self._coming is None:
            if unanswered:
                self._backoff.failed()
            self._heal()

    def _dispose(self, peer: Peer | None) -> None:
        if peer is not None:
            self._around.closing.spawn(peer.close(), "close")
