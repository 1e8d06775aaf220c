"""Groups of packets that were sent as one burst, and how their distances change on the way.

Draft, sections 5.2 and 5.3; libwebrtc's `inter_arrival_delta`.
"""

from dataclasses import dataclass

BURST = 0.005
"""`kSendTimeGroupLength`, `kBurstDeltaThreshold`: seconds between packets of one group."""
LONGEST_BURST = 0.1
"""`kMaxBurstDuration`."""
MOST_REORDERED = 3
"""`kReorderedResetThreshold`: groups in a row that arrive before their predecessor mean that the far clock jumped."""
LONGEST_STEP = 3.0
"""`kArrivalTimeOffsetThreshold`: the same."""


@dataclass(frozen=True, slots=True)
class Deltas:
    """Between two groups: seconds between their sendings, and between their arrivals."""

    sent: float
    arrived: float
    arrival: float
    """When the later group had come, by the far side's clock."""


@dataclass(slots=True)
class _Group:
    first_sent: float
    last_sent: float
    first_arrival: float
    complete: float


class ArrivalGroups:
    """Told of packets in the order of their arrival."""

    def __init__(self) -> None:
        self._current: _Group | None = None
        self._previous: _Group | None = None
        self._reordered = 0

    def add(self, sent_at: float, arrival: float) -> Deltas | None:
        """The distance between the two groups before, where this packet begins a new one."""
        current, deltas = self._current, None
        if current is None:
            self._current = _Group(sent_at, sent_at, arrival, arrival)
            return None
        if sent_at < current.first_sent:
            return None  # an earlier group's, late: its delay says nothing of the queue
        if self._begins(current, sent_at, arrival):
            if self._previous is not None:
                deltas = self._compare(self._previous, current)
            if self._current is None:  # the far clock jumped
                return None
            self._previous, self._current = current, _Group(sent_at, sent_at, arrival, arrival)
        else:
            current.last_sent = max(current.last_sent, sent_at)
            current.complete = arrival
        return deltas

    def _begins(self, group: _Group, sent_at: float, arrival: float) -> bool:
        arrived, sent = arrival - group.complete, sent_at - group.last_sent
        if sent == 0:
            return False
        held_up = arrived - sent < 0 and arrived <= BURST and arrival - group.first_arrival < LONGEST_BURST
        return not held_up and sent_at - group.first_sent > BURST

    def _compare(self, previous: _Group, current: _Group) -> Deltas | None:
        deltas = Deltas(current.last_sent - previous.last_sent, current.complete - previous.complete, current.complete)
        if abs(deltas.arrived - deltas.sent) > LONGEST_STEP:
            self._reset()
            return None
        if deltas.arrived < 0:
            self._reordered += 1
            if self._reordered >= MOST_REORDERED:
                self._reset()
            return None
        self._reordered = 0
        return deltas

    def _reset(self) -> None:
        self._current = self._previous = None
        self._reordered = 0
