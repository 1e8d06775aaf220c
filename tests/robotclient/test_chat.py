"""What guests write is on the robot's screen for a while, and only what those write who were let in."""

import asyncio
from typing import Any

import pytest

from robotclient.attendance import Attendance
from robotclient.body import Body, Occurrences
from robotclient.chat import MOST, SHOWN_FOR, RecentChat
from robotclient.config import RobotConfig
from robotclient.media.screen.views import Message
from robotclient.news import Received
from scripts.lab.server import free_port
from tests.robotclient.test_schedule import reservation
from wire.signaling import Chat, Participant, ParticipantKind


def test_a_line_is_shown_for_a_while_and_the_newest_win() -> None:
    chat = RecentChat()
    for number in range(MOST + 1):
        chat.put("Ana", f"line {number}", float(number))
    assert chat.shown(MOST) == tuple(("Ana", f"line {number}") for number in range(1, MOST + 1))
    assert chat.shown(SHOWN_FOR + 2) == (("Ana", f"line {MOST}"),)
    assert chat.shown(SHOWN_FOR + MOST) == ()


@pytest.fixture
async def attendance() -> Any:
    body = Body(RobotConfig(), Occurrences(device_changed=lambda _: None, picture_drawn=lambda _: None))
    errors: list[BaseException] = []
    url = f"http://127.0.0.1:{free_port()}"  # nobody is there: what comes is put in by hand
    one = Attendance(
        reservation("a", 0, 30),
        body,
        server_url=url,
        token="token",
        tls=None,
        tell=lambda _: None,
        on_error=errors.append,
    )
    one.roster = {name: Participant(id=name, kind=ParticipantKind.GUEST, name=name.title()) for name in ("ana", "eva")}
    body.admit(frozenset({"ana"}))
    yield one
    async with asyncio.timeout(20):
        await one._link.cancel()
    assert errors == []


async def test_only_who_was_let_in_is_read_on_the_screen(attendance: Attendance) -> None:
    for sender, text in (("ana", "Hola"), ("eva", "not yet let in"), ("nobody", "not in the room")):
        await attendance.take(Received(Chat.model_validate({"text": text, "from": sender})))
    assert attendance.messages() == (Message(sender="Ana", text="Hola"),)
    assert [tile.name for tile in attendance.tiles(frozenset({"ana"}))] == ["Ana"]
