"""Keeps every input device open that has one of the button's keys, and tells each press.

No child process: reading from an input device never waits. GPIO pins come here too, by the kernel's gpio-keys.
"""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from robotclient.config import ControlsSection
from robotclient.media.controls import evdev
from robotclient.media.controls.evdev import InputDevice
from robotclient.media.controls.keys import KEYS
from wire.rest import DeviceKind, DeviceState, DeviceStatus

LOOK_EVERY = 2.0
BOUNCE = 0.7
"""Seconds after a press in which another one is the same press, or a trembling hand."""


class Controls:
    """The button beside the robot."""

    def __init__(
        self, config: ControlsSection, on_press: Callable[[bool], None], on_report: Callable[[DeviceStatus], None]
    ) -> None:
        """`on_press` is told whether it was a key that only staff have."""
        self._wanted = config.device
        self._button = frozenset(KEYS[name] for name in config.button)
        self._staff = frozenset(KEYS[name] for name in config.staff)
        self._on_press = on_press
        self._on_report = on_report
        self._devices: dict[Path, InputDevice] = {}
        self._pressed_at = float("-inf")
        self._told: DeviceStatus | None = None

    async def run(self) -> None:
        """Look for devices until cancelled."""
        try:
            while self._wanted != "none":
                self._look()
                await asyncio.sleep(LOOK_EVERY)
        finally:
            for path in list(self._devices):
                self._drop(path)

    def _look(self) -> None:
        problem = "no input device has one of its keys"
        for path in evdev.paths(self._wanted):
            if path in self._devices:
                continue
            try:
                self._take(path, evdev.open_device(path))
            except OSError as error:
                problem = f"{path} does not open: {error.strerror}"
        self._report(problem)

    def _take(self, path: Path, device: InputDevice) -> None:
        if device.keys is not None and not device.keys & (self._button | self._staff):
            device.close()
            return
        self._devices[path] = device
        asyncio.get_running_loop().add_reader(device.descriptor, self._read, path)

    def _read(self, path: Path) -> None:
        try:
            for code in self._devices[path].pressed():
                self._press(code)
        except BlockingIOError:
            return
        except OSError:  # unplugged
            self._drop(path)
            self._report("it was unplugged")

    def _press(self, code: int) -> None:
        now = time.monotonic()
        if code in self._button | self._staff and now - self._pressed_at > BOUNCE:
            self._pressed_at = now
            self._on_press(code in self._staff)

    def _drop(self, path: Path) -> None:
        device = self._devices.pop(path)
        asyncio.get_running_loop().remove_reader(device.descriptor)
        device.close()

    def _report(self, problem: str) -> None:
        """`auto` may find nothing, and that is no fault: not every robot has a button."""
        names = ", ".join(device.name for device in self._devices.values())
        missing = DeviceState.OFF if self._wanted == "auto" else DeviceState.LOST
        status = DeviceStatus(
            kind=DeviceKind.BUTTON,
            state=DeviceState.WORKING if names else missing,
            name=(names or self._wanted)[:200],
            detail="" if names else problem[:200],
        )
        if status != self._told:
            self._told = status
            self._on_report(status)
