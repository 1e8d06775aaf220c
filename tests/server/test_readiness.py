"""A robot that finds something wrong with itself: the board says so in plain words, and staff are written to once."""

from datetime import timedelta
from email import message_from_string
from email.message import EmailMessage
from email.policy import default
from http import HTTPStatus

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from server import alerts, mails, robots
from server.config import ServerConfig
from server.config_network import IceSection, IceServerSection
from server.database import Database
from server.mail import MailWorker
from server.models import Mail, MailKind
from tests.server.data_rig import NOON, SECRET, Clock, add_robot, book, serving
from tests.server.portal_rig import add_user, reader, words
from wire.rest import Check, Finding, Readiness, RobotState, RobotStatus


def status(**checks: bool) -> RobotStatus:
    findings = tuple(Finding(check=Check(name), good=good, detail="21 dB") for name, good in checks.items())
    readiness = Readiness(at=NOON, findings=findings) if findings else None
    return RobotStatus(state=RobotState.IDLE, version="1", hostname="robot", readiness=readiness)


@pytest.fixture
async def soon(database: Database, robot: str) -> str:
    """A robot with a visit in half an hour."""
    await book(database, robot, NOON + timedelta(minutes=30))
    return robot


async def letters(database: Database, kind: MailKind = MailKind.ALERT) -> list[EmailMessage]:
    async with database.read() as session:
        mails = (await session.scalars(select(Mail).where(Mail.kind == kind).order_by(Mail.recipient))).all()
    return [message_from_string(each.content, _class=EmailMessage, policy=default) for each in mails]


async def test_staff_are_written_to_once_in_their_own_language(
    database: Database, config: ServerConfig, soon: str
) -> None:
    await add_user(database, "ana", language="es")
    await add_user(database, "ben", language="en")
    for told in (status(camera=True, sound=False), status(camera=True, sound=False), status()):
        await robots.set_status(database, config, soon, told, NOON)
    spanish, english = await letters(database)
    assert english["To"] == "ben@example.org"
    assert "needs a look before the visit at" in english["Subject"]
    text = english.get_content()
    assert "The microphone does not hear the loudspeaker." in text
    assert "camera" not in text, "what is right is told as well"
    assert f"{config.public_url}/robots" in text
    assert "micrófono" in spanish.get_content()


async def test_another_fault_and_the_same_one_after_it_was_mended_are_told_again(
    database: Database, config: ServerConfig, soon: str
) -> None:
    await add_user(database, "ben")
    steps = [(False, True, 1), (False, False, 2), (True, False, 2), (True, True, 2), (True, False, 3)]
    for camera, sound, count in steps:
        await robots.set_status(database, config, soon, status(camera=camera, sound=sound), NOON)
        assert len(await letters(database)) == count


async def test_without_a_visit_soon_nobody_is_written_to(database: Database, config: ServerConfig, robot: str) -> None:
    await book(database, robot, NOON + timedelta(days=2))
    await add_user(database, "ben")
    await robots.set_status(database, config, robot, status(camera=False), NOON)
    assert not await letters(database)


async def test_a_robot_that_is_silent_shortly_before_its_visit_is_told_once(
    database: Database, config: ServerConfig, soon: str
) -> None:
    await add_user(database, "ben")
    for minutes, count in ((10, 0), (16, 1), (17, 1)):  # the visit is in half an hour; the robot was seen at noon
        await alerts.warn_of_silence(database, config, NOON + timedelta(minutes=minutes))
        assert len(await letters(database, MailKind.SILENCE)) == count
    (letter,) = await letters(database, MailKind.SILENCE)
    assert "Robot 1 is not reachable" in letter.get_content()


async def test_a_robot_that_reports_is_not_silent(database: Database, config: ServerConfig, soon: str) -> None:
    await add_user(database, "ben")
    shortly = NOON + timedelta(minutes=20)
    await robots.set_status(database, config, soon, status(), shortly - timedelta(minutes=1))
    await alerts.warn_of_silence(database, config, shortly)
    assert not await letters(database, MailKind.SILENCE)


async def test_the_board_says_what_is_wrong_and_what_to_do(
    database: Database, config: ServerConfig, soon: str, clock: Clock
) -> None:
    await add_user(database)
    async with reader(config, database, clock) as visitor:
        await visitor.sign_in()
        await robots.set_status(database, config, soon, status(camera=True, sound=True), NOON)
        assert "all is well" in words(await visitor.open("/robots"))
        await robots.set_status(database, config, soon, status(camera=True, battery=False), NOON)
        seen = words(await visitor.open("/robots"))
    assert "The battery is nearly empty" in seen
    assert "Put the robot on its charger now." in seen
    assert "needs a look" in seen


async def test_the_worker_sends_what_belongs_to_no_link(
    database: Database, config: ServerConfig, soon: str, clock: Clock
) -> None:
    await add_user(database, "ben")
    await robots.set_status(database, config, soon, status(camera=False), NOON)
    await MailWorker(database, config, SECRET, clock).tick()
    (sent,) = (each for each in await mails.list_mails(database) if each.kind is MailKind.ALERT)
    assert sent.sent_at is not None
    assert (config.data_directory / "mails").is_dir()


async def test_a_robot_is_given_turn_servers_to_try_and_nobody_else_is(
    database: Database, config: ServerConfig, clock: Clock
) -> None:
    _, token = await add_robot(database)
    turn = IceServerSection(urls=("turn:turn.example.org:3478",), secret=SecretStr("shared"))
    given = config.model_copy(update={"ice": IceSection(servers=(turn,))})
    async with serving(given, clock) as client:
        assert (await client.get("/api/v1/robot/ice_servers")).status_code == HTTPStatus.UNAUTHORIZED
        answer = await client.get("/api/v1/robot/ice_servers", headers={"Authorization": f"Bearer {token}"})
    (server,) = answer.json()["items"]
    assert server["urls"] == ["turn:turn.example.org:3478"]
    assert server["username"].startswith(f"{int((NOON + timedelta(minutes=60)).timestamp())}:")
    assert answer.headers["Cache-Control"] == "no-store"
