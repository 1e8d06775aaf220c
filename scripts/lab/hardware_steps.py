"""What is done to the robot's devices by their drivers, and what must come of it."""

import asyncio
import contextlib
import io
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from robotclient.commands.devices import devices
from robotclient.commands.mirror import Mirror
from robotclient.config import RobotConfig
from scripts.lab import drivers
from scripts.lab.process import until
from wire.rest import DeviceKind, DeviceState

WITHIN: Final = 90.0
SOME: Final = 20
"""Pictures or packets of sound: more than can have been on their way."""


@dataclass
class Room:
    """The robot's configuration, who speaks to it, and its visit once there is one."""

    config: RobotConfig
    voice: drivers.Voice
    mirror: Mirror | None = None

    def __str__(self) -> str:
        """What the robot says of its devices."""
        if self.mirror is None:
            return ""
        return "; ".join(f"{each.kind} {each.state} {each.detail}".strip() for each in self.mirror.devices.values())

    async def state(self, kind: DeviceKind, state: DeviceState) -> str:
        """Wait until the robot says that of a device; what it says beside it. Raises `LabError`."""
        assert self.mirror is not None
        devices = self.mirror.devices
        await until(lambda: kind in devices and devices[kind].state is state, f"the {kind} is {state}", WITHIN)
        return devices[kind].detail

    async def flows(self) -> None:
        """Wait until picture, be it the slate, and sound, be it silence, still come through. Raises `LabError`."""
        mirror = self.mirror
        assert mirror is not None
        pictures, sounds = mirror.pictures() + SOME, mirror.sounds + SOME
        await until(
            lambda: mirror.pictures() > pictures and mirror.sounds > sounds, "pictures and sound come through", WITHIN
        )


@dataclass(frozen=True)
class Step:
    """`take` does it, waits for what must come of it and returns what was seen."""

    name: str
    take: Callable[[Room], Awaitable[str]]


async def listed(_room: Room) -> str:
    """Both cameras with names that stay, and both sound cards."""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        devices(with_levels=False, as_json=True)
    found: dict[str, list[dict[str, Any]]] = json.loads(printed.getvalue())
    paths = {path for camera in found["cameras"] for path in camera["paths"]}
    names = {each["name"] for each in found["sound"]}
    assert set(drivers.CAMERAS) <= paths, f"cameras {paths}"
    assert drivers.MICROPHONE in names, f"sound {names}"
    assert any(drivers.SPEAKER in name for name in names), f"sound {names}"
    return f"{len(found['cameras'])} cameras; {', '.join(sorted(names))}"


async def visit_begins(room: Room) -> str:
    """Camera, microphone and loudspeaker work, in a size that the driver has."""
    for kind in (DeviceKind.CAMERA, DeviceKind.MICROPHONE, DeviceKind.SPEAKER, DeviceKind.SCREEN):
        await room.state(kind, DeviceState.WORKING)
    await room.flows()
    assert room.mirror is not None
    received = room.mirror.body.received["mirror"]
    size = (received.width, received.height)
    assert size == (320, 180), f"the picture is {size}"
    return room.mirror.devices[DeviceKind.CAMERA].detail


async def _taken(room: Room, kind: DeviceKind, take: Callable[[], None]) -> str:
    """A device is taken away: it is told to be lost, and everything else goes on."""
    await asyncio.to_thread(take)
    detail = await room.state(kind, DeviceState.LOST)
    await room.flows()
    return detail


async def _given(room: Room, kind: DeviceKind, give: Callable[[], None]) -> str:
    await asyncio.to_thread(give)
    detail = await room.state(kind, DeviceState.WORKING)
    await room.flows()
    return detail


def _rebind() -> None:
    drivers.unbind("vivid")
    drivers.bind("vivid")


async def camera_stalls(room: Room) -> str:
    """The driver drops every picture, so that a read of the camera does not return."""
    return await _taken(room, DeviceKind.CAMERA, lambda: drivers.control("percentage_of_dropped_buffers", 100))


async def camera_moves(room: Room) -> str:
    return await _given(room, DeviceKind.CAMERA, lambda: drivers.control("percentage_of_dropped_buffers", 0))


async def camera_disconnected(room: Room) -> str:
    return await _taken(room, DeviceKind.CAMERA, lambda: drivers.control("disconnect", 1))


async def camera_connected(room: Room) -> str:
    return await _given(room, DeviceKind.CAMERA, _rebind)


async def camera_unbound(room: Room) -> str:
    return await _taken(room, DeviceKind.CAMERA, lambda: drivers.unbind("vivid"))


async def camera_bound(room: Room) -> str:
    return await _given(room, DeviceKind.CAMERA, lambda: drivers.bind("vivid"))


async def microphone_unbound(room: Room) -> str:
    return await _taken(room, DeviceKind.MICROPHONE, lambda: drivers.unbind("snd_aloop"))


async def microphone_bound(room: Room) -> str:
    def give() -> None:
        drivers.bind("snd_aloop")
        room.voice.speak()

    return await _given(room, DeviceKind.MICROPHONE, give)


async def speaker_unbound(room: Room) -> str:
    return await _taken(room, DeviceKind.SPEAKER, lambda: drivers.unbind("snd_dummy"))


async def speaker_bound(room: Room) -> str:
    return await _given(room, DeviceKind.SPEAKER, lambda: drivers.bind("snd_dummy"))


BEFORE: Final = (Step("`robotclient devices --json` names them", listed),)
IN_A_VISIT: Final = (
    Step("a visit begins, at a size of the driver's", visit_begins),
    Step("R2 the camera stalls (all pictures dropped): slate", camera_stalls),
    Step("R2 it moves again: picture", camera_moves),
    Step("R1 the camera is disconnected: slate", camera_disconnected),
    Step("R1 it is connected again: picture, by its name", camera_connected),
    Step("R1 the camera's driver is unbound: slate", camera_unbound),
    Step("R1 it is bound again: picture, by its name", camera_bound),
    Step("R4 the microphone's card is unbound: lost, silence", microphone_unbound),
    Step("R4 it is bound again: heard, by its name", microphone_bound),
    Step("R6 the loudspeaker's card is unbound: lost", speaker_unbound),
    Step("R6 it is bound again: works, by its name", speaker_bound),
)
