"""Consent first (B1): what leaves the robot is captured on the wire, the button is a real input event."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from robotclient.media.controls.evdev import EV_KEY, EVENT
from robotclient.media.controls.keys import KEYS
from scripts.lab.browser import Guest, guest
from scripts.lab.capture import Capture, Kind
from scripts.lab.display import Display
from scripts.lab.process import wait_for
from scripts.lab.robot import LabRobot
from scripts.lab.server import LabServer
from server import audit, bookings, configfile, residents, robots, secret, times
from server.database import Database
from server.residents import ResidentForm
from tests.server.domain_rig import RESIDENT

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

ANNOUNCE = 5.0
PATIENCE = 60.0
"""Seconds for what has no time limit of its own, on a busy machine."""
STATE = "document.querySelector('.tile[data-kind=robot] .tile-state')?.textContent"


@dataclass
class House:
    """A server, a robot with a button, and whoever comes."""

    directory: Path
    server: LabServer
    robot: LabRobot
    stack: AsyncExitStack

    async def book(self, starts_in: float, **rules: str) -> dict[str, str]:
        """A visit of a resident with these rules; its id and its link."""
        config = configfile.load(self.server.config)
        database, key, now = Database(config.database.url), secret.load(config.data_directory), times.utc_now()
        form = ResidentForm.model_validate(RESIDENT | {"emails": "ana@example.org", "relation": "hija"} | rules)
        try:
            resident = await residents.add(database, form, audit.SYSTEM, now)
            robot = await robots.find(database, self.robot.name)
            starts_at = (now + timedelta(seconds=starts_in)).isoformat()
            asked = bookings.ReservationForm(
                robot_id=robot.id, resident_id=resident.id, starts_at=starts_at, minutes=20
            )
            wish = await bookings.wish_of(database, config, asked)
            booked = await bookings.book(database, config, key, wish, audit.SYSTEM, now)
        finally:
            await database.close()
        return {"reservation": booked.reservation.id, "link": f"{self.server.url}/r/{booked.token}"}

    async def guest(self) -> Guest:
        return await self.stack.enter_async_context(guest(self.directory / "guest"))

    def press(self, key: str = "KEY_ENTER") -> None:
        """As the kernel tells it."""
        with (self.directory / "button").open("wb", buffering=0) as end:
            end.write(EVENT.pack(0, 0, EV_KEY, KEYS[key], 1) + EVENT.pack(0, 0, EV_KEY, KEYS[key], 0))


@pytest.fixture
async def house(tmp_path: Path, display: Display) -> AsyncIterator[House]:
    async with AsyncExitStack() as stack:
        rooms = {"linger_seconds": 300, "alone_seconds": 300}
        server = stack.enter_context(LabServer(tmp_path / "server", rooms=rooms))
        os.mkfifo(tmp_path / "button")
        robot = LabRobot(
            tmp_path / "robot",
            server,
            screen={"display": display.name},
            visit={"announce_seconds": ANNOUNCE, "answer_seconds": 5},
            controls={"device": str(tmp_path / "button")},
            call={"alone_seconds": 60},
        )
        stack.enter_context(robot)
        robot.wait_for_state("idle", PATIENCE)
        yield House(tmp_path, server, robot, stack)


async def told(visitor: Guest, words: str) -> None:
    """The page says this of the robot."""
    await visitor.wait(f"() => ({STATE} ?? '').includes({words!r})", PATIENCE)


async def test_no_media_packet_leaves_before_the_countdown_is_over(house: House) -> None:
    booked = await house.book(0)
    await asyncio.to_thread(house.robot.wait_for_state, "waiting", PATIENCE)
    visitor = await house.guest()
    with Capture() as capture:
        await visitor.enter(booked["link"], "Lucía Ortega")
        entered = time.time()
        await told(visitor, "being announced")
        await asyncio.to_thread(house.robot.wait_for_call, "first_picture_at", PATIENCE)
        await visitor.first_frame(PATIENCE)
        sent = capture.sent_by(house.robot.pid)
    assert sent[Kind.RTP], "nothing was captured"
    before = [at for kind in (Kind.STUN, Kind.DTLS) for at in sent[kind] if at < sent[Kind.RTP][0]]
    assert min(before) < sent[Kind.RTP][0] - ANNOUNCE / 2, "there was no connection on which media could have gone"
    assert sent[Kind.RTP][0] >= entered - 1 + ANNOUNCE, "media left before the countdown was over"
    assert await visitor.page.evaluate(STATE) == ""


async def test_a_press_stops_the_visit_and_only_a_press_brings_it_back(house: House) -> None:
    booked = await house.book(ANNOUNCE + 6)
    visitor = await house.guest()
    await visitor.enter(booked["link"], "Lucía Ortega")
    await visitor.first_frame(PATIENCE)
    with Capture() as capture:
        assert wait_for(lambda: capture.sent_by(house.robot.pid)[Kind.RTP], PATIENCE, "media flows")
        house.press()
        call = await asyncio.to_thread(house.robot.wait_for_call, "left_at", PATIENCE)
        stopped = time.time()
        assert call["leave_reason"] == "local_stop"
        await visitor.wait(
            "() => document.querySelector('#notice').textContent.includes('has stopped the visit')", PATIENCE
        )
        house.robot.kill()
        house.robot.start()
        house.robot.wait_for_state("idle", PATIENCE)
        wait_for(lambda: house.robot.file().get("server_reachable"), PATIENCE, "the robot has asked the server")
        await asyncio.sleep(5)  # several polls that tell of a guest who waits
        assert house.robot.file()["state"] == "idle", "the stop was undone from afar, or forgotten"
        assert not capture.sent_by(house.robot.pid, since=stopped)[Kind.RTP]
        house.press()
        await asyncio.to_thread(house.robot.wait_for_call, "opened_at", PATIENCE)
        assert wait_for(lambda: capture.sent_by(house.robot.pid, since=stopped)[Kind.RTP], PATIENCE, "media flows")


async def test_a_visit_that_nobody_answers_is_declined_in_plain_words(house: House) -> None:
    booked = await house.book(0, consent="button")
    visitor = await house.guest()
    await visitor.enter(booked["link"], "Lucía Ortega")
    await told(visitor, "Waiting for somebody beside the robot")
    call = await asyncio.to_thread(house.robot.wait_for_call, "left_at", PATIENCE)
    assert (call["leave_reason"], call["opened_at"]) == ("declined", None)
    await visitor.wait("() => !document.querySelector('#closing').hidden", PATIENCE)
    assert "Nobody answered" in await visitor.page.inner_text("#closing-reason")
    visit: dict[str, Any] = house.server.visit(booked["reservation"])
    assert (visit["end_reason"], visit["started_at"]) == ("declined", None)


async def test_a_press_answers(house: House) -> None:
    booked = await house.book(0, consent="button")
    visitor = await house.guest()
    await visitor.enter(booked["link"], "Lucía Ortega")
    await told(visitor, "Waiting for somebody beside the robot")
    house.press()
    await visitor.first_frame(PATIENCE)
    assert house.server.visit(booked["reservation"])["started_at"]
