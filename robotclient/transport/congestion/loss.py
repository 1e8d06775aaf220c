"""The rate by loss: some of it is the path's own, some is ours, sent into a full link; only that costs rate.

Draft, section 6, lets every loss above 10 % cost rate, which Wi-Fi with its own losses does not deserve. After
libwebrtc's `loss_based_bwe_v2` both are estimated together: a packet is lost with the path's inherent probability, and
beside that with the share of the sending rate that lies above the bandwidth. Of some candidates for the bandwidth the
likeliest wins.
"""

import math
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from robotclient.transport.congestion.history import Fate

OBSERVATION, OBSERVATIONS, FEWEST_OBSERVATIONS = 0.25, 20, 3
"""Seconds of sending that make one observation; how many are kept; how many are needed (`MinNumObservations`)."""
WEIGHT = 0.9
"""`TemporalWeightFactor`: of each observation, relative to the one after it."""
FACTORS = (1.02, 1.0, 0.95)
"""`CandidateFactors`, beside the acknowledged rate and the rate by delay."""
NEWTON_STEP = 0.75
FIRST_INHERENT, LEAST_INHERENT = 0.01, 1e-3
TOLERATED, TOLERATED_RATE = 0.08, 75_000.0
"""`InherentLossUpperBoundOffset` and `...BwBalance`, the same for the instant bound: so much loss is the path's at any
rate, and so many bit/s more may be lost: 0.08 + 0.075 at 1 Mbit/s. libwebrtc has 0.05; with it 10 % of the Wi-Fi's own
losses cost a third of the rate."""
HIGHER_BIAS, HIGHER_LOG_BIAS = 0.0002, 0.02
HIGH_LOSS, BIAS_SMOOTHING = 0.22, 0.002
"""`LossThresholdOfHighBandwidthPreference`: with less loss the higher bandwidth is preferred, with more the lower;
libwebrtc has 0.15."""
GROWTH, GROWTH_PAUSE = 1.3, 0.3
"""`MaxIncreaseFactor` in each `DelayedIncreaseWindow` while losses limit the rate."""
LEAST_WINDOW = 5_000.0


@dataclass(frozen=True, slots=True)
class _Observation:
    packets: int
    lost: int
    octets: int
    lost_octets: int
    rate: float


@dataclass(frozen=True, slots=True)
class _Path:
    bandwidth: float
    inherent: float

    def loss(self, rate: float) -> float:
        """How probably a packet is lost at this sending rate."""
        excess = max(0.0, 1 - self.bandwidth / rate) if rate > 0 else 0.0
        return max(1e-6, min(1 - 1e-6, self.inherent + (1 - self.inherent) * excess))


