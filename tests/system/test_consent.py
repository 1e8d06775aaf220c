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

import numpy as np
import pytest

from robotclient.media.controls.evdev import EV_KEY, EVENT
from robotclient.media.controls.keys import KEYS
from scripts.lab.browser import Guest, guest
from scripts.lab.capture import Capture, Kind
from scripts.lab.display import Display
from scripts.lab.process import wait_for
from scripts.lab.robot import LabRobot
from scripts.lab.server import LabServer
from scripts.lab.sound import RATE, Samples, read_wav, share_of
from server import audit, bookings, configfile, residents, robots, secret, times
from server.database import Database
from server.residents import ResidentForm
from tests.server.domain_rig import RESIDENT

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

ANNOUNCE = 5.0
PATIENCE = 60.0
"""Seconds for what has no time limit of its own, on a busy machine."""
E5, GUEST_HERTZ = 659.3, 880.0
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


async def test_no_media_before_the_countdown_and_none_after_a_press_until_another(house: House) -> None:
    booked = await house.book(0)
    await asyncio.to_thread(house.robot.wait_for_state, "waiting", PATIENCE)
    visitor = await house.guest()
    with Capture() as capture:
        await visitor.enter(booked["link"], "Lucía Ortega")
        entered = time.time()
        await told(visitor, "being announced")
        await visitor.first_frame(PATIENCE)
        sent = capture.sent_by(house.robot.pid)
        assert sent[Kind.RTP][0] >= entered - 1 + ANNOUNCE, "media left before the countdown was over"
        before = [at for kind in (Kind.STUN, Kind.DTLS) for at in sent[kind] if at < sent[Kind.RTP][0]]
        assert min(before) < sent[Kind.RTP][0] - ANNOUNCE / 2, "there was no connection on which media could have gone"
        stopped = await stop(house, visitor)
        await come_back_to_life(house)
        assert house.robot.file()["state"] == "idle", "the stop was undone from afar, or forgotten"
        assert not media_since(capture, house, stopped)
        house.press()
        await asyncio.to_thread(house.robot.wait_for_call, "opened_at", PATIENCE)
        await asyncio.to_thread(wait_for, lambda: media_since(capture, house, stopped), PATIENCE, "media flows again")


def media_since(capture: Capture, house: House, moment: float) -> bool:
    return bool(capture.sent_by(house.robot.pid, since=moment)[Kind.RTP])


async def stop(house: House, visitor: Guest) -> float:
    """Press the button; returns when the robot had left."""
    house.press()
    call = await asyncio.to_thread(house.robot.wait_for_call, "left_at", PATIENCE)
    stopped = time.time()
    assert call["leave_reason"] == "local_stop"
    notice = "document.querySelector('#notice').textContent"
    await visitor.wait(f"() => {notice}.includes('has stopped the visit')", PATIENCE)
    return stopped


async def come_back_to_life(house: House) -> None:
    """Kill the robot, start it, and let it be told several times that a guest waits."""
    house.robot.kill()
    (house.robot.runtime / "status.json").unlink()
    house.robot.start()
    await asyncio.to_thread(
        wait_for, lambda: house.robot.file().get("server_reachable"), PATIENCE, "the robot has asked the server"
    )
    await asyncio.sleep(5)


@pytest.mark.long
async def test_a_visit_that_nobody_answers_is_declined_in_plain_words(house: House) -> None:
    booked = await house.book(0, consent="button")
    visitor = await house.guest()
    await visitor.enter(booked["link"], "Lucía Ortega")
    await told(visitor, "Waiting for somebody beside the robot")
    call = await asyncio.to_thread(house.robot.wait_for_call, "left_at", PATIENCE)
    assert (call["leave_reason"], call["opened_at"]) == ("declined", None)
    await visitor.wait("() => !document.querySelector('#closing').hidden", PATIENCE)
    assert "Nobody answered" in await visitor.page.inner_text("#closing-reason")
    heard = read_wav(house.robot.speaker)
    assert loudest_share(E5, heard) > 0.5, "no chime was heard beside the robot"
    assert loudest_share(GUEST_HERTZ, heard) < 0.5, "the guest was heard before anybody answered"
    visit: dict[str, Any] = house.server.visit(booked["reservation"])
    assert (visit["end_reason"], visit["started_at"]) == ("declined", None)


def loudest_share(hertz: float, sound: Samples) -> float:
    """The largest share that a frequency has in any fifth of a second that is not silent."""
    pieces = (sound[start : start + RATE // 5] for start in range(0, len(sound) - RATE // 5, RATE // 10))
    return max((share_of(hertz, piece) for piece in pieces if np.abs(piece).max() > 500), default=0.0)
