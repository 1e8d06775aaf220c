"""A robot on a machine of its own, under the real systemd: installed, booted, and back in its call after every blow."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from scripts.lab.browser import Guest, guest
from scripts.lab.machine import can_run
from scripts.lab.recovery import back_in_call
from scripts.lab.robot_machine import UNIT, RobotMachine
from scripts.lab.server import LabServer

pytestmark = [pytest.mark.system, pytest.mark.long, pytest.mark.timeout(600), pytest.mark.asyncio(loop_scope="module")]
NAME = "Carmen Ñusta"


@dataclass
class Visit:
    """A call between the booted robot and a guest."""

    server: LabServer
    robot: RobotMachine
    visitor: Guest
    reservation: str

    async def survives(self, blow: Callable[[], object], within: float, *, leaves: bool = False) -> None:
        """The robot is seen again by the same guest, as the same participant unless it had left in good order."""
        before = self.server.participants(self.reservation)
        await back_in_call(self.visitor, blow, within)
        now = self.server.participants(self.reservation)
        assert len(now - before) == leaves, "there is a ghost of the robot"
        assert await self.visitor.page.locator("#tiles > li:not([data-kind=self])").count() == 1


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def visit(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Visit]:
    directory = tmp_path_factory.mktemp("boot")
    if not await asyncio.to_thread(can_run, directory / "probe.log"):
        pytest.skip("no machine can run inside this one: it needs root, overlayfs and systemd-nspawn")
    async with AsyncExitStack() as stack:
        server = stack.enter_context(LabServer(directory / "server", rooms={"linger_seconds": 1}))
        robot = stack.enter_context(RobotMachine(directory / "robot", server))
        await asyncio.to_thread(robot.prepare)
        visitor = await stack.enter_async_context(guest(directory / "guest"))
        booked = server.json("book", "--robot", robot.name, "--starts", "now+0s", "--minutes", "30", "--title", NAME)
        await visitor.enter(booked["link"], NAME)
        await visitor.first_frame(60)
        yield Visit(server, robot, visitor, booked["reservation"])
        await asyncio.to_thread(robot.off)


async def test_it_was_installed_enrolled_and_ready_before_it_joined(visit: Visit) -> None:
    unit = visit.robot.show("ActiveState", "UnitFileState", "NRestarts", "StatusText", "Type")
    assert unit == {
        "ActiveState": "active",
        "UnitFileState": "enabled",
        "NRestarts": "0",
        "StatusText": "In a visit",
        "Type": "notify",
    }
    assert "in_call" in visit.robot.run("robotclient", "status")
    owners = {path.stat().st_uid for path in visit.robot.state.iterdir()}
    assert owners == {Path(f"/proc/{visit.robot.pid_of(UNIT)}").stat().st_uid}
    assert 0 not in owners, "the robot runs as root"


async def test_r9_killed_it_is_back_in_the_same_call(visit: Visit) -> None:
    await visit.survives(lambda: os.kill(visit.robot.pid_of(UNIT), signal.SIGKILL), 40)


async def test_r10_stopped_the_watchdog_brings_it_back_into_the_same_call(visit: Visit) -> None:
    await visit.survives(lambda: os.kill(visit.robot.pid_of(UNIT), signal.SIGSTOP), 40)
    assert "Watchdog timeout" in visit.robot.journal("--unit", UNIT)


async def test_the_journal_has_its_fields_and_no_names(visit: Visit) -> None:
    records = [json.loads(line) for line in visit.robot.journal("--unit", UNIT, "--output=json").splitlines()]
    own = [each for each in records if each.get("SYSLOG_IDENTIFIER") == "robotclient"]
    together = [each for each in own if each["STATE"] == "TOGETHER"]
    assert {each["CALL"] for each in together} == {visit.reservation}
    assert len({each["ROOM"] for each in together}) == 1
    assert {"camera", "screen"} <= {each["DEVICE"] for each in own}
    room = visit.server.visit(visit.reservation)["room"]
    token = json.loads((visit.robot.state / "identity.json").read_text())["token"]
    said = json.dumps(records, ensure_ascii=False)
    assert not [secret for secret in (NAME, *NAME.split(), room, token) if secret in said]


async def test_rebooted_in_the_middle_of_a_call_it_is_back_in_it(visit: Visit) -> None:
    await visit.survives(visit.robot.reboot, 60, leaves=True)


async def test_d6_a_power_cut_that_tears_its_files_loses_no_call(visit: Visit) -> None:
    def cut() -> None:
        visit.robot.cut_power()
        for name, length in (("identity.json", 0), ("schedule.copy.json", 40), ("schedule.json", 100)):
            os.truncate(visit.robot.state / name, length)
        visit.robot.boot()

    await visit.survives(cut, 60)
    assert "schedule.json is not usable" in visit.robot.journal("--unit", UNIT)
