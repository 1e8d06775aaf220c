"""The whiteboard of one room, as the robot follows it: read from those who were let in, and from nobody else."""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from pydantic import TypeAdapter, ValidationError

from robotclient.board import Board
from robotclient.media.screen.messages import BoardStroke
from robotclient.peer import Peer
from wire.channels import BoardMessage, Want

INTERVAL: Final = 0.25
"""Seconds between two looks at what has changed: drawing is followed, and costs little."""
ASKING: Final = 1.0
"""Seconds between two questions for one and the same board: the answer may be all of it."""
LONGEST: Final = 32_768
"""Characters of one message; the largest that the protocol has takes a fifth of it."""
MESSAGE: Final[TypeAdapter[BoardMessage]] = TypeAdapter(BoardMessage)
WANT: Final = Want(type="want").model_dump_json()


class Whiteboard:
    """Keeps the board and has it drawn. All calls come from the daemon's loop."""

    def __init__(self, draw: Callable[[tuple[BoardStroke, ...]], None], is_admitted: Callable[[str], bool]) -> None:
        """`draw` puts what is to be seen on the screen."""
        self._draw = draw
        self._is_admitted = is_admitted
        self._board = Board()
        self._asked: dict[str, float] = {}
        """When all was asked for, by connection."""
        self._incomplete: set[str] = set()
        """Connections on which something is missing all the same."""
        self._let_in: frozenset[str] = frozenset()
        """Who was ever let in: nobody else's strokes are drawn, whoever tells of them, and be he gone."""
        self._drawn: tuple[int, frozenset[str]] = (0, frozenset())
        self.shown = False
        """Whether there is anything to be seen."""

    async def follow(self, peers: Callable[[], Mapping[str, Peer]], roster: Callable[[], Iterable[str]]) -> None:
        """Look again and again: at connections that carry something, by participant, and at who is in the room."""
        while True:
            await asyncio.sleep(INTERVAL)
            self.look(peers(), roster(), time.monotonic())

    def take(self, peer: Peer, text: str) -> None:
        """What one who was let in says on his channel; what is no message of the board is dropped."""
        if len(text) > LONGEST or not self._is_admitted(peer.participant):
            return
        try:
            message = MESSAGE.validate_json(text)
        except ValidationError:
            return
        if not self._board.take(message):
            self._incomplete.add(peer.connection)

    def look(self, peers: Mapping[str, Peer], roster: Iterable[str], now: float) -> None:
        """Ask whoever was let in for his board, and draw what has changed. `now` in seconds."""
        self._let_in |= frozenset(filter(self._is_admitted, roster))
        for participant, peer in peers.items():
            if self._is_admitted(participant):
                self._ask(peer, now)
        state = (self._board.version, self._let_in)
        if state != self._drawn:
            self._drawn = state
            strokes = self._strokes()
            self.shown = bool(strokes)
            self._draw(strokes)

    def _ask(self, peer: Peer, now: float) -> None:
        name = peer.connection
        due = name not in self._asked or (name in self._incomplete and now - self._asked[name] >= ASKING)
        if due and peer.channels.say_board(WANT):
            self._asked[name] = now
            self._incomplete.discard(name)

    def _strokes(self) -> tuple[BoardStroke, ...]:
        return tuple(
            BoardStroke(colour=line.colour, width=line.width, points=tuple(line.points))
            for line in self._board.lines()
            if line.participant in self._let_in
        )
