"""One RTCPeerConnection to one participant: offer or answer, candidates, media in and out, a bounded end.

aiortc never trickles (`setLocalDescription` awaits gathering), so a description of ours carries all candidates; the
far side's may come one by one and early. Candidates that need a multicast DNS look-up (`.local`, up to 1 s each) are
added in the background, because aiortc would block the description on them.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCIceServer,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.exceptions import InvalidAccessError, InvalidStateError
from aiortc.sdp import candidate_from_sdp

from robotclient import closing
from robotclient.channels import Channels
from robotclient.tasks import Tasks
from robotclient.tracks import PacketTrack
from robotclient.transport import attach
from wire.signaling import Answer, Candidate, IceServer, Offer, Source, Track

log = logging.getLogger(__name__)

CANDIDATE_DEADLINE = 5.0
EARLY_CANDIDATES = 100


class DescriptionError(Exception):
    """The far side's description or candidate is not usable."""


@dataclass(frozen=True)
class Incoming:
    """A track of the far side, and what its `tracks` map says it is; not in the map means not shown."""

    track: MediaStreamTrack
    carries: Track | None


OnTrack = Callable[[Incoming], Coroutine[Any, Any, None]]


class Peer:
    """A connection that is made once, by an offer or by an answer, and never renegotiated: a broken one is replaced."""

    def __init__(
        self,
        participant: str,
        connection: str,
        *,
        ice_servers: tuple[IceServer, ...],
        outgoing: Mapping[Source, PacketTrack],
        on_track: OnTrack,
        on_state: Callable[["Peer", str], None],
        on_board: Callable[["Peer", str], None],
    ) -> None:
        """`on_state` gets aiortc's connection states, `on_board` what is said on the whiteboard's channel.

        `on_track` consumes one track until it ends.
        """
        self.participant = participant
        self.connection = connection
        self.outgoing = outgoing
        self._on_track = on_track
        self._carries: Mapping[str, Track] = {}
        self._early: list[Candidate] = []
        self._tasks = Tasks(self._take_error)
        self.pc = RTCPeerConnection(
            RTCConfiguration(
                iceServers=[RTCIceServer(list(each.urls), each.username, each.credential) for each in ice_servers],
                bundlePolicy=RTCBundlePolicy.MAX_BUNDLE,
            )
        )
        self.pc.on("connectionstatechange", lambda: on_state(self, self.pc.connectionState))
        self.pc.on("track", self._take_track)
        self.channels = Channels(self.pc, lambda text: on_board(self, text))

    @property
    def connected(self) -> bool:
        """Whether media can flow."""
        return self.pc.connectionState == "connected"

    async def make_offer(self, own_id: str) -> Offer:
        """Describe what we send; waits for the gathering of candidates."""
        self._add_outgoing()
        self.channels.offer()
        await self.pc.setLocalDescription(await self.pc.createOffer())
        return Offer(
            to=self.participant,
            connection=self.connection,
            sdp=self.pc.localDescription.sdp,
            tracks=self._outgoing_map(own_id),
        )

    async def make_answer(self, offer: Offer, own_id: str) -> Answer:
        """Accept the far side's offer. Raises `DescriptionError`."""
        await self._take_description(offer.sdp, "offer", offer.tracks)
        self._add_outgoing()
        self.channels.answer()
        attach.wait_for_hello(self.pc, offer.sdp)
        await self.pc.setLocalDescription(await self.pc.createAnswer())
        return Answer(
            to=self.participant,
            connection=self.connection,
            sdp=self.pc.localDescription.sdp,
            tracks=self._outgoing_map(own_id),
        )

    async def take_answer(self, answer: Answer) -> None:
        """Take the answer to our offer. Raises `DescriptionError`."""
        await self._take_description(answer.sdp, "answer", answer.tracks)

    def add_candidate(self, candidate: Candidate) -> None:
        """Add a candidate, now or as soon as there is a description to add it to."""
        described: RTCSessionDescription | None = self.pc.remoteDescription
        if described is None:
            if len(self._early) < EARLY_CANDIDATES:
                self._early.append(candidate)
        elif candidate.candidate:
            self._tasks.spawn(self._add_candidate(candidate), "candidate")

    async def close(self) -> None:
        """End everything, by deadlines."""
        await closing.close(self.pc, self.outgoing.values(), self.connection)
        await self._tasks.cancel()

    def _add_outgoing(self) -> None:
        for track in self.outgoing.values():
            self.pc.addTrack(track)

    def _outgoing_map(self, own_id: str) -> dict[str, Track]:
        sources = {id(track): source for source, track in self.outgoing.items()}
        return {
            transceiver.mid: Track(participant=own_id, source=sources[id(transceiver.sender.track)])
            for transceiver in self.pc.getTransceivers()
            if transceiver.mid is not None and id(transceiver.sender.track) in sources
        }

    async def _take_description(self, sdp: str, kind: str, carries: Mapping[str, Track]) -> None:
        self._carries = carries
        now, later = split_candidates(sdp)
        try:
            await self.pc.setRemoteDescription(RTCSessionDescription(now, kind))
        except (ValueError, InvalidStateError, InvalidAccessError, AssertionError, KeyError, IndexError) as error:
            raise DescriptionError(f"{kind} of connection {self.connection} is not usable: {error}") from error
        early, self._early = self._early, []
        for candidate in (*early, *(each.model_copy(update={"connection": self.connection}) for each in later)):
            self.add_candidate(candidate)

    async def _add_candidate(self, candidate: Candidate) -> None:
        try:
            parsed = candidate_from_sdp(candidate.candidate.removeprefix("candidate:"))
            parsed.sdpMid = candidate.sdp_mid
            parsed.sdpMLineIndex = candidate.sdp_m_line_index
            async with asyncio.timeout(CANDIDATE_DEADLINE):
                await self.pc.addIceCandidate(parsed)
        except (ValueError, IndexError, AssertionError, InvalidStateError, TimeoutError) as error:
            log.info("a candidate of connection %s is not used: %s", self.connection, type(error).__name__)

    def _take_track(self, track: MediaStreamTrack) -> None:
        mid = next((each.mid for each in self.pc.getTransceivers() if each.receiver.track is track), None)
        carries = self._carries.get(mid) if mid is not None else None
        self._tasks.spawn(self._on_track(Incoming(track, carries)), "track")

    def _take_error(self, error: BaseException) -> None:
        log.error("connection %s: a task failed", self.connection, exc_info=error)


def split_candidates(sdp: str) -> tuple[str, list[Candidate]]:
    """The description without its multicast DNS candidates, and those (draft-ietf-mmusic-mdns-ice-candidates)."""
    kept: list[str] = []
    later: list[Candidate] = []
    index = -1
    for line in sdp.splitlines():
        index += line.startswith("m=")
        if line.startswith("a=candidate:") and ".local " in line:
            later.append(Candidate(connection="-", candidate=line.removeprefix("a="), sdp_m_line_index=max(index, 0)))
        else:
            kept.append(line)
    return "\r\n".join(kept) + "\r\n", later
