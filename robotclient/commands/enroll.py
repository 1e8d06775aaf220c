"""`robotclient enroll CODE`: trade the one-time code for an identity."""

import asyncio
import json
import socket
import ssl

from robotclient import VERSION
from robotclient.clock import ServerClock
from robotclient.config import RobotConfig
from robotclient.portal import Portal
from robotclient.store import Identity, Store
from wire.rest import EnrolmentRequest


class AlreadyEnrolledError(Exception):
    """The robot has an identity; replacing it by mistake would make it unreachable."""


def enroll(config: RobotConfig, code: str, tls: ssl.SSLContext | None, *, replace: bool, as_json: bool) -> None:
    """Enrol and keep the identity. Raises `PortalError`, `AlreadyEnrolledError`, `OSError`."""
    store = Store(config.state_directory)
    known = store.identity()
    if known is not None and not replace:
        raise AlreadyEnrolledError(f"this robot is enrolled as {known.name!r} already; add --replace to enrol it anew")
    identity = asyncio.run(_ask(config, code, tls))
    store.save_identity(identity)
    if as_json:
        print(json.dumps({"robot_id": identity.robot_id, "name": identity.name}))
    else:
        print(f"Enrolled as {identity.name!r}. Start the robot with: systemctl start robotclient")


async def _ask(config: RobotConfig, code: str, tls: ssl.SSLContext | None) -> Identity:
    async with Portal(config.server.url, None, ServerClock(), tls) as portal:
        answer = await portal.enrol(EnrolmentRequest(code=code, hostname=socket.gethostname(), version=VERSION))
    return Identity(robot_id=answer.robot_id, name=answer.name, token=answer.token)
