"""The guest's page in real Chromium against a real server process: two guests of one visit, and what can go wrong."""

import asyncio
import signal
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from scripts.lab.process import until
from tests.system.guests import DEADLINE, Guest, Site, launch

pytestmark = pytest.mark.system

BREAK_FIRST_CONNECTION = """
const method = RTCPeerConnection.prototype.setRemoteDescription;
window.broken = 0;
RTCPeerConnection.prototype.setRemoteDescription = function (description) {
  if (window.broken++ === 0) return %s;
  return method.call(this, description);
};
"""
REFUSES = 'Promise.reject(new DOMException("broken by the test", "OperationError"))'
HANGS = "new Promise(() => {})"


async def two_in_call(site: Site, browser: Browser) -> tuple[Guest, Guest]:
    """The first one in, and the newcomer; each sees and hears the other."""
    first = await Guest.open(browser, site.link, "Lucía")
    newcomer = await Guest.open(browser, site.link, "Juan")
    await first.enter()
    await first.notice("No hay nadie más")
    await newcomer.enter()
    await first.sees_and_hears(newcomer)
    await newcomer.sees_and_hears(first)
    return first, newcomer


async def test_two_guests_from_hello_to_goodbye(site: Site, browser: Browser) -> None:
    lucia, juan = await two_in_call(site, browser)
    assert "video/VP8" in (await lucia.received())["codecs"]

    await juan.page.click("#call [data-device=microphone]")
    await lucia.page.wait_for_selector(f"{lucia.tile(juan)} .tile-muted:visible")
    await juan.page.click("#call [data-device=camera]")
    await lucia.page.wait_for_selector(f'{lucia.tile(juan)} .tile-state:has-text("Cámara apagada")')
    assert await lucia.page.locator(f"{lucia.tile(juan)} video").is_hidden()
    await juan.page.click("#call [data-device=microphone]")
    await lucia.page.wait_for_selector(f"{lucia.tile(juan)} .tile-muted", state="hidden")

    await juan.page.click("#leave")
    await juan.page.wait_for_selector('#closing-reason:has-text("Ha salido de la videollamada.")')
    await lucia.page.wait_for_selector(lucia.tile(juan), state="detached")
    await lucia.notice("No hay nadie más")
    assert lucia.errors == juan.errors == []


async def test_last_one_is_sent_home(site: Site, browser: Browser) -> None:
    guest = await Guest.open(browser, site.link, "Lucía")
    await guest.enter()
    robot = await site.robot()
    await guest.page.wait_for_selector('.tile[data-kind="robot"]:has-text("Robot 1")')
    await robot.call("leave", {}, timeout=DEADLINE)
    await robot.disconnect()
    await guest.page.wait_for_selector('.tile[data-kind="robot"]', state="detached")
    await guest.page.wait_for_selector('#closing-reason:has-text("Las demás personas han salido")')


async def test_reload_keeps_the_participant(site: Site, browser: Browser) -> None:
    first, newcomer = await two_in_call(site, browser)
    for who, other in ((first, newcomer), (newcomer, first)):
        await who.page.reload()
        await who.page.wait_for_selector("#call:visible")
        await who.sees_and_hears(other)
        await other.sees_and_hears(who)
        assert await other.page.locator(".tile").count() == 2
    assert site.participants() == 2


@pytest.mark.long
async def test_reload_of_both_at_once_brings_both_back(site: Site, browser: Browser) -> None:
    first, newcomer = await two_in_call(site, browser)
    await asyncio.gather(first.page.reload(), newcomer.page.reload())
    await first.sees_and_hears(newcomer)
    await newcomer.sees_and_hears(first)
    assert site.participants() == 2


async def test_closing_the_room_says_why(site: Site, browser: Browser) -> None:
    first, newcomer = await two_in_call(site, browser)
    await site.close_room()
    for guest in (first, newcomer):
        await guest.page.wait_for_selector('#closing-reason:has-text("El centro ha cerrado la sala.")')
        assert await guest.page.locator("#again").is_hidden()
    await first.page.reload()
    await first.page.wait_for_selector('h1:has-text("Esta sala está cerrada")')


