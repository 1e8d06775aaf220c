"""What a bad path does to datagrams, without a socket and without a clock: time is an argument, in seconds."""

import math
import random
from dataclasses import dataclass

OVERHEAD = 28
"""Octets of IP and UDP around each datagram, which a link's rate counts too."""
SEGMENT = 1500


@dataclass(frozen=True)
class Impairment:
    """One direction of a path."""

    loss: float = 0.0
    """Share of datagrams that are lost, 0 to 1."""
    burst: float = 1.0
    """Mean number of datagrams lost in a row (Gilbert's model); 1: each is lost by itself."""
    rate: float = math.inf
    """Bits per second of the narrowest link."""
    queue: float = 0.2
    """Seconds that a datagram may wait there; what would wait longer is dropped at the tail."""
    delay: float = 0.0
    """Seconds one way."""
    jitter: float = 0.0
    """Up to so many seconds more, evenly spread."""
    reorder: bool = False
    """Whether jitter may change the order."""
    rival: bool = False
    """Whether a TCP transfer shares the link."""


class Direction:
    """The datagrams that go one way."""

    def __init__(self, impairment: Impairment, seed: int) -> None:
        self.impairment = impairment
        self.rival = Rival(impairment) if impairment.rival else None
        self.arrived = self.lost = self.dropped = self.octets = 0
        self.waited = 0.0
        """Seconds that all that arrived has waited in the queue."""
        self._random = random.Random(seed)
        self._in_burst = False
        self._free_at = 0.0
        self._last = 0.0

    def pass_on(self, size: int, now: float) -> float | None:
        """When a datagram that comes now leaves at the other end; None where it does not."""
        if self._is_lost():
            self.lost += 1
            return None
        if self.rival is not None:
            self._free_at = self.rival.send_until(now, self._free_at)
        waiting = max(0.0, self._free_at - now)
        if waiting > self.impairment.queue:
            self.dropped += 1
            return None
        self._free_at = now + waiting + (size + OVERHEAD) * 8 / self.impairment.rate
        self.waited += waiting
        self.arrived += 1
        self.octets += size
        return self._in_order(self._free_at + self.impairment.delay + self._random.random() * self.impairment.jitter)

    def _is_lost(self) -> bool:
        loss, burst = self.impairment.loss, self.impairment.burst
        if burst <= 1:
            return self._random.random() < loss
        chance = 1 - 1 / burst if self._in_burst else loss / burst / (1 - loss)
        self._in_burst = self._random.random() < chance
        return self._in_burst

    def _in_order(self, due: float) -> float:
        self._last = due if self.impairment.reorder else max(self._last, due)
        return self._last


class Rival:
    """A TCP transfer that never ends, in the same queue: Reno's window, acknowledged after a round trip."""

    def __init__(self, link: Impairment) -> None:
        self.octets = 0
        self._link = link
        self._window = 10.0
        self._threshold = math.inf
        self._acknowledged_at: list[float] = []
        self._halved_at = 0.0

    def send_until(self, now: float, free_at: float) -> float:
        """Fill the queue with what TCP sends until now; `free_at` is when the link would be free, and will be."""
        open_again = [at for at in self._acknowledged_at if at > now]
        for _ in range(len(self._acknowledged_at) - len(open_again)):
            self._window += 1 if self._window < self._threshold else 1 / self._window
        self._acknowledged_at = open_again
        while len(self._acknowledged_at) < int(self._window):
            waiting = max(0.0, free_at - now)
            if waiting > self._link.queue:
                self._halve(now, waiting)
                break
            free_at = now + waiting + SEGMENT * 8 / self._link.rate
            self.octets += SEGMENT
            self._acknowledged_at.append(free_at + 2 * self._link.delay + 0.02)
        return free_at

    def _halve(self, now: float, round_trip: float) -> None:
        if now - self._halved_at > round_trip + 2 * self._link.delay:
            self._threshold = self._window = max(2.0, self._window / 2)
            self._halved_at = now
