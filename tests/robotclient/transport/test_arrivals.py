"""When datagrams came, told by the kernel: real sockets, and a process that has no time to look."""

import asyncio
import socket
import threading
import time
from typing import Any

from robotclient.transport.attach.arrivals import Arrivals
from robotclient.transport.attach.ice import IceConnection
from scripts.lab.process import until

COUNT, PAUSE = 20, 0.01
MEDIA, STUN = b"\x80", b"\x00"


class Reader(asyncio.DatagramProtocol):
    """Notes when each datagram came, as it is told."""

    def __init__(self, arrivals: Arrivals) -> None:
        self.times: list[float] = []
        self._arrivals = arrivals

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        self.times.append(self._arrivals.take())


def send_slowly(address: tuple[str, int], first: bytes) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for _ in range(COUNT):
            sender.sendto(first, address)
            time.sleep(PAUSE)


async def read_late(arrivals: Arrivals, first: bytes, *, listens: bool) -> list[float]:
    """The arrivals of datagrams that all came while the process did something else."""
    loop = asyncio.get_running_loop()
    transport, reader = await loop.create_datagram_endpoint(lambda: Reader(arrivals), local_addr=("127.0.0.1", 0))
    if listens:
        arrivals.listen(transport)
    sending = threading.Thread(target=send_slowly, args=(transport.get_extra_info("sockname"), first))
    sending.start()
    sending.join()  # the loop stands still meanwhile
    await until(lambda: len(reader.times) == COUNT)
    transport.close()
    return reader.times


async def test_a_pause_of_the_process_is_no_queue_on_the_path() -> None:
    began = time.monotonic()
    times = await read_late(Arrivals(), MEDIA, listens=True)
    assert times == sorted(times)
    assert times[-1] - times[0] >= (COUNT - 1) * PAUSE - 0.005
    assert began - 0.005 <= times[0] < times[-1] <= time.monotonic()


async def test_without_the_kernel_s_word_it_is_the_time_of_reading() -> None:
    before = time.monotonic()
    times = await read_late(Arrivals(), MEDIA, listens=False)
    assert min(times) >= before + (COUNT - 1) * PAUSE


async def test_the_arrival_of_what_others_handle_is_not_told() -> None:
    before = time.monotonic()
    times = await read_late(Arrivals(), STUN, listens=True)
    assert min(times) >= before + (COUNT - 1) * PAUSE


async def test_a_connection_knows_when_what_it_receives_came() -> None:
    one, other = IceConnection(True, use_ipv6=False), IceConnection(False, use_ipv6=False)
    for end in (one, other):
        await end.gather_candidates()
    for end, far in ((one, other), (other, one)):
        for candidate in (*far.local_candidates, None):
            await end.add_remote_candidate(candidate)
        end.remote_username, end.remote_password = far.local_username, far.local_password
    await asyncio.gather(one.connect(), other.connect())
    try:
        await other.send(MEDIA)
        sent = time.monotonic()
        time.sleep(0.2)  # noqa: ASYNC251  # the process is busy
        assert await one.recv() == MEDIA
        assert one.arrived < sent + 0.1
    finally:
        await one.close()
        await other.close()


def test_a_clock_that_was_set_says_nothing() -> None:
    arrivals = Arrivals()
    hour_ago = time.time() - 3600
    arrivals.note([(socket.SOL_SOCKET, 35, int(hour_ago).to_bytes(8, "little") + bytes(8))])
    assert abs(arrivals.take() - time.monotonic()) < 0.5
