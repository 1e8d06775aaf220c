"""The relay's own process: every datagram between two ends passes it, so that it alone decides what arrives.

`python -m scripts.lab.network.relay ADDRESS` binds two sockets there and prints their ports. What end A sends
to the first leaves for B through the second, and the other way round. Each line on the standard input is
`{"impairment": {...}}` for both directions, `{"ends": {"a": [host, port], ...}}` or `{}`; each is answered by a line of
counters. A process of its own, because one that also drove browsers would add delays of its own.
"""

import heapq
import json
import os
import select
import socket
import sys
import time
from typing import Any

from scripts.lab.network.impairment import Direction, Impairment

LONGEST = 65_536
BUFFER = 4 << 20
LONGEST_WAIT = 0.5
Address = tuple[str, int]


class End:
    """One of the two ends: where it is, the socket that it talks to, what happens to what it sends."""

    def __init__(self, address: str, seed: int) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        self.socket.bind((address, 0))
        self.socket.setblocking(False)
        self.at: Address | None = None
        self.way = Direction(Impairment(), seed)


class Relay:
    """Both ends and what is on its way between them."""

    def __init__(self, address: str) -> None:
        self.ends = {"a": End(address, 1), "b": End(address, 2)}
        self._other = {"a": "b", "b": "a"}
        self._flying: list[tuple[float, int, str, bytes]] = []
        self._count = 0
        self._input = b""

    def run(self) -> None:
        """Until the standard input ends."""
        names = {end.socket.fileno(): name for name, end in self.ends.items()}
        while True:
            due = self._flying[0][0] - time.monotonic() if self._flying else LONGEST_WAIT
            readable, _, _ = select.select([*names, 0], [], [], max(0.0, min(LONGEST_WAIT, due)))
            for each in readable:
                if each != 0:
                    self._take(names[each])
                elif not self._obey(os.read(0, LONGEST)):
                    return
            self._release(time.monotonic())

    def _take(self, name: str) -> None:
        end = self.ends[name]
        while True:
            try:
                data, sender = end.socket.recvfrom(LONGEST)
            except (BlockingIOError, ConnectionError):
                return
            if sender != end.at:  # another interface of the same end, or an end of the last call
                continue
            due = end.way.pass_on(len(data), time.monotonic())
            if due is not None:
                self._count += 1
                heapq.heappush(self._flying, (due, self._count, self._other[name], data))

    def _release(self, now: float) -> None:
        while self._flying and self._flying[0][0] <= now:
            _, _, name, data = heapq.heappop(self._flying)
            if (at := self.ends[name].at) is not None:
                self.ends[name].socket.sendto(data, at)

    def _obey(self, data: bytes) -> bool:
        *lines, self._input = (self._input + data).split(b"\n")
        for line in lines:
            order: dict[str, Any] = json.loads(line)
            if "impairment" in order:
                for seed, end in enumerate(self.ends.values()):
                    end.way = Direction(Impairment(**order["impairment"]), seed)
            for name, at in order.get("ends", {}).items():
                self.ends[name].at = (at[0], at[1])
            print(json.dumps({name: _counters(end.way) for name, end in self.ends.items()}), flush=True)
        return bool(data)


def _counters(way: Direction) -> dict[str, float]:
    rival = way.rival.octets if way.rival else 0
    return {
        "arrived": way.arrived, "lost": way.lost, "dropped": way.dropped, "octets": way.octets, "waited": way.waited,
        "rival_octets": rival,
    }  # fmt: skip


def main() -> None:
    relay = Relay(sys.argv[1])
    print(json.dumps([end.socket.getsockname()[1] for end in relay.ends.values()]), flush=True)
    relay.run()


if __name__ == "__main__":
    main()
