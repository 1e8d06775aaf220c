"""From what the ends saw, second by second, to the figures of one way of a call."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from scripts.lab.network.marks import TIME_SPAN

FREEZE = 0.3
"""Seconds without a new picture that count as a freeze."""
RECOVERED = 0.8
"""Of the rate of before, for two seconds in a row."""
Look = dict[str, Any]


@dataclass(frozen=True)
class Way:
    """One way of a call over the time of the measurement; None where an end cannot tell."""

    fps: float
    kbps: float
    freezes: int
    frozen: float
    """Seconds in freezes."""
    longest: float
    """The longest time without a new picture, in seconds."""
    delay_p50: float | None
    """From the camera to the eye, in milliseconds."""
    delay_p95: float | None
    similarity: float | None
    width: int
    concealed: float | None
    """Percent of the sound that was made up."""
    sound_delay: float | None
    """Milliseconds that sound waits to be played."""
    queue: float | None = None
    """Milliseconds that a packet has waited on the way, in the mean."""
    dropped: float | None = None
    """Percent of the packets for which the queue had no room."""
    kbps_by_second: tuple[int, ...] = ()
    recovered: float | None = None
    """Seconds from the last step until the rate is what it was before the first; None where it never was."""


def way(looks: Sequence[Look], sent: Sequence[Look], similarities: Sequence[float], path: Mapping[str, float]) -> Way:
    """The figures of the receiving end's `looks` (the first is the start), and the sending end's of the same times."""
    start, end = looks[0]["at"], looks[-1]["at"]
    seen = [each for look in looks[1:] for each in look["seen"]]
    gaps = _gaps([each[0] for each in seen], start, end)
    long = [gap for gap in gaps if gap > FREEZE]
    delays = sorted((int(at * 1000) - mark) % TIME_SPAN for at, mark, *_ in seen if mark is not None)
    delays = [each for each in delays if each < TIME_SPAN // 2]
    octets = [_octets(each) for each in sent]
    seconds = [later["at"] - earlier["at"] for earlier, later in pairwise(sent)]
    by_second = [round(8 * (b - a) / 1000 / s) for a, b, s in zip(octets, octets[1:], seconds, strict=False)]
    return Way(
        fps=round(len(seen) / (end - start), 1),
        kbps=round(8 * (octets[-1] - octets[0]) / 1000 / sum(seconds)),
        freezes=len(long),
        frozen=round(sum(long), 2),
        longest=round(max(gaps), 2),
        delay_p50=_share(delays, 0.5),
        delay_p95=_share(delays, 0.95),
        similarity=round(statistics.mean(similarities), 3) if similarities else None,
        width=seen[-1][2] if seen else 0,
        concealed=_concealed(looks),
        sound_delay=_sound_delay(looks),
        queue=round(1000 * path["waited"] / max(1, path["arrived"]), 1),
        dropped=round(100 * path["dropped"] / max(1, path["arrived"] + path["dropped"]), 2),
        kbps_by_second=tuple(by_second),
    )


def recovery(kbps_by_second: Sequence[int], first: float, last: float) -> float | None:
    """See `Way.recovered`; `first` and `last` are the seconds at which the path became narrow, and wide again."""
    before = statistics.median(kbps_by_second[int(first / 2) : int(first)])
    for second, pair in enumerate(pairwise(kbps_by_second)):
        if second >= last and min(pair) >= RECOVERED * before:
            return second + 1 - last
    return None


def _gaps(times: list[float], start: float, end: float) -> list[float]:
    marks = [start, *times, end]
    return [later - earlier for earlier, later in pairwise(marks)]


def _share(values: list[int], share: float) -> float | None:
    return values[min(len(values) - 1, int(len(values) * share))] if values else None


def _octets(look: Look) -> int:
    """Of pictures; what was sent once more does not count. aiortc leaves it out by itself."""
    sent = _of(look, "outbound-rtp", "video")
    return int(sent.get("bytesSent", 0)) - int(sent.get("retransmittedBytesSent", 0))


def _concealed(looks: Sequence[Look]) -> float | None:
    first, last = (_of(look, "inbound-rtp", "audio") for look in (looks[0], looks[-1]))
    total = last.get("totalSamplesReceived", 0) - first.get("totalSamplesReceived", 0)
    concealed = last.get("concealedSamples", 0) - first.get("concealedSamples", 0)
    return round(100 * concealed / total, 2) if total else None


def _sound_delay(looks: Sequence[Look]) -> float | None:
    first, last = (_of(look, "inbound-rtp", "audio") for look in (looks[0], looks[-1]))
    count = last.get("jitterBufferEmittedCount", 0) - first.get("jitterBufferEmittedCount", 0)
    delay = last.get("jitterBufferDelay", 0) - first.get("jitterBufferDelay", 0)
    return round(1000 * delay / count) if count else None


def _of(look: Look, kind: str, medium: str) -> Look:
    found: Look = next((each for each in look["statistics"] if each["type"] == kind and each.get("kind") == medium), {})
    return found
