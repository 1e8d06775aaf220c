"""The cameras of this machine: what they are called, and which sizes and rates they really offer (V4L2)."""

import contextlib
import fcntl
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

CAPABILITY: Final = struct.Struct("=16s32s32s6I")
FORMAT: Final = struct.Struct("=3I32s5I")
FRAME_SIZE: Final = struct.Struct("=3I6I2I")
FRAME_INTERVAL: Final = struct.Struct("=5I6I2I")
"""`v4l2_capability`, `v4l2_fmtdesc`, `v4l2_frmsizeenum`, `v4l2_frmivalenum` of <linux/videodev2.h>."""

READ, READ_WRITE = 2, 3
VIDEO_CAPTURE: Final = 1
DISCRETE: Final = 1
COMMON_SIZES: Final = ((320, 240), (640, 360), (640, 480), (1280, 720), (1920, 1080))


class DeviceNotFoundError(Exception):
    """No such device; the text names those that are there."""


@dataclass(frozen=True, slots=True)
class CameraMode:
    """One thing a camera can deliver: `pixel_format` is a fourcc such as YUYV or MJPG, `fps` the highest rate."""

    pixel_format: str
    width: int
    height: int
    fps: float


@dataclass(frozen=True, slots=True)
class CameraDevice:
    """One camera. `paths` are its stable names; `problem` says why it could not be asked."""

    node: Path
    name: str = ""
    paths: tuple[Path, ...] = ()
    modes: tuple[CameraMode, ...] = ()
    problem: str = ""


def list_cameras() -> list[CameraDevice]:
    """All video capture devices, by node."""
    nodes = sorted(Path("/dev").glob("video[0-9]*"), key=lambda node: int(node.name[5:]))
    return [camera for node in nodes if (camera := _describe(node)) is not None]


def find_camera(device: str) -> CameraDevice:
    """The camera with that path (`/dev/...`) or card name. Raises `DeviceNotFoundError`."""
    if device.startswith("/"):
        node = Path(device).resolve()
        camera = _describe(node) if node.exists() else None
        if camera is None:
            raise DeviceNotFoundError(f"{device!r} is not a camera; {_there_are()}")
        return camera
    matches = [camera for camera in list_cameras() if camera.name == device]
    if len(matches) != 1:
        count = "no camera is" if not matches else f"{len(matches)} cameras are"
        raise DeviceNotFoundError(f"{count} named {device!r}; {_there_are()}")
    return matches[0]


def nearest_mode(modes: tuple[CameraMode, ...], width: int, height: int, fps: float) -> CameraMode | None:
    """The mode with the nearest size; among equals one that is fast enough, and then one that needs no decoder."""
    return min(
        (mode for mode in modes if mode.pixel_format in RAW_FORMATS or mode.pixel_format in JPEG_FORMATS),
        key=lambda mode: (
            abs(mode.width - width) + abs(mode.height - height),
            max(0.0, round(fps - mode.fps)),
            mode.pixel_format not in RAW_FORMATS,
        ),
        default=None,
    )


RAW_FORMATS: Final = {"YUYV": "yuyv422", "UYVY": "uyvy422", "YU12": "yuv420p", "NV12": "nv12"}
JPEG_FORMATS: Final = {"MJPG": "mjpeg", "JPEG": "mjpeg"}
"""Fourcc to FFmpeg's name of the format."""


def _there_are() -> str:
    names = [str(path) for camera in list_cameras() for path in (camera.paths or (camera.node,))]
    return "there are: " + ", ".join(names) if names else "there is no camera on this machine"


def _describe(node: Path) -> CameraDevice | None:
    """What the device says of itself; None where it is no capture device (UVC cameras have a node for metadata)."""
    paths = tuple(path for path in sorted(Path("/dev/v4l").glob("by-*/*")) if path.resolve() == node)
    try:
        descriptor = os.open(node, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        return CameraDevice(node, paths=paths, problem=f"cannot be opened: {error.strerror}")
    try:
        capability = CAPABILITY.unpack(_ask(descriptor, READ, 0, CAPABILITY.pack(b"", b"", b"", *[0] * 6)))
        if not capability[5] & VIDEO_CAPTURE:
            return None
        return CameraDevice(node, _text(capability[1]), paths, tuple(_modes(descriptor)))
    except OSError:  # a file or a device of another kind
        return None
    finally:
        os.close(descriptor)


def _ask(descriptor: int, direction: int, number: int, question: bytes) -> bytes:
    """One VIDIOC ioctl."""
    request = direction << 30 | len(question) << 16 | ord("V") << 8 | number
    return fcntl.ioctl(descriptor, request, question)


def _enumerate(descriptor: int, number: int, layout: struct.Struct, *key: int) -> Iterator[tuple[int, ...]]:
    """All answers of one of V4L2's enumerations: index 0, 1, ... until EINVAL."""
    for index in range(100):
        question = struct.pack(f"={1 + len(key)}I", index, *key).ljust(layout.size, b"\0")
        try:
            answer = _ask(descriptor, READ_WRITE, number, question)
        except OSError:
            return
        yield layout.unpack(answer)


def _modes(descriptor: int) -> Iterator[CameraMode]:
    for answer in _enumerate(descriptor, 2, FORMAT, VIDEO_CAPTURE):
        fourcc = answer[4]
        name = fourcc.to_bytes(4, "little").decode("latin-1").strip()
        for width, height in _sizes(descriptor, fourcc):
            yield CameraMode(name, width, height, _highest_rate(descriptor, fourcc, width, height))


def _sizes(descriptor: int, fourcc: int) -> Iterator[tuple[int, int]]:
    for answer in _enumerate(descriptor, 74, FRAME_SIZE, fourcc):
        if answer[2] == DISCRETE:
            yield answer[3], answer[4]
            continue
        least_w, most_w, step_w, least_h, most_h, step_h = answer[3:9]
        for width, height in (*COMMON_SIZES, (most_w, most_h)):
            steps = (width - least_w) % max(1, step_w) == 0 and (height - least_h) % max(1, step_h) == 0
            if steps and least_w <= width <= most_w and least_h <= height <= most_h:
                yield width, height


def _highest_rate(descriptor: int, fourcc: int, width: int, height: int) -> float:
    """Pictures per second; 0 where the driver does not say. A range begins with its shortest interval."""
    rates = [0.0]
    for answer in _enumerate(descriptor, 75, FRAME_INTERVAL, fourcc, width, height):
        with contextlib.suppress(ZeroDivisionError):
            rates.append(answer[6] / answer[5])
    return max(rates)


def _text(field: bytes) -> str:
    return field.split(b"\0", 1)[0].decode(errors="replace")
