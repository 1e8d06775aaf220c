"""PURE: how good a call was, of its samples."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.quality.series import Measured, Way, growth, steps, ways
from wire.rest import MediaSample, Quality

LONGEST_STEP = 30.0
"""Seconds between two samples; what is longer was a break in the measuring, not in the call."""

BROKEN_PERCENT = 5.0
"""Of the sound guessed: more than this is heard as gaps."""

SLOW_FPS = 8.0
LEAST_KBPS = 30.0
"""A camera that is off sends a black picture now and then, in less than this."""

WEAK_SHARE = 0.04
BAD_SHARE = 0.15
"""Of a way's time disturbed: from here on a call counts as weak, and as bad."""

ALMOST_ALL = 0.8
"""Of the trouble: a participant who has a part in so much of it is where it comes from."""


@dataclass(frozen=True)
class Trouble:
    """For how many seconds something was wrong on one way."""

    frozen: float = 0.0
    """The picture stood still."""
    slow: float = 0.0
    """The picture moved, in jerks."""
    broken: float = 0.0
    """The sound had gaps."""
    measured: float = 0.0

    @property
    def total(self) -> float:
        """All of it."""
        return self.frozen + self.slow + self.broken

    @property
    def share(self) -> float:
        """Of the time that was measured."""
        return min(1.0, self.total / self.measured) if self.measured else 0.0


@dataclass(frozen=True)
class Verdict:
    """How good a call was; `quality` is None where nothing was measured."""

    quality: Quality | None
    worst: Trouble = Trouble()
    """Of all ways, the one that was disturbed for longest."""
    weak: frozenset[str] = frozenset()
    """Who was on a weak network: one, or both where the samples cannot tell which; nobody in a good call."""


def judge(samples: Sequence[Measured]) -> Verdict:
    """The verdict on a whole call."""
    troubles = {way: _trouble(found) for way, found in ways(samples).items()}
    measured = {way: each for way, each in troubles.items() if each.measured}
    if not measured:
        return Verdict(None)
    way = max(measured, key=lambda each: measured[each].share)
    worst = measured[way]
    quality = Quality.GOOD if worst.share < WEAK_SHARE else Quality.WEAK if worst.share < BAD_SHARE else Quality.BAD
    return Verdict(quality, worst, _weak(measured, way) if worst.total else frozenset())


def _trouble(samples: Sequence[Measured]) -> Trouble:
    video, audio = list(steps(samples, "video")), list(steps(samples, "audio"))
    return Trouble(
        frozen=sum(min(_seconds(*step), growth(step[0].frozen_seconds, step[1].frozen_seconds)) for step in video),
        slow=sum(_seconds(*step) for step in video if _is_slow(step[1])),
        broken=sum(_seconds(*step) for step in audio if (step[1].concealed_percent or 0) > BROKEN_PERCENT),
        measured=max(sum(_seconds(*step) for step in of_kind) for of_kind in (video, audio)),
    )


def _is_slow(sample: MediaSample) -> bool:
    return 0 < sample.fps < SLOW_FPS and sample.kbps >= LEAST_KBPS


def _seconds(before: MediaSample, after: MediaSample) -> float:
    return min(LONGEST_STEP, max(0.0, (after.at - before.at).total_seconds()))


def _weak(troubles: Mapping[Way, Trouble], worst: Way) -> frozenset[str]:
    """Of the two of the worst way, who has a part in almost all of the trouble; both, where that is true of both."""
    total = sum(each.total for each in troubles.values())
    parts = {who: sum(each.total for way, each in troubles.items() if who in way) for who in worst}
    guilty = frozenset(who for who, part in parts.items() if part >= ALMOST_ALL * total)
    return guilty or frozenset(worst)
