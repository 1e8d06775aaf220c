"""PURE: samples of a call in order: who sent to whom, and how each measure went over time."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Literal

from wire.rest import MediaSample


@dataclass(frozen=True)
class Measured:
    """A sample, by whom it was measured, and the other one of the two."""

    reporter: str
    peer: str
    sample: MediaSample

    @property
    def way(self) -> "Way":
        """Whose media it is about."""
        return (self.peer, self.reporter) if self.sample.direction == "received" else (self.reporter, self.peer)


Way = tuple[str, str]
"""Who sends, and who receives."""

Point = tuple[datetime, float]


class Measure(StrEnum):
    """What is drawn."""

    KBPS = "kbps"
    FPS = "fps"
    LOSS = "loss_percent"
    ROUND_TRIP = "round_trip_ms"
    JITTER = "jitter_ms"
    CONCEALED = "concealed_percent"
    LEVEL = "audio_level"


KINDS: dict[Measure, Literal["audio", "video"]] = {
    Measure.KBPS: "video",
    Measure.FPS: "video",
    Measure.LOSS: "video",
    Measure.ROUND_TRIP: "audio",
    Measure.JITTER: "audio",
    Measure.CONCEALED: "audio",
    Measure.LEVEL: "audio",
}
"""The medium of which each is taken."""


def ways(samples: Iterable[Measured]) -> dict[Way, list[Measured]]:
    """The samples of each way, in their order."""
    found: dict[Way, list[Measured]] = defaultdict(list)
    for each in samples:
        found[each.way].append(each)
    return dict(found)


def course(samples: Sequence[Measured], measure: Measure) -> tuple[Point, ...]:
    """How a measure of one way went: as the receiver saw it, or else as the sender did."""
    for direction in ("received", "sent"):
        points = tuple(
            (each.sample.at, float(value))
            for each in samples
            if each.sample.kind == KINDS[measure] and each.sample.direction == direction
            if (value := getattr(each.sample, measure)) is not None
        )
        if points:
            return points
    return ()


def steps(samples: Sequence[Measured], kind: str) -> Iterator[tuple[MediaSample, MediaSample]]:
    """Each sample of one medium that the receiver took, with the one before it."""
    received = [each.sample for each in samples if each.sample.kind == kind and each.sample.direction == "received"]
    return pairwise(received)


def growth(before: float | None, after: float | None) -> float:
    """By how much a counter has grown; one that is less than before belongs to a new connection and began at 0."""
    if after is None:
        return 0.0
    return after if before is None or after < before else after - before
