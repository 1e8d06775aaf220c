"""Where the camera's pictures come from: the clock that paces them, files, the synthetic picture, V4L2's choices."""

import time
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robotclient.media import devices
from robotclient.media.camera.pace import Pace
from robotclient.media.camera.player import FileSource
from robotclient.media.camera.slate import Slate
from robotclient.media.camera.source import CaptureError, Picture, Source
from robotclient.media.camera.synthetic import SyntheticSource
from robotclient.media.camera.video4linux import Video4LinuxSource, captured_at
from robotclient.media.devices import CameraMode, DeviceNotFoundError, nearest_mode


def write_clip(path: Path, width: int, height: int, fps: int, count: int, still: int = 0) -> None:
    """Picture n is as bright as 20 + 2 n; after `count` of them the last is repeated `still` times."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=fps)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuvj420p"
        for number in range(count + still):
            planes = np.full((height * 3 // 2, width), 128, np.uint8)
            planes[:height] = 20 + 2 * min(number, count - 1)
            frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def read(source: Source, count: int) -> list[Picture]:
    pictures: list[Picture] = []
    deadline = time.monotonic() + 10
    while len(pictures) < count:
        assert time.monotonic() < deadline, f"only {len(pictures)} of {count} pictures"
        if (picture := source.read()) is not None:
            pictures.append(picture)
    return pictures


def brightness(picture: Picture) -> float:
    return float(picture.frame.to_ndarray(format="yuv420p")[: picture.frame.height].mean())


@given(st.floats(1, 60), st.lists(st.floats(0, 3), min_size=1, max_size=50))
def test_the_pace_never_runs_ahead_and_is_never_more_than_one_behind(rate: float, pauses: list[float]) -> None:
    pace = Pace(rate, 1000.0)
    now = 1000.0
    for pause in pauses:
        now += pause
        _, due = pace.next(now)
        assert due > now - 1 / rate - 1e-6


def test_a_late_reader_loses_pictures_and_no_time() -> None:
    pace = Pace(50, time.monotonic())
    first = pace.wait(1)
    time.sleep(0.2)  # the fault: the encoder took too long
    late = pace.wait(1)
    soon = pace.wait(1)
    assert first is not None and late is not None and soon is not None  # noqa: PT018
    assert late[0] >= 9
    assert soon[0] == late[0] + 1
    assert abs(soon[1] - time.monotonic()) < 2


def test_a_slow_pace_gives_the_heart_time_to_beat() -> None:
    pace = Pace(1, time.monotonic() + 30)
    at = time.monotonic()
    assert pace.wait(0.1) is None
    assert time.monotonic() - at < 15


@pytest.mark.parametrize(
    ("asked", "got"), [((640, 480), (640, 480)), ((321, 243), (320, 242)), ((160, 120), (160, 120))]
)
def test_the_synthetic_picture_moves_and_is_even(asked: tuple[int, int], got: tuple[int, int]) -> None:
    source = SyntheticSource(*asked, 60)
    first, second = read(source, 2)
    assert (first.frame.width, first.frame.height) == got
    assert first.frame.format.name == "yuv420p"
    assert second.at - first.at == pytest.approx(1 / 60, abs=1e-6)
    assert (first.frame.to_ndarray() != second.frame.to_ndarray()).any()


def test_the_slate_says_something() -> None:
    (picture,) = read(Slate(640, 480), 1)
    luma = picture.frame.to_ndarray()[:480]
    assert luma.max() > 150
    assert np.median(luma) == 70


def test_a_file_plays_at_its_own_rate_again_and_again(tmp_path: Path) -> None:
    path = tmp_path / "clip.avi"
    write_clip(path, 320, 240, 50, 10)
    source = FileSource(str(path), 1280, 720)
    pictures = read(source, 25)
    source.close()
    assert {(each.frame.width, each.frame.height) for each in pictures} == {(320, 240)}
    shown = [round(brightness(each) / 2) for each in pictures]
    assert shown[0] == shown[10] == shown[20]
    assert shown[9] - shown[0] == pytest.approx(9, abs=2)
    assert pictures[-1].at - pictures[0].at == pytest.approx(24 / 50, abs=0.02)
    assert all(0 < later.at - earlier.at < 0.1 for earlier, later in pairwise(pictures))


def test_a_file_larger_than_the_configured_size_is_scaled_into_it(tmp_path: Path) -> None:
    path = tmp_path / "clip.avi"
    write_clip(path, 1280, 720, 30, 3)
    (picture,) = read(FileSource(str(path), 640, 480), 1)
    assert (picture.frame.width, picture.frame.height) == (640, 360)


def test_a_reader_that_sleeps_finds_the_file_gone_on(tmp_path: Path) -> None:
    path = tmp_path / "clip.avi"
    write_clip(path, 160, 120, 50, 50)
    source = FileSource(str(path), 640, 480)
    read(source, 1)
    time.sleep(0.4)  # the fault: a slow machine
    (picture,) = read(source, 1)
    assert time.monotonic() - picture.at < 2
    source.close()


@pytest.mark.parametrize(
    ("content", "message"), [(None, "No such file"), (b"", "cannot be played"), (b"x" * 99, "cannot be")]
)
def test_a_file_that_is_none_is_said_in_plain_words(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "clip.avi"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CaptureError, match=message):
        read(FileSource(str(path), 640, 480), 1)


def test_an_unknown_camera_is_said_with_those_that_are_there() -> None:
    with pytest.raises(DeviceNotFoundError, match="'/dev/v4l/by-id/none' is not a camera; there"):
        devices.find_camera("/dev/v4l/by-id/none")
    with pytest.raises(DeviceNotFoundError, match="no camera is named 'Head Camera'; there"):
        devices.find_camera("Head Camera")
    with pytest.raises(DeviceNotFoundError, match="is not a camera"):
        devices.find_camera("/dev/null")
    with pytest.raises(CaptureError, match="no camera is named"):
        Video4LinuxSource("Head Camera", 640, 480, 30)


def test_the_list_of_cameras_is_that_of_the_machine() -> None:
    listed = {camera.node for camera in devices.list_cameras()}
    assert listed <= set(Path("/dev").glob("video*"))


YUYV_VGA = CameraMode("YUYV", 640, 480, 30)
YUYV_HD = CameraMode("YUYV", 1280, 720, 10)
MJPG_VGA = CameraMode("MJPG", 640, 480, 30)
MJPG_HD = CameraMode("MJPG", 1280, 720, 30)
H264_HD = CameraMode("H264", 1280, 720, 60)
MODES = (MJPG_HD, MJPG_VGA, YUYV_VGA, YUYV_HD, H264_HD)


@pytest.mark.parametrize(
    ("wanted", "mode"),
    [((640, 480, 30), YUYV_VGA), ((1280, 720, 30), MJPG_HD), ((1280, 720, 10), YUYV_HD), ((700, 500, 25), YUYV_VGA)],
)
def test_the_nearest_mode_is_fast_enough_and_then_raw(wanted: tuple[int, int, int], mode: CameraMode) -> None:
    assert nearest_mode(MODES, *wanted) == mode


def test_a_camera_without_a_usable_format_has_no_mode() -> None:
    assert nearest_mode((H264_HD,), 1280, 720, 30) is None


modes = st.builds(
    CameraMode, st.sampled_from(["YUYV", "MJPG", "H264"]), st.integers(160, 1920), st.integers(120, 1080), st.just(30.0)
)


@given(st.lists(modes, max_size=8).map(tuple), st.integers(160, 1920), st.integers(120, 1080))
def test_no_usable_mode_is_nearer_than_the_nearest(offered: tuple[CameraMode, ...], width: int, height: int) -> None:
    nearest = nearest_mode(offered, width, height, 30)
    usable = [mode for mode in offered if mode.pixel_format != "H264"]
    assert (nearest is None) == (not usable)
    for mode in usable:
        assert nearest is not None
        assert abs(nearest.width - width) + abs(nearest.height - height) <= abs(mode.width - width) + abs(
            mode.height - height
        )


@pytest.mark.parametrize(
    ("stamp", "expected"), [(99.9, 99.9), (None, 100.0), (1.7e9, 100.0), (100.5, 100.0), (5, 100.0)]
)
def test_the_kernels_time_is_taken_where_it_is_on_the_monotonic_clock(stamp: float | None, expected: float) -> None:
    pts = None if stamp is None else round(stamp * 1_000_000)
    assert captured_at(pts, Fraction(1, 1_000_000), 100.0) == pytest.approx(expected)
    assert captured_at(pts, None, 100.0) == 100.0
