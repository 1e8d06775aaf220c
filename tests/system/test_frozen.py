"""A page that stands still for half a minute, as on a phone behind another app, in real Chromium."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from scripts.lab.process import until
from tests.system.guests import Guest, Site, launch

pytestmark = [pytest.mark.system, pytest.mark.long]

FROZEN_SECONDS = 30
CLOCK = "window.ticks = 0; setInterval(() => window.ticks++, 100);"


@pytest.fixture
async def phone() -> AsyncIterator[Browser]:
    """A browser of its own, which may be stopped without the other one."""
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        yield browser
        await browser.close()


@pytest.mark.parametrize(("grace_seconds", "participants"), [(60.0, 2), (10.0, 3)])
async def test_who_was_frozen_is_back_without_a_ghost(
    tmp_path: Path, browser: Browser, phone: Browser, grace_seconds: float, participants: int
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
        juan = await Guest.open(phone, site.link, "Juan")
        for guest in (lucia, juan):
            await guest.enter()
        await lucia.sees_and_hears(juan)
        await juan.page.evaluate(CLOCK)
        await freeze(phone, FROZEN_SECONDS)
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


async def freeze(browser: Browser, seconds: float) -> None:
    """Stop all processes that run pages; what DevTools call frozen goes on where the page is seen."""
    debugger = await browser.new_browser_cdp_session()
    found = (await debugger.send("SystemInfo.getProcessInfo"))["processInfo"]
    renderers = [each["id"] for each in found if each["type"] == "renderer"]
    assert renderers
    try:
        for process in renderers:
            os.kill(process, signal.SIGSTOP)
        await asyncio.sleep(seconds)
    finally:
        for process in renderers:
            os.kill(process, signal.SIGCONT)
