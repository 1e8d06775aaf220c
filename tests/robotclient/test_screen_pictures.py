"""Pictures in shared memory: the newest wins, none is torn, nobody gets another participant's."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Never

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robotclient.media.screen.drawing import Scratch, scale
from robotclient.media.screen.pictures import MOST_PIXELS, SLOTS, I420Picture, SharedPictures, fitted

pytestmark = pytest.mark.slow


def grey(value: int, width: int = 64, height: int = 48) -> I420Picture:
    half = (height // 2, width // 2)
    return I420Picture(
        np.full((height, width), value, np.uint8), np.full(half, value, np.uint8), np.full(half, value, np.uint8)
    )


@pytest.fixture
def pictures() -> Iterator[SharedPictures]:
    memory = SharedPictures.create()
    yield memory
    memory.close()


def test_the_newest_picture_wins_and_is_read_once(pictures: SharedPictures) -> None:
    assert pictures.read(0, 1, 0) is None
    for value in (10, 20, 30):
        pictures.write(0, 1, grey(value))
    picture = pictures.read(0, 1, 0)
    assert picture is not None
    assert [int(plane[0, 0]) for plane in (picture.planes.y, picture.planes.u, picture.planes.v)] == [30, 30, 30]
    assert pictures.read(0, 1, picture.sequence) is None
    assert pictures.read(1, 1, 0) is None


def test_another_process_sees_it_by_the_descriptor(pictures: SharedPictures) -> None:
    pictures.write(SLOTS - 1, 7, grey(99))
    other = SharedPictures(os.dup(pictures.descriptor))
    picture = other.read(SLOTS - 1, 7, 0)
    assert picture is not None
    assert (picture.planes.y == 99).all()
    other.close()


def test_a_slot_that_has_passed_on_shows_nobody_the_others_picture(pictures: SharedPictures) -> None:
    pictures.write(0, 1, grey(10))
    assert pictures.read(0, 2, 0) is None
    pictures.write(0, 2, grey(20))
    assert pictures.read(0, 1, 0) is None
    assert pictures.read(0, 2, 0) is not None


def test_a_picture_overtaken_twice_is_known_to_be_torn(pictures: SharedPictures) -> None:
    pictures.write(0, 1, grey(10))
    picture = pictures.read(0, 1, 0)
    assert picture is not None
    pictures.write(0, 1, grey(20))
    assert pictures.still_whole(0, picture), "the writer fills the other buffer first"
    pictures.write(0, 1, grey(30))
    assert not pictures.still_whole(0, picture)


def write_for_ever(descriptor: int) -> Never:
    memory = SharedPictures(descriptor)
    shades = [grey(value, 640, 480) for value in range(256)]
    while True:
        for shade in shades:
            memory.write(0, 1, shade)


def test_no_reader_beside_a_furious_writer_gets_a_torn_picture(pictures: SharedPictures) -> None:
    program = f"from {__name__} import write_for_ever; write_for_ever({pictures.descriptor})"
    writer = subprocess.Popen([sys.executable, "-c", program], pass_fds=[pictures.descriptor])
    whole = torn = seen = 0
    scratch = Scratch(640, 480)
    deadline = time.monotonic() + 10
    try:
        while whole < 200 and time.monotonic() < deadline:
            if (picture := pictures.read(0, 1, seen)) is None:
                continue
            scale(picture.planes, scratch.picture)
            if not pictures.still_whole(0, picture):
                torn += 1
                continue
            seen = picture.sequence
            whole += 1
            shades = [np.unique(plane) for plane in (scratch.picture.y, scratch.picture.u, scratch.picture.v)]
            assert len(np.unique(np.concatenate(shades))) == 1
    finally:
        writer.kill()
        writer.wait()
    assert whole >= 20, f"only {whole} whole pictures, {torn} torn"


sizes = st.integers(1, 300)


@given(sizes, sizes, st.integers(0, 7))
@settings(deadline=None)
def test_any_size_with_any_stride_comes_through(width: int, height: int, padding: int) -> None:
    random = np.random.default_rng(width * height)

    def plane(rows: int, columns: int) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
        return random.integers(0, 255, (rows, columns + padding), np.uint8)[:, :columns]

    half = ((height + 1) // 2, (width + 1) // 2)
    picture = I420Picture(plane(height, width), plane(*half), plane(*half))
    memory = SharedPictures.create()
    memory.write(0, 1, picture)
    got = memory.read(0, 1, 0)
    assert got is not None
    assert got.planes.y.shape == (height & ~1, width & ~1)
    assert (got.planes.y == picture.y[: height & ~1, : width & ~1]).all()
    assert (got.planes.v == picture.v[: height // 2, : width // 2]).all()
    memory.close()


def test_a_picture_that_is_too_large_is_thinned_out() -> None:
    small = fitted(grey(5, 3840, 2160))
    assert small.y.shape == (1080, 1920)
    assert small.u.shape == (540, 960)
    assert fitted(grey(5, 1920, 1080)).y.size <= MOST_PIXELS
    assert fitted(grey(5, 1080, 1920)).y.shape == (1920, 1080)
