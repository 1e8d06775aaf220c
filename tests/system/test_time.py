"""Wrong clocks on a real robot whose wall clock libfaketime sets (T1, T2, T6); monotonic time is left alone."""

import asyncio
import sysconfig
from datetime import datetime
from pathlib import Path

import pytest

from scripts.lab.process import wait_for
from tests.system.conftest import Lab

pytestmark = [pytest.mark.system, pytest.mark.long, pytest.mark.timeout(300)]

LIBRARY = Path("/usr/lib", sysconfig.get_config_var("MULTIARCH"), "faketime/libfaketime.so.1")
PATIENCE = 60.0
HALF_A_CENTURY = "-56y"
AN_HOUR_AHEAD = "+3600"


def clock(setting: Path) -> dict[str, str]:
    """An environment in which the wall clock is off by what stands in a file, now and whenever it changes."""
    return {
        "LD_PRELOAD": str(LIBRARY),
        "FAKETIME_TIMESTAMP_FILE": str(setting),
        "FAKETIME_NO_CACHE": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }


async def test_a_robot_that_wakes_up_in_1970_is_on_time_and_a_step_of_an_hour_changes_nothing(
    lab: Lab, tmp_path: Path
) -> None:
    setting = tmp_path / "clock"
    setting.write_text(HALF_A_CENTURY)
    robot = lab.robot(environment=clock(setting))
    booked = lab.book(robot, "now+6s")
    call = await asyncio.to_thread(robot.wait_for_call, "joined_at", PATIENCE)
    starts_at, joined_at = (datetime.fromisoformat(each) for each in (booked["starts_at"], call["joined_at"]))
    assert starts_at <= joined_at, "it was early"
    (joined,) = lab.server.joined(booked["reservation"])
    assert starts_at <= joined, "by the server's clock it was early"
    setting.write_text(AN_HOUR_AHEAD)
    stepped = datetime.fromisoformat(robot.file()["at"])
    wait_for(lambda: (datetime.fromisoformat(robot.file()["at"]) - stepped).seconds >= 3, PATIENCE, "time goes on")
    assert robot.file()["state"] == "waiting", "the step of the clock ended the call"
    assert (datetime.fromisoformat(robot.file()["at"]) - stepped).total_seconds() < 600, "its time jumped"
