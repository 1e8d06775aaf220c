"""The robot in one room: its link, its peers, who is here. Made by the daemon for a `Join`, ended by a `Leave`."""

import asyncio
import logging
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from robotclient import addresses, call
from robotclient.body import Body
from robotclient.chat import RecentChat
from robotclient.media.screen.views import BOARD, Tile
from robotclient.media.screen.views import Message as Line
from robotclient.news import InRoom, LinkDown, News, NotAdmitted, Received
from robotclient.peer import Peer
from robotclient.peers import Peers
from robotclient.signaling import RefusedError, Signaling, SignalingError
from robotclient.surroundings import Surroundings
from robotclient.tasks import Tasks
from robotclient.uplink import INTERVAL as ADAPT_INTERVAL
from robotclient.whiteboard import Whiteboard
from wire.rest import Reservation
from wire.signaling import (
    Chat,
    ChooseCamera,
    Directed,
    FreshIceServers,
    Held,
    IceServer,
    Leave,
    LeaveReason,
    Media,
    Participant,
    ParticipantLeft,
    RoomClosed,
)

log = logging.getLogger(__name__)

FAREWELLS: dict[call.LeaveReason, Literal[LeaveReason.DECLINED, LeaveReason.QUIET_HOURS, LeaveReason.STOPPED]] = {
    call.LeaveReason.DECLINED: LeaveReason.DECLINED,
    call.LeaveReason.QUIET_HOURS: LeaveReason.QUIET_HOURS,
    call.LeaveReason.LOCAL_STOP: LeaveReason.STOPPED,
}
"""What the others are told of why the robot leaves, where it was decided beside it."""


@dataclass(frozen=True)
class RoomNews:
    """News of a room, with the attendance it belongs to: what comes late from a room left before is dropped."""

    attendance: "Attendance"
    news: News


