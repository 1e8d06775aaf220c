"""What goes wrong in a call, and how it ends or goes on. Ids are those of the fault catalogue."""

import asyncio
import time

import pytest

from scripts.lab.process import wait_for
from scripts.lab.recovery import DECODED, frames
from server.database import Database
from server.times import utc_now
from tests.server.data_rig import cancel
from tests.system.conftest import Lab

pytestmark = pytest.mark.system


@pytest.mark.long
async def test_s5_a_guest_who_is_killed_is_missed_and_the_robot_leaves(lab: Lab) -> None:
    robot = lab.robot()
    booked, visitor = await lab.together(robot)
    killed = time.time()
    visitor.kill()
    call = await asyncio.to_thread(robot.wait_for_call, "left_at", 90)
    assert call["leave_reason"] == "last_participant"
    assert time.time() - killed < 60
    ended = wait_for(lambda: lab.server.visit(booked["reservation"])["ended_at"], 30, "the end is recorded")
    assert ended


async def test_s1_media_outlives_the_server_and_everybody_is_the_same_afterwards(lab: Lab) -> None:
    robot = lab.robot()
    booked, visitor = await lab.together(robot)
    before = lab.server.participants(booked["reservation"])
    lab.server.kill()
    at_death = await frames(visitor)
    await asyncio.sleep(3)
    assert await frames(visitor) > at_death + 15, "media did not go on without the server"
    lab.server.start()
    back = time.monotonic()
    await visitor.wait("() => !document.querySelector('#notice').textContent.trim()", 30)
    wait_for(lambda: robot.file()["server_reachable"], 30, "the robot reaches the server")
    assert time.monotonic() - back < 30
    assert lab.server.participants(booked["reservation"]) == before, "somebody came back as somebody else"
    assert await visitor.connected() == 1
    await visitor.leave()
    assert robot.wait_for_call("left_at", 60)["leave_reason"] == "last_participant"


@pytest.mark.long
async def test_r2_a_server_that_is_away_at_the_start_loses_no_call(lab: Lab) -> None:
    robot = lab.robot()
    booked = lab.book(robot, "now+8s")
    wait_for(lambda: robot.file().get("next_start"), 30, "the robot has seen the visit")
    lab.server.kill()
    robot.stop()
    with robot:  # it was switched off as well: the schedule comes from the disk
        robot.wait_for_state("joining", 45)
        lab.server.start()
        call = robot.wait_for_call("joined_at", 45)
        assert call["reservation"] == booked["reservation"]


@pytest.mark.long
async def test_d9_cancelled_during_the_call(lab: Lab) -> None:
    robot = lab.robot()
    booked, visitor = await lab.together(robot)
    database = Database(lab.server.database_url)
    try:
        await cancel(database, booked["reservation"], utc_now())
    finally:
        await database.close()
    call = await asyncio.to_thread(robot.wait_for_call, "left_at", 45)
    assert call["leave_reason"] == "cancelled"
    await visitor.wait("() => !document.querySelector('#closing').hidden", 30)
    assert "cancel" in (await visitor.page.inner_text("#closing-reason")).lower()


async def test_j12_closed_by_the_operator(lab: Lab) -> None:
    robot = lab.robot()
    booked, visitor = await lab.together(robot)
    lab.server.command("close-room", booked["reservation"])
    call = await asyncio.to_thread(robot.wait_for_call, "left_at", 45)
    assert call["leave_reason"] == "closed"
    await visitor.wait("() => !document.querySelector('#closing').hidden", 30)
    answer = await visitor.page.goto(booked["link"])
    assert answer is not None
    assert answer.status >= 400, "a closed room can be entered again"


async def test_r9_a_robot_whose_daemon_dies_is_back_in_the_same_call(lab: Lab) -> None:
    robot = lab.robot()
    booked, visitor = await lab.together(robot)
    before = lab.server.participants(booked["reservation"])
    died = time.monotonic()
    robot.kill()
    robot.start()  # as systemd does
    seen = await frames(visitor)
    await visitor.wait(f"() => ({DECODED})().then(n => n > {seen + 30})", 45)
    assert time.monotonic() - died < 45
    assert lab.server.participants(booked["reservation"]) == before, "there is a ghost of the robot"
    assert await visitor.page.locator("#tiles > li:not([data-kind=self])").count() == 1


@pytest.mark.long
async def test_r2_camera_child_killed_in_the_call_the_picture_comes_back(lab: Lab) -> None:
    robot = lab.robot()
    _, visitor = await lab.together(robot)
    robot.kill_child("camera")
    killed_at = await frames(visitor)
    await visitor.wait(f"() => ({DECODED})().then(n => n > {killed_at + 60})", 45)
    assert robot.file()["child_starts"]["camera"] == 2
    assert robot.file()["child_starts"]["audio"] == 1
