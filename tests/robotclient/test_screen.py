"""The screen as the daemon has it: a real child process, a real OpenCV window, a real X server (Xvfb)."""

import asyncio
import contextlib
import os
import signal
import struct
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest
from numpy.typing import NDArray

from robotclient.config import ScreenSection
from robotclient.media.screen import dpms
from robotclient.media.screen.handle import Screen
from robotclient.media.screen.pictures import I420Picture
from robotclient.media.screen.theme import DARK
from robotclient.media.screen.views import CallView, IdleView, Message, NextCall, Tile
from robotclient.media.screen.x11 import DisplayError, DisplaySize, pixel, probe
from scripts.lab.display import Display
from wire.rest import DeviceState, DeviceStatus

pytestmark = pytest.mark.system

DEADLINE = 40.0
BACKGROUND, PANEL, WHITE = DARK.background, DARK.panel, DARK.text
RED = (81, 90, 240)
GREEN = (145, 54, 34)
BLUE = (41, 240, 110)
"""Y, U, V (ITU-R BT.601, limited range)."""
SHOWN = {RED: (0, 0, 254), GREEN: (1, 255, 0), BLUE: (255, 0, 0)}
"""What they are on the screen: blue, green, red."""


def plain(colour: tuple[int, int, int], width: int = 640, height: int = 480) -> I420Picture:
    half = (height // 2, width // 2)
    y, u, v = colour
    return I420Picture(np.full((height, width), y, np.uint8), np.full(half, u, np.uint8), np.full(half, v, np.uint8))


@pytest.fixture(scope="module")
def shared_display() -> Iterator[Display]:
    with Display(1280, 720) as display:
        yield display


class Theatre:
    """A screen, what it has said, and what is seen on it."""

    def __init__(self, display: str, folder: Path) -> None:
        self.display = display
        self.drawn: list[str] = []
        self.reports: list[DeviceStatus] = []
        self.screen = Screen(
            ScreenSection(display=display, theme="dark"),
            language="es",
            timezone="Europe/Madrid",
            on_drawn=self.drawn.append,
            on_report=self.reports.append,
        )
        self._shot = folder / "shot.png"

    def seen(self, x: int, y: int) -> tuple[int, int, int]:
        """Blue, green, red of one pixel of the X server's screen."""
        colour = pixel(self.display, x, y)
        assert colour is not None
        return colour

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(DEADLINE):
            while not condition():
                await asyncio.sleep(0.02)

    async def until_seen(self, x: int, y: int, colour: tuple[int, int, int]) -> None:
        def is_seen() -> bool:
            with contextlib.suppress(DisplayError):
                return bool(np.allclose(self.seen(x, y), colour, atol=3))
            return False

        await self.until(is_seen)

    def picture(self, display: Display) -> NDArray[np.uint8]:
        """All of the screen, height x width x BGR."""
        display.screenshot(self._shot)
        shot = cv2.imread(str(self._shot))
        assert shot is not None
        return np.asarray(shot, np.uint8)

    def pid(self) -> int:
        (child,) = [
            each
            for each in psutil.Process().children()
            if each.status() != psutil.STATUS_ZOMBIE and "robotclient.media.screen" in each.cmdline()
        ]
        return child.pid


@contextlib.asynccontextmanager
async def theatre(display: str, folder: Path) -> AsyncIterator[Theatre]:
    one = Theatre(display, folder)
    running = asyncio.create_task(one.screen.run())
    try:
        yield one
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


def text_rows(shot: NDArray[np.uint8]) -> list[slice]:
    """The bands of rows that have light pixels: one for each line of text."""
    lit = (shot.min(axis=2) > 150).any(axis=1)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], lit, [False])).astype(np.int8)))
    return [slice(int(top), int(bottom)) for top, bottom in edges.reshape(-1, 2)]


async def test_the_idle_page_has_a_large_clock_and_the_next_visit(shared_display: Display, tmp_path: Path) -> None:
    async with theatre(shared_display.name, tmp_path) as one:
        visit = NextCall(starts_at=datetime.now(UTC) + timedelta(hours=1), title="Visita de Ángela")
        one.screen.show(IdleView(next_call=visit, state="Preparado"))
        await one.until(lambda: DeviceState.WORKING in [report.state for report in one.reports])
        await one.until(lambda: len(text_rows(one.picture(shared_display))) >= 5)
        rows = text_rows(one.picture(shared_display))
        assert rows[0].stop - rows[0].start > 720 / 8, "the clock is large"
        assert one.seen(640, 0) == BACKGROUND
        assert one.seen(1279, 719) == BACKGROUND
        before = one.picture(shared_display)
        one.screen.show(IdleView(next_call=None, state="Preparado"))
        await one.until(lambda: len(text_rows(one.picture(shared_display))) < len(rows))
        assert (before != one.picture(shared_display)).any()


