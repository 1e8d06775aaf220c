"""Messages between the daemon and one of its device children, over a socket pair.

A message is a small pydantic model and, beside it, raw bytes (a coded picture, samples). One frame on the socket is
the lengths of three parts, then the parts: the model's name, its JSON, the bytes.
"""

import asyncio
import contextlib
import os
import queue
import socket
import struct
import sys
import threading
from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict, Field

from wire.rest import DeviceStatus

LENGTHS = struct.Struct("!HII")
MAX_FRAME = 16 * 1024 * 1024
WRITE_BUFFER_LIMIT = 256 * 1024
INBOX_LIMIT = 1000


class PipeMessage(BaseModel):
    """Base of all messages between daemon and children; both come from one release, so unknown fields are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Beat(PipeMessage):
    """The child's work goes on. Sent from the loop that does the work, never from a helper thread."""

    busy: float = Field(default=0.0, ge=0, le=30)
    """Seconds by which the next beat may be late, because a device is about to be opened."""


class DeviceReport(PipeMessage):
    """The state of one of the child's devices has changed."""

    status: DeviceStatus


MessageTypes = tuple[type[PipeMessage], ...]


class ChannelError(Exception):
    """The other side sent something that this side does not know: two releases are mixed."""


def encode(message: PipeMessage, body: bytes = b"") -> bytes:
    """One frame."""
    kind = type(message).__name__.encode()
    fields = message.model_dump_json().encode()
    return b"".join((LENGTHS.pack(len(kind), len(fields), len(body)), kind, fields, body))


def decode(kind: bytes, fields: bytes, receives: MessageTypes) -> PipeMessage:
    """The message of a frame's first two parts. Raises `ChannelError`."""
    for message_type in receives:
        if message_type.__name__.encode() == kind:
            return message_type.model_validate_json(fields)
    raise ChannelError(f"unexpected message {kind.decode(errors='replace')!r}")


def split_lengths(head: bytes) -> tuple[int, int, int]:
    """The lengths of a frame's parts. Raises `ChannelError` where they cannot be true."""
    kind, fields, body = LENGTHS.unpack(head)
    if fields + body > MAX_FRAME:
        raise ChannelError(f"a frame of {fields + body} bytes is over the limit of {MAX_FRAME}")
    return kind, fields, body


class DaemonChannel:
    """The daemon's end: asynchronous, never waits for the child to read."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, receives: MessageTypes) -> None:
        self._reader = reader
        self._writer = writer
        self._receives = receives

    @classmethod
    async def open(cls, end: socket.socket, receives: MessageTypes) -> "DaemonChannel":
        """Take over one end of the pair."""
        reader, writer = await asyncio.open_unix_connection(sock=end)
        return cls(reader, writer, receives)

    def send(self, message: PipeMessage, body: bytes = b"") -> bool:
        """Send, or drop the message (and say so by False) where the child does not keep up or is gone."""
        if self._writer.is_closing() or self._writer.transport.get_write_buffer_size() > WRITE_BUFFER_LIMIT:
            return False
        self._writer.write(encode(message, body))
        return True

    async def receive(self) -> tuple[PipeMessage, bytes] | None:
        """The next message, or None once the child is gone."""
        try:
            lengths = split_lengths(await self._reader.readexactly(LENGTHS.size))
            kind, fields, body = [await self._reader.readexactly(length) for length in lengths]
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        return decode(kind, fields, self._receives), body

    def close(self) -> None:
        """Close this end; the child takes that as the order to exit."""
        self._writer.close()


class ChildChannel:
    """The child's end: blocking, with a thread that reads; the child exits when the daemon is gone."""

    def __init__(self, end: socket.socket, receives: MessageTypes) -> None:
        self._socket = end
        self._receives = receives
        self._inbox: queue.Queue[tuple[PipeMessage, bytes]] = queue.Queue(INBOX_LIMIT)
        self._sending = threading.Lock()
        threading.Thread(target=self._read, name="channel", daemon=True).start()

    @classmethod
    def from_descriptor(cls, descriptor: int, receives: MessageTypes) -> "ChildChannel":
        """Take over the inherited file descriptor."""
        return cls(socket.socket(fileno=descriptor), receives)

    def send(self, message: PipeMessage, body: bytes = b"") -> None:
        """Send; waits while the daemon does not read, which slows the device's loop down as it should."""
        with self._sending, contextlib.suppress(ConnectionError):
            self._socket.sendall(encode(message, body))

    def received(self, wait: float = 0) -> Iterator[tuple[PipeMessage, bytes]]:
        """All messages that have come; waits up to `wait` seconds for the first."""
        with contextlib.suppress(queue.Empty):
            yield self._inbox.get(timeout=wait) if wait else self._inbox.get_nowait()
            while True:
                yield self._inbox.get_nowait()

    def _read(self) -> None:
        try:
            while True:
                kind, fields, body = [self._read_exactly(n) for n in split_lengths(self._read_exactly(LENGTHS.size))]
                self._put(decode(kind, fields, self._receives), body)
        except (ConnectionError, EOFError):
            os._exit(0)  # the daemon is gone; nothing here outlives it, a hung device least of all
        except (ChannelError, ValueError) as error:
            sys.stderr.write(f"the daemon's message is not understood: {error}\n")
            os._exit(1)  # deaf, and still beating, it would never be replaced

    def _put(self, message: PipeMessage, body: bytes) -> None:
        while True:
            try:
                return self._inbox.put_nowait((message, body))
            except queue.Full:  # newest wins
                with contextlib.suppress(queue.Empty):
                    self._inbox.get_nowait()

    def _read_exactly(self, length: int) -> bytes:
        parts = bytearray()
        while len(parts) < length:
            part = self._socket.recv(length - len(parts))
            if not part:
                raise EOFError
            parts += part
        return bytes(parts)
