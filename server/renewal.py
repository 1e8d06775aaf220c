"""Who must be told of fresh TURN credentials, and when: whatever connection is made late in a visit needs them too."""

from datetime import datetime

from server.ice import IceServers
from wire.signaling import FreshIceServers


class Renewals:
    """By connection. Each participant is told at half the life of what he has. Pure: time is an argument."""

    def __init__(self, servers: IceServers) -> None:
        self._servers = servers
        self._told: dict[str, tuple[str, datetime]] = {}

    def told(self, sid: str, participant: str, now: datetime) -> None:
        """Somebody has been given credentials."""
        if self._servers.expire:
            self._told[sid] = participant, now

    def forget(self, sid: str) -> None:
        """A connection has closed, or its participant left."""
        self._told.pop(sid, None)

    def due(self, now: datetime) -> tuple[tuple[str, FreshIceServers], ...]:
        """Who is to be told now, and what; counts as told."""
        late = {
            sid: (participant, now)
            for sid, (participant, at) in self._told.items()
            if not at <= now < at + self._servers.valid / 2
        }
        self._told.update(late)
        return tuple(
            (sid, FreshIceServers(ice_servers=self._servers.of(participant, now)))
            for sid, (participant, _) in late.items()
        )
