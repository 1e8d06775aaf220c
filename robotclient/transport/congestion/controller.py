"""The sending rate to one peer, from all that is known of the way there."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

from robotclient.transport.congestion.aimd import RateControl
from robotclient.transport.congestion.arrivals import ArrivalGroups
from robotclient.transport.congestion.history import Fate, History
from robotclient.transport.congestion.loss import LossControl
from robotclient.transport.congestion.probing import Probe, Prober, ProbeResults
from robotclient.transport.congestion.reports import ReportControl
from robotclient.transport.congestion.standing import StandingQueue
from robotclient.transport.congestion.throughput import Throughput
from robotclient.transport.congestion.trendline import Trendline, Usage

PACING = 2.5
"""`kDefaultPaceMultiplier`: a frame leaves within 0.4 of its interval."""
SILENCE, SILENCE_STEP, SILENCE_FACTOR = 3.0, 1.0, 0.8
"""`rtt_limit`, `drop_interval`, `drop_fraction` of libwebrtc's `RttBasedBackoff`: seconds without a report while we
send; then every so many seconds the rate goes down."""
PAUSE = 2.0
"""`kStreamTimeOut`: after so long without a report the delays before it say nothing any more."""
ROUND_TRIP_WEIGHT = 0.1
DRAIN = 0.6
"""Of the rate, while the queue of the start is emptied, which 0.85 of what gets through takes more than a second for.
Later, beside a download, this would cost a third of our share."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Bits per second: for all that goes out, and for the pacer."""

    total: int
    pacing: int


class Controller:
    """Told of every packet sent and every report that came back; `now` on one clock that never goes back."""

    def __init__(self, start: float, lowest: float, highest: float) -> None:
        self.round_trip = 0.2
        self._lowest, self._highest = lowest, highest
        self._history = History()
        self._throughput = Throughput()
        self._groups, self._trendline, self._standing = ArrivalGroups(), Trendline(), StandingQueue()
        self._by_delay = RateControl(start, lowest)
        self._by_loss = LossControl(highest)
        self._by_reports = ReportControl(start, lowest, highest)
        self._prober, self._results = Prober(start, highest), ProbeResults()
        self._reported_at: float | None = None
        self._sent_since: float | None = None
        self._backed_off_at = 0.0
        self._silence_share = 1.0

    @property
    def loss(self) -> float:
        """The share of packets that did not arrive, over the last seconds."""
        return self._by_reports.loss if self._reported_at is None else self._by_loss.loss

    def sent(self, sequence: int, size: int, now: float, probe: int | None = None) -> None:
        """A packet left under this transport-wide number (16 bits); `probe` is its cluster's."""
        self._history.put(sequence, size, now, probe)
        if self._sent_since is None:
            self._sent_since = now

    def feedback(self, statuses: Sequence[tuple[int, float | None]], now: float) -> None:
        """A transport-wide report (`Feedback.statuses`)."""
        fates = self._history.resolve(statuses)
        if not fates:
            return
        if self._reported_at is not None and now - self._reported_at > PAUSE:
            self._groups, self._trendline, self._standing = ArrivalGroups(), Trendline(), StandingQueue()
        self._reported_at, self._sent_since, self._silence_share = now, None, 1.0
        arrived = sorted(_arrived(fates), key=itemgetter(0))
        for arrival, sent_at, size, _ in arrived:
            self._throughput.add(sent_at, arrival, size)
        acknowledged = self._throughput.rate()
        self._judge_delay(arrived, acknowledged, now)
        self._by_loss.update(fates, self._by_delay.rate, acknowledged)

    def reported(self, lost: float, round_trip: float | None, now: float) -> None:
        """A receiver report (RFC 3550, section 6.4): the share that was lost since the last one, and the round trip.

        They set the rate only as long as no transport-wide report has come: a far side that knows none.
        """
        if round_trip is not None and self._reported_at is None:
            self.round_trip = self._by_delay.round_trip = round_trip
        self._by_reports.update(lost, now)

    def remb(self, rate: int) -> None:
        """The far side's own estimate (draft-alvestrand-rmcat-remb-03), where it makes one."""
        self._by_reports.remb = rate

    def target(self, now: float) -> Rates:
        """What to send at."""
        self._back_off(now)
        total = self._silence_share * self._rate() * (DRAIN if self._standing.draining else 1)
        total = max(self._lowest, min(self._highest, total))
        return Rates(round(total), round(PACING * total))

    def probe(self, now: float) -> Probe | None:
        """A cluster to send now, or None."""
        if self._reported_at is None and self._sent_since is None:
            return None  # nothing flows yet
        probe = self._prober.next(self._rate(), self.round_trip, now)
        if probe is not None:
            self._results.begin(probe)
        return probe

    def _rate(self) -> float:
        if self._reported_at is None:
            return self._by_reports.rate
        return min(self._by_delay.rate, self._by_loss.rate or math.inf, self._highest)

    def _judge_delay(
        self, arrived: list[tuple[float, float, int, int | None]], acknowledged: float | None, now: float
    ) -> None:
        usage, measured = self._trendline.usage, None
        for arrival, sent_at, size, probe in arrived:
            if probe is not None:
                measured = self._results.add(probe, sent_at, arrival, size) or measured
            if (deltas := self._groups.add(sent_at, arrival)) is not None:
                usage = self._trendline.update(deltas)
        if arrived:
            self._measure_round_trip(now - max(sent_at for _, sent_at, *_ in arrived))
            way = min(arrival - sent_at for arrival, sent_at, *_ in arrived)
            usage = self._standing.judge(way, usage, now, starting=self._by_delay.starting)
        if usage is Usage.OVER:
            self._prober.overused(now)
        elif measured is not None:
            self._prober.result(measured, now)
            self._by_loss.probed(min(self._highest, measured))
            if measured > self._by_delay.rate:
                self._by_delay.set(min(self._highest, measured), now)
                return
        self._by_delay.update(usage, acknowledged, now)

    def _measure_round_trip(self, sample: float) -> None:
        """To the report: some 50 ms longer than the way itself."""
        self.round_trip += ROUND_TRIP_WEIGHT * (sample - self.round_trip)
        self._by_delay.round_trip = self.round_trip

    def _back_off(self, now: float) -> None:
        """Nothing comes back of what we send: less and less, until something does."""
        if (
            self._sent_since is not None
            and now - self._sent_since > SILENCE
            and now - self._backed_off_at > SILENCE_STEP
        ):
            self._backed_off_at = now
            self._silence_share *= SILENCE_FACTOR


def _arrived(fates: Sequence[Fate]) -> list[tuple[float, float, int, int | None]]:
    return [(fate.arrival, fate.sent.at, fate.sent.size, fate.sent.probe) for fate in fates if fate.arrival is not None]
