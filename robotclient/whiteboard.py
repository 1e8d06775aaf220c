"""The whiteboard of one room, as the robot follows it: read from those who were let in, and from nobody else."""

from collections.abc import Callable, Mapping, Set
from typing import Final

from pydantic import TypeAdapter, ValidationError

from robotclient.board import Board
from robotclient.media.screen.messages import BoardStroke
from robotclient.peer import Peer
from wire.channels import BoardMessage, Want

INTERVAL: Final = 0.25
"""Seconds between two looks at what has changed: drawing is followed, and costs little."""
LONGEST: Final = 32_768
"""Characters of one message; the largest that the protocol has takes a fifth of it."""
MESSAGE: Final[TypeAdapter[BoardMessage]] = TypeAdapter(BoardMessage)
WANT: Final = Want(type="want").model_dump_json()


class Whiteboard:
    """Keeps the board and has it drawn. All calls come from the daemon's loop."""

    def __init__(self, draw: Callable[[tuple[BoardStroke, ...]], None]) -> None:
        """`draw` puts what is to be seen on the screen."""
        self._draw = draw
        self._board = Board()
        self._asked: set[str] = set()
        """Connections on which all was asked for."""
        self._drawn: tuple[int, Set[str]] = (0, frozenset())
        self.shown = False
        """Whether there is anything to be seen."""

    def take(self, peer: Peer, text: str) -> None:
        """What one who was let in says on his channel; what is no message of the board is dropped."""
        if len(text) > LONGEST:
            return
        try:
            message = MESSAGE.validate_json(text)
        except ValidationError:
            return
        if not self._board.take(message):
            self._asked.discard(peer.connection)

    def look(self, admitted: Mapping[str, Peer], hidden: Set[str]) -> None:
        """Ask whoever was let in for his board, and draw what has changed but for the strokes of the `hidden`."""
        for peer in admitted.values():
            if peer.connection not in self._asked and peer.channels.say_board(WANT):
                self._asked.add(peer.connection)
        state = (self._board.version, hidden)
        if state != self._drawn:
            self._drawn = state
            strokes = self._strokes(hidden)
            self.shown = bool(strokes)
            self._draw(strokes)

    def _strokes(self, hidden: Set[str]) -> tuple[BoardStroke, ...]:
        return tuple(
            BoardStroke(colour=line.colour, width=line.width, points=tuple(line.points))
            for line in self._board.lines()
            if line.participant not in hidden
        )
