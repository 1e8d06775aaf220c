"""The server, its clock, and the TURN servers: reached for real, an address allocated and given back."""

import asyncio
import contextlib
import ssl
from collections.abc import Iterable

from aioice import stun, turn

from robotclient.clock import ServerClock
from robotclient.portal import Portal, PortalError
from robotclient.transport.turn_uri import Uri
from wire.rest import Check, Finding
from wire.signaling import IceServer

LARGEST_SKEW = 30.0
"""Seconds. The robot itself goes by the server's clock; what is farther off has no time server."""
RELAY_WITHIN = 8.0
FREED_WITHIN = 2.0


class _Freed(asyncio.DatagramProtocol):
    """Takes nothing; knows when its address was given back."""

    def __init__(self) -> None:
        self.done = asyncio.Event()

    def connection_lost(self, exc: Exception | None) -> None:
        """The server has taken the address back."""
        self.done.set()


async def look(portal: Portal, clock: ServerClock, tls: ssl.SSLContext | None) -> list[Finding]:
    """Ask the server for the visits and for its TURN servers, and try those."""
    try:
        listed = await portal.reservations()
        servers = await portal.ice_servers()
    except PortalError as error:
        return [Finding(check=Check.SERVER, good=False, detail=str(error)[:200])]
    skew = clock.skew().total_seconds()
    return [
        Finding(check=Check.SERVER, good=True, detail=f"{len(listed.items)} visits"),
        Finding(check=Check.CLOCK, good=abs(skew) < LARGEST_SKEW, detail=f"{skew:+.1f} s beside the server's"),
        *[await allocate(url, server, tls) for server in servers for url in _relays(server.urls)],
    ]


def _relays(urls: Iterable[str]) -> list[str]:
    return [url for url in urls if url.startswith(("turn:", "turns:"))]


async def allocate(url: str, server: IceServer, tls: ssl.SSLContext | None) -> Finding:
    """One address from one TURN server, given back at once (RFC 8656, 7)."""
    try:
        uri = Uri.parse(url)
        async with asyncio.timeout(RELAY_WITHIN):
            relay, freed = await turn.create_turn_endpoint(
                _Freed,
                server_addr=(uri.host, uri.port),
                username=server.username,
                password=server.credential,
                ssl=(tls or True) if uri.tls else False,
                transport=uri.transport,
            )
    except TimeoutError:
        return Finding(check=Check.RELAY, good=False, detail=f"{url} does not answer within {RELAY_WITHIN:.0f} s")
    except (OSError, ValueError, stun.TransactionError) as error:
        return Finding(check=Check.RELAY, good=False, detail=f"{url}: {str(error) or type(error).__name__}"[:200])
    relay.close()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(freed.done.wait(), FREED_WITHIN)
    return Finding(check=Check.RELAY, good=True, detail=url)
