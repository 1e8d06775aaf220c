"""Many robots at one server: the robot's own signaling, in a few processes, without devices and media."""

import asyncio
import logging
import multiprocessing
import secrets
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import Self

from robotclient.news import InRoom, LinkDown, News, NotAdmitted
from robotclient.signaling import Signaling
from server import configfile, tokens
from server.database import Database
from server.models import Link, Reservation, Robot


@dataclass(frozen=True)
class Place:
    """A robot with a visit that goes on, and a guest's link to it."""

    room: str
    token: str
    link: str


async def furnish(config_file: Path, count: int) -> list[Place]:
    """So many robots, enrolled and booked."""
    database = Database(configfile.load(config_file).database.url)
    now = datetime.now(UTC)
    places = []
    async with database.write() as session:
        for _ in range(count):
            robot = Robot(name=f"Robot {secrets.token_hex(6)}")
            session.add(robot)
            await session.flush()
            place = Place(secrets.token_urlsafe(16), tokens.robot_token(robot.id), secrets.token_urlsafe(16))
            robot.token_hash = tokens.digest(place.token)
            until = now + timedelta(hours=4)
            visit = Reservation(
                room=place.room, robot_id=robot.id, title="Herd", starts_at=now, ends_at=until, created_at=now
            )
            session.add(visit)
            await session.flush()
            session.add(Link(reservation_id=visit.id, token_hash=tokens.digest(place.link), created_at=now))
            places.append(place)
    await database.close()
    return places


@dataclass
class Herd:
    """The robots, each in its room, and when what happened to them by the monotonic clock, which processes share."""

    url: str
    places: Sequence[Place]
    processes: int = 4
    came: dict[int, float] = field(default_factory=dict)
    """Who is in his room, since when."""
    lost: dict[int, float] = field(default_factory=dict)
    """When each last lost his link."""
    participants: dict[int, str] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    _running: list[tuple[BaseProcess, Connection]] = field(default_factory=list)

    def __enter__(self) -> Self:
        spawn = multiprocessing.get_context("spawn")
        numbered = list(enumerate(self.places))
        for first in range(self.processes):
            ours, theirs = spawn.Pipe(duplex=False)
            process = spawn.Process(target=_attend, args=(self.url, numbered[first :: self.processes], theirs))
            process.start()
            self._running.append((process, ours))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process, _ in self._running:
            process.kill()
            process.join()

    def all_here(self) -> bool:
        """Whether everybody is in his room now."""
        self.listen()
        return len(self.came) == len(self.places)

    def all_lost(self) -> bool:
        """Whether nobody is."""
        self.listen()
        return not self.came

    def listen(self) -> None:
        """Take in what they have told."""
        for _, pipe in self._running:
            while pipe.poll():
                number, what, detail, at = pipe.recv()
                match what:
                    case "came":
                        self.came[number], self.participants[number] = at, detail
                    case "lost":
                        self.came.pop(number, None)
                        self.lost[number] = at
                    case _:
                        self.refused[detail] += 1


def _attend(url: str, numbered: Sequence[tuple[int, Place]], pipe: Connection) -> None:
    """One process of the herd, until it is killed."""
    logging.disable()
    asyncio.run(_all(url, numbered, pipe))


async def _all(url: str, numbered: Sequence[tuple[int, Place]], pipe: Connection) -> None:
    links = [Signaling(url, place.token, place.room, partial(_tell, pipe, number)) for number, place in numbered]
    await asyncio.gather(*(link.run() for link in links))


def _tell(pipe: Connection, number: int, news: News) -> None:
    match news:
        case InRoom(joined):
            pipe.send((number, "came", joined.participant, time.monotonic()))
        case LinkDown():
            pipe.send((number, "lost", "", time.monotonic()))
        case NotAdmitted(refusal):
            pipe.send((number, "refused", refusal.error.value, time.monotonic()))
