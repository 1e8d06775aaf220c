"""Is there an X server, and how large is its screen? Asked by hand, because Qt and Xlib abort where there is none.

The connection set-up of the X Window System Protocol, X11R7.7, section 8; cookies as in Xau(3).
"""

import os
import socket
import struct
from dataclasses import dataclass
from pathlib import Path

DEADLINE = 1.0
COOKIE = b"MIT-MAGIC-COOKIE-1"
MOST_REPLY = 1 << 18


class DisplayError(Exception):
    """The display cannot be used now; the text is for staff."""


@dataclass(frozen=True, slots=True)
class DisplaySize:
    """Of the first screen, in pixels."""

    width: int
    height: int


def probe(display: str) -> DisplaySize:
    """Connect, ask, and hang up, within about a second. Raises `DisplayError`."""
    try:
        with _connect(display) as connection:
            connection.settimeout(DEADLINE)
            connection.sendall(_greeting(_cookie(display)))
            return _size(connection)
    except (OSError, EOFError, struct.error) as error:
        raise DisplayError(f"the display {display} does not answer: {error}") from error


def _number(display: str) -> str:
    number = display.rpartition(":")[2].partition(".")[0]
    if not number.isdigit():
        raise DisplayError(f"screen.display: {display!r} is no X11 display; write it like ':0'")
    return number


def _connect(display: str) -> socket.socket:
    host, number = display.rpartition(":")[0], _number(display)
    if host not in ("", "unix"):
        return socket.create_connection((host, 6000 + int(number)), DEADLINE)
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(DEADLINE)
    try:
        connection.connect(f"/tmp/.X11-unix/X{number}")  # noqa: S108 (X11's own place)
    except OSError:
        connection.close()
        raise
    return connection


def _greeting(cookie: bytes) -> bytes:
    name = COOKIE if cookie else b""
    head = struct.pack("<BxHHHHxx", ord("l"), 11, 0, len(name), len(cookie))
    return head + _padded(name) + _padded(cookie)


def _padded(part: bytes) -> bytes:
    return part + bytes(-len(part) % 4)


def _size(connection: socket.socket) -> DisplaySize:
    status, reason, _, _, words = struct.unpack("<BBHHH", _read(connection, 8))
    body = _read(connection, min(4 * words, MOST_REPLY))
    if status != 1:
        raise DisplayError(f"the display refuses this user: {body[:reason].decode(errors='replace').strip()}")
    vendor, _, _, formats = struct.unpack_from("<HHBB", body, 16)
    first_screen = 32 + len(_padded(bytes(vendor))) + 8 * formats
    return DisplaySize(*struct.unpack_from("<HH", body, first_screen + 20))


def _read(connection: socket.socket, length: int) -> bytes:
    parts = bytearray()
    while len(parts) < length:
        part = connection.recv(length - len(parts))
        if not part:
            raise EOFError("it hung up")
        parts += part
    return bytes(parts)


def _cookie(display: str) -> bytes:
    """The cookie for this display in the user's file; empty where there is none (the server may let us in without)."""
    path = Path(os.environ.get("XAUTHORITY") or Path.home() / ".Xauthority")
    number = _number(display).encode()
    content = path.read_bytes() if path.is_file() else b""
    while content:
        content = content[2:]  # the address family: the file is this user's, all entries are for this host
        fields = []
        for _ in range(4):
            (length,) = struct.unpack_from("!H", content)
            fields.append(content[2 : 2 + length])
            content = content[2 + length :]
        _, entry_number, name, cookie = fields
        if entry_number in (number, b"") and name == COOKIE:
            return cookie
    return b""
