"""A page that the browser freezes for half a minute, as phones do behind another app, in real Chromium."""

import asyncio
import json
from pathlib import Path

import pytest
from playwright.async_api import Browser

from scripts.lab.process import until
from tests.system.guests import Guest, Site

pytestmark = [pytest.mark.system, pytest.mark.long]

FROZEN_SECONDS = 30
CLOCK = "window.ticks = 0; setInterval(() => window.ticks++, 100);"


@pytest.mark.parametrize(("grace_seconds", "participants"), [(60.0, 2), (10.0, 3)])
async def test_who_was_frozen_is_back_without_a_ghost(
    tmp_path: Path, browser: Browser, grace_seconds: float, participants: int
) -> None:
    """Within the server's grace time as the same participant, after it as a new one: seen and heard either way."""
    site = Site.make(tmp_path)
    settings = json.loads((tmp_path / "server.yaml").read_text())
    settings["rooms"] |= {"grace_seconds": grace_seconds, "alone_seconds": 120}
    (tmp_path / "server.yaml").write_text(json.dumps(settings))
    await site.book()
    await site.start()
    try:
        lucia = await Guest.open(browser, site.link, "Lucía")
        juan = await Guest.open(browser, site.link, "Juan")
        for guest in (lucia, juan):
            await guest.enter()
        await lucia.sees_and_hears(juan)
        await juan.page.evaluate(CLOCK)
        await freeze(juan, FROZEN_SECONDS)
        assert await juan.page.evaluate("window.ticks") < 10 * FROZEN_SECONDS / 2

        async def has_one_tile() -> bool:
            return await lucia.page.locator(lucia.tile(juan)).count() == 1

        await until(has_one_tile, "Juan is there once")
        await lucia.sees_and_hears(juan)
        await juan.sees_and_hears(lucia)
        for guest in (lucia, juan):
            assert await guest.page.locator(".tile").count() == 2
        assert site.participants() == participants
        assert not lucia.errors + juan.errors
    finally:
        await site.stop()


async def freeze(guest: Guest, seconds: float) -> None:
    debugger = await guest.page.context.new_cdp_session(guest.page)
    await debugger.send("Page.setWebLifecycleState", {"state": "frozen"})
    await asyncio.sleep(seconds)
    await debugger.send("Page.setWebLifecycleState", {"state": "active"})
