"""One participant's pictures on their way to the screen: at once, or when his voice is heard."""

import asyncio
import time

import av
import numpy as np

from robotclient.media.audio.messages import Heard
from robotclient.media.screen.pictures import I420Picture
from robotclient.reception import Reception
from robotclient.transport.playout_statistics import PlayoutStatistics
from robotclient.transport.sender_report import SenderReport

NTP = 3_900_000_000 << 32


class Watcher:
    def __init__(self) -> None:
        self.seen: list[tuple[float, int]] = []
        self.waits: list[float] = []
        self.reception = Reception(self.draw, self.waits.append)

    def draw(self, picture: I420Picture) -> None:
        self.seen.append((time.monotonic(), int(picture.y[0, 0])))

    def synchronise(self, sound_late: float) -> None:
        """As if sound were heard so many seconds later than pictures of the same moment come."""
        self.reception.report(SenderReport(NTP, 0), sound=True)
        self.reception.report(SenderReport(NTP, 0), sound=False)
        self.see(0)
        for second in range(3):
            at = time.monotonic() + sound_late + second
            statistics = PlayoutStatistics(target=0.05)
            self.reception.hear(Heard(participant="a", timestamp=48_000 * second, at=at, statistics=statistics))

    def see(self, number: int) -> None:
        rows = np.full((48, 32), number, np.uint8)
        frame = av.VideoFrame.from_ndarray(rows, format="yuv420p")
        frame.pts = number * 3000
        self.reception.see(frame)


async def test_a_picture_is_drawn_at_once_while_nothing_is_known() -> None:
    watcher = Watcher()
    watcher.see(7)
    assert [value for _, value in watcher.seen] == [7]
    assert (watcher.reception.frames, watcher.reception.width, watcher.reception.height) == (1, 32, 32)


async def test_pictures_wait_for_late_sound_and_keep_their_order() -> None:
    watcher = Watcher()
    watcher.synchronise(sound_late=0.3)
    began, before = time.monotonic(), len(watcher.seen)
    for number in range(1, 6):
        watcher.see(number)
    assert len(watcher.seen) == before, "nothing is drawn before its sound is heard"
    async with asyncio.timeout(10):
        while len(watcher.seen) < before + 5:
            await asyncio.sleep(0.01)
    assert [value for _, value in watcher.seen[before:]] == [1, 2, 3, 4, 5]
    assert watcher.seen[before][0] - began > 0.15


async def test_sound_waits_for_late_pictures() -> None:
    watcher = Watcher()
    watcher.synchronise(sound_late=-0.3)
    assert watcher.waits
    assert watcher.waits[-1] > 0.05


async def test_who_has_left_is_not_drawn_any_more() -> None:
    watcher = Watcher()
    watcher.synchronise(sound_late=0.2)
    before = len(watcher.seen)
    watcher.see(1)
    watcher.reception.close()
    await asyncio.sleep(0.5)
    assert len(watcher.seen) == before
