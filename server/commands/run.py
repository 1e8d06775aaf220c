"""The command that serves: uvicorn with uvloop, told to systemd."""

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
import uvloop
from systemd.daemon import notify

from server import app, schema, secret, turn
from server.commands.answer import CommandError
from server.config import ServerConfig
from server.database import Database
from server.frames import MAX_BYTES
from server.pages import MissingLibraryError
from server.times import utc_now
from server.tls import Tls
from server.websocket import PING_SECONDS, WebSocketProtocol

STOP_SECONDS = 5

log = logging.getLogger(__name__)


class Server(uvicorn.Server):
    """uvicorn, which tells systemd when it is ready and stopping, and ends by returning, not by a signal."""

    def __init__(self, settings: uvicorn.Config, whole: app.App) -> None:
        super().__init__(settings)
        self._whole = whole

    async def on_tick(self, counter: int) -> bool:
        """Stop at once where rooms, mails or retention have ended by an error: without them it only seems to serve."""
        self.force_exit = self.force_exit or self._whole.failure() is not None
        return await super().on_tick(counter) or self.force_exit

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say so."""
        await super().startup(sockets)
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        log.info("listening on %s://%s:%d", "https" if self.config.ssl else "http", host, port)
        _tell_systemd("READY=1")

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Say so, and finish what is running."""
        _tell_systemd("STOPPING=1")
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at SIGTERM and SIGINT. uvicorn would raise them again at the end, for an exit code of failure."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


def run(config: ServerConfig) -> None:
    """Serve until SIGTERM or SIGINT."""
    logging.basicConfig(level=config.log_level.upper(), format="%(levelname)s %(name)s: %(message)s")
    # Their lines of level INFO name addresses and rooms, or say nothing.
    for library in ("uvicorn", "alembic"):
        logging.getLogger(library).setLevel(logging.WARNING)
    key = secret.load(config.data_directory)
    if config.turn.address is not None:
        _write_turn_configuration(config, key)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner, _listen(config) as listener:
        runner.run(_serve(config, listener))


def _write_turn_configuration(config: ServerConfig, key: bytes) -> None:
    """Where robotturn.service finds it; for the server's user and root alone."""
    path = config.data_directory / "turnserver.conf"
    draft = path.with_suffix(".new")
    draft.write_text(turn.configuration(config, key), encoding="utf-8")
    draft.replace(path)


def _listen(config: ServerConfig) -> socket.socket:
    host, port = config.listen.host, config.listen.port
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        # Python puts the address once more behind the reason, in brackets.
        reason = str(error.strerror).partition(" (")[0]
        raise CommandError(f"cannot listen on {host}:{port} (listen.host, listen.port): {reason}") from error


async def _serve(config: ServerConfig, listener: socket.socket) -> None:
    # The lifespan opens the database again; here it fails with one line, there with uvicorn's traceback.
    database = Database(config.database.url, config.database.busy_seconds)
    try:
        await schema.prepare(database, config.database.migrate)
    finally:
        await database.close()
    try:
        whole = app.create_app(config)
    except MissingLibraryError as error:
        raise CommandError(str(error)) from error

    tls = Tls(config, utc_now()) if config.listen.tls in {"files", "site_ca"} else None

    async def beat() -> None:
        """Feed systemd's watchdog; called from uvicorn's main loop, so a stuck loop feeds nothing."""
        if tls is not None:
            tls.refresh(utc_now())
        if whole.alive():
            _tell_systemd("WATCHDOG=1")

    settings = uvicorn.Config(
        whole,
        log_config=None,
        access_log=False,
        ws=WebSocketProtocol,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        ws_max_size=2 * MAX_BYTES,  # the frame gate answers what is a little too large; this cuts off the rest
        ws_per_message_deflate=False,  # secrets and what others write must not be compressed together
        server_header=False,
        timeout_graceful_shutdown=STOP_SECONDS,
        callback_notify=beat,
        timeout_notify=_watchdog_seconds() // 3 or 1,
        forwarded_allow_ips=list(config.listen.proxies),
    )
    settings.load()
    settings.ssl = tls.context if tls is not None else None
    await Server(settings, whole).serve(sockets=[listener])
    if failure := whole.failure():
        raise RuntimeError("a background task has ended, without which the server does not go on") from failure


def _tell_systemd(message: str) -> None:
    """Tell it, if it listens: a socket inherited from a container or another user's service may not take it."""
    try:
        notify(message)
    except OSError as error:
        log.debug("systemd was not told: %s", error.strerror)


def _watchdog_seconds() -> int:
    """How long systemd waits for a beat; 30 where it does not watch."""
    return int(os.environ.get("WATCHDOG_USEC", "30000000")) // 1_000_000
