"""What arrived when, packet by packet: transport-wide feedback of congestion control, read and written. Pure.

draft-holmer-rmcat-transport-wide-cc-extensions-01, section 3.1, in a transport-layer feedback packet of RTCP (RFC 4585,
section 6.2). One writer serves a whole connection: its packets of all media count in one row of transport-wide numbers.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, takewhile

from robotclient.transport.wrapping import step, unwrap

TICKS = 4000
"""Ticks per second: a delta is a multiple of 250 µs."""
REFERENCE = 256
"""Ticks in one unit of the reference time, 64 ms."""
INTERVAL, IDLE_INTERVAL, ENOUGH = 0.05, 0.1, 4
"""Seconds between two reports; the longer one after less than `ENOUGH` packets, to spare a weak way back."""
KEPT, MOST_KEPT = 2.0, 4096
"""Seconds for which an arrival is remembered, to be told again when an earlier packet comes late; and how many."""
MOST_ARRIVALS = 320
"""In one report, which so stays below 1200 octets; what is left goes into the next."""
RESTART = 1 << 14
"""A row that jumps further than this has begun anew."""

_HEADER = struct.Struct("!BBHLLHH")
_RTPFB, _FORMAT, _PADDING = 205, 15, 0x20
_NOT_RECEIVED, _SMALL, _LARGE = range(3)


@dataclass(frozen=True, slots=True)
class Feedback:
    """One report: the fate of consecutive packets."""

    ssrc: int
    media_ssrc: int
    number: int
    """Counts the reports of the far side, modulo 256."""
    statuses: tuple[tuple[int, float | None], ...]
    """Sequence number (16 bits) and arrival, in seconds of the far side's clock; None for what has not come."""


def split(compound: bytes) -> tuple[list[bytes], bytes]:
    """Take the transport-wide reports out of a compound RTCP packet (RFC 3550, section 6.1), and give the rest.

    aiortc 1.16 refuses the whole compound packet on account of the padding that such a report may have. What is no
    proper sequence of RTCP packets stays in the rest, for whoever judges it.
    """
    reports, rest, position = [], b"", 0
    while position + 4 <= len(compound):
        size = 4 + 4 * int.from_bytes(compound[position + 2 : position + 4], "big")
        packet = compound[position : position + size]
        if packet[0] & 0x1F == _FORMAT and packet[1] == _RTPFB and len(packet) == size:
            reports.append(packet)
        else:
            rest += packet
        position += size
    return reports, rest + compound[position:]


def parse(packet: bytes, near: float = 0.0) -> Feedback:
    """Read one RTCP packet, its header included.

    The reference time wraps after 12 days: of the possible arrivals those nearest to `near` are given, for which the
    reader passes the last arrival that it was told. Raises ValueError for what is no such report.
    """
    if len(packet) < 20 or packet[0] & 0x1F != _FORMAT or packet[1] != _RTPFB:
        raise ValueError(f"RTCP packet of {len(packet)} octets is no transport-wide feedback; expected FMT 15, PT 205")
    _, _, length, ssrc, media_ssrc, base, count = _HEADER.unpack_from(packet)
    if len(packet) != 4 * length + 4:
        raise ValueError(f"transport-wide feedback has {len(packet)} octets; its length field says {4 * length + 4}")
    word = int.from_bytes(packet[16:20], "big")
    time = unwrap(word >> 8, round(near * TICKS / REFERENCE), 24) * REFERENCE
    symbols, position = _read_symbols(packet, count)
    statuses: list[tuple[int, float | None]] = []
    for index, symbol in enumerate(symbols):
        if symbol != _NOT_RECEIVED:
            if position + symbol > len(packet):
                raise ValueError(f"transport-wide feedback ends before the time of packet {index + 1} of {count}")
            time += int.from_bytes(packet[position : position + symbol], "big", signed=symbol == _LARGE)
            position += symbol
        statuses.append(((base + index) & 0xFFFF, time / TICKS if symbol else None))
    return Feedback(ssrc, media_ssrc, word & 0xFF, tuple(statuses))


def _read_symbols(packet: bytes, count: int) -> tuple[list[int], int]:
    """The symbols of `count` packets, and where the times begin (sections 3.1.1 to 3.1.4)."""
    symbols: list[int] = []
    position = 20
    while len(symbols) < count:
        if position + 2 > len(packet):
            raise ValueError(f"transport-wide feedback ends after {len(symbols)} of {count} packets")
        chunk = int.from_bytes(packet[position : position + 2], "big")
        position += 2
        if not chunk & 0x8000:
            symbols += [chunk >> 13 & 3] * min(chunk & 0x1FFF, count - len(symbols))
        elif chunk & 0x4000:
            symbols += [chunk >> shift & 3 for shift in range(12, -1, -2)]
        else:
            symbols += [chunk >> shift & 1 for shift in range(13, -1, -1)]
    if max(symbols[:count], default=0) > _LARGE:
        raise ValueError("transport-wide feedback has the reserved symbol 3; expected 0, 1 or 2")
    return symbols[:count], position


