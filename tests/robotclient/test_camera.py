"""The camera as the daemon has it: a real child process, killed, blinded and revived."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from itertools import pairwise
from pathlib import Path

import psutil
import pytest

from robotclient.config import PictureSection
from robotclient.media.camera import handle
from robotclient.media.camera.handle import Camera, EncodedPicture
from robotclient.transport.allocation import Layer
from tests.robotclient.test_camera_sources import write_clip
from wire.rest import DeviceState, DeviceStatus

pytestmark = pytest.mark.slow

DEADLINE = 45.0


class Studio:
    """A camera and everything it has sent."""

    def __init__(self, section: PictureSection) -> None:
        self.pictures: list[EncodedPicture] = []
        self.reports: list[DeviceStatus] = []
        self.camera = Camera(section, on_packet=self.pictures.append, on_report=self.reports.append)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(DEADLINE):
            while not condition():
                await asyncio.sleep(0.01)

    async def until_pictures(self, count: int) -> None:
        await self.until(lambda: len(self.pictures) >= count)

    def states(self) -> list[DeviceState]:
        return [report.state for report in self.reports]

    def pid(self) -> int:
        """The child's process."""
        (child,) = [
            each
            for each in psutil.Process().children()
            if each.status() != psutil.STATUS_ZOMBIE and "robotclient.media.camera" in each.cmdline()
        ]
        return child.pid


@contextlib.asynccontextmanager
async def studio(device: str, width: int = 320, height: int = 240) -> AsyncIterator[Studio]:
    one = Studio(PictureSection(device=device, width=width, height=height, fps=30))
    running = asyncio.create_task(one.camera.run())
    try:
        yield one
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


