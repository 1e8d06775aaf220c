"""Pure: the STUN and TURN servers that a participant is told to use, with credentials of its own where possible."""

import base64
import hmac
from datetime import datetime

from server.config import IceSection, IceServerSection
from wire.signaling import IceServer


def ice_servers(config: IceSection, participant: str, expires_at: datetime) -> tuple[IceServer, ...]:
    """All configured servers; credentials made here are good until `expires_at`, the end of the visit."""
    return tuple(_ice_server(server, participant, expires_at) for server in config.servers)


def _ice_server(server: IceServerSection, participant: str, expires_at: datetime) -> IceServer:
    if server.secret is not None:
        username = f"{int(expires_at.timestamp())}:{participant}"
        credential = shared_secret_credential(server.secret.get_secret_value(), username)
        return IceServer(urls=server.urls, username=username, credential=credential)
    if server.credential is not None:
        return IceServer(urls=server.urls, username=server.username, credential=server.credential.get_secret_value())
    return IceServer(urls=server.urls)


def shared_secret_credential(secret: str, username: str) -> str:
    """The credential for a time-limited `username`, as coturn's `use-auth-secret` makes it.

    Base64 of HMAC-SHA1 (draft-uberti-behave-turn-rest-00, section 2.2).
    """
    return base64.b64encode(hmac.digest(secret.encode(), username.encode(), "sha1")).decode()
