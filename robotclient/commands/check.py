"""`robotclient check`: is this robot fit for a visit? Identity, server, clock and devices, one line each."""

import asyncio
import json
import ssl
from dataclasses import asdict, dataclass
from pathlib import Path

from robotclient.clock import ServerClock
from robotclient.config import RobotConfig
from robotclient.media.audio.devices import DeviceError, Direction, find, list_devices
from robotclient.media.devices import DeviceNotFoundError, find_camera
from robotclient.portal import Portal, PortalError
from robotclient.store import Identity, Store

LARGEST_SKEW = 30.0


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, and what to do where it is not right."""

    what: str
    good: bool
    detail: str


def check(config: RobotConfig, tls: ssl.SSLContext | None, *, as_json: bool) -> bool:
    """Print what was found; True where all of it is good."""
    identity = Store(config.state_directory).identity()
    findings = [
        _enrolled(identity),
        *(asyncio.run(_server(config, identity, tls)) if identity else ()),
        *_devices(config),
    ]
    if as_json:
        print(json.dumps([asdict(each) for each in findings]))
    else:
        for each in findings:
            print(f"{'good' if each.good else 'BAD '}  {each.what}: {each.detail}")
    return all(each.good for each in findings)


def _enrolled(identity: Identity | None) -> Finding:
    if identity is None:
        return Finding("identity", False, "none; get a code from the portal and run: robotclient enroll CODE")
    return Finding("identity", True, identity.name)


async def _server(config: RobotConfig, identity: Identity, tls: ssl.SSLContext | None) -> list[Finding]:
    clock = ServerClock()
    try:
        async with Portal(config.server.url, identity.token, clock, tls) as portal:
            reservations = await portal.reservations()
    except PortalError as error:
        return [Finding("server", False, str(error))]
    skew = clock.skew().total_seconds()
    return [
        Finding("server", True, f"{config.server.url} lists {len(reservations.items)} visits"),
        Finding("clock", abs(skew) < LARGEST_SKEW, f"{skew:+.1f} s beside the server's"),
    ]


def _devices(config: RobotConfig) -> list[Finding]:
    return [
        _camera(config.camera.device),
        _sound("microphone", config.audio.microphone),
        _sound("speaker", config.audio.speaker),
    ]


def _camera(wanted: str) -> Finding:
    if (stand_in := _stand_in("camera", wanted)) is not None:
        return stand_in
    try:
        camera = find_camera(wanted)
    except DeviceNotFoundError as error:
        return Finding("camera", False, str(error))
    return Finding("camera", not camera.problem, camera.problem or camera.name)


def _sound(kind: Direction, wanted: str) -> Finding:
    if (stand_in := _stand_in(kind, wanted)) is not None:
        return stand_in
    try:
        return Finding(kind, True, find(list_devices(), kind, wanted).name)
    except DeviceError as error:
        return Finding(kind, False, str(error))


def _stand_in(kind: str, wanted: str) -> Finding | None:
    """What stands in for a device: a test picture, a tone, a file; None where a real device is meant."""
    if wanted in ("synthetic", "none") or wanted.startswith(("tone:", "beep:")):
        return Finding(kind, True, wanted)
    if not wanted.startswith("file:"):
        return None
    path = Path(wanted.removeprefix("file:"))
    usable = path.parent.is_dir() if kind == "speaker" else path.is_file()
    return Finding(kind, usable, f"{path}{'' if usable else ' is not there'}")
