"""Start a device child, watch its heartbeat, kill it when it hangs, start it again, give up loudly.

A device call that never returns cannot be cancelled inside a process, so every device lives in a process of its own.
"""

import asyncio
import contextlib
import logging
import random
import socket
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from robotclient.media.channel import Beat, DaemonChannel, MessageTypes, PipeMessage

log = logging.getLogger(__name__)

Handler = Callable[[PipeMessage, bytes], None]
Greeting = Callable[[], Iterable[PipeMessage]]


class ChildGaveUpError(Exception):
    """A child ended more often than its budget allows: the daemon exits and systemd starts everything afresh."""


@dataclass(frozen=True)
class Patience:
    """How long to wait for a child, in seconds, and how often it may fail."""

    first_beat: float = 20.0
    """Importing OpenCV and opening a camera on a slow machine."""
    silence: float = 3.0
    farewell: float = 1.0
    longest_pause: float = 5.0
    failures: int = 10
    failures_within: float = 60.0


class Child:
    """One device child over all its lives. `run` is the one owner of its restarts."""

    def __init__(
        self,
        module: str,
        receives: MessageTypes,
        handle: Handler,
        greeting: Greeting,
        *,
        descriptors: tuple[int, ...] = (),
        patience: Patience | None = None,
    ) -> None:
        """`greeting` makes the messages that bring a fresh child to the wanted state, its configuration first.

        `descriptors` are inherited by the child under the same numbers.
        """
        self.name = module.rpartition(".")[2]
        self.starts = 0
        self.hung = False
        """Whether the last life ended by its silence."""
        self.last_beat = time.monotonic()
        self._module = module
        self._receives: MessageTypes = (Beat, *receives)
        self._handle = handle
        self._greeting = greeting
        self._descriptors = descriptors
        self._patience = patience or Patience()
        self._channel: DaemonChannel | None = None
        self._failures: deque[float] = deque(maxlen=self._patience.failures)
        self._beating = False
        self._allowed = self._patience.first_beat
        self._renewed = asyncio.Event()

    def send(self, message: PipeMessage, body: bytes = b"") -> bool:
        """Send to the living child; False where there is none or it does not keep up (the message is dropped)."""
        return self._channel is not None and self._channel.send(message, body)

    def renew(self) -> None:
        """Start it afresh, because what it is greeted with has changed; not counted as a failure."""
        self._renewed.set()

    async def run(self) -> None:
        """Keep the child alive until cancelled. Raises `ChildGaveUpError`."""
        while True:
            reason = await self._live()
            if reason is None:
                continue
            self._count_failure(reason)
            pause = random.uniform(0, min(self._patience.longest_pause, 0.1 * 2 ** len(self._failures)))  # noqa: S311
            words = "%s child ended: %s; next start in %.1f s"
            log.warning(words, self.name, reason, pause, extra={"DEVICE": self.name})
            await asyncio.sleep(pause)

    def _count_failure(self, reason: str) -> None:
        now = time.monotonic()
        while self._failures and now - self._failures[0] > self._patience.failures_within:
            self._failures.popleft()
        self._failures.append(now)
        if len(self._failures) == self._patience.failures:
            raise ChildGaveUpError(
                f"{self.name} child failed {len(self._failures)} times"
                f" in {now - self._failures[0]:.0f} s, at last: {reason}"
            )

    async def _live(self) -> str | None:
        """One life of the child; returns why it ended, None where that was our own wish."""
        ours, theirs = socket.socketpair()
        with theirs:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                self._module,
                str(theirs.fileno()),
                pass_fds=(theirs.fileno(), *self._descriptors),
                stdin=asyncio.subprocess.DEVNULL,
                process_group=0,  # Ctrl-C in a terminal is for the daemon alone, which still has a room to leave
            )
        self.starts += 1
        self._beating = False
        self._allowed = self._patience.first_beat
        self.last_beat = time.monotonic()
        self._channel = await DaemonChannel.open(ours, self._receives)
        self._renewed.clear()
        try:
            for message in self._greeting():
                self._channel.send(message)
            self.hung = False
            return await self._watch(process, self._channel)
        finally:
            self._channel.close()
            self._channel = None
            await self._bury(process)

    async def _watch(self, process: asyncio.subprocess.Process, channel: DaemonChannel) -> str | None:
        receiving = asyncio.create_task(self._receive(channel))
        renewed = asyncio.create_task(self._renewed.wait())
        try:
            while True:
                left = self.last_beat + self._allowed - time.monotonic()
                if left <= 0:
                    self._beating, self.hung = False, True
                    return f"no heartbeat for {self._allowed:g} s, killed"
                # Never longer than `silence`: the first beat, which shortens what is allowed, does not end this wait.
                done, _ = await asyncio.wait(
                    {receiving, renewed},
                    timeout=min(left, self._patience.silence),
                    return_when=asyncio.FIRST_COMPLETED,
                )
                if renewed in done:
                    return None
                if done:
                    receiving.result()
                    await asyncio.wait_for(process.wait(), self._patience.farewell)
                    return f"exited with status {process.returncode}"
        except TimeoutError:
            return "closed its channel but did not exit, killed"
        finally:
            receiving.cancel()
            renewed.cancel()

    async def _receive(self, channel: DaemonChannel) -> None:
        while (received := await channel.receive()) is not None:
            message, body = received
            if isinstance(message, Beat):
                self._beating = True
                self._allowed = self._patience.silence + message.busy
                self.last_beat = time.monotonic()
            else:
                self._handle(message, body)

    async def _bury(self, process: asyncio.subprocess.Process) -> None:
        """The channel is closed: a child whose heart beats exits by itself, any other is killed."""
        try:
            await asyncio.wait_for(process.wait(), self._patience.farewell if self._beating else 0.1)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
