"""Is there an X server, how large is its screen, what does it show? Asked by hand: without one Qt and Xlib abort.

The X Window System Protocol, X11R7.7: section 8 (connection set-up) and GetImage; cookies as in Xau(3).
"""

import contextlib
import os
import socket
import struct
from dataclasses import dataclass
from pathlib import Path

DEADLINE = 1.0
COOKIE = b"MIT-MAGIC-COOKIE-1"
GET_IMAGE, Z_PIXMAP, ALL_PLANES = 73, 2, 0xFFFFFFFF
REPLY = 1


class DisplayError(Exception):
    """The display cannot be used now; the text is for staff."""


@dataclass(frozen=True, slots=True)
class DisplaySize:
    """Of the first screen, in pixels."""

    width: int
    height: int


def probe(display: str) -> DisplaySize:
    """Connect, ask, and hang up, within about a second. Raises `DisplayError`."""
    with Connection(display) as connection:
        return connection.size


def pixel(display: str, x: int, y: int) -> tuple[int, int, int] | None:
    """Blue, green, red of what the screen shows there; None where its format is another. Raises `DisplayError`."""
    with Connection(display) as connection:
        image = connection.image(x, y)
    return (image[0], image[1], image[2]) if len(image) == 4 else None


class Connection:
    """A short-lived connection in little-endian order; all errors become `DisplayError`."""

    def __init__(self, display: str) -> None:
        self._display = display

    def __enter__(self) -> "Connection":
        try:
            with contextlib.ExitStack() as undo:
                self._socket = undo.enter_context(_connect(self._display))
                self._socket.sendall(_greeting(_cookie(self._display)))
                self._read_setup()
                undo.pop_all()
        except (OSError, EOFError, struct.error) as error:
            raise DisplayError(f"the display {self._display} does not answer: {error}") from error
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def image(self, x: int, y: int) -> bytes:
        """One pixel of the root window with all that is over it, as the server keeps it."""
        self.send(struct.pack("<BBHIhhHHI", GET_IMAGE, Z_PIXMAP, 5, self.root, x, y, 1, 1, ALL_PLANES))
        head, body = self.reply()
        return body if head[0] == REPLY else b""

    def send(self, request: bytes) -> None:
        """One request. Raises `DisplayError`."""
        try:
            self._socket.sendall(request)
        except OSError as error:
            raise DisplayError(f"the display {self._display} has gone: {error}") from error

    def reply(self) -> tuple[bytes, bytes]:
        """The 32 bytes of a reply or an error, and what follows a reply. Raises `DisplayError`."""
        try:
            head = self._read(32)
            words = struct.unpack_from("<I", head, 4)[0] if head[0] == REPLY else 0
            return head, self._read(4 * words)
        except (OSError, EOFError) as error:
            raise DisplayError(f"the display {self._display} has gone: {error}") from error

    def _read_setup(self) -> None:
        status, reason, _, _, words = struct.unpack("<BBHHH", self._read(8))
        body = self._read(4 * words)
        if status != 1:
            said = body[:reason].decode(errors="replace").strip()
            raise DisplayError(f"the display {self._display} refuses this user: {said}")
        vendor, _, _, formats = struct.unpack_from("<HHBB", body, 16)
        first_screen = 32 + len(_padded(bytes(vendor))) + 8 * formats
        (self.root,) = struct.unpack_from("<I", body, first_screen)
        self.size = DisplaySize(*struct.unpack_from("<HH", body, first_screen + 20))

    def _read(self, length: int) -> bytes:
        parts = bytearray()
        while len(parts) < length:
            part = self._socket.recv(length - len(parts))
            if not part:
                raise EOFError("it hung up")
            parts += part
        return bytes(parts)


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
