"""One participant's lips and voice together: which of them has to wait, and how long. Pure.

A sender's reports (RTCP SR: RFC 3550, section 6.4.1) tie the timestamps of both media to one clock of his. How long
something took from there to here is known but for the difference of two clocks, which is the same for both media. What
the speaker and the screen take on top is supposed to be equal.

People do not notice sound that is up to 45 ms early or 125 ms late (ITU-R BT.1359). So nothing waits within
`TOLERATED`, and who has to wait does so until `GOAL`: every wait is a delay of the conversation.
"""

from collections import deque
from dataclasses import dataclass
from statistics import median
from typing import Final

from robotclient.transport.wrapping import step

SOUND_RATE: Final = 48_000
PICTURE_RATE: Final = 90_000
TOLERATED: Final = 0.06
GOAL: Final = 0.03
"""Seconds that one medium may be later than the other."""
LONGEST_STEP: Final = 0.08
"""Seconds by which the sound's wait changes at a time, as in libwebrtc's StreamSynchronization."""
LONGEST_WAIT: Final = 0.4
SOUNDS: Final = 3
PICTURES: Final = 31
"""Delays whose median counts."""


@dataclass(frozen=True, slots=True)
class _Report:
    seconds: float
    timestamp: int


class MediaClock:
    """One medium's timestamps as seconds of its sender's clock."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._report: _Report | None = None

    def report(self, ntp: int, timestamp: int) -> None:
        """A sender report came: NTP time (64 bits, the upper half seconds), and the RTP timestamp of that moment."""
        self._report = _Report(ntp / 2**32, timestamp)

    def captured(self, timestamp: int) -> float | None:
        """When it was captured; None before the first report."""
        if self._report is None:
            return None
        return self._report.seconds + step(timestamp, self._report.timestamp, 32) / self._rate


class LipSync:
    """Tell it what is reported, heard and seen; it tells `picture_wait` and `sound_wait`, in seconds."""

    def __init__(self) -> None:
        self.sound = MediaClock(SOUND_RATE)
        self.picture = MediaClock(PICTURE_RATE)
        self.picture_wait = 0.0
        """How long each picture has to wait once it is decoded."""
        self.sound_wait = 0.0
        """What `Playout.least` should be."""
        self._sounds: deque[float] = deque(maxlen=SOUNDS)
        self._pictures: deque[float] = deque(maxlen=PICTURES)

    @property
    def skew(self) -> float | None:
        """Seconds that pictures are decoded later than their sound is heard; None where that is not known yet."""
        if not self._sounds or not self._pictures:
            return None
        return median(self._pictures) - median(self._sounds)

    def seen(self, timestamp: int, now: float) -> None:
        """A picture was decoded."""
        captured = self.picture.captured(timestamp)
        if captured is not None:
            self._pictures.append(now - captured)

    def heard(self, timestamp: int, now: float, target: float) -> None:
        """Sound went to the speaker while the playout's target was `target`. To be called about once a second."""
        captured = self.sound.captured(timestamp)
        if captured is None:
            return
        self._sounds.append(now - captured)
        if self.skew is not None:
            self._adjust(self.skew, target)

    def _adjust(self, skew: float, target: float) -> None:
        self.picture_wait = min(LONGEST_WAIT, -skew - GOAL) if skew < -TOLERATED else 0.0
        if skew > TOLERATED:
            longer = max(self.sound_wait, target) + min(LONGEST_STEP, skew - GOAL)
            self._change_sound(min(LONGEST_WAIT, longer))
        elif skew < GOAL and self.sound_wait:
            self._change_sound(max(0.0, self.sound_wait - min(LONGEST_STEP, GOAL - skew)))

    def _change_sound(self, wait: float) -> None:
        self.sound_wait = wait
        self._sounds.clear()  # what was heard until now does not say what comes of it
