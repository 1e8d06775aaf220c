"""What the media transport costs by itself, without coders, encryption and aiortc: CPU for each packet, as a table.

Each part gets the packets of a call of two at 1.7 Mbit/s both ways, 30 pictures and 50 packets of sound a second.
"""

import argparse
import socket
import time
from collections.abc import Callable
from itertools import pairwise

from aiortc.rtcrtpparameters import RTCRtpHeaderExtensionParameters, RTCRtpParameters
from aiortc.rtp import HeaderExtensionsMap, RtpPacket

from robotclient.transport.attach.arrivals import SO_TIMESTAMPNS, SPACE, Arrivals
from robotclient.transport.attach.outgoing import HIGHEST, LOWEST, OVERHEAD, START, stamp
from robotclient.transport.attach.settings import TRANSPORT_NUMBER
from robotclient.transport.congestion import Controller
from robotclient.transport.feedback import FeedbackWriter, parse
from robotclient.transport.pacer import Pacer
from robotclient.transport.retransmission import Retransmissions
from robotclient.transport.video import FrameAssembler
from robotclient.transport.video_packet import VideoPacket

IN_FRAME, FPS, SOUNDS = 6, 30, 50
PICTURES = IN_FRAME * FPS
ALL = PICTURES + SOUNDS
"""Packets a second, one way."""
SIZE = 1180
EXTENSION = 4
WAY = 0.02
"""Seconds."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench-transport", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="of the call, simulated")
    count = int(parser.parse_args().seconds * ALL)
    rows: tuple[tuple[str, int, Callable[[int], float]], ...] = (
        ("pictures put together (`FrameAssembler`)", PICTURES, _assemble),
        ("arrivals noted and reported (`FeedbackWriter`)", ALL, _report),
        ("the kernel's time of arrival, more than a plain read", ALL, _stamped_read),
        ("sent: kept, paced, numbered (`Retransmissions`, `Pacer`, `stamp`)", ALL, _send),
        ("reports read, rate decided (`feedback.parse`, `Controller`)", ALL, _decide),
    )
    print("| part | µs a packet | packets/s | ms CPU a second |")
    print("|---|---|---|---|")
    total = 0.0
    for name, packets, run in rows:
        each = run(count) / count
        total += each * packets
        print(f"| {name} | {1e6 * each:.1f} | {packets} | {1e3 * each * packets:.1f} |", flush=True)
    print(f"| all | | | {1e3 * total:.1f} |")


def _assemble(count: int) -> float:
    assembler = FrameAssembler()
    packets = [
        VideoPacket(
            1, index & 0xFFFF, index // IN_FRAME * 3000, index % IN_FRAME == IN_FRAME - 1, _payload(index), False
        )
        for index in range(count)
    ]
    began = time.process_time()
    for index, packet in enumerate(packets):
        now = index / PICTURES
        assembler.put(packet, now)
        assembler.poll(now)
    return time.process_time() - began


def _payload(index: int) -> bytes:
    """VP8 with a picture's number (RFC 7741, section 4.2); the first one is a keyframe."""
    starts, number = index % IN_FRAME == 0, index // IN_FRAME & 0x7FFF
    return bytes([0x90 if starts else 0x80, 0x80, 0x80 | number >> 8, number & 0xFF, index >= IN_FRAME]) + bytes(SIZE)


def _report(count: int) -> float:
    writer = FeedbackWriter(1, 2)
    began = time.process_time()
    for index in range(count):
        writer.put(index & 0xFFFF, index / ALL)
        writer.poll(index / ALL)
    return time.process_time() - began


def _stamped_read(count: int) -> float:
    with socket.socket(type=socket.SOCK_DGRAM) as one, socket.socket(type=socket.SOCK_DGRAM) as other:
        one.bind(("127.0.0.1", 0))
        other.connect(one.getsockname())
        plain = _read(count, other, lambda: one.recvfrom(2048))
        one.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        arrivals = Arrivals()

        def stamped() -> None:
            arrivals.note(one.recvmsg(2048, SPACE)[1])
            arrivals.take()

        return _read(count, other, stamped) - plain


def _read(count: int, other: socket.socket, read: Callable[[], object]) -> float:
    spent = 0.0
    for _ in range(count):
        other.send(bytes(SIZE))
        began = time.process_time()
        read()
        spent += time.process_time() - began
    return spent


def _send(count: int) -> float:
    extensions = HeaderExtensionsMap()
    extensions.configure(
        RTCRtpParameters(headerExtensions=[RTCRtpHeaderExtensionParameters(EXTENSION, TRANSPORT_NUMBER)])
    )
    packet = RtpPacket(payload_type=97, payload=bytes(SIZE))
    packet.extensions.transport_sequence_number = 0
    data = packet.serialize(extensions)
    pacer: Pacer[bytes] = Pacer(2 * 8 * SIZE * ALL)
    kept: Retransmissions[int] = Retransmissions()
    began = time.process_time()
    for index in range(count):
        kept.put(index & 0xFFFF, index, len(data) + OVERHEAD)
        pacer.put(data, len(data) + OVERHEAD)
        for release in pacer.poll(index / ALL):
            stamp(release.item, EXTENSION, index & 0xFFFF)
    return time.process_time() - began


def _decide(count: int) -> float:
    writer = FeedbackWriter(1, 2)
    reports = []
    for index in range(count):
        writer.put(index & 0xFFFF, index / ALL + WAY)
        if (report := writer.poll(index / ALL + WAY)) is not None:
            reports.append((index + 1, report))
    controller = Controller(START, LOWEST, HIGHEST)
    began = time.process_time()
    for (sent, _), (until, report) in pairwise([(0, b""), *reports]):
        for index in range(sent, until):
            controller.sent(index & 0xFFFF, SIZE, index / ALL)
        controller.feedback(parse(report, until / ALL).statuses, until / ALL + 2 * WAY)
        controller.target(until / ALL + 2 * WAY)
    return time.process_time() - began


if __name__ == "__main__":
    main()