async def test_killed_server_leaves_media_alone_and_gets_its_guests_back(site: Site, browser: Browser) -> None:
    first, newcomer = await two_in_call(site, browser)
    await site.stop(signal.SIGKILL)
    for guest in (first, newcomer):
        await guest.notice("Volviendo a conectar")
    await first.sees_and_hears(newcomer)
    await newcomer.page.click("#call [data-device=microphone]")
    await site.start()
    for guest in (first, newcomer):
        await guest.page.wait_for_selector("#notice", state="hidden", timeout=5000)
    await first.page.wait_for_selector(f"{first.tile(newcomer)} .tile-muted:visible")
    assert site.participants() == 2
    for guest in (first, newcomer):
        assert await guest.page.evaluate("window.connections.length") == 1


@pytest.mark.parametrize("breaker", ["first", "newcomer"])
async def test_broken_connection_is_replaced(site: Site, browser: Browser, breaker: str) -> None:
    first, newcomer = await two_in_call(site, browser)
    broken, other = (first, newcomer) if breaker == "first" else (newcomer, first)
    await broken.page.evaluate("window.connections.at(-1).close()")
    await until(lambda: has_connections(other, 2), "the other side makes a new connection")
    await broken.sees_and_hears(other)
    await other.sees_and_hears(broken)
    assert site.participants() == 2


@pytest.mark.parametrize("fault", [REFUSES, pytest.param(HANGS, marks=pytest.mark.long)])
@pytest.mark.parametrize("side", ["offer", "answer"])
async def test_failed_first_try_is_repeated(site: Site, browser: Browser, side: str, fault: str) -> None:
    script = BREAK_FIRST_CONNECTION % fault
    first = await Guest.open(browser, site.link, "Lucía", script if side == "offer" else "")
    newcomer = await Guest.open(browser, site.link, "Juan", script if side == "answer" else "")
    await first.enter()
    await newcomer.enter()
    await first.sees_and_hears(newcomer)
    await newcomer.sees_and_hears(first)
    assert await (first if side == "offer" else newcomer).page.evaluate("window.broken") == 2


async def test_second_window_of_one_guest_replaces_the_first(site: Site, browser: Browser) -> None:
    guest = await Guest.open(browser, site.link, "Lucía")
    await guest.enter()
    async with guest.page.context.expect_page() as opened:
        await guest.page.evaluate("window.open(location.href)")  # such a window inherits the session's storage
    copy = Guest(await opened.value, "Lucía", [])
    await copy.page.wait_for_selector("#call:visible", timeout=1000 * DEADLINE)
    await guest.page.wait_for_selector('#closing-reason:has-text("desde otra ventana")')
    assert site.participants() == 1


async def test_without_camera_and_microphone_one_still_sees_and_hears(site: Site, browser: Browser) -> None:
    async with async_playwright() as playwright:
        bare = await launch(playwright, devices=False)
        watcher = await Guest.open(bare, site.link, "Lucía")
        await watcher.page.wait_for_selector('#devices-notice:has-text("Cámara:")', timeout=1000 * DEADLINE)
        assert "Micrófono" in await watcher.page.inner_text("#devices-notice")
        await watcher.enter()
        shown = await Guest.open(browser, site.link, "Juan")
        await shown.enter()
        await watcher.sees_and_hears(shown)
        await shown.page.wait_for_selector(f"{shown.tile(watcher)} .tile-muted:visible")
        await bare.close()


async def test_who_comes_too_early_is_let_in_when_the_room_opens(tmp_path: Path, browser: Browser) -> None:
    site = Site.make(tmp_path)
    await site.start()
    await site.book(timedelta(minutes=15, seconds=6))  # it opens 15 minutes before the start
    early = await Guest.open(browser, site.link, "Lucía")
    await early.page.wait_for_selector('#countdown:has-text("La sala se abre dentro de")')
    await early.page.wait_for_selector("#lobby:visible", timeout=1000 * DEADLINE)
    await early.enter()
    await site.stop()


async def has_connections(guest: Guest, count: int) -> bool:
    made: int = await guest.page.evaluate("window.connections.length")
    return made >= count
