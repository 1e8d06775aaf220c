"""One measured visit: the robot and some browsers, each moment on one clock, all that is seen and heard checked."""

import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from scripts.lab.browser import Guest, guest
from scripts.lab.display import Display
from scripts.lab.picture import share_of_colour
from scripts.lab.process import LabError, wait_for
from scripts.lab.robot import LabRobot
from scripts.lab.server import LabServer
from scripts.lab.sound import RATE, peak_hertz, read_wav, share_of

ROBOT_HERTZ = 440.0
GUEST_HERTZ = (880.0, 1320.0, 1760.0, 660.0)
COLOURS = ((110, 70, 60), (140, 180, 90), (90, 120, 200), (160, 60, 170))
"""Y, U, V of each guest's picture: green, blue, red, purple."""
NAMES = ("María José Núñez", "Ángel", "Lucía", "Íñigo")
LEAD = 8.0
"""Seconds from the booking to the start: time for the browsers to come up."""
TOLERANCE = 5.0
"""Hz."""
SKY = (75, 145, 115)
"""What the synthetic camera shows most of."""
LEAST_PICTURE = 0.4
LEAST_SKY = 0.2
LEAST_FPS = 20
LEAST_SHARE = 0.1
"""Of all that is heard, for one guest's tone."""


@dataclass
class Record:
    """What happened; times in seconds since the start of the run."""

    patience: float = 1.0
    """How many times slower than promised this machine may be."""
    began: float = field(default_factory=time.time)
    moments: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def note(self, key: str, at: float | str | None = None) -> None:
        """Note a moment: now, a Unix time, or an RFC 3339 time."""
        unix = time.time() if at is None else datetime.fromisoformat(at).timestamp() if isinstance(at, str) else at
        self.moments[key] = round(unix - self.began, 3)

    def expect(self, good: bool, what: str) -> None:
        """Note a problem where something is not as it must be."""
        if not good:
            self.problems.append(what)

    def expect_within(self, key: str, seconds: float, *after: str) -> None:
        """Expect one moment soon after the last of others."""
        gap = self.moments[key] - max(self.moments[each] for each in after)
        allowed = seconds * self.patience
        self.expect(gap <= allowed, f"{key} came {gap:.2f} s after {' and '.join(after)}, allowed are {allowed:g} s")


async def hold_visit(workspace: Path, pictures: Path, guests: int = 1, patience: float = 1.0) -> dict[str, Any]:
    """Hold it and return the record, whose key `ok` says whether all of it worked."""
    record = Record(patience)
    async with AsyncExitStack() as stack:
        display = stack.enter_context(Display(1280, 720))
        server = stack.enter_context(LabServer(workspace, rooms={"linger_seconds": 1}))
        robot = LabRobot(workspace / "robot", server, screen={"display": display.name})
        stack.enter_context(robot)
        booked = server.json(
            "book",
            "--robot",
            robot.name,
            "--starts",
            f"now+{LEAD:g}s",
            "--minutes",
            "10",
            "--title",
            "Visita de María José",
        )
        record.note("booked", server.visit(booked["reservation"])["created_at"])
        record.note("starts_at", booked["starts_at"])
        visitors = [
            await stack.enter_async_context(
                guest(workspace / f"guest-{number}", colour=COLOURS[number], hertz=GUEST_HERTZ[number])
            )
            for number in range(guests)
        ]
        await _come_together(record, robot, visitors, booked["link"])
        await _measure(record, robot, visitors)
        await _take_pictures(record, pictures, display, visitors)
        await _part(record, server, robot, visitors, booked["reservation"])
    record.moments["problems"] = record.problems
    record.moments["ok"] = not record.problems
    return record.moments


async def _come_together(record: Record, robot: LabRobot, visitors: list[Guest], link: str) -> None:
    call = await asyncio.to_thread(robot.wait_for_call, "joined_at", LEAD + 45)
    record.note("seen", call["seen_at"])
    record.note("joined", call["joined_at"])
    await asyncio.gather(*(each.enter(link, NAMES[number]) for number, each in enumerate(visitors)))
    record.note("guest_joined")
    record.note("guest_first_frame", max(await asyncio.gather(*(each.first_frame(45) for each in visitors))))
    call = await asyncio.to_thread(robot.wait_for_call, "first_picture_at", 45)
    record.note("robot_first_frame", call["first_picture_at"])
    record.moments["participants"] = len(visitors) + 1
    record.expect(record.moments["joined"] >= record.moments["starts_at"] - 1, "joined more than 1 s before the start")
    record.expect_within("joined", 1, "starts_at")
    record.expect_within("guest_first_frame", 2, "joined", "guest_joined")
    record.expect_within("robot_first_frame", 2, "joined", "guest_joined")


