"""The STUN and TURN servers that a participant is told to use, with credentials of its own where possible.

Pure: time is an argument.
"""

import base64
import hmac
from datetime import datetime, timedelta

from server import turn
from server.config import ServerConfig
from server.config_network import IceServerSection
from wire.signaling import IceServer


class IceServers:
    """All servers of the configuration, our own TURN server among them."""

    def __init__(self, config: ServerConfig, key: bytes) -> None:
        """`key` is the server's own secret."""
        self.valid = timedelta(minutes=config.ice.credential_minutes)
        """So long a credential may be used for something new; what was made with it lives on."""
        own = turn.urls(config)
        configured = {"urls": own, "secret": turn.shared_secret(key)}
        self._servers = (*config.ice.servers, *([IceServerSection.model_validate(configured)] if own else ()))

    @property
    def expire(self) -> bool:
        """Whether there is a credential that must be renewed."""
        return any(server.secret is not None for server in self._servers)

    def of(self, participant: str, now: datetime) -> tuple[IceServer, ...]:
        """What a participant is told now."""
        return tuple(_ice_server(server, participant, now + self.valid) for server in self._servers)


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
