"""Switch the screen itself off and on: X11's extension for Display Power Management Signaling (version 1.2)."""

import logging
import struct

from robotclient.media.screen.x11 import REPLY, Connection, DisplayError

log = logging.getLogger(__name__)

NAME = b"DPMS"
QUERY_EXTENSION = 98
SET_TIMEOUTS, ENABLE, FORCE_LEVEL, INFO = 3, 4, 6, 7
ON, OFF = 0, 3
SYNCHRONISE = 43
"""GetInputFocus: it is answered after everything that was sent before it."""


def switch(display: str, *, on: bool) -> bool:
    """Switch it; False, and a line in the log, where this screen cannot be switched: it is black then, and no more."""
    try:
        with Connection(display) as connection:
            opcode = _opcode(connection)
            if opcode is None:
                log.info("the display %s cannot switch its screen off", display)
                return False
            if not on:  # else the X server would switch it by its own timeouts too
                connection.send(struct.pack("<BBHHHHxx", opcode, SET_TIMEOUTS, 3, 0, 0, 0))
                connection.send(struct.pack("<BBH", opcode, ENABLE, 1))
            connection.send(struct.pack("<BBHHxx", opcode, FORCE_LEVEL, 2, ON if on else OFF))
            connection.send(struct.pack("<BxH", SYNCHRONISE, 1))
            return connection.reply()[0][0] == REPLY
    except DisplayError as error:
        log.info("the screen is not switched: %s", error)
        return False


def level(display: str) -> int | None:
    """`ON`, `OFF` or a level between; None where the screen has none. Raises `DisplayError`."""
    with Connection(display) as connection:
        opcode = _opcode(connection)
        if opcode is None:
            return None
        connection.send(struct.pack("<BBH", opcode, INFO, 1))
        power, _ = struct.unpack_from("<HB", connection.reply()[0], 8)
        return int(power)


def _opcode(connection: Connection) -> int | None:
    """The number under which the server knows the extension."""
    connection.send(struct.pack("<BxHHxx", QUERY_EXTENSION, 3, len(NAME)) + NAME)
    head, _ = connection.reply()
    return head[9] if head[0] == REPLY and head[8] else None
