"""Probes: short bursts above the present rate that find free capacity within a round trip.

After libwebrtc's `probe_controller` and `probe_bitrate_estimator`: at the start, and further while they succeed. (There
two go out at the start, one after the other: on a link of 250 kbit/s these and the first keyframe are 0.4 s of queue.)
Beyond it we go on trying while the rate is below what we could use, less and less often where probes fail: a link that
was narrow for a while and is wide again is found within seconds, where 8 % a second take half a minute.
"""

from dataclasses import dataclass, field

FIRST_FACTOR = 3.0
FURTHER_FACTOR, FURTHER_THRESHOLD = 2.0, 0.7
"""`step_size`; a result above this share of the probe's rate is a success."""
PACKETS, DURATION = 5, 0.015
"""`min_probe_packets_sent`, `min_probe_duration`: how much makes a cluster."""
ANSWER_DEADLINE = 1.0
"""`kMaxWaitingTimeForProbingResult`, beside the round trip."""
ENOUGH_RATE = 0.9
"""Of the highest rate: no need for more."""
QUIET = 1.5
"""Seconds without over-use before a link is tried again."""
FIRST_PAUSE, PAUSE_GROWTH, LONGEST_PAUSE = 3.0, 1.5, 10.0

FEWEST_SHARE = 0.8
"""`kMinReceivedProbesRatio`, `kMinReceivedBytesRatio`: of a cluster, for it to count."""
LONGEST_INTERVAL = 1.0
"""`kMaxProbeInterval`."""
MOST_SPEEDUP = 2.0
"""`kMaxValidRatio`: packets held up somewhere come faster than they were sent; of such a burst nothing is learnt."""
SATURATED_SHARE, SATURATED_TARGET = 0.9, 0.95
"""`kMinRatioForUnsaturatedLink`, `kTargetUtilizationFraction`: what comes slower than it went came at the capacity."""


@dataclass(frozen=True, slots=True)
class Probe:
    """A cluster to send: `packets` and `octets` at least, at `rate`."""

    number: int
    rate: int
    packets: int
    octets: int


class Prober:
    """Decides when to probe, at which rate."""

    def __init__(self, start: float, highest: float) -> None:
        self._highest = highest
        self._wanted: float | None = FIRST_FACTOR * start
        self._number = 0
        self._asked: Probe | None = None
        self._asked_at = 0.0
        self._pause = FIRST_PAUSE
        self._overused_at = 0.0

    def overused(self, now: float) -> None:
        """A queue builds up: no probes for a while."""
        self._wanted = None
        self._overused_at = now

    def next(self, rate: float, round_trip: float, now: float) -> Probe | None:
        """A cluster to send now, at the present `rate` of sending."""
        if self._asked is not None and now - self._asked_at > ANSWER_DEADLINE + round_trip:
            self._asked = None
        if self._wanted is None and self._asked is None and self._is_worth_it(rate, now):
            self._pause = min(LONGEST_PAUSE, PAUSE_GROWTH * self._pause)
            self._wanted = FURTHER_FACTOR * rate
        if self._wanted is None:
            return None
        wanted, self._wanted = min(self._highest, self._wanted), None
        if wanted <= rate:
            return None
        self._number += 1
        octets = max(round(wanted * DURATION / 8), 1)
        self._asked, self._asked_at = Probe(self._number, round(wanted), PACKETS, octets), now
        return self._asked

    def result(self, rate: float, now: float) -> None:
        """A cluster has measured this rate."""
        if self._asked is None:
            return
        if rate > FURTHER_THRESHOLD * self._asked.rate:
            self._wanted = FURTHER_FACTOR * rate
            self._pause = FIRST_PAUSE
        self._asked = None
        self._asked_at = now

    def _is_worth_it(self, rate: float, now: float) -> bool:
        quiet = now - self._overused_at >= QUIET and now - self._asked_at >= self._pause
        return quiet and rate < ENOUGH_RATE * self._highest


@dataclass(slots=True)
class _Cluster:
    probe: Probe
    sent: list[tuple[float, int]] = field(default_factory=list)
    arrived: list[tuple[float, int]] = field(default_factory=list)


class ProbeResults:
    """Puts the acknowledgements of the last clusters together."""

    def __init__(self) -> None:
        self._clusters: dict[int, _Cluster] = {}

    def begin(self, probe: Probe) -> None:
        """A cluster goes out."""
        self._clusters[probe.number] = _Cluster(probe)
        while len(self._clusters) > 3:
            del self._clusters[next(iter(self._clusters))]

    def add(self, number: int, sent_at: float, arrival: float, size: int) -> float | None:
        """A packet of cluster `number` came: the rate, as soon as enough of them have."""
        cluster = self._clusters.get(number)
        if cluster is None:
            return None
        cluster.sent.append((sent_at, size))
        cluster.arrived.append((arrival, size))
        octets = sum(size for _, size in cluster.sent)
        needed = cluster.probe
        if len(cluster.sent) < FEWEST_SHARE * needed.packets or octets < FEWEST_SHARE * needed.octets:
            return None
        return _measured(sorted(cluster.sent), sorted(cluster.arrived))


def _measured(sent: list[tuple[float, int]], arrived: list[tuple[float, int]]) -> float | None:
    octets = sum(size for _, size in sent)
    out, back = sent[-1][0] - sent[0][0], arrived[-1][0] - arrived[0][0]
    if not (0 < out < LONGEST_INTERVAL and 0 < back < LONGEST_INTERVAL):
        return None
    # The last packet's sending ends the time out, the first one's arrival begins the time back.
    rate_out, rate_back = 8 * (octets - sent[-1][1]) / out, 8 * (octets - arrived[0][1]) / back
    if rate_back > MOST_SPEEDUP * rate_out:
        return None
    return SATURATED_TARGET * rate_back if rate_back < SATURATED_SHARE * rate_out else min(rate_out, rate_back)
