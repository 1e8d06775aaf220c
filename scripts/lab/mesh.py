"""A participant of the lab without devices: real connections, over which others' packets are counted."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from aiortc.mediastreams import MediaStreamError

from robotclient.peer import Incoming, Peer
from robotclient.peers import Peers
from robotclient.surroundings import Surroundings
from robotclient.tasks import Tasks
from robotclient.tracks import PacketTrack
from wire.signaling import Directed, Joined, Participant, ParticipantKind, Source


def joined(participant: str, *others: str, resumed: bool = False) -> Joined:
    """The server's answer to who joins a room in which these others are."""
    now = datetime.now(UTC)
    return Joined(
        participant=participant,
        secret="s" * 20,
        roster=tuple(Participant(id=each, kind=ParticipantKind.GUEST, name=each) for each in others),
        ice_servers=(),
        mode="mesh",
        now=now,
        ends_at=now + timedelta(hours=1),
        title="A visit",
        resumed=resumed,
    )


class Mesh(ABC):
    """One side of each of its connections."""

    def __init__(
        self,
        name: str,
        on_connected: Callable[[str, bool], None] = lambda _participant, _up: None,
        on_board: Callable[[Peer, str], None] = lambda _peer, _text: None,
    ) -> None:
        self.name = name
        self.packets = 0
        """How many packets of sound and pictures it has got in all."""
        self.errors: list[BaseException] = []
        self.peers = Peers(
            Surroundings(
                own_id=name,
                ice_servers=lambda: (),
                send=self.send,
                outgoing=self.outgoing,
                on_track=self.consume,
                on_connected=on_connected,
                on_board=on_board,
                closing=Tasks(self.errors.append),
            )
        )

    @abstractmethod
    async def send(self, message: Directed) -> bool:
        """Have a message relayed; whether it was."""

    def outgoing(self, _participant: str) -> dict[Source, PacketTrack]:
        """Fresh tracks for a connection."""
        return {
            Source.MICROPHONE: PacketTrack("audio", lambda: None),
            Source.CAMERA: PacketTrack("video", lambda: None),
        }

    async def consume(self, _participant: str, incoming: Incoming) -> None:
        """Count what comes until the track ends."""
        try:
            while True:
                await incoming.track.recv()
                self.packets += 1
        except MediaStreamError:
            return
