"""`robotclient enroll CODE`: trade the one-time code for an identity.

Where the site has a certificate authority of its own, `--fingerprint` is the SHA-256 of its root. The robot fetches
that from the server, and trusts it, and nothing else, from then on. What is refused changes nothing.
"""

import asyncio
import hashlib
import json
import socket
import ssl
from http import HTTPStatus

import aiohttp

from robotclient import VERSION
from robotclient.clock import ServerClock
from robotclient.config import RobotConfig
from robotclient.configfile import ConfigError
from robotclient.portal import TIMEOUT, Portal, PortalError
from robotclient.store import Identity, Store
from wire.rest import EnrolmentRequest

LARGEST_CERTIFICATE = 16_384


class AlreadyEnrolledError(Exception):
    """The robot has an identity; replacing it by mistake would make it unreachable."""


class WrongAuthorityError(Exception):
    """The server's root certificate is not the one that was named: there may be somebody in between."""


def enroll(
    config: RobotConfig,
    code: str,
    tls: ssl.SSLContext | None,
    *,
    fingerprint: str | None,
    replace: bool,
    as_json: bool,
) -> None:
    """Enrol and keep the identity, and the authority of that fingerprint.

    Raises `PortalError`, `AlreadyEnrolledError`, `WrongAuthorityError`, `ConfigError`, `OSError`.
    """
    store = Store(config.state_directory)
    known = store.identity()
    if known is not None and not replace:
        raise AlreadyEnrolledError(f"this robot is enrolled as {known.name!r} already; add --replace to enrol it anew")
    authority = None
    if fingerprint:
        authority = _authority(config, fingerprint)
        tls = ssl.create_default_context(cadata=authority)
    identity = asyncio.run(_ask(config, code, tls))
    if authority:
        store.save_authority(authority)
    store.save_identity(identity)
    if as_json:
        print(json.dumps({"robot_id": identity.robot_id, "name": identity.name}))
    else:
        print(f"Enrolled as {identity.name!r}. Start the robot with: systemctl start robotclient")


async def _ask(config: RobotConfig, code: str, tls: ssl.SSLContext | None) -> Identity:
    async with Portal(config.server.url, None, ServerClock(), tls) as portal:
        answer = await portal.enrol(EnrolmentRequest(code=code, hostname=socket.gethostname(), version=VERSION))
    return Identity(robot_id=answer.robot_id, name=answer.name, token=answer.token)


def _authority(config: RobotConfig, fingerprint: str) -> str:
    """The root certificate that the server offers, in PEM, if it is the one meant."""
    if config.server.ca_file is not None:
        words = f"server.ca_file: {str(config.server.ca_file)!r}: names an authority already; leave out --fingerprint"
        raise ConfigError.at(words)
    certificate = asyncio.run(_fetch_root(config.server.url))
    found = hashlib.sha256(certificate).hexdigest()
    if found != "".join(fingerprint.replace(":", " ").split()).lower():
        raise WrongAuthorityError(
            f"the certificate of {config.server.url} has the fingerprint {found}, which is another one"
        )
    return ssl.DER_cert_to_PEM_cert(certificate)


async def _fetch_root(url: str) -> bytes:
    """Nobody vouches for the server yet: what comes is looked at by its fingerprint."""
    try:
        async with (
            aiohttp.ClientSession(timeout=TIMEOUT) as http,
            http.get(f"{url}/certificate.crt", ssl=False, allow_redirects=False) as answer,
        ):
            if answer.status != HTTPStatus.OK:
                raise PortalError(f"{url} has no certificate of its own; leave out --fingerprint")
            body = b""
            while len(body) < LARGEST_CERTIFICATE and (more := await answer.content.read(LARGEST_CERTIFICATE)):
                body += more
            return body
    except (aiohttp.ClientError, TimeoutError) as error:
        raise PortalError(f"the server at {url} cannot be reached: {str(error) or 'no answer'}") from error
