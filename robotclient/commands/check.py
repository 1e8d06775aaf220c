"""`robotclient check`: is this robot fit for a visit? Identity, devices, server, clock and machine, one line each.

What it finds is kept where the running daemon finds it, and tells it to the server.
"""

import asyncio
import json
import ssl
from datetime import timedelta
from typing import Final

import robotclient.status
from robotclient.clock import ServerClock
from robotclient.config import RobotConfig
from robotclient.portal import Portal
from robotclient.readiness.look import look
from robotclient.store import Identity, Store
from wire.rest import Check, Finding, Readiness, RobotState

FRESH: Final = timedelta(seconds=15)
UNENROLLED: Final = "identity: none; get a code from the portal and run: robotclient enroll CODE"
REMEDIES: Final = {
    Check.CAMERA: "look at its cable and lens, and at the name in robot.yaml: robotclient devices",
    Check.SOUND: "look at the cables and the volume, and at the names in robot.yaml: robotclient devices",
    Check.SERVER: "look at the network cable or Wi-Fi, and at server.url in robot.yaml",
    Check.RELAY: "tell the operator that the TURN server, or its secret, does not work from here",
    Check.CLOCK: "switch network time on: timedatectl set-ntp true",
    Check.DISK: "free some space: journalctl --vacuum-size=100M",
    Check.TEMPERATURE: "let air to the robot's computer, and clean its fan",
    Check.BATTERY: "put the robot on its charger",
}


def check(config: RobotConfig, tls: ssl.SSLContext | None, *, as_json: bool) -> bool:
    """Print what was found; True where all of it is good."""
    store = Store(config.state_directory)
    identity = store.identity()
    if identity is None:
        print(json.dumps({"enrolled": False}) if as_json else f"BAD   {UNENROLLED}")
        return False
    readiness = asyncio.run(_look(config, identity, tls))
    store.save_readiness(readiness)
    if as_json:
        print(readiness.model_dump_json(indent=2))
    else:
        print(f"good  identity: {identity.name}")
        for each in readiness.findings:
            print(_line(each))
    return all(each.good for each in readiness.findings)


def _line(finding: Finding) -> str:
    if finding.good:
        return f"good  {finding.check}: {finding.detail}"
    return f"BAD   {finding.check}: {finding.detail}\n      {REMEDIES[finding.check]}"


async def _look(config: RobotConfig, identity: Identity, tls: ssl.SSLContext | None) -> Readiness:
    clock = ServerClock()
    tell = None if _is_busy(config, clock) else lambda _status: None
    async with Portal(config.server.url, identity.token, clock, tls) as portal:
        return await look(config, portal, clock, tls, tell)


def _is_busy(config: RobotConfig, clock: ServerClock) -> bool:
    """Whether the daemon has the devices, or soon will: they are left to it."""
    known = robotclient.status.read(config.runtime_directory)
    return known is not None and clock.now() - known.at < FRESH and known.state is not RobotState.IDLE
