"""What two participants say on the data channels (RFC 8831) of their peer connection; the server sees none of it.

`board` is one channel that both sides open themselves (W3C WebRTC: `negotiated`, with the id 0). Each `file` is a
channel of its own, opened by the sender.
"""

from typing import Final

from wire.base import Message
from wire.channels.board import BoardMessage, Clear, Colour, Stroke, Undo, Want
from wire.channels.files import Accept, Cancel, FileOffer, Receipt, Refuse, RefuseReason, Sent, Stored

BOARD_LABEL: Final = "board"
BOARD_ID: Final = 0
BOARD: Final[tuple[type[Message], ...]] = (Want, Stroke, Undo, Clear)
FROM_SENDER: Final[tuple[type[Message], ...]] = (FileOffer, Sent, Cancel)
FROM_RECEIVER: Final[tuple[type[Message], ...]] = (Accept, Stored, Refuse, Receipt, Cancel)

__all__ = [
    "BOARD",
    "BOARD_ID",
    "BOARD_LABEL",
    "FROM_RECEIVER",
    "FROM_SENDER",
    "Accept",
    "BoardMessage",
    "Cancel",
    "Clear",
    "Colour",
    "FileOffer",
    "Receipt",
    "Refuse",
    "RefuseReason",
    "Sent",
    "Stored",
    "Stroke",
    "Undo",
    "Want",
]
