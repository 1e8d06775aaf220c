"""One input device of the kernel (<linux/input.h>): what it is called, which keys it has, what is pressed."""

import fcntl
import os
import stat
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path("/dev/input")
EVENT: Final = struct.Struct("@llHHi")
"""`input_event`: seconds, microseconds, type, code, value."""
EV_KEY: Final = 1
PRESSED: Final = 1
READ: Final = 2
NAME: Final = 0x06
BITS: Final = 0x20
LONGEST_NAME: Final = 256
KEY_BYTES: Final = 96
"""KEY_MAX is 0x2ff: one bit for each key."""
MOST_EVENTS: Final = 64


@dataclass(frozen=True, slots=True)
class InputDevice:
    """An open device, read without waiting."""

    descriptor: int
    name: str
    keys: frozenset[int] | None
    """None: it does not say (a pipe, into which another program writes events)."""

    def pressed(self) -> Iterator[int]:
        """The codes of the keys that were pressed since the last look. Raises `OSError` once it is unplugged."""
        data = os.read(self.descriptor, EVENT.size * MOST_EVENTS)
        for _, _, kind, code, value in EVENT.iter_unpack(data[: len(data) // EVENT.size * EVENT.size]):
            if kind == EV_KEY and value == PRESSED:
                yield code

    def close(self) -> None:
        """Give it back."""
        os.close(self.descriptor)


def paths(wanted: str) -> list[Path]:
    """Where to look: one path, or with `auto` all input devices."""
    return sorted(FOLDER.glob("event*")) if wanted == "auto" else [Path(wanted)]


def open_device(path: Path) -> InputDevice:
    """Open it. Raises `OSError`."""
    pipe = stat.S_ISFIFO(path.stat().st_mode)
    # A pipe that nobody writes into would be at its end again and again.
    descriptor = os.open(path, (os.O_RDWR if pipe else os.O_RDONLY) | os.O_NONBLOCK | os.O_CLOEXEC)
    if pipe:
        return InputDevice(descriptor, str(path), None)
    try:
        name = _ask(descriptor, NAME, LONGEST_NAME).split(b"\0", 1)[0].decode(errors="replace")
        bits = int.from_bytes(_ask(descriptor, BITS + EV_KEY, KEY_BYTES), "little")
    except OSError:
        os.close(descriptor)
        raise
    return InputDevice(descriptor, name, frozenset(code for code in range(8 * KEY_BYTES) if bits >> code & 1))


def _ask(descriptor: int, number: int, length: int) -> bytes:
    """One EVIOCG ioctl."""
    return fcntl.ioctl(descriptor, READ << 30 | length << 16 | ord("E") << 8 | number, bytes(length))
