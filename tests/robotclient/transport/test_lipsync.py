"""Lips and voice: two media on one clock, whatever the paths and clocks are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robotclient.transport.lipsync import LONGEST_WAIT, PICTURE_RATE, SOUND_RATE, TOLERATED, LipSync, MediaClock
from robotclient.transport.playout import Playout
from scripts.lab.playout import PERIOD, TRANSIT, Network, arrivals, babble, coded, packet

SENDERS_CLOCK = 3_900_000_000.5
"""Seconds since 1900 where ours shows 0."""
SOUND_ORIGIN, PICTURE_ORIGIN = 2**32 - 5 * SOUND_RATE, 2**32 - 9 * PICTURE_RATE
"""Both wrap around soon."""


def report(sync: LipSync, now: float) -> None:
    ntp = round((SENDERS_CLOCK + now) * 2**32)
    sync.sound.report(ntp, sound_time(now))
    sync.picture.report(ntp, picture_time(now))


def sound_time(captured: float) -> int:
    return round(SOUND_ORIGIN + captured * SOUND_RATE) % 2**32


def picture_time(captured: float) -> int:
    return round(PICTURE_ORIGIN + captured * PICTURE_RATE) % 2**32


def watch(sync: LipSync, sound: float, picture: float, start: float = 0.0, seconds: int = 12) -> float:
    """What is later in the end, lips (positive) or voice, if they take so long without waiting."""
    for second in range(seconds):
        now = start + second
        report(sync, now)
        for number in range(30):
            at = now + number / 30
            sync.seen(picture_time(at - picture), at)
        delay = max(sound, sync.sound_wait)
        sync.heard(sound_time(now + 1 - delay), now + 1, min(sound, 0.1))
    return picture + sync.picture_wait - max(sound, sync.sound_wait)


@given(st.floats(0.02, 0.35), st.floats(0.005, 0.35), st.floats(0.02, 0.35))
def test_lips_and_voice_come_within_80_ms_of_each_other(sound: float, picture: float, later: float) -> None:
    sync = LipSync()
    assert abs(watch(sync, sound, picture)) <= 0.08
    assert abs(watch(sync, sound, later, 12.0)) <= 0.08
    assert not (sync.picture_wait and sync.sound_wait)


@pytest.mark.parametrize(("sound", "picture"), [(0.06, 0.03), (0.03, 0.06), (0.04, 0.04 + TOLERATED - 0.01)])
def test_what_nobody_notices_makes_nobody_wait(sound: float, picture: float) -> None:
    sync = LipSync()
    watch(sync, sound, picture)
    assert (sync.picture_wait, sync.sound_wait) == (0.0, 0.0)


def test_the_sound_no_longer_waits_once_the_picture_is_quick_again() -> None:
    sync = LipSync()
    watch(sync, 0.04, 0.3)
    assert sync.sound_wait > 0.2
    watch(sync, 0.04, 0.03, 12.0)
    assert sync.sound_wait < 0.1


def test_one_late_picture_moves_nothing() -> None:
    sync = LipSync()
    watch(sync, 0.04, 0.03)
    for late in (0.9, 1.2, 0.8):
        sync.seen(picture_time(12 - late), 12.0)
    sync.heard(sound_time(12 - 0.04), 12.0, 0.02)
    assert (sync.picture_wait, sync.sound_wait) == (0.0, 0.0)


def test_no_wait_is_longer_than_bearable() -> None:
    sync = LipSync()
    watch(sync, 0.04, 5.0)
    assert sync.sound_wait == LONGEST_WAIT
    watch(sync, 5.0, 0.04, 12.0, 30)
    assert sync.picture_wait == LONGEST_WAIT


def test_without_reports_nothing_is_known() -> None:
    sync = LipSync()
    sync.seen(1000, 1.0)
    sync.heard(1000, 1.0, 0.02)
    assert sync.skew is None
    assert MediaClock(SOUND_RATE).captured(5) is None


def test_a_playout_waits_for_late_pictures() -> None:
    """The whole control loop: packets, playout, reports, pictures 250 ms late."""
    payloads, playout, sync = coded(babble(10.0)), Playout(), LipSync()
    waiting = arrivals(Network(jitter=0.02), 750)[::-1]
    skews: list[float] = []
    for turn in range(700):
        now = turn * PERIOD
        while waiting and waiting[-1][0] <= now:
            arrival, number = waiting.pop()
            sent = packet(number, payloads[number % 500], arrival)
            playout.put(sent)
        playout.pull(960, now)
        sync.seen(picture_time(now - TRANSIT - 0.25), now)
        if turn % 50 == 25:
            ntp = round((SENDERS_CLOCK + now) * 2**32)
            sync.sound.report(ntp, packet(turn, b"", now).timestamp)
            sync.picture.report(ntp, picture_time(now))
            sync.heard(playout.heard % 2**32, now + PERIOD, playout.statistics().target)
            playout.least = sync.sound_wait
            captured = sync.sound.captured(playout.heard % 2**32)
            assert captured is not None
            skews.append(TRANSIT + 0.25 - (now + PERIOD - (captured - SENDERS_CLOCK)))
    assert skews[0] > 0.15
    assert abs(skews[-1]) <= 0.08
    assert playout.statistics().concealed == 0
