"""The data channels of one connection, as the robot has them: the whiteboard's, and none for files."""

from collections.abc import Callable

from aiortc import RTCDataChannel, RTCPeerConnection

from wire.channels import BOARD_ID, BOARD_LABEL, Refuse, RefuseReason

NO_FILES = Refuse(type="refuse", reason=RefuseReason.UNSUPPORTED).model_dump_json()


class Channels:
    """What a connection carries beside media."""

    def __init__(self, pc: RTCPeerConnection, on_board: Callable[[str], None]) -> None:
        """`on_board` gets what is said on the whiteboard's channel."""
        self._pc = pc
        self._on_board = on_board
        self._board: RTCDataChannel | None = None
        pc.on("datachannel", _refuse_file)

    def offer(self) -> None:
        """Before our offer is made."""
        self._board = self._pc.createDataChannel(BOARD_LABEL, negotiated=True, id=BOARD_ID)
        self._board.on("message", self._take)

    def answer(self) -> None:
        """Before our answer is made. A channel that was not offered would be a transport that never connects."""
        if self._pc.sctp is not None:
            self.offer()

    def say_board(self, text: str) -> bool:
        """Say something on the whiteboard's channel; False where it is not open."""
        if self._board is None or self._board.readyState != "open":
            return False
        self._board.send(text)
        return True

    def _take(self, data: str | bytes) -> None:
        if isinstance(data, str):
            self._on_board(data)


def _refuse_file(channel: RTCDataChannel) -> None:
    """Whatever channel the far side opens is for a file, and a robot has no place for one."""
    channel.send(NO_FILES)
