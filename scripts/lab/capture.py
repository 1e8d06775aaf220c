"""What a process sends by UDP between addresses of this machine, seen on the wire: needs CAP_NET_RAW.

Packets are told apart by their first octets (RFC 7983, section 7; RTCP by its packet type, RFC 5761, section 4).
"""

import socket
import struct
import threading
import time
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Self

import psutil

ETHERNET = 14
IPV4, IPV6, UDP = 0x0800, 0x86DD, 17
ALL_PROTOCOLS = 3
MOST = 200_000
"""Packets; so many are some minutes of a call."""


class Kind(StrEnum):
    """What a packet is."""

    STUN = "stun"
    DTLS = "dtls"
    RTP = "rtp"
    RTCP = "rtcp"
    OTHER = "other"


@dataclass(frozen=True)
class Packet:
    """One packet: when it was seen (Unix time), and from which port."""

    at: float
    port: int
    kind: Kind


class Capture:
    """Listens on the loopback interface, over which the machine's own addresses talk to each other too."""

    def __init__(self) -> None:
        """Raises `PermissionError` without CAP_NET_RAW."""
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL_PROTOCOLS))
        self._socket.bind(("lo", 0))
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        self._socket.settimeout(0.2)
        self._packets: list[Packet] = []
        self._ports: set[int] = set()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="capture")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._thread.join()
        self._socket.close()

    def sent_by(self, process: int, since: float = 0) -> dict[Kind, list[float]]:
        """When the process sent what; its ports of now and of former calls of this."""
        connections = psutil.Process(process).net_connections("udp")
        self._ports |= {each.laddr.port for each in connections}
        times: dict[Kind, list[float]] = {kind: [] for kind in Kind}
        for packet in list(self._packets):
            if packet.port in self._ports and packet.at >= since:
                times[packet.kind].append(packet.at)
        return times

    def _listen(self) -> None:
        while not self._stopped.is_set():
            try:
                frame, address = self._socket.recvfrom(2048)
            except TimeoutError:
                continue
            outgoing = address[2] == socket.PACKET_OUTGOING  # each packet passes twice: on its way out, and in
            if outgoing and len(self._packets) < MOST and (packet := _parsed(frame)) is not None:
                self._packets.append(packet)


def _parsed(frame: bytes) -> Packet | None:
    network, header = int.from_bytes(frame[12:14]), frame[ETHERNET:]
    if network == IPV4 and header[9] == UDP:
        datagram = header[4 * (header[0] & 15) :]
    elif network == IPV6 and header[6] == UDP:
        datagram = header[40:]
    else:
        return None
    (port,) = struct.unpack_from("!H", datagram)
    return Packet(time.time(), port, kind_of(datagram[8:]))


def kind_of(payload: bytes) -> Kind:
    """What a UDP payload is."""
    if len(payload) < 2:
        return Kind.OTHER
    if payload[0] <= 3:
        return Kind.STUN
    if 20 <= payload[0] <= 63:
        return Kind.DTLS
    if 128 <= payload[0] <= 191:
        return Kind.RTCP if 192 <= payload[1] <= 223 else Kind.RTP
    return Kind.OTHER
