"""A path with one narrow link, simulated, and senders on it: congestion control is tested without clock and network."""

import heapq
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from robotclient.transport.allocation import video_rate
from robotclient.transport.congestion import Controller
from robotclient.transport.feedback import FeedbackWriter, parse
from robotclient.transport.pacer import FILLER, Pacer

TICK = 0.002
FRAME, SOUND = 1 / 30, 0.02
SOUND_SIZE, HEADERS, PAYLOAD = 150, 80, 1120
HIGHEST = 2_300_000


class World:
    """Time, and what happens when."""

    def __init__(self) -> None:
        self.now = 0.0
        self._order = itertools.count()
        self._events: list[tuple[float, int, Callable[[], None]]] = []

    def after(self, delay: float, action: Callable[[], None]) -> None:
        heapq.heappush(self._events, (self.now + delay, next(self._order), action))

    def every(self, interval: float, action: Callable[[], None]) -> None:
        def repeat() -> None:
            action()
            self.after(interval, repeat)

        self.after(interval, repeat)

    def run(self, until: float) -> None:
        while self._events and self._events[0][0] <= until:
            self.now, _, action = heapq.heappop(self._events)
            action()
        self.now = until


@dataclass
class Link:
    """A drop-tail queue of `queue` seconds before `rate` bit/s; `delay`, `jitter` and `loss` on both ways."""

    world: World
    rate: float
    queue: float = 0.4
    delay: float = 0.02
    jitter: float = 0.0
    loss: float = 0.0
    reorders: bool = False
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    free_at: float = 0.0
    last_arrival: float = 0.0
    offered: int = 0
    dropped: int = 0
    waits: list[tuple[float, float]] = field(default_factory=list)

    def send(self, size: int, arrived: Callable[[], None]) -> None:
        now = self.world.now
        self.offered += 1
        wait = max(0.0, self.free_at - now)
        if wait > self.queue:
            self.dropped += 1
            return
        self.waits.append((now, wait))
        self.free_at = now + wait + 8 * size / self.rate
        if self.chance.random() >= self.loss:
            self.world.after(self._way(self.free_at) - now, arrived)

    def back(self, arrived: Callable[[], None]) -> None:
        """A small packet the other way, where there is room."""
        if self.chance.random() >= self.loss:
            self.world.after(self.delay + self.chance.uniform(0, self.jitter), arrived)

    def _way(self, at: float) -> float:
        arrival = at + self.delay + self.chance.uniform(0, self.jitter)
        if not self.reorders:
            arrival = self.last_arrival = max(arrival, self.last_arrival)
        return arrival

    def queued(self, since: float) -> list[float]:
        return sorted(wait for at, wait in self.waits if at >= since)


class Robot:
    """Sound and a picture as the controller wants them, over the pacer, with the far side's reports."""

    def __init__(
        self, world: World, link: Link, start: int = 300_000, most: int = HIGHEST, demand: float = 1.0
    ) -> None:
        self.world, self.link = world, link
        self.controller = Controller(start, 100_000, most)
        self.pacer: Pacer[int] = Pacer(start)
        self.writer = FeedbackWriter(1, 2)
        self.rates: list[tuple[float, int]] = []
        self.sent: list[tuple[float, int]] = []
        self.came: list[tuple[float, int]] = []
        self.waited: list[float] = []
        self._demand = demand
        self._random = random.Random(2)
        self._sequence = 65_000
        self._near = 0.0
        world.every(FRAME, self._draw)
        world.every(SOUND, self._speak)
        world.every(TICK, self._tick)

    def _draw(self) -> None:
        rate = self._demand * video_rate(self.controller.target(self.world.now).total)
        octets = max(200, round(rate * FRAME / 8 * self._random.lognormvariate(0, 0.2)))
        while octets > 0:
            self.pacer.put(min(octets, PAYLOAD) + HEADERS, min(octets, PAYLOAD) + HEADERS)
            octets -= PAYLOAD

    def _speak(self) -> None:
        self.pacer.passed_by(SOUND_SIZE, self.world.now)
        self._send(SOUND_SIZE, None)

    def _tick(self) -> None:
        now = self.world.now
        rates = self.controller.target(now)
        self.pacer.rate = rates.pacing
        if (probe := self.controller.probe(now)) is not None:
            self.pacer.begin_probe(probe)
        for release in self.pacer.poll(now):
            self._send(release.item, release.probe)
        while (number := self.pacer.filler(now)) is not None:
            self.pacer.fill(FILLER, now)
            self._send(FILLER, number)
        self.rates.append((now, rates.total))
        while (report := self.writer.poll(now)) is not None:
            self.link.back(lambda report=report: self._take(report))  # type: ignore[misc]

    def _send(self, size: int, probe: int | None) -> None:
        self._sequence = (self._sequence + 1) & 0xFFFF
        self.controller.sent(self._sequence, size, self.world.now, probe)
        self.sent.append((self.world.now, size))
        sequence = self._sequence

        def arrived() -> None:
            self.writer.put(sequence, 1000 + self.world.now)
            self.came.append((self.world.now, size))

        self.link.send(size, arrived)

    def _take(self, report: bytes) -> None:
        found = parse(report, self._near)
        self._near = max((arrival for _, arrival in found.statuses if arrival is not None), default=self._near)
        self.controller.feedback(found.statuses, self.world.now)

    def goodput(self, since: float, until: float) -> float:
        """Bits per second that came."""
        return 8 * sum(size for at, size in self.came if since <= at < until) / (until - since)

    def target(self, since: float, until: float) -> float:
        """The mean of what the controller wanted."""
        wanted = [rate for at, rate in self.rates if since <= at < until]
        return sum(wanted) / len(wanted)


class Reno:
    """A flow that goes by losses only: a download in TCP's manner (RFC 5681), for ever."""

    SIZE = 1200

    def __init__(self, world: World, link: Link) -> None:
        self.world, self.link = world, link
        self.acknowledged: list[float] = []
        self._window, self._flying = 2.0, 0
        self._slow_start = True
        self._lost_at = 0.0
        self._fill()

    def goodput(self, since: float, until: float) -> float:
        return 8 * self.SIZE * sum(since <= at < until for at in self.acknowledged) / (until - since)

    def _fill(self) -> None:
        while self._flying < int(self._window):
            self._flying += 1
            done = [False]
            self.link.send(self.SIZE, lambda done=done: self.link.back(lambda: self._acknowledge(done)))  # type: ignore[misc]
            self.world.after(1.2, lambda done=done: self._give_up(done))  # type: ignore[misc]

    def _acknowledge(self, done: list[bool]) -> None:
        if done[0]:
            return
        done[0] = True
        self._flying -= 1
        self.acknowledged.append(self.world.now)
        self._window += 1 if self._slow_start else 1 / self._window
        self._fill()

    def _give_up(self, done: list[bool]) -> None:
        if done[0]:
            return
        done[0] = True
        self._flying -= 1
        if self.world.now - self._lost_at > 0.5:
            self._lost_at, self._slow_start = self.world.now, False
            self._window = max(2.0, self._window / 2)
        self._fill()
