"""The second client in docs/examples, on the page's protocol half alone, in a room with the visit's robot."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests.system.guests import DEADLINE, Site

pytestmark = pytest.mark.system

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs/examples/watch_room.mjs"


async def test_it_sees_who_is_there_what_is_written_and_the_end(site: Site) -> None:
    robot = await site.robot()
    process = await asyncio.create_subprocess_exec(
        ROOT / ".venv/bin/node", EXAMPLE, site.link, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout

    async def next_event() -> dict[str, Any]:
        assert process.stdout
        async with asyncio.timeout(DEADLINE):
            event: dict[str, Any] = json.loads(await process.stdout.readline())
        return event

    assert await next_event() == {"event": "joined", "title": "Visita a Carmen", "names": ["Robot 1"]}
    await robot.call("chat", {"text": "Hola"}, timeout=DEADLINE)
    said = await next_event()
    assert (said["event"], said["text"]) == ("chat", "Hola")
    await robot.call("leave", {}, timeout=DEADLINE)
    assert (await next_event())["event"] == "participant_left"
    assert await next_event() == {"event": "room_closed", "reason": "last_participant"}
    async with asyncio.timeout(DEADLINE):
        assert await process.wait() == 0
    await robot.disconnect()
