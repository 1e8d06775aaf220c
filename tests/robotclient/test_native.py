"""The bindings: built once, and VP8 as libvpx makes it."""

from pathlib import Path

import av
import numpy as np
import pytest

from robotclient.native.build import BuildError, build
from robotclient.native.declarations import OPUS, VPX, Binding
from robotclient.native.vpx import CLOCK_RATE, Coded, EncoderError, Plane, Vp8

WIDTH, HEIGHT = 320, 240


def planes(number: int, width: int = WIDTH, height: int = HEIGHT) -> list[Plane]:
    random = np.random.default_rng(number // 3)
    luma = random.integers(16, 235, (height // 8, width // 8), np.uint8).repeat(8, 0).repeat(8, 1)
    grey = np.full((height // 2, width // 2), 128, np.uint8)
    return [Plane(plane, plane.shape[1]) for plane in (luma, grey, grey)]


def run(codec: Vp8, numbers: range) -> list[Coded | None]:
    return [codec.encode(planes(number), 3000 * number, 3000) for number in numbers]


def test_a_binding_is_compiled_where_something_has_changed_and_only_then(tmp_path: Path) -> None:
    tiny = Binding("_tiny", "opus", "int answer(void);", "static int answer(void) { return 42; }")
    assert build(tiny, tmp_path)
    assert not build(tiny, tmp_path)
    changed = Binding("_tiny", "opus", "int answer(void);", "static int answer(void) { return 43; }")
    assert build(changed, tmp_path)
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".so", ".stamp"]


def test_a_library_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"pkg-config failed; scripts/install .*\n.*nonesuch"):
        build(Binding("_tiny", "nonesuch", "", ""), tmp_path)
    with pytest.raises(BuildError, match="cc failed"):
        build(Binding("_tiny", "opus", "int answer(void);", "static long answer(int);"), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_installed_bindings_are_up_to_date() -> None:
    assert not build(VPX)
    assert not build(OPUS)


def test_planes_with_wide_rows_need_no_copy() -> None:
    codec = Vp8(WIDTH, HEIGHT, 2_000_000)
    wide = np.zeros((HEIGHT, WIDTH + 64), np.uint8)
    wide[:, :WIDTH] = 200
    grey = np.full((HEIGHT // 2, WIDTH // 2), 128, np.uint8)
    coded = codec.encode([Plane(wide, WIDTH + 64), *(Plane(grey, WIDTH // 2) for _ in range(2))], 0, 3000)
    assert coded is not None
    frame = av.CodecContext.create("libvpx", "r").decode(av.Packet(coded.data))[0]
    assert abs(frame.to_ndarray()[:HEIGHT].astype(int) - 200).max() < 4


def test_a_rate_too_low_for_every_picture_drops_some() -> None:
    codec = Vp8(WIDTH, HEIGHT, 60_000)
    coded = run(codec, range(90))
    assert None in coded
    assert sum(len(one.data) for one in coded[30:] if one is not None) * 8 / 2 < 90_000


def test_the_size_changes_in_place_down_and_up_but_not_beyond_the_first() -> None:
    codec = Vp8(640, 480, 1_000_000)
    decoder = av.CodecContext.create("libvpx", "r")
    sizes = []
    for index, (width, height) in enumerate(((640, 480), (320, 240), (160, 120), (480, 360), (640, 480))):
        codec.resize(width, height)
        for step in range(3):
            number = 3 * index + step
            coded = codec.encode(planes(number, width, height), 3000 * number, 3000)
            assert coded is not None
            assert coded.keyframe == (step == 0)
            sizes += [(frame.width, frame.height) for frame in decoder.decode(av.Packet(coded.data))]
    assert sizes == [size for size in ((640, 480), (320, 240), (160, 120), (480, 360), (640, 480)) for _ in range(3)]
    assert not codec.fits(800, 480)
    with pytest.raises(EncoderError, match="Invalid parameter"):
        codec.resize(800, 600)


def test_time_that_stands_still_is_refused() -> None:
    codec = Vp8(WIDTH, HEIGHT, 1_000_000)
    assert codec.encode(planes(0), CLOCK_RATE, 3000) is not None
    with pytest.raises(EncoderError):
        codec.encode(planes(1), CLOCK_RATE, 0)


def test_a_coarser_quantizer_says_that_the_rate_is_low() -> None:
    rich, poor = (run(Vp8(WIDTH, HEIGHT, rate), range(30))[-1] for rate in (4_000_000, 120_000))
    assert rich is not None
    assert rich.quantizer < 90
    assert poor is None or poor.quantizer > rich.quantizer
