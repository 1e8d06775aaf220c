"""STUN and TURN URIs (RFC 7064, RFC 7065). Pure."""

from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import parse_qs

PORTS: Final = {"stun": 3478, "stuns": 5349, "turn": 3478, "turns": 5349}
"""RFC 5389, section 18.4; RFC 5766, section 4."""


@dataclass(frozen=True, slots=True)
class Uri:
    """Where a server is, and how it is spoken to."""

    relays: bool
    host: str
    port: int
    transport: str
    """`udp` or `tcp`."""
    tls: bool

    @classmethod
    def parse(cls, uri: str) -> Self:
        """Raises `ValueError` for what is no such URI, and for DTLS, which nobody here speaks."""
        scheme, _, rest = uri.partition(":")
        authority, _, query = rest.partition("?")
        if scheme not in PORTS or not authority:
            raise ValueError(f"{uri!r} is no STUN or TURN URI")
        host, port = _split(authority)
        tls = scheme.endswith("s")
        transport = parse_qs(query).get("transport", ["tcp" if tls else "udp"])[0]
        if transport not in ("udp", "tcp") or (tls and transport == "udp"):
            raise ValueError(f"{uri!r}: there is no way by {transport} for {scheme}")
        return cls(scheme.startswith("turn"), host, port or PORTS[scheme], transport, tls)


def _split(authority: str) -> tuple[str, int | None]:
    """Host and port; an IPv6 address stands in brackets."""
    host, colon, port = authority.rpartition(":")
    if colon and port.isdecimal() and (":" not in host or host.endswith("]")):
        return host.strip("[]"), int(port)
    return authority.strip("[]"), None
