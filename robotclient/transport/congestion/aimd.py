"""The rate by delay: up while no queue builds up, down below what gets through as soon as one does.

Draft, section 5.6; libwebrtc's `aimd_rate_control`.
"""

from enum import Enum

from robotclient.transport.congestion.capacity import LinkCapacity
from robotclient.transport.congestion.trendline import Usage

BACK_OFF = 0.85
"""`kDefaultBackoffFactor`, beta of the draft."""
SAFETY = 5_000
GROWTH, FIRST_GROWTH = 1.08, 1.5
"""A second, while the capacity is unknown (eta of the draft); and before the first over-use, for paths with so much
jitter that probes tell nothing: there libwebrtc is slow to start."""
LEAST_GROWTH = 1000
LEAST_ADDED = 4000
"""`kMinIncreaseRateBpsPerSecond`, near the capacity."""
HEADROOM, HEADROOM_ADDED = 1.5, 10_000
"""Never further above what was acknowledged: what was not tried is not known."""
PACKET, FRAMES = 1200 * 8, 30
RESPONSE = 0.1
"""Seconds that the detection takes, beside the round trip."""
SHORTEST_PAUSE, LONGEST_PAUSE = 0.01, 0.2
"""Between two decreases, a round trip within these bounds: the first must show its effect."""


class _State(Enum):
    HOLD = "hold"
    INCREASE = "increase"
    DECREASE = "decrease"


class RateControl:
    """Multiplicative far from the capacity, additive near it."""

    def __init__(self, start: float, lowest: float) -> None:
        self.rate = start
        self.round_trip = 0.2
        self.capacity = LinkCapacity()
        self._lowest = lowest
        self._state = _State.HOLD
        self.starting = True
        """Until the first over-use."""
        self._changed_at: float | None = None

    def update(self, usage: Usage, throughput: float | None, now: float) -> None:
        """Once for each report."""
        if usage is Usage.OVER:
            if self._may_reduce(throughput, now):
                self._decrease(self.rate if throughput is None else throughput, now)
        elif usage is Usage.UNDER:
            self._state = _State.HOLD  # wait until the queues are empty
        elif self._state is _State.HOLD:
            self._state, self._changed_at = _State.INCREASE, now
        elif throughput is not None:
            self._increase(throughput, now)

    def set(self, rate: float, now: float) -> None:
        """A probe has measured it."""
        self.rate, self._changed_at = max(self._lowest, rate), now

    def _may_reduce(self, throughput: float | None, now: float) -> bool:
        pause = max(SHORTEST_PAUSE, min(LONGEST_PAUSE, self.round_trip))
        if self._changed_at is None or now - self._changed_at >= pause:
            return True
        return throughput is not None and throughput < self.rate / 2

    def _decrease(self, throughput: float, now: float) -> None:
        self.starting = False
        wanted = max(0.0, BACK_OFF * throughput - SAFETY)
        if wanted > self.rate and self.capacity.estimate is not None:
            wanted = BACK_OFF * self.capacity.estimate
        self.rate = max(self._lowest, min(self.rate, wanted))
        if throughput < self.capacity.lower:
            self.capacity.reset()
        self.capacity.overused(throughput)
        self._state, self._changed_at = _State.HOLD, now

    def _increase(self, throughput: float, now: float) -> None:
        if throughput > self.capacity.upper:
            self.capacity.reset()
        since = 0.0 if self._changed_at is None else min(1.0, now - self._changed_at)
        limit = HEADROOM * throughput + HEADROOM_ADDED
        if self.rate < limit:
            if self.capacity.estimate is None:
                growth = FIRST_GROWTH if self.starting else GROWTH
                more = max(LEAST_GROWTH * since, self.rate * (growth**since - 1))
            else:
                more = self._added_a_second() * since
            self.rate = min(limit, self.rate + more)
        self._changed_at = now

    def _added_a_second(self) -> float:
        """Half a packet in each response time, for packets of equal size that make up the frames."""
        frame = self.rate / FRAMES
        packets = max(1, -(-frame // PACKET))
        return max(LEAST_ADDED, frame / packets / (2 * (self.round_trip + RESPONSE)))
