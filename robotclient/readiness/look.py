"""One look at all of it."""

import asyncio
import ssl
from collections.abc import Callable

from robotclient.clock import ServerClock
from robotclient.config import RobotConfig
from robotclient.portal import Portal
from robotclient.readiness import devices, machine, network
from wire.rest import DeviceStatus, Readiness


async def look(
    config: RobotConfig,
    portal: Portal,
    clock: ServerClock,
    tls: ssl.SSLContext | None,
    tell: Callable[[DeviceStatus], None] | None,
) -> Readiness:
    """All findings; the devices are left alone where `tell`, who hears when the camera is open, is None."""
    findings = [
        *(await devices.look(config, tell) if tell is not None else ()),
        *await network.look(portal, clock, tls),
        *await asyncio.to_thread(lambda: list(machine.look(config.state_directory))),
    ]
    return Readiness(at=clock.now(), findings=tuple(findings))