class Attendance:
    """All that exists only while the robot is in, or on its way into, one room."""

    def __init__(
        self,
        reservation: Reservation,
        body: Body,
        *,
        server_url: str,
        token: str,
        tls: ssl.SSLContext | None,
        tell: Callable[[RoomNews], None],
        on_error: Callable[[BaseException], None],
    ) -> None:
        self.reservation = reservation
        self.roster: dict[str, Participant] = {}
        self.peers: Peers | None = None
        self._body = body
        self._signaling = Signaling(server_url, token, reservation.room, lambda news: tell(RoomNews(self, news)), tls)
        self._link = Tasks(on_error)
        self._on_error = on_error
        self._own_id = ""
        self._ice_servers: tuple[IceServer, ...] = ()
        self._chat = RecentChat()
        self._whiteboard = Whiteboard(body.draw_board, body.is_admitted)
        self._held: Held | None = Held.ANNOUNCING
        self._picture_fits = True
        self._signaling.media = self._media()
        self._link.spawn(self._signaling.run(), "signaling")
        self._link.spawn(self._adapt(), "uplink")
        self._link.spawn(self._watch_addresses(), "addresses")
        self._link.spawn(self._whiteboard.follow(self._connected, lambda: self.roster), "whiteboard")

    async def take(self, news: News) -> call.Event | None:
        """Obey what the room says, and tell the machine what it must know of it."""
        match news:
            case InRoom(joined):
                await self._enter(news)
                return call.Joined(frozenset(each.id for each in joined.roster), joined.participant)
            case LinkDown():
                return call.LinkLost()
            case NotAdmitted(refusal):
                return call.Refused(refusal.error)
            case Received(message):
                return await self._receive(message)

    def tiles(self, admitted: frozenset[str]) -> tuple[Tile, ...]:
        """What the screen shows of those who were let in, and the whiteboard where there is something on it."""
        connected = self._connected()
        board = (Tile(participant=BOARD, name=""),) if self._whiteboard.shown else ()
        people = tuple(
            Tile(
                participant=each.id,
                name=each.name,
                video=each.media.video,
                audio=each.media.audio,
                speaking=self._body.speaks(each.id),
                connected=each.connected and each.id in connected,
                hand=each.media.hand,
            )
            for each in self.roster.values()
            if each.id in admitted
        )
        return people + board

    @property
    def recorded(self) -> bool:
        """Somebody of the staff records the call."""
        return any(each.media.recording for each in self.roster.values())

    def messages(self) -> tuple[Line, ...]:
        """What was written lately by those who were let in."""
        return tuple(Line(sender=sender, text=text) for sender, text in self._chat.shown(time.monotonic()))

    def hold(self, held: Held | None) -> None:
        """Tell the others why nothing is sent, or that it is."""
        self._held = held
        self._tell_media()

    async def leave(self, reason: call.LeaveReason) -> None:
        """Say farewell, close the connections, end the link; a leave that is given up ends the link all the same."""
        try:
            await self._signaling.leave(Leave(reason=FAREWELLS.get(reason)))
            if self.peers is not None:
                await self.peers.close()
        finally:
            for participant in self.roster:
                self._body.forget(participant)
            await self._link.cancel()

    async def _adapt(self) -> None:
        """Follow the network; say so where it has no room for a picture any more, and where it has again."""
        while True:
            await asyncio.sleep(ADAPT_INTERVAL)
            peers = self._connected()
            self._body.uplink.adapt(peers, time.monotonic())
            fits = not peers or not peers.keys() <= self._body.uplink.without_picture
            if fits != self._picture_fits:
                log.info("pictures are %s", "sent again" if fits else "not sent, the network has no room for them")
                self._picture_fits = fits
                self._tell_media()

    def _connected(self) -> dict[str, Peer]:
        return self.peers.connected() if self.peers else {}

    async def _watch_addresses(self) -> None:
        try:
            await addresses.watch(self._move)
        except OSError as error:  # the call works without, and notices a dead way a few seconds later
            log.warning("changes of this machine's addresses are not noticed: %s", error)

    def _move(self) -> None:
        """The machine has other addresses: what went over the old ones is dead, known or not."""
        self._signaling.reconnect()
        if self.peers is not None:
            self.peers.doubt()

    def _media(self) -> Media:
        opened = self._held is None
        fits = self._picture_fits
        return Media(
            audio=opened,
            video=opened and fits,
            thin=opened and not fits,
            held=self._held,
            cameras=self._body.cameras,
        )

    def _tell_media(self) -> None:
        if (media := self._media()) != self._signaling.media:
            self._signaling.media = media
            self._link.spawn(self._signaling.say_media(), "media")

    async def _enter(self, news: InRoom) -> None:
        joined = news.joined
        if self.peers is None or joined.participant != self._own_id or not joined.resumed:
            if self.peers is not None:
                await self.peers.drop_all()
            self.peers = Peers(self._surroundings(news))
            self._own_id = joined.participant
        self.roster = {each.id: each for each in joined.roster}
        self._ice_servers = joined.ice_servers
        await self.peers.enter(joined)

    def _surroundings(self, news: InRoom) -> Surroundings:
        return Surroundings(
            own_id=news.joined.participant,
            ice_servers=lambda: self._ice_servers,
            send=self._relay,
            outgoing=self._body.outgoing,
            on_track=self._body.consume,
            on_connected=lambda participant, up: log.info(
                "participant %s: media %s", participant, "up" if up else "down"
            ),
            on_board=self._whiteboard.take,
            closing=Tasks(self._on_error),
        )

    async def _receive(self, message: object) -> call.Event | None:
        match message:
            case Participant():
                known = message.id in self.roster
                self.roster[message.id] = message
                return None if known else call.ParticipantJoined(message.id)
            case ParticipantLeft(participant=participant):
                self.roster.pop(participant, None)
                if self.peers is not None:
                    await self.peers.drop(participant)
                self._body.forget(participant)
                return call.ParticipantLeft(participant)
            case FreshIceServers(ice_servers=servers):
                self._ice_servers = servers
            case RoomClosed(reason=reason):
                return call.RoomClosed(reason)
            case Chat(sender=sender, text=text) if sender in self.roster and self._body.is_admitted(sender):
                self._chat.put(self.roster[sender].name, text, time.monotonic())
            case ChooseCamera(sender=sender, camera=camera) if sender in self.roster and self._body.is_admitted(sender):
                self._body.choose_camera(camera, self.roster[sender].kind)
                self._tell_media()
            case Directed() if self.peers is not None:
                await self.peers.receive(message)
        return None

    async def _relay(self, message: Directed) -> bool:
        """Relay to another participant; False where the server did not take it (he is away; the pair tries again)."""
        try:
            await self._signaling.send(type(message).__name__.lower(), message)
        except (SignalingError, RefusedError) as error:
            log.info("%s was not relayed: %s", type(message).__name__.lower(), error)
            return False
        return True
