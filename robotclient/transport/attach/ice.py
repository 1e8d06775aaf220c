"""aioice's connection with consent that survives long round trips and losses (`robotclient.transport.consent`)."""

import asyncio
import time
from collections import deque

from aioice import Connection, stun
from aioice.ice import CandidatePair

from robotclient.transport.consent import Consent

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

    def _ask(self, pair: CandidatePair, consent: Consent) -> tuple[dict[bytes, stun.Transaction], bytes]:
        assert self.remote_password is not None, "set before any check"
        request = self.build_request(pair, nominate=False)
        key = self.remote_password.encode()
        request.add_message_integrity(key)
        pair.protocol.transactions[request.transaction_id] = _Request(consent, key)
        pair.protocol.send_stun(request, pair.remote_addr)
        return pair.protocol.transactions, request.transaction_id