class LossControl:
    """`rate` is None until enough is known, and infinite where losses do not limit it."""

    def __init__(self, highest: float) -> None:
        self.rate: float | None = None
        self.loss = 0.0
        """The mean of the last observations."""
        self._highest = highest
        self._observations: deque[_Observation] = deque(maxlen=OBSERVATIONS)
        self._seen = 0
        self._path: _Path | None = None
        self._limited = False
        self._window_limit = math.inf
        self._window_from = -math.inf
        self._partial = _Partial()
        self._observed_until: float | None = None

    def update(self, fates: Iterable[Fate], by_delay: float, acknowledged: float | None) -> None:
        """Take a report; `by_delay` is the rate that the delay allows, which is never exceeded."""
        if not self._observe(fates):
            return
        path = self._path or _Path(by_delay, FIRST_INHERENT)
        candidates = [self._fitted(path, bandwidth) for bandwidth in self._candidates(path, by_delay, acknowledged)]
        best = max(candidates, key=self._likelihood)
        if self.loss > best.inherent and best.bandwidth > path.bandwidth:
            best = _Path(path.bandwidth, best.inherent)
        at = self._observed_until or 0.0
        if self._limited and at < self._window_from + GROWTH_PAUSE:
            best = _Path(min(best.bandwidth, self._window_limit), best.inherent)
        self._path = best
        bounded = min(best.bandwidth, self._instant_bound(), by_delay)
        self._limited = bounded < min(by_delay, self._highest)
        if self._limited and at > self._window_from + GROWTH_PAUSE:
            self._window_from, self._window_limit = at, max(LEAST_WINDOW, GROWTH * best.bandwidth)
        if self._seen >= FEWEST_OBSERVATIONS:
            self.rate = bounded if self._limited else math.inf

    def probed(self, rate: float) -> None:
        """A burst at this rate came through: no less can be the bandwidth, whatever was lost at lower rates."""
        if self._path is None or rate <= self._path.bandwidth:
            return
        self._path = _Path(rate, _feasible(self._path.inherent, rate))
        self._window_limit = max(self._window_limit, rate)
        if self.rate is not None:
            self.rate = max(self.rate, min(rate, self._instant_bound()))

    def _observe(self, fates: Iterable[Fate]) -> bool:
        """Whether the report completes an observation."""
        partial = self._partial
        for fate in fates:
            partial.add(fate)
        if partial.packets == 0:
            return False
        if self._observed_until is None:
            self._observed_until = partial.first
        duration = partial.last - self._observed_until
        if duration < OBSERVATION:
            return False
        self._observed_until = partial.last
        self._observations.append(partial.complete(duration))
        self._seen += 1
        self._partial = _Partial()
        self.loss = self._mean_loss()
        return True

    def _weighted(self) -> Iterator[tuple[float, _Observation]]:
        for age, observation in enumerate(reversed(self._observations)):
            yield WEIGHT**age, observation

    def _mean_loss(self) -> float:
        """By octets; with enough observations without the best and the worst, which may be accidents."""
        shares = [(weight * each.lost_octets, weight * each.octets, each) for weight, each in self._weighted()]
        if len(shares) > FEWEST_OBSERVATIONS:
            shares.sort(key=lambda share: share[2].lost_octets / share[2].octets)
            rates = sorted(each.rate for *_, each in shares)
            if 2 * rates[len(rates) // 2] > shares[-1][2].rate:  # a burst of ours is no accident
                shares = shares[1:-1]
        return sum(lost for lost, *_ in shares) / sum(octets for _, octets, _ in shares)

    def _candidates(self, path: _Path, by_delay: float, acknowledged: float | None) -> list[float]:
        bandwidths = [factor * path.bandwidth for factor in FACTORS]
        if acknowledged is not None:
            bandwidths.append(acknowledged)
        if by_delay > path.bandwidth:
            bandwidths.append(by_delay)
        most = max(path.bandwidth, self._window_limit if self._limited else self._highest)
        return [min(most, bandwidth) for bandwidth in bandwidths]

    def _fitted(self, path: _Path, bandwidth: float) -> _Path:
        """The inherent loss that explains the observations best beside this bandwidth: one step of Newton's method."""
        one = _Path(bandwidth, _feasible(path.inherent, bandwidth))
        first = second = 0.0
        for weight, each in self._weighted():
            loss = one.loss(each.rate)
            first += weight * (each.lost / loss - (each.packets - each.lost) / (1 - loss))
            second -= weight * (each.lost / loss**2 + (each.packets - each.lost) / (1 - loss) ** 2)
        return _Path(bandwidth, _feasible(one.inherent - NEWTON_STEP * first / second, bandwidth))

    def _likelihood(self, path: _Path) -> float:
        bias = self._bias(HIGHER_BIAS) * path.bandwidth / 1000 + self._bias(HIGHER_LOG_BIAS) * math.log1p(
            path.bandwidth / 1000
        )
        likelihood = 0.0
        for weight, each in self._weighted():
            loss = path.loss(each.rate)
            of_losses = each.lost * math.log(loss) + (each.packets - each.lost) * math.log(1 - loss)
            likelihood += weight * (of_losses + bias * each.packets)
        return likelihood

    def _bias(self, factor: float) -> float:
        return factor * (HIGH_LOSS - self.loss) / (BIAS_SMOOTHING + abs(HIGH_LOSS - self.loss))

    def _instant_bound(self) -> float:
        return self._highest if self.loss <= TOLERATED else TOLERATED_RATE / (self.loss - TOLERATED)


class _Partial:
    """An observation in the making."""

    def __init__(self) -> None:
        self.packets = 0
        self.first, self.last = math.inf, -math.inf
        self._octets = self._lost = self._lost_octets = 0

    def add(self, fate: Fate) -> None:
        """Count a packet."""
        sent = fate.sent
        if fate.arrival is None:
            self._lost += 1
            self._lost_octets += sent.size
        self.packets += 1
        self._octets += sent.size
        self.first, self.last = min(self.first, sent.at), max(self.last, sent.at)

    def complete(self, duration: float) -> _Observation:
        """Of packets sent within `duration` seconds."""
        rate = 8 * self._octets / duration
        return _Observation(self.packets, self._lost, self._octets, self._lost_octets, rate)


def _feasible(inherent: float, bandwidth: float) -> float:
    most = min(1.0, TOLERATED + TOLERATED_RATE / bandwidth) if bandwidth > 0 else 1.0
    return min(max(inherent, LEAST_INHERENT), most)
