"""The button: input events as the kernel writes them, through a real pipe in the place of a device."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robotclient.config import ControlsSection
from robotclient.media.controls import evdev, handle
from robotclient.media.controls.evdev import EVENT
from robotclient.media.controls.handle import Controls
from robotclient.media.controls.keys import KEYS
from scripts.lab.process import until
from wire.rest import DeviceState, DeviceStatus

PRESS, RELEASE, REPEAT = 1, 0, 2


def event(key: str, value: int = PRESS, kind: int = evdev.EV_KEY) -> bytes:
    return EVENT.pack(0, 0, kind, KEYS[key], value)


@asynccontextmanager
async def controls(
    device: str, presses: list[bool], reports: list[DeviceStatus], **keys: tuple[str, ...]
) -> AsyncIterator[None]:
    found = Controls(ControlsSection(device=device, **keys), presses.append, reports.append)
    running = asyncio.create_task(found.run())
    try:
        yield
    finally:
        running.cancel()
        await asyncio.wait({running})


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "button"
    os.mkfifo(path)
    return path


def write(path: Path, data: bytes) -> None:
    with path.open("wb", buffering=0) as end:
        end.write(data)


async def test_a_press_is_told_once_whatever_else_the_device_says(pipe: Path) -> None:
    presses: list[bool] = []
    reports: list[DeviceStatus] = []
    async with controls(str(pipe), presses, reports):
        await until(lambda: bool(reports))
        assert reports[-1].state is DeviceState.WORKING
        write(pipe, event("KEY_F1") + event("KEY_ENTER", kind=4))
        write(pipe, event("KEY_ENTER") + event("KEY_ENTER", REPEAT) + event("KEY_ENTER", RELEASE) + event("KEY_ENTER"))
        await until(lambda: bool(presses))
    assert presses == [False], "the button bounced"


async def test_the_key_of_the_staff_is_told_apart(pipe: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handle, "BOUNCE", 0)
    presses: list[bool] = []
    async with controls(str(pipe), presses, [], button=("KEY_SPACE",), staff=("BTN_9",)):
        await until(lambda: write_or_wait(pipe, event("BTN_9") + event("KEY_SPACE")) and len(presses) >= 2)
    assert presses[:2] == [True, False]


def write_or_wait(path: Path, data: bytes) -> bool:
    """False while nobody reads the pipe yet."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return False
    with os.fdopen(descriptor, "wb", buffering=0) as end:
        end.write(data)
    return True


async def test_a_button_that_is_plugged_in_later_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handle, "LOOK_EVERY", 0.05)
    presses: list[bool] = []
    reports: list[DeviceStatus] = []
    path = tmp_path / "button"
    async with controls(str(path), presses, reports):
        await until(lambda: bool(reports))
        assert reports[-1].state is DeviceState.LOST
        assert "No such file" in reports[-1].detail
        os.mkfifo(path)
        await until(lambda: reports[-1].state is DeviceState.WORKING)
        write(path, event("KEY_ENTER"))
        await until(lambda: bool(presses))


async def test_a_robot_without_any_input_device_lives(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(evdev, "FOLDER", tmp_path / "no-such-folder")
    reports: list[DeviceStatus] = []
    async with controls("auto", [], reports):
        await until(lambda: bool(reports))
    assert reports[-1].state is DeviceState.OFF


async def test_a_file_that_is_no_input_device_is_told(tmp_path: Path) -> None:
    reports: list[DeviceStatus] = []
    (tmp_path / "file").write_text("text")
    async with controls(str(tmp_path / "file"), [], reports):
        await until(lambda: bool(reports))
    assert reports[-1].state is DeviceState.LOST
    assert "does not open" in reports[-1].detail


@given(st.binary(max_size=300))
def test_noise_is_read_without_a_fault(noise: bytes) -> None:
    reading, writing = os.pipe()
    try:
        os.write(writing, noise + b"x")
        for code in evdev.InputDevice(reading, "noise", None).pressed():
            assert 0 <= code < 65536
    finally:
        os.close(reading)
        os.close(writing)
