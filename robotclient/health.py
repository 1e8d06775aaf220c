"""What systemd is told: READY, STATUS, STOPPING, and WATCHDOG only while every part makes progress (sd_notify(3))."""

import asyncio
import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass

from systemd.daemon import notify

log = logging.getLogger(__name__)

USUAL_INTERVAL = 5.0
START_EXTENSION = 60.0
"""So much more time (seconds) is asked for while a start makes progress but waits for the server."""


@dataclass(frozen=True)
class Pulse:
    """One part of the daemon: when it last made progress (monotonic), and how old that may become, in seconds."""

    name: str
    last_beat: Callable[[], float]
    limit: float


class Health:
    """The only voice towards systemd; silent where systemd did not start the process."""

    def __init__(self, pulses: tuple[Pulse, ...]) -> None:
        self._pulses = pulses
        self._status = ""
        self._ready = False

    def ready(self) -> None:
        """Say, once, that start-up is complete: the schedule is known."""
        if not self._ready:
            self._ready = True
            tell("READY=1")

    def stopping(self) -> None:
        """Say that the process ends on purpose."""
        tell("STOPPING=1")

    def say(self, status: str) -> None:
        """Say in plain words what the robot does, for `systemctl status`."""
        if status != self._status:
            self._status = status
            tell(f"STATUS={status}")

    def stuck(self, now: float) -> list[str]:
        """The names of the parts that have not made progress in time."""
        return [pulse.name for pulse in self._pulses if now - pulse.last_beat() > pulse.limit]

    async def run(self) -> None:
        """Feed the watchdog for ever, or stop feeding it and say for whom; before READY, ask for time instead."""
        interval = watchdog_interval()
        was_stuck = False
        while True:
            if stuck := self.stuck(time.monotonic()):
                log.error("no progress: %s", ", ".join(stuck))
                tell(f"STATUS=Stuck: {', '.join(stuck)}; systemd will restart the robot's software")
            else:
                tell("WATCHDOG=1" if self._ready else f"EXTEND_TIMEOUT_USEC={START_EXTENSION * 1_000_000:.0f}")
                if was_stuck:
                    tell(f"STATUS={self._status}")
            was_stuck = bool(stuck)
            await asyncio.sleep(interval)


def tell(message: str) -> None:
    """Tell systemd, if it listens: a socket inherited from a container or another user's service may not take it."""
    try:
        notify(message)
    except OSError as error:
        log.debug("systemd was not told: %s", error.strerror)


def watchdog_interval() -> float:
    """Seconds between two signs of life: half of what systemd allows (sd_watchdog_enabled(3)), at most the usual."""
    allowed = os.environ.get("WATCHDOG_USEC", "")
    return min(USUAL_INTERVAL, int(allowed) / 2_000_000) if allowed.isdecimal() and int(allowed) else USUAL_INTERVAL
