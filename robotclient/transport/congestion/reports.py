"""The rate for a far side without transport-wide reports: by its receiver reports, and under its own estimate (REMB).

Draft, section 6: the share of lost packets alone decides.
"""

HIGH_LOSS, LOW_LOSS = 0.10, 0.02
GROWTH = 1.05
"""For each report, as the draft has it, of one a second."""
SHORTEST_PAUSE = 0.9
"""Seconds between two changes: some far sides report more often."""
LOSS_WEIGHT = 0.3


class ReportControl:
    """`remb` is the far side's estimate, None where it sends none."""

    def __init__(self, start: float, lowest: float, highest: float) -> None:
        self.remb: int | None = None
        self.loss = 0.0
        self._lowest, self._highest = lowest, highest
        self._rate = start
        self._changed_at: float | None = None

    @property
    def rate(self) -> float:
        """Bits per second."""
        return self._rate if self.remb is None else max(self._lowest, min(self._rate, self.remb))

    def update(self, lost: float, now: float) -> None:
        """Take a report of the share lost since the last one."""
        self.loss += LOSS_WEIGHT * (lost - self.loss)
        if self._changed_at is not None and now - self._changed_at < SHORTEST_PAUSE:
            return
        self._changed_at = now
        if lost > HIGH_LOSS:
            self._rate *= 1 - 0.5 * lost
        elif lost < LOW_LOSS:
            self._rate *= GROWTH
        self._rate = max(self._lowest, min(self._highest, self._rate))