async def _measure(record: Record, robot: LabRobot, visitors: list[Guest]) -> None:
    """Let the call run for a few seconds, then ask both sides what they see and hear."""
    pairs = await asyncio.gather(*(_wait_for_connections(each, len(visitors)) for each in visitors))
    record.moments["connections"] = sum(pairs)
    record.expect(all(count == len(visitors) for count in pairs), f"not every pair is connected: {pairs}")
    before = await visitors[0].statistics()
    await asyncio.sleep(3)
    after = await visitors[0].statistics()
    samples = robot.file()["samples"]
    record.moments["video"] = {
        "robot_to_guest": _seen_by_guest(before, after, "video"),
        "guest_to_robot": _seen_by_robot(samples, "video"),
    }
    record.moments["audio"] = {
        "robot_to_guest": _seen_by_guest(before, after, "audio"),
        "guest_to_robot": _seen_by_robot(samples, "audio"),
    }
    for way, seen in record.moments["video"].items():
        record.expect(seen["fps"] >= LEAST_FPS / record.patience, f"{way}: only {seen['fps']} pictures per second")
    await _listen(record, robot, visitors)


async def _wait_for_connections(visitor: Guest, count: int) -> int:
    async with asyncio.timeout(45):
        while (connected := await visitor.connected()) < count:
            await asyncio.sleep(0.1)
    return connected


async def _listen(record: Record, robot: LabRobot, visitors: list[Guest]) -> None:
    at_guest = await _wait_to_hear(visitors[0], ROBOT_HERTZ)
    record.moments["guest_hears_hz"] = at_guest
    record.expect(abs(at_guest - ROBOT_HERTZ) <= TOLERANCE, f"the guest hears {at_guest} Hz, not {ROBOT_HERTZ} Hz")
    heard = read_wav(robot.speaker)[-4 * RATE :]
    wanted = GUEST_HERTZ[: len(visitors)]
    found = [hertz for hertz in wanted if share_of(hertz, heard) > LEAST_SHARE]
    record.moments["robot_hears_hz"] = round(peak_hertz(heard), 1) if len(visitors) == 1 else found
    record.expect(found == list(wanted), f"the robot hears {found} Hz of {wanted}")


async def _wait_to_hear(visitor: Guest, hertz: float) -> float:
    """The guest's ear that is nearest to a frequency, waited for: the sound may be between two beeps."""
    nearest = 0.0
    for _ in range(50):
        ears = await visitor.hears()
        nearest = min(ears, key=lambda each: abs(each - hertz), default=0.0)
        if abs(nearest - hertz) <= TOLERANCE:
            break
        await asyncio.sleep(0.1)
    return nearest


def _seen_by_guest(before: list[dict[str, Any]], after: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    """The robot's stream as the first guest receives it: the inbound one that is the first of its kind."""
    new = next(each for each in after if each["type"] == "inbound-rtp" and each["kind"] == kind)
    old = next(each for each in before if each["id"] == new["id"])
    seconds = (new["timestamp"] - old["timestamp"]) / 1000
    return {
        "codec": new["codec"].partition("/")[2],
        "size": f"{new.get('frameWidth', 0)}x{new.get('frameHeight', 0)}",
        "fps": round((new.get("framesDecoded", 0) - old.get("framesDecoded", 0)) / seconds, 1),
        "kbps": round((new["bytesReceived"] - old["bytesReceived"]) * 8 / 1000 / seconds),
    }


def _seen_by_robot(samples: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    sample = next(each for each in samples if each["kind"] == kind and each["direction"] == "received")
    return {
        "codec": sample["codec"],
        "size": f"{sample['width']}x{sample['height']}",
        "fps": sample["fps"],
        "kbps": round(sample["kbps"]),
    }


async def _take_pictures(record: Record, folder: Path, display: Display, visitors: list[Guest]) -> None:
    robot_screen, guest_page = folder / "robot-screen.png", folder / "guest-page.png"
    display.screenshot(robot_screen)
    await visitors[0].page.screenshot(path=guest_page)
    record.moments["screenshots"] = [str(robot_screen), str(guest_page)]
    for number in range(len(visitors)):
        share = share_of_colour(robot_screen, COLOURS[number])
        wanted = LEAST_PICTURE / len(visitors)
        record.expect(share > wanted, f"guest {number + 1} covers {share:.0%} of the robot's screen, not {wanted:.0%}")
    share = share_of_colour(guest_page, SKY)
    record.expect(share > LEAST_SKY, f"the robot's picture covers {share:.0%} of the guest's page, not {LEAST_SKY:.0%}")


async def _part(record: Record, server: LabServer, robot: LabRobot, visitors: list[Guest], reservation: str) -> None:
    """The guests leave; the robot and the server notice by themselves."""
    await asyncio.gather(*(each.leave() for each in visitors))
    record.note("guest_left")
    call = await asyncio.to_thread(robot.wait_for_call, "left_at", 40)
    record.note("robot_left", call["left_at"])
    record.moments["leave_reason"] = call["leave_reason"]
    record.expect(call["leave_reason"] == "last_participant", f"the robot left because of {call['leave_reason']}")
    try:
        ended = await asyncio.to_thread(
            wait_for, lambda: server.visit(reservation)["ended_at"], 10, "the visit is recorded as ended"
        )
    except LabError as error:
        record.problems.append(str(error))
        return
    record.note("ended", ended)
