"""aioice's connection with consent that survives long round trips and losses (`robotclient.transport.consent`).

And with a relay by whichever way there is one (`robotclient.transport.attach.relays`).
"""

import asyncio
import functools
import logging
import ssl
import time
from collections import deque
from typing import Any, ClassVar

from aioice import Candidate, Connection, TransportPolicy, stun
from aioice.ice import CandidatePair, StunProtocol, get_host_addresses, relayed_candidate
from aiortc import RTCIceServer

from robotclient.transport.attach.arrivals import Arrivals
from robotclient.transport.attach.relays import Memory, Way, quickest
from robotclient.transport.consent import Consent
from robotclient.transport.turn_uri import Uri

log = logging.getLogger(__name__)

REFLEXIVE_WITHIN = 2
"""Seconds for a STUN server to say how it sees us; aioice waits for five, which is most of a join without UDP."""

MOST_OPEN = 80
"""Requests that may still be answered; more than go out while consent lives."""


class _Request(stun.Transaction):
    """In aioice's table of transactions: takes the answer, which may come any time before consent expires."""

    def __init__(self, consent: Consent, key: bytes) -> None:
        # aioice's own fields would be timers and a future, for one try that is waited for.
        self._consent = consent
        self._key = key

    def response_received(self, message: stun.Message, address: tuple[str, int]) -> None:
        """Count it, where it is an answer and authentic (RFC 7675, section 5.1)."""
        del address
        if message.message_class == stun.Class.RESPONSE and message.check_message_integrity(self._key):
            self._consent.answer(time.monotonic())


class IceConnection(Connection):
    """Asks for consent with requests of its own instead of one short transaction at a time."""

    tls: ClassVar[ssl.SSLContext | bool] = True
    """Whom TURN servers are trusted by."""
    _memory: ClassVar = Memory()

    def __init__(self, ice_controlling: bool, *, ways: tuple[Way, ...] = (), **settings: Any) -> None:  # noqa: ANN401  # they are aioice's own
        super().__init__(ice_controlling, **settings)
        self._ways = ways
        self._arrivals = Arrivals()
        self._arrived: deque[float] = deque()
        """Of what waits to be received."""
        self.arrived = 0.0
        """When the datagram came that was received last, in seconds of the monotonic clock."""

    async def get_component_candidates(self, component: int, addresses: list[str], timeout: int = 5) -> list[Candidate]:
        """What aioice finds without a relay, and ours."""
        async with asyncio.TaskGroup() as group:
            direct = group.create_task(super().get_component_candidates(component, addresses, REFLEXIVE_WITHIN))
            relayed = group.create_task(self._relay(component))
        for protocol in self._protocols:
            self._arrivals.listen(protocol.transport)
        return direct.result() + relayed.result()

    def data_received(self, data: bytes, component: int) -> None:
        """Called by a socket's protocol within its read."""
        self._arrived.append(self._arrivals.take())
        super().data_received(data, component)

    async def recv(self) -> bytes:
        """The next datagram; `arrived` tells when it came."""
        data = await super().recv()
        self.arrived = self._arrived.popleft()
        return data

    async def _relay(self, component: int) -> list[Candidate]:
        """The candidate of the quickest way, if there is one."""
        network = frozenset(get_host_addresses(use_ipv4=True, use_ipv6=True))
        ways = self._memory.order(network, self._ways, time.monotonic())
        attempts = [functools.partial(self._allocate, component, way) for way in ways]
        found = await quickest(attempts, lambda made: made[1].transport.close())
        if found is None:
            if ways:
                log.warning("no TURN server gives a relay by any of %d ways", len(ways))
            return []
        number, (candidate, protocol) = found
        self._memory.note(network, ways[number].uri, time.monotonic())
        self._protocols.append(protocol)
        return [candidate]

    async def _allocate(self, component: int, way: Way) -> tuple[Candidate, StunProtocol]:
        uri = way.uri
        return await relayed_candidate(
            component=component,
            hide_related_address=self._transport_policy is TransportPolicy.RELAY,
            protocol_factory=lambda: StunProtocol(self),
            turn_server=(uri.host, uri.port),
            turn_username=way.username,
            turn_password=way.credential,
            turn_ssl=self.tls if uri.tls else False,  # type: ignore[arg-type]  # it is handed on to asyncio
            turn_transport=uri.transport,
        )

    async def query_consent(self) -> None:
        """Until consent expires, which closes the connection."""
        consent = Consent(time.monotonic())
        waiting: deque[tuple[dict[bytes, stun.Transaction], bytes]] = deque()
        while not consent.is_expired(now := time.monotonic()):
            if consent.poll(now):
                for pair in self._nominated.values():
                    waiting.append(self._ask(pair, consent))
            while len(waiting) > MOST_OPEN:
                transactions, key = waiting.popleft()
                transactions.pop(key, None)
            await asyncio.sleep(max(0.0, consent.next_request - time.monotonic()))
        self._query_consent_task = None
        await self.close()

    def close_sockets(self) -> None:
        """At once, where `close` did not come to its end. A TURN server is still told, in the background."""
        for protocol in self._protocols:
            protocol.transport.close()

    def _ask(self, pair: CandidatePair, consent: Consent) -> tuple[dict[bytes, stun.Transaction], bytes]:
        assert self.remote_password is not None, "set before any check"
        request = self.build_request(pair, nominate=False)
        key = self.remote_password.encode()
        request.add_message_integrity(key)
        pair.protocol.transactions[request.transaction_id] = _Request(consent, key)
        pair.protocol.send_stun(request, pair.remote_addr)
        return pair.protocol.transactions, request.transaction_id


def connection_settings(servers: list[RTCIceServer]) -> dict[str, Any]:
    """What `IceConnection` is made with: the first STUN server, and all ways to a relay; what is no URI is left out."""
    settings: dict[str, Any] = {}
    ways: list[Way] = []
    for server in servers:
        for text in [server.urls] if isinstance(server.urls, str) else server.urls:
            try:
                uri = Uri.parse(text)
            except ValueError as error:
                log.warning("an ICE server is not used: %s", error)
                continue
            if uri.relays:
                ways.append(Way(uri, server.username, server.credential))
            elif uri.transport == "udp":
                settings.setdefault("stun_server", (uri.host, uri.port))
    return {**settings, "ways": tuple(ways)}
