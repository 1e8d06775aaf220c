"""What scripts/test-hardware runs inside its machine: the steps, each as one line of JSON to standard output."""

import asyncio
import json
import time
import traceback
from pathlib import Path

from robotclient.commands.mirror import Mirror
from robotclient.config import RobotConfig
from robotclient.transport import attach
from scripts.lab import drivers
from scripts.lab.hardware_steps import BEFORE, IN_A_VISIT, Room, Step
from scripts.lab.process import LabError
from scripts.lab.screen_unit import ScreenUnit

LONGEST = 3600.0
"""Seconds that the visit lasts at most; it ends with the last step."""


async def main() -> None:
    began = time.monotonic()
    drivers.load()
    _tell("Debian's kernel with its test drivers", "ok", began, Path("/proc/sys/kernel/osrelease").read_text().strip())
    with ScreenUnit(Path("/run/screen.log")) as display:
        room = Room(_config(display), drivers.Voice(Path("/run")))
        failed = await _walk(BEFORE, room) + await _visit(room)
    row = {"step": "all", "result": "failed" if failed else "ok", "seen": f"{failed} failed", "last": True}
    print(json.dumps(row), flush=True)


async def _visit(room: Room) -> int:
    """Hold a visit of the robot with itself for as long as the steps take; how many of them failed."""
    attach.install()
    room.voice.speak()
    room.mirror = Mirror(room.config)
    running = [asyncio.create_task(each) for each in (room.mirror.body.run(), room.mirror.hold(LONGEST))]
    try:
        return await _walk(IN_A_VISIT, room)
    finally:
        for task in reversed(running):
            task.cancel()
            (ended,) = await asyncio.gather(task, return_exceptions=True)
            if isinstance(ended, Exception):
                traceback.print_exception(ended)


def _config(display: ScreenUnit) -> RobotConfig:
    return RobotConfig.model_validate(
        {
            "state_directory": "/run",
            "runtime_directory": "/run",
            "camera": {"device": drivers.CAMERAS[0], "width": 300, "height": 200},
            "audio": {"microphone": drivers.MICROPHONE, "speaker": drivers.SPEAKER},
            "screen": {"display": display.name},
        }
    )


async def _walk(steps: tuple[Step, ...], room: Room) -> int:
    """Take them one after the other, whatever becomes of those before; how many failed."""
    failed = 0
    for step in steps:
        began = time.monotonic()
        try:
            _tell(step.name, "ok", began, await step.take(room))
        except (LabError, AssertionError, OSError, TimeoutError) as error:
            traceback.print_exc()
            _tell(step.name, "failed", began, f"{error} {room}".strip())
            failed += 1
    return failed


def _tell(step: str, result: str, began: float, seen: str) -> None:
    row = {"step": step, "result": result, "seconds": time.monotonic() - began, "seen": seen, "last": False}
    print(json.dumps(row), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
