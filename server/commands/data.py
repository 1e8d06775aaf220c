"""The commands that work on the database: migrate, create-supervisor, add-robot, book, close-room."""

import sys
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from server import audit, booking, bookings, robots, schema, secret, times, tokens, users
from server.commands.answer import Answer, CommandError
from server.config import ServerConfig
from server.database import Database
from server.models import Language, Role
from server.tls import enrol_command


@asynccontextmanager
async def _database(config: ServerConfig) -> AsyncIterator[Database]:
    database = Database(config.database.url, config.database.busy_seconds)
    try:
        await schema.prepare(database, config.database.migrate)
        yield database
    finally:
        await database.close()


async def migrate(config: ServerConfig, _arguments: Namespace) -> Answer:
    """Bring the schema up to date."""
    database = Database(config.database.url, config.database.busy_seconds)
    try:
        version = await schema.upgrade(database)
    finally:
        await database.close()
    return Answer(f"The schema is at version {version}.", {"schema": version})


async def create_supervisor(config: ServerConfig, arguments: Namespace) -> Answer:
    """Add a supervisor, with the password that was given or a fresh one."""
    given = sys.stdin.readline().rstrip("\n") if arguments.password_stdin else None
    password = tokens.new_password() if given is None else given
    user = users.UserForm(
        username=arguments.username,
        name=arguments.username if arguments.name is None else arguments.name,
        email=arguments.email,
        role=Role.SUPERVISOR,
        language=Language(config.language),
        password=password,
    )
    async with _database(config) as database:
        await users.add(database, user, audit.SYSTEM, times.utc_now(), must_change_password=given is None)
    if given is not None:
        return Answer(f"Supervisor {user.username} is there.", {"username": user.username})
    return Answer(
        f"Supervisor {user.username} is there. The password, shown this once: {password}",
        {"username": user.username, "password": password},
    )


async def add_robot(config: ServerConfig, arguments: Namespace) -> Answer:
    """Add a robot, or give one that is there a new code."""
    hours = config.robots.enrolment_hours
    async with _database(config) as database:
        give = robots.renew_code if arguments.new_code else robots.add
        code = await give(database, arguments.name, audit.SYSTEM, times.utc_now(), timedelta(hours=hours))
    return Answer(
        f"Enrolment code of {arguments.name}, good once within {hours:g} hours: {code}\n"
        f"On the robot: {enrol_command(config, code)}",
        {"name": arguments.name, "code": code, "hours": hours},
    )


async def book(config: ServerConfig, arguments: Namespace) -> Answer:
    """Book a visit and show its guest's link."""
    now = times.utc_now()
    try:
        starts_at = times.parse_time(arguments.starts, config.zone, now)
        ends_at = starts_at + timedelta(minutes=arguments.minutes)
    except (ValueError, OverflowError) as error:
        raise CommandError(f"--starts/--minutes: {error}") from error
    key = secret.load(config.data_directory)
    async with _database(config) as database:
        robot = await robots.find(database, arguments.robot)
        wish = booking.Wish(
            robot_id=robot.id, title=arguments.title, starts_at=starts_at, ends_at=ends_at, guest=arguments.guest
        )
        try:
            booked = await bookings.book(database, config, key, wish, audit.SYSTEM, now)
        except booking.ClashError as clash:
            other = times.shown(clash.starts_at, clash.ends_at, config.zone)
            raise CommandError(f"{robot.name} is booked already: {clash.title!r}, {other}") from clash
    link = f"{config.public_url}/r/{booked.token}"
    when = times.shown(starts_at, ends_at, config.zone)
    return Answer(
        f"Booked: {robot.name}, {when} ({config.timezone})\nGuest's link: {link}",
        {
            "reservation": booked.reservation.id,
            "room": booked.reservation.room,
            "robot": robot.id,
            "starts_at": times.rfc3339(starts_at),
            "ends_at": times.rfc3339(ends_at),
            "link": link,
        },
    )


async def close_room(config: ServerConfig, arguments: Namespace) -> Answer:
    """Close a room; a running server sees it within a second and sends everyone home."""
    key = secret.load(config.data_directory)
    async with _database(config) as database:
        closed = await bookings.close(database, config, key, arguments.room, audit.SYSTEM, times.utc_now())
    return Answer(f"Closed: {closed.title!r}", {"reservation": closed.id, "room": closed.room})
