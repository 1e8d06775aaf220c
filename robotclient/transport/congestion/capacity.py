"""What the narrowest link carries, learnt from the throughput at over-use (libwebrtc's `link_capacity_estimator`)."""

import math

WEIGHT = 0.05
LEAST_DEVIATION, MOST_DEVIATION = 0.4, 2.5
"""Of the variance, as a share of the estimate, both in kbit/s."""
DEVIATIONS = 3


class LinkCapacity:
    """An estimate with its bounds, of three standard deviations."""

    def __init__(self) -> None:
        self.estimate: float | None = None
        self._variance = LEAST_DEVIATION

    @property
    def lower(self) -> float:
        """Below this the throughput belongs to another capacity."""
        return 0.0 if self.estimate is None else max(0.0, self.estimate - DEVIATIONS * self._deviation())

    @property
    def upper(self) -> float:
        """Above this too."""
        return math.inf if self.estimate is None else self.estimate + DEVIATIONS * self._deviation()

    def reset(self) -> None:
        """Forget it: the capacity has changed."""
        self.estimate = None

    def overused(self, throughput: float) -> None:
        """So much got through a full link."""
        if self.estimate is None:
            self.estimate = throughput
        else:
            self.estimate += WEIGHT * (throughput - self.estimate)
        error = (self.estimate - throughput) / 1000
        share = error**2 / max(1.0, self.estimate / 1000)
        variance = (1 - WEIGHT) * self._variance + WEIGHT * share
        self._variance = max(LEAST_DEVIATION, min(MOST_DEVIATION, variance))

    def _deviation(self) -> float:
        assert self.estimate is not None
        return 1000 * math.sqrt(self._variance * self.estimate / 1000)
