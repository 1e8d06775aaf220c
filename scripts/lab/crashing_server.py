"""A server that kills itself at one step of what it writes, so that each step can be tried."""

import asyncio
import os
import signal
from collections.abc import Callable
from ctypes import c_double, c_int
from datetime import datetime, timedelta
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Protocol

import uvicorn
from sqlalchemy import Connection, Engine, event
from sqlalchemy.pool import ConnectionPoolEntry, Pool

from server.app import create_app
from server.config import ServerConfig
from server.database import WRITE
from server.times import utc_now

UNCOUNTED = "retention"
"""The task whose writing is no part of a visit; it runs once at the start."""


class Shared(Protocol):
    """A number in memory that several processes share."""

    value: Any


class Steps:
    """Counts the steps of one visit over all processes that take part, and kills the server at one of them."""

    def __init__(self, context: ForkServerContext, log: Path, kill_at: int) -> None:
        """`kill_at` is the number of the step, from 1; 0 for none. The log gets the name of each step."""
        self.log = log
        self.kill_at = kill_at
        self.armed: Shared = context.RawValue(c_int, 0)
        self.count: Shared = context.RawValue(c_int, 0)  # without a lock, which a killed process would take along
        self.later: Shared = context.RawValue(c_double, 0.0)
        """So many seconds the server's clock is ahead."""

    def take(self, name: str, server: int) -> None:
        """One more step, before it is done; `server` is the id of the process that may die at it."""
        if not self.armed.value:
            return
        self.count.value += 1
        with self.log.open("a") as log:
            log.write(f"{name}\n")
        if self.count.value == self.kill_at:
            os.kill(server, signal.SIGKILL)

    def clock(self) -> datetime:
        """What the server takes for now."""
        return utc_now() + timedelta(seconds=self.later.value)


def start(context: ForkServerContext, config: ServerConfig, steps: Steps) -> BaseProcess:
    """A process that serves until it is killed."""
    process = context.Process(target=_serve, args=(config, steps), daemon=True)
    process.start()
    return process


def _serve(config: ServerConfig, steps: Steps) -> None:
    _watch(lambda name: steps.take(name, os.getpid()))
    app = create_app(config, steps.clock)
    uvicorn.run(app, port=config.listen.port, log_config=None, ws="websockets-sansio")


def _watch(take: Callable[[str], None]) -> None:
    """Take a step before each statement of a writing transaction, before its commit, and after it."""

    def counted() -> bool:
        task = asyncio.current_task()
        return task is None or task.get_name() != UNCOUNTED

    def on_statement(connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        if statement == WRITE:
            connection.info["writes"] = True
        if connection.info.get("writes") and counted():
            take(" ".join(statement.split()[:3]))

    def on_commit(connection: Connection) -> None:
        if connection.info.get("writes") and counted():
            take("COMMIT")

    def on_return(_connection: object, entry: ConnectionPoolEntry) -> None:
        if entry.info.get("writes") and counted():
            take("committed")

    event.listen(Engine, "before_cursor_execute", on_statement)
    event.listen(Engine, "commit", on_commit)
    event.listen(Pool, "checkin", on_return)
