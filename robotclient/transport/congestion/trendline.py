"""Is a queue building up? The slope of the delay over time, against a threshold that adapts to the path.

Draft, sections 5.4 and 5.5, with the line of least squares (libwebrtc's `trendline_estimator`) in the place of the
Kalman filter. The threshold adapts so that a flow whose rate follows its losses does not starve us.
"""

from collections import deque
from enum import Enum

from robotclient.transport.congestion.arrivals import Deltas

WINDOW = 20
"""`kDefaultTrendlineWindowSize`: groups that the line is laid through."""
SMOOTHING = 0.9
"""`kDefaultTrendlineSmoothingCoeff`."""
GAIN = 4.0
"""`kDefaultTrendlineThresholdGain`."""
MOST_DELTAS = 60
"""`kMinNumDeltas`."""
RISE, FALL = 0.0087, 0.001
"""`k_up_`, `k_down_`: how fast the threshold adapts, per millisecond. libwebrtc's 0.039 leaves us a seventh of a link
beside a flow that goes by losses, the draft's 0.00018 (section 5.5) fills queues; with this both share about evenly."""
FIRST_THRESHOLD, LOWEST_THRESHOLD, HIGHEST_THRESHOLD = 12.5, 6.0, 600.0
MOST_ADAPTED = 15.0
"""`kMaxAdaptOffsetMs`: a trend so far above the threshold is a sudden fall of the capacity; nothing to adapt to."""
LONGEST_STEP = 100.0
OVERUSE_TIME = 10.0
"""`kOverUsingTimeThreshold`, in milliseconds."""


class Usage(Enum):
    """What the queue on the path does."""

    NORMAL = "normal"
    OVER = "over"
    UNDER = "under"


class Trendline:
    """Works in milliseconds, as the constants do."""

    def __init__(self) -> None:
        self.usage = Usage.NORMAL
        self._points: deque[tuple[float, float]] = deque(maxlen=WINDOW)
        self._deltas = 0
        self._accumulated = self._smoothed = 0.0
        self._threshold = FIRST_THRESHOLD
        self._trend = 0.0
        self._over_for: float | None = None
        self._over_count = 0
        self._first: float | None = None
        self._updated = 0.0

    def update(self, deltas: Deltas) -> Usage:
        """Take the distance of two groups."""
        arrival = deltas.arrival * 1000
        if self._first is None:
            self._first = self._updated = arrival
        self._deltas += 1
        self._accumulated += (deltas.arrived - deltas.sent) * 1000
        self._smoothed = SMOOTHING * self._smoothed + (1 - SMOOTHING) * self._accumulated
        self._points.append((arrival - self._first, self._smoothed))
        slope = _slope(self._points) if len(self._points) == WINDOW else None
        trend = self._trend if slope is None else slope
        if self._deltas >= 2:
            self._detect(trend, deltas.sent * 1000, arrival)
        return self.usage

    def _detect(self, trend: float, sent: float, arrival: float) -> None:
        modified = min(self._deltas, MOST_DELTAS) * trend * GAIN
        if modified > self._threshold:
            self._over_for = sent / 2 if self._over_for is None else self._over_for + sent
            self._over_count += 1
            if self._over_for > OVERUSE_TIME and self._over_count > 1 and trend >= self._trend:
                self._over_for, self._over_count = 0.0, 0
                self.usage = Usage.OVER
        else:
            self._over_for, self._over_count = None, 0
            self.usage = Usage.UNDER if modified < -self._threshold else Usage.NORMAL
        self._trend = trend
        self._adapt(abs(modified), arrival)

    def _adapt(self, modified: float, arrival: float) -> None:
        step = min(arrival - self._updated, LONGEST_STEP)
        self._updated = arrival
        if modified <= self._threshold + MOST_ADAPTED:
            speed = FALL if modified < self._threshold else RISE
            threshold = self._threshold + speed * (modified - self._threshold) * step
            self._threshold = max(LOWEST_THRESHOLD, min(HIGHEST_THRESHOLD, threshold))


def _slope(points: deque[tuple[float, float]]) -> float | None:
    """Of the line of least squares; None where all x are the same."""
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    below = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / below if below else None
