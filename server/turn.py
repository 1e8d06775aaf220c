"""Pure: the product's own TURN server, which is a coturn: its whole configuration, and where participants find it."""

import hmac
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from server.config import ServerConfig

Network = IPv4Network | IPv6Network
TEMPLATES: Final = Path(__file__).parent / "templates"
SPECIAL: Final[tuple[Network, ...]] = tuple(
    map(
        ip_network,
        (
            # IANA IPv4 Special-Purpose Address Registry, and multicast (RFC 5771).
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
            *("192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24"),
            *("192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
            *("224.0.0.0/4", "240.0.0.0/4"),
            # IANA IPv6 Special-Purpose Address Registry; what carries IPv4 in it; site-local; multicast (RFC 4291).
            # Not all of ::/96: coturn takes it for IPv4, and denies everything there.
            *("::1/128", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001::/23"),
            *("2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20", "5f00::/16", "fc00::/7"),
            *("fe80::/10", "fec0::/10", "ff00::/8"),
        ),
    )
)
"""What a relay must not reach, unless the site says so."""


def shared_secret(key: bytes) -> str:
    """What server and coturn share: made of the server's own secret, so that there is nothing to configure twice."""
    return hmac.digest(key, b"turn", "sha256").hex()


def urls(config: ServerConfig) -> tuple[str, ...]:
    """Where participants find it, the quickest way first; nothing where there is none."""
    turn = config.turn
    if turn.address is None:
        return ()
    host = turn.host or urlsplit(config.public_url).hostname or str(turn.address)
    host = f"[{host}]" if ":" in host else host
    turns = tuple(f"turn:{host}:{turn.port}?transport={transport}" for transport in ("udp", "tcp"))
    plain = (f"stun:{host}:{turn.port}", *turns)
    return plain if turn.certificate is None else (*plain, f"turns:{host}:{turn.tls_port}?transport=tcp")


def configuration(config: ServerConfig, key: bytes) -> str:
    """The whole of `turnserver.conf`; there must be a `turn.address`."""
    turn = config.turn
    own = [ip_network(address) for address in (turn.address, turn.external_address) if address is not None]
    return _template().render(
        turn=turn,
        realm=turn.host or urlsplit(config.public_url).hostname,
        secret=shared_secret(key),
        allowed=[_range(network) for network in (*own, *turn.reachable)],
        denied=[_range(network) for network in SPECIAL],
    )


def _range(network: Network) -> tuple[str, str]:
    return str(network[0]), str(network[-1])


@cache
def _template() -> Template:
    # It is no page: nothing in it is escaped.
    loader = FileSystemLoader(TEMPLATES)
    environment = Environment(loader=loader, undefined=StrictUndefined, trim_blocks=True, autoescape=False)  # noqa: S701
    return environment.get_template("turnserver.conf")
