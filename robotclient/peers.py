"""The mesh as the robot sees it: one pair for each other participant. The newcomer offers to everyone."""

import logging

from robotclient.pair import Pair
from robotclient.peer import Peer
from robotclient.surroundings import Surroundings
from wire.signaling import Directed, Joined, Offer

log = logging.getLogger(__name__)


class Peers:
    """All pairs of one attendance."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._around = surroundings
        self._pairs: dict[str, Pair] = {}

    def connected(self) -> dict[str, Peer]:
        """The connections that carry media now, by participant."""
        return {name: pair.current for name, pair in self._pairs.items() if pair.current and pair.well}

    def doubt(self) -> None:
        """The network has changed: replace every connection, each beside the old one."""
        for pair in self._pairs.values():
            pair.doubt()

    async def enter(self, joined: Joined) -> None:
        """Take the roster of a join. A newcomer offers to everyone; who resumed keeps what still works."""
        present = {each.id for each in joined.roster}
        for participant in self._pairs.keys() - present:
            await self.drop(participant)
        for participant in present:
            if not joined.resumed:
                self._pair(participant).offer()
            elif (pair := self._pairs.get(participant)) is not None:
                pair.hasten()

    async def receive(self, message: Directed) -> None:
        """Take a relayed message of a participant; only an offer begins a pair."""
        sender = message.sender
        if sender is None:
            return
        if isinstance(message, Offer):
            self._pair(sender)
        if (pair := self._pairs.get(sender)) is not None:
            pair.receive(message)

    async def drop(self, participant: str) -> None:
        """Close what there is to a participant who has left."""
        if (pair := self._pairs.pop(participant, None)) is not None:
            await pair.close()
            self._around.on_connected(participant, False)

    async def drop_all(self) -> None:
        """Close everything in the background."""
        for participant in list(self._pairs):
            await self.drop(participant)

    async def close(self) -> None:
        """Close everything, and wait until it is closed (each connection has its own deadlines)."""
        await self.drop_all()
        await self._around.closing.wait()

    def _pair(self, participant: str) -> Pair:
        if participant not in self._pairs:
            self._pairs[participant] = Pair(participant, self._around)
        return self._pairs[participant]
