"""What all connections of one attendance have in common."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from robotclient.peer import Incoming, Peer
from robotclient.tasks import Tasks
from robotclient.tracks import PacketTrack
from wire.signaling import Directed, IceServer, Source


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
    on_board: Callable[[Peer, str], None]
    """What is said on the whiteboard's channel."""
    closing: Tasks
    """Connections on their way out; they outlive the pair."""
