"""A booked call happens by itself, end to end, with a real browser."""

from pathlib import Path
from typing import Any

import pytest

from scripts.lab.visit import hold_visit
from tests.system.conftest import Lab

pytestmark = [pytest.mark.system, pytest.mark.paced]

KEYS = {
    "ok", "booked", "seen", "starts_at", "joined", "guest_joined", "guest_first_frame", "robot_first_frame",
    "robot_hears_hz", "guest_hears_hz", "guest_left", "robot_left", "ended", "video", "audio", "participants",
    "leave_reason", "screenshots",
}  # fmt: skip


async def visit(tmp_path: Path, guests: int) -> dict[str, Any]:
    """A visit that must work; how fast is for `scripts/demo --once` to judge, on a machine with nothing else to do."""
    record = await hold_visit(tmp_path, pictures=tmp_path, guests=guests, patience=5)
    assert record["problems"] == []
    return record


async def test_a_visit_from_the_booking_to_the_end(tmp_path: Path) -> None:
    record = await visit(tmp_path, guests=1)
    assert record.keys() >= KEYS
    order = ["booked", "seen", "starts_at", "joined", "guest_joined", "guest_left", "robot_left", "ended"]
    times = [record[key] for key in order]
    assert times == sorted(times)
    assert all(Path(picture).stat().st_size > 1000 for picture in record["screenshots"])
    assert {way["codec"] for way in record["video"].values()} == {"VP8"}
    assert {way["codec"] for way in record["audio"].values()} == {"opus"}


async def test_three_participants_are_all_connected_and_heard(tmp_path: Path) -> None:
    record = await visit(tmp_path, guests=2)
    assert record["participants"] == 3
    assert record["connections"] == 4  # two for each browser; the robot's two are the far ends of one of each
    assert record["robot_hears_hz"] == [880.0, 1320.0]


async def test_the_guest_is_first(lab: Lab) -> None:
    robot = lab.robot()
    visitor = await lab.guest()
    booked = lab.book(robot, "now+15s")
    await visitor.enter(booked["link"], "Carmen")
    assert robot.file()["state"] == "idle", "the robot was early"
    await visitor.first_frame(45)
    call = robot.wait_for_call("first_picture_at", 45)
    assert call["reservation"] == booked["reservation"]
    await visitor.leave()
    assert robot.wait_for_call("left_at", 60)["leave_reason"] == "last_participant"


async def test_two_robots_and_two_calls_at_once(lab: Lab) -> None:
    first, second = lab.robot("Robot 1"), lab.robot("Robot 2", audio={"microphone": "tone:550", "speaker": "none"})
    booked_first, anna = await lab.together(first)
    booked_second, berta = await lab.together(second)
    assert await anna.connected() == await berta.connected() == 1
    assert [round(hertz, -1) for hertz in await anna.hears()] == [440]
    assert [round(hertz, -1) for hertz in await berta.hears()] == [550]
    assert await anna.page.locator("#tiles > li:not([data-kind=self])").count() == 1
    await anna.leave()
    assert first.wait_for_call("left_at", 60)["reservation"] == booked_first["reservation"]
    assert second.file()["state"] == "in_call", "the end of one call touched the other"
    await berta.leave()
    assert second.wait_for_call("left_at", 60)["reservation"] == booked_second["reservation"]