async def test_an_open_camera_sends_pictures_and_a_closed_one_none() -> None:
    async with studio("synthetic") as one:
        await one.until(lambda: one.camera.child.starts == 1)
        await asyncio.sleep(0.2)
        assert not one.pictures
        one.camera.open()
        await one.until_pictures(20)
        assert one.pictures[0].keyframe
        assert (one.pictures[0].width, one.pictures[0].height) == (320, 240)
        assert one.states() == [DeviceState.OFF, DeviceState.OPENING, DeviceState.WORKING]
        steps = [later.timestamp - earlier.timestamp for earlier, later in pairwise(one.pictures)]
        assert sorted(steps)[len(steps) // 2] == pytest.approx(3000, abs=2)
        one.camera.close()
        count = len(one.pictures)
        await one.until(lambda: one.states()[-1] is DeviceState.OFF)
        assert len(one.pictures) == count


async def test_it_opens_again_with_a_keyframe_and_its_time_goes_on() -> None:
    async with studio("synthetic") as one:
        one.camera.open()
        await one.until_pictures(5)
        one.camera.close()
        await one.until(lambda: one.states()[-1] is DeviceState.OFF)
        count = len(one.pictures)
        one.camera.open()
        await one.until_pictures(count + 5)
        assert one.pictures[count].keyframe
        assert all(earlier.timestamp < later.timestamp for earlier, later in pairwise(one.pictures))


async def test_closed_while_its_child_was_dead_it_is_said_to_be_closed() -> None:
    """The LIVE sign is drawn from these reports."""
    async with studio("synthetic") as one:
        one.camera.open()
        await one.until(lambda: one.states()[-1:] == [DeviceState.WORKING])
        os.kill(one.pid(), signal.SIGKILL)
        one.camera.close()
        await one.until(lambda: one.camera.child.starts == 2 and one.states()[-1] is DeviceState.OFF)


async def test_a_keyframe_comes_soon_after_the_request() -> None:
    async with studio("synthetic") as one:
        one.camera.open()
        await one.until_pictures(15)
        count = len(one.pictures)
        one.camera.request_keyframe()
        await one.until(lambda: any(picture.keyframe for picture in one.pictures[count:]))
        assert len(one.pictures) - count <= 12


async def test_the_reduced_layer_comes_beside_the_main_one_while_it_is_wanted() -> None:
    async with studio("synthetic", 640, 480) as one:
        one.camera.open()
        one.camera.set_rates({Layer.MAIN: 1_000_000, Layer.REDUCED: 200_000})
        await one.until(lambda: any(picture.layer is Layer.REDUCED for picture in one.pictures))
        await one.until_pictures(60)
        main, reduced = ([each for each in one.pictures if each.layer is layer] for layer in Layer)
        assert (main[-1].width, reduced[-1].width) == (640, 320)
        assert reduced[0].keyframe
        assert {each.timestamp for each in reduced} <= {each.timestamp for each in main}
        one.camera.set_rates({Layer.MAIN: 1_000_000, Layer.REDUCED: 0})
        await one.until(lambda: all(each.layer is Layer.MAIN for each in one.pictures[-10:]))
        one.camera.set_rates({Layer.MAIN: 0, Layer.REDUCED: 200_000})
        await one.until(lambda: all(each.layer is Layer.REDUCED for each in one.pictures[-10:]))
        again = [each for each in one.pictures if each.layer is Layer.REDUCED][len(reduced) :]
        assert any(each.keyframe for each in again)


async def test_a_call_begins_low_whatever_the_last_one_had() -> None:
    async with studio("synthetic", 640, 480) as one:
        one.camera.open()
        one.camera.set_rates({Layer.MAIN: 1_700_000})
        await one.until_pictures(30)
        one.camera.close()
        await one.until(lambda: one.states()[-1] is DeviceState.OFF)
        count = len(one.pictures)
        one.camera.open()
        await one.until_pictures(count + 30)
        assert 8 * sum(len(each.data) for each in one.pictures[count:]) < 600_000


async def test_a_killed_child_is_replaced_and_nobody_sees_more_than_a_gap() -> None:
    async with studio("synthetic") as one:
        one.camera.open()
        one.camera.set_rates({Layer.MAIN: 300_000})
        await one.until_pictures(10)
        os.kill(one.pid(), signal.SIGKILL)
        at, count = time.monotonic(), len(one.pictures)
        await one.until_pictures(count + 20)
        assert all(earlier.timestamp < later.timestamp for earlier, later in pairwise(one.pictures))
        gap = max(later.timestamp - earlier.timestamp for earlier, later in pairwise(one.pictures)) / 90_000
        assert gap < time.monotonic() - at + 0.5, "more was lost than the time without a child"
        assert one.camera.child.starts == 2


async def test_a_lost_camera_is_a_slate_and_comes_back_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "camera.avi"
    async with studio(f"file:{path}", 640, 480) as one:
        one.camera.open()
        await one.until_pictures(3)
        assert one.states() == [DeviceState.OFF, DeviceState.OPENING, DeviceState.LOST]
        assert "No such file" in one.reports[-1].detail
        assert (one.pictures[-1].width, one.pictures[-1].height) == (640, 480)
        write_clip(path, 320, 240, 30, 30)
        at, slates = time.monotonic(), len(one.pictures)
        await one.until(lambda: one.pictures[-1].width == 320)
        assert time.monotonic() - at < 5
        assert one.states()[-1] is DeviceState.WORKING
        assert len(one.pictures) - slates < 25
        assert one.camera.child.starts == 1


async def test_another_device_is_taken_in_the_same_life_and_live_stays_lit(tmp_path: Path) -> None:
    write_clip(tmp_path / "camera.avi", 160, 120, 30, 30)
    async with studio("synthetic", 320, 240) as one:
        one.camera.open()
        await one.until_pictures(10)
        one.camera.configure(PictureSection(device=f"file:{tmp_path}/camera.avi", width=320, height=240, fps=30))
        await one.until(lambda: one.pictures[-1].width == 160)
        assert next(each for each in one.pictures if each.width == 160).keyframe
        assert one.states() == [
            DeviceState.OFF, DeviceState.OPENING, DeviceState.WORKING, DeviceState.OPENING, DeviceState.WORKING,
        ]  # fmt: skip
        assert one.camera.child.starts == 1
        os.kill(one.pid(), signal.SIGKILL)
        await one.until(lambda: one.camera.child.starts == 2 and one.states()[-1] is DeviceState.WORKING)
        assert one.pictures[-1].width == 160, "a fresh child knows which device was chosen"


async def test_a_chosen_device_that_is_not_there_is_a_slate_and_may_be_left_again() -> None:
    async with studio("synthetic", 320, 240) as one:
        one.camera.open()
        await one.until_pictures(10)
        there = PictureSection(device="synthetic", width=320, height=240, fps=30)
        one.camera.configure(there.model_copy(update={"device": "file:/nonexistent.avi"}))
        await one.until(lambda: one.states()[-1] is DeviceState.LOST)
        one.camera.configure(there)
        await one.until(lambda: one.states()[-1] is DeviceState.WORKING)
        assert one.camera.child.starts == 1


async def test_r3_a_frozen_camera_is_a_slate_until_its_picture_moves_again(tmp_path: Path) -> None:
    write_clip(tmp_path / "camera.avi", 320, 240, 30, count=30, still=150)
    async with studio(f"file:{tmp_path}/camera.avi", 640, 480) as one:
        one.camera.open()
        await one.until(lambda: one.states()[-1:] == [DeviceState.LOST])
        assert "same picture again and again" in one.reports[-1].detail
        await one.until(lambda: one.pictures[-1].width == 640)
        await one.until(lambda: one.pictures[-1].width == 320)
        assert one.states()[-1] is DeviceState.WORKING
        assert one.camera.child.starts == 1


@pytest.mark.system
async def test_a_device_that_hangs_costs_a_child_and_then_is_a_slate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handle, "STEADY", 0)  # however long it had been well before
    path = tmp_path / "camera.avi"
    os.mkfifo(path)  # whoever opens it waits for ever, like a stuck USB camera
    async with studio(f"file:{path}") as one:
        await one.until(lambda: one.camera.child.starts == 1)
        one.camera.open()
        await one.until_pictures(5)
        assert one.states()[-1] is DeviceState.LOST
        assert "did not answer" in one.reports[-1].detail
        assert one.camera.child.starts == 2
