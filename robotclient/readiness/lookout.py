"""The daemon's looks: before each visit, at the minutes that the configuration names."""

import asyncio
import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Never

from robotclient.clock import ServerClock
from robotclient.portal import Portal
from robotclient.readiness import plan
from robotclient.readiness.look import look
from robotclient.reconfiguration import Reconfiguration
from robotclient.reporter import Facts
from robotclient.store import Store
from wire.rest import DeviceStatus

log = logging.getLogger(__name__)

EVERY = 5.0


@dataclass(frozen=True)
class Situation:
    """What the robot is in the middle of."""

    next_start: datetime | None
    idle: bool
    """Nobody is announced, in a visit or just gone."""
    quiet: bool
    """The next visit's resident has quiet hours now: nothing is played, and the camera stays closed."""


class Lookout:
    """Looks, and keeps the last look on the disk, where `robotclient check` puts its own too."""

    def __init__(
        self,
        configuration: Reconfiguration,
        store: Store,
        portal: Portal,
        clock: ServerClock,
        tls: ssl.SSLContext | None,
        facts: Facts,
        tell: Callable[[DeviceStatus], None],
    ) -> None:
        """`tell` hears when the camera or the microphone is opened and closed."""
        self._configuration = configuration
        self._store = store
        self._portal = portal
        self._clock = clock
        self._tls = tls
        self._facts = facts
        self._tell = tell

    async def run(self, situation: Callable[[], Situation]) -> Never:
        """Look for ever, when it is time."""
        known = 0
        while True:
            if known != (version := self._store.readiness_version()):
                known = version
                self._facts.readiness = self._store.readiness() or self._facts.readiness
            last, now = self._facts.readiness, situation()
            minutes = self._configuration.config.readiness.minutes_before
            if now.idle and plan.due(now.next_start, self._clock.now(), minutes, last.at if last else None):
                await self._look(quiet=now.quiet)
            await asyncio.sleep(EVERY)

    async def _look(self, *, quiet: bool) -> None:
        config = self._configuration.config
        tell = self._tell if config.readiness.devices and not quiet else None
        found = await look(config, self._portal, self._clock, self._tls, tell)
        self._facts.readiness = found
        self._store.save_readiness(found)
        for each in found.findings:
            log.log(logging.INFO if each.good else logging.WARNING, "readiness: %s: %s", each.check, each.detail)