async def test_a_picture_comes_to_the_right_place_with_its_name(shared_display: Display, tmp_path: Path) -> None:
    async with theatre(shared_display.name, tmp_path) as one:
        one.screen.show(CallView(tiles=(Tile(participant="a", name="Ángela Núñez"),)))
        one.screen.draw("a", plain(RED))
        await one.until(lambda: one.drawn == ["a"])
        await one.until_seen(640, 360, SHOWN[RED])
        for x, y in ((162, 4), (1117, 4), (1117, 717), (640, 300)):
            assert np.allclose(one.seen(x, y), SHOWN[RED], atol=3), (x, y)
        for x, y in ((80, 300), (157, 4), (1122, 717)):
            assert one.seen(x, y) == PANEL, (x, y)
        name = one.picture(shared_display)[660:720, :400]
        assert (name == WHITE).all(axis=2).sum() > 500, "the name is written in the lower left corner"
        one.screen.draw("a", plain(GREEN, 1280, 720))
        await one.until_seen(80, 300, SHOWN[GREEN])
        assert one.drawn == ["a"], "told once"


async def test_two_tiles_show_each_his_own_and_a_third_his_absence(shared_display: Display, tmp_path: Path) -> None:
    async with theatre(shared_display.name, tmp_path) as one:
        tiles = (Tile(participant="a", name="Ana"), Tile(participant="b", name="Luis"))
        one.screen.show(CallView(tiles=tiles))
        one.screen.draw("a", plain(RED))
        one.screen.draw("b", plain(BLUE, 320, 240))
        one.screen.draw("c", plain(GREEN))
        await one.until_seen(320, 360, SHOWN[RED])
        await one.until_seen(960, 360, SHOWN[BLUE])
        await one.until(lambda: len(one.drawn) >= 2)  # the word of it comes after the picture
        assert sorted(one.drawn) == ["a", "b"], "c has no tile"
        one.screen.show(CallView(tiles=(tiles[0].model_copy(update={"video": False}), tiles[1])))
        await one.until_seen(320, 200, PANEL)
        assert np.allclose(one.seen(960, 360), SHOWN[BLUE], atol=3)
        one.screen.forget("a")
        one.screen.show(CallView(tiles=(tiles[1],)))
        await one.until_seen(640, 360, SHOWN[BLUE])


async def test_who_leaves_takes_his_picture_with_him(shared_display: Display, tmp_path: Path) -> None:
    async with theatre(shared_display.name, tmp_path) as one:
        one.screen.show(CallView(tiles=(Tile(participant="a", name="Ana"),)))
        one.screen.draw("a", plain(RED))
        await one.until_seen(640, 360, SHOWN[RED])
        await one.until(lambda: one.drawn == ["a"])  # the word of it comes after the picture
        one.screen.forget("a")
        one.screen.show(CallView(tiles=(Tile(participant="b", name="Luis"),)))
        await one.until_seen(640, 100, PANEL)
        one.screen.draw("b", plain(BLUE))
        await one.until(lambda: one.drawn == ["a", "b"])
        await one.until_seen(640, 360, SHOWN[BLUE])


async def test_without_a_display_the_child_waits_and_loses_no_life(tmp_path: Path) -> None:
    with Display(own_number=True) as display:
        display.stop()
        async with theatre(display.name, tmp_path) as one:
            await one.until(lambda: [report.state for report in one.reports][-1:] == [DeviceState.LOST])
            assert "does not answer" in one.reports[-1].detail
            await asyncio.sleep(4)  # longer than a heart may be silent
            display.start()
            at = time.monotonic()
            await one.until_seen(640, 0, BACKGROUND)
            assert time.monotonic() - at < 20
            assert one.screen.child.starts == 1


async def test_the_window_is_back_after_the_display_died(tmp_path: Path) -> None:
    with Display(own_number=True) as display:
        async with theatre(display.name, tmp_path) as one:
            one.screen.show(CallView(tiles=(Tile(participant="a", name="Ana"),)))
            one.screen.draw("a", plain(RED))
            await one.until_seen(640, 360, SHOWN[RED])
            display.kill()
            at = time.monotonic()
            display.start()
            await one.until_seen(640, 360, SHOWN[RED])
            assert time.monotonic() - at < 20
            assert one.drawn == ["a"], "it was seen before"