class FeedbackWriter:
    """Notes arrivals and reports them in the time. `ssrc` is ours, `media_ssrc` one of the far side's."""

    def __init__(self, ssrc: int, media_ssrc: int) -> None:
        self._ssrcs = ssrc, media_ssrc
        self._arrivals: dict[int, int] = {}
        self._new: set[int] = set()
        self._highest: int | None = None
        self._reported: int | None = None
        self._number = 0
        self._next_report = float("-inf")

    def put(self, sequence: int, arrival: float) -> None:
        """Note that the packet with this transport-wide number (16 bits) came, at `arrival` in seconds."""
        if self._highest is not None and abs(step(sequence, self._highest, 16)) > RESTART:
            self._arrivals.clear()
            self._new.clear()
            self._highest = self._reported = None
        number = sequence if self._highest is None else unwrap(sequence, self._highest, 16)
        if number not in self._arrivals:
            self._highest = number if self._highest is None else max(number, self._highest)
            self._arrivals[number] = int(arrival * TICKS)
            self._new.add(number)
        if len(self._arrivals) > MOST_KEPT:
            self._drop(next(iter(self._arrivals)))

    @property
    def next_deadline(self) -> float | None:
        """When `poll` has something to give; None while nothing came."""
        return self._next_report if self._new else None

    def poll(self, now: float) -> bytes | None:
        """The report that is due, as a complete RTCP packet; to be called until it gives None."""
        deadline = self.next_deadline
        if deadline is None or now < deadline:
            return None
        self._forget(int((now - KEPT) * TICKS))
        if not self._new:
            return None
        numbers = self._next_range()
        told = len(self._new)
        self._new.difference_update(numbers)
        self._reported = max(numbers[-1], numbers[-1] if self._reported is None else self._reported)
        if not self._new:
            self._next_report = now + (INTERVAL if told >= ENOUGH else IDLE_INTERVAL)
        return self._write(numbers)

    def _forget(self, before: int) -> None:
        for number in list(takewhile(lambda each: self._arrivals[each] < before, self._arrivals)):
            self._drop(number)

    def _drop(self, number: int) -> None:
        del self._arrivals[number]
        self._new.discard(number)

    def _next_range(self) -> range:
        """From the first new arrival, or what is missing since the last report, to the last, as far as fits."""
        first = min(self._new)
        if self._reported is not None:
            first = min(first, self._reported + 1)
        arrived = sorted(number for number in self._arrivals if number >= first)[:MOST_ARRIVALS]
        return range(first, arrived[-1] + 1)

    def _write(self, numbers: range) -> bytes:
        times = [self._arrivals.get(number) for number in numbers]
        reference = next(time for time in times if time is not None) // REFERENCE
        last, symbols, deltas = reference * REFERENCE, [], b""
        for time in times:
            if time is None:
                symbols.append(_NOT_RECEIVED)
                continue
            delta, last = time - last, time
            symbols.append(_SMALL if 0 <= delta < 256 else _LARGE)
            deltas += delta.to_bytes(symbols[-1], "big", signed=symbols[-1] == _LARGE)
        body = struct.pack("!L", (reference & 0xFFFFFF) << 8 | self._number) + b"".join(_chunks(symbols)) + deltas
        self._number = (self._number + 1) & 0xFF
        padding = -len(body) % 4
        if padding:
            body += bytes(padding - 1) + bytes([padding])
        first = 0x80 | (_PADDING if padding else 0) | _FORMAT
        return _HEADER.pack(first, _RTPFB, 3 + len(body) // 4, *self._ssrcs, numbers[0] & 0xFFFF, len(symbols)) + body


def _chunks(symbols: list[int]) -> Iterator[bytes]:
    """Symbols in chunks of two octets: a run of one symbol, or 14 symbols of one bit, or 7 of two."""
    position = 0
    while position < len(symbols):
        ahead = symbols[position : position + 0x1FFF]
        run = len(list(next(groupby(ahead))[1]))
        if run >= 14 or run == len(ahead) or (run >= 7 and _LARGE in ahead[:14]):
            used, chunk = run, ahead[0] << 13 | run
        elif _LARGE not in ahead[:14]:
            used, chunk = 14, 0x8000 | _join(ahead[:14], 14, 1)
        else:
            used, chunk = 7, 0xC000 | _join(ahead[:7], 7, 2)
        yield chunk.to_bytes(2, "big")
        position += used


def _join(symbols: list[int], count: int, bits: int) -> int:
    return sum(symbol << bits * (count - 1 - index) for index, symbol in enumerate(symbols))