async def test_a_killed_child_is_back_with_the_same_picture(shared_display: Display, tmp_path: Path) -> None:
    async with theatre(shared_display.name, tmp_path) as one:
        one.screen.show(CallView(tiles=(Tile(participant="a", name="Ana"),)))
        one.screen.draw("a", plain(GREEN))
        await one.until_seen(640, 360, SHOWN[GREEN])
        os.kill(one.pid(), signal.SIGKILL)
        at = time.monotonic()
        await one.until(lambda: one.seen(640, 360) != SHOWN[GREEN])
        await one.until_seen(640, 360, SHOWN[GREEN])
        assert time.monotonic() - at < 20
        assert one.screen.child.starts == 2


async def test_a_hung_display_is_told_from_none(tmp_path: Path) -> None:
    with Display() as display:
        os.kill(display.pid, signal.SIGSTOP)
        at = time.monotonic()
        with pytest.raises(DisplayError, match="timed out"):
            probe(display.name)
        assert time.monotonic() - at < 12
        os.kill(display.pid, signal.SIGCONT)
        assert probe(display.name) == DisplaySize(1280, 720)


def test_a_display_that_wants_a_cookie_gets_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Display(own_number=True) as free:
        number = free.name[1:]
    cookie, authority = bytes(range(16)), tmp_path / "authority"
    entry = (b"host", number.encode(), b"MIT-MAGIC-COOKIE-1", cookie)
    fields = b"".join(struct.pack("!H", len(field)) + field for field in entry)
    authority.write_bytes(struct.pack("!H", 0xFFFF) + fields)  # FamilyWild
    server = subprocess.Popen(["Xvfb", f":{number}", "-auth", str(authority)], stderr=subprocess.DEVNULL)
    try:
        monkeypatch.setenv("XAUTHORITY", "/dev/null")
        assert "refuses" in _answer(f":{number}")
        monkeypatch.setenv("XAUTHORITY", str(authority))
        assert probe(f":{number}").height > 0
    finally:
        server.kill()
        server.wait()


def _answer(display: str) -> str:
    """Why a display that is just starting does not let us in, once it answers at all."""
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        with pytest.raises(DisplayError) as refusal:
            probe(display)
        if "does not answer" not in str(refusal.value):
            return str(refusal.value)
        time.sleep(0.05)
    raise AssertionError("the display did not start")


@pytest.mark.parametrize("name", ["", ":", "screen", ":x"])
def test_a_display_that_is_none_is_said_with_the_remedy(name: str) -> None:
    with pytest.raises(DisplayError, match="write it like ':0'"):
        probe(name)


async def test_the_live_sign_and_what_was_written_lie_over_the_picture(shared_display: Display, tmp_path: Path) -> None:
    async with theatre(shared_display.name, tmp_path) as one:
        tiles = (Tile(participant="a", name="Ana"),)
        one.screen.show(CallView(tiles=tiles, live=True, messages=(Message(sender="Ana", text="Hola"),)))
        one.screen.draw("a", plain(RED, 1280, 720))
        await one.until_seen(640, 360, SHOWN[RED])
        shot = one.picture(shared_display)
        assert (shot[18:72, 1000:1262] == DARK.live).all(axis=2).sum() > 2000, "LIVE is above on the right"
        assert (shot[72:160, 18:300] == DARK.plate).all(axis=2).sum() > 2000, "the message is above on the left"
        one.screen.show(CallView(tiles=tiles))
        await one.until_seen(1250, 30, SHOWN[RED])
        shot = one.picture(shared_display)
        assert not (shot == DARK.live).all(axis=2).any(), "LIVE is said only while the camera is open"


async def test_in_quiet_hours_the_screen_itself_is_off(shared_display: Display, tmp_path: Path) -> None:
    async with theatre(shared_display.name, tmp_path) as one:
        one.screen.show(IdleView(state="Preparado"))
        await one.until_seen(640, 0, BACKGROUND)
        one.screen.show(IdleView(off=True))
        await one.until_seen(640, 0, (0, 0, 0))
        assert one.picture(shared_display).max() == 0
        await one.until(lambda: dpms.level(shared_display.name) in (dpms.OFF, None))
        one.screen.show(IdleView(state="Preparado"))
        await one.until_seen(640, 0, BACKGROUND)
        await one.until(lambda: dpms.level(shared_display.name) in (dpms.ON, None))


def test_a_display_that_is_gone_cannot_be_switched() -> None:
    assert not dpms.switch(":4711", on=False)
