"""The waiting room in real Chromium: a nurse, two guests who wait; she lets one in and sends the other away."""

import signal
from pathlib import Path

import pytest
from playwright.async_api import Browser, Dialog, Page, ViewportSize

from tests.system.guests import DEADLINE, STRANGERS_TOKEN, WATCH, Guest, Site

pytestmark = pytest.mark.system

PHONE = ViewportSize(width=390, height=844)
MILLISECONDS = 1000 * DEADLINE


async def open_as_staff(browser: Browser, site: Site, token: str, viewport: ViewportSize) -> Guest:
    """The call page in the window of somebody who is signed in."""
    context = await browser.new_context(locale="es-ES", viewport=viewport)
    await context.add_init_script(WATCH)
    await context.add_cookies([{"name": "session", "value": token, "url": site.url}])
    page = await context.new_page()
    staff = Guest(page, "Nora", [])
    page.on("pageerror", lambda error: staff.errors.append(str(error)))
    await page.goto(f"{site.url}/rooms/{site.room}/join")
    return staff


async def knock(guest: Guest) -> None:
    """Go in as far as the waiting room."""
    await guest.page.fill("#name", guest.name)
    await guest.page.click("#enter:enabled", timeout=MILLISECONDS)
    await guest.page.wait_for_selector("#waiting:visible", timeout=MILLISECONDS)


def entry(name: str) -> str:
    return f'#waiting-guests li:has-text("{name}")'


async def connections(page: Page) -> int:
    made: int = await page.evaluate("window.connections.length")
    return made


@pytest.mark.parametrize(
    "viewport",
    [PHONE, pytest.param(ViewportSize(width=1280, height=800), marks=pytest.mark.long)],
    ids=["phone", "desktop"],
)
async def test_one_is_let_in_and_one_sent_away(
    site: Site, browser: Browser, tmp_path: Path, viewport: ViewportSize
) -> None:
    token = await site.guard()
    robot = await site.robot()
    seen: list[str] = []
    robot.on("participant_joined", lambda participant: seen.append(participant["name"]))
    nora = await open_as_staff(browser, site, token, viewport)
    await nora.enter()
    ana = await Guest.open(browser, site.link, "Ana")
    eve = await Guest.open(browser, f"{site.url}/r/{STRANGERS_TOKEN}", "Eve")
    for guest in (ana, eve):
        await knock(guest)
        await nora.page.wait_for_selector(entry(guest.name))
        await nora.page.wait_for_selector(f'#knock:has-text("{guest.name} espera")')
    await nora.page.screenshot(path=tmp_path / "staff.png")
    await eve.page.screenshot(path=tmp_path / "waiting.png")

    await nora.page.click(f'{entry("Ana")} button:has-text("Dejar pasar")')
    await ana.page.wait_for_selector("#call:visible", timeout=MILLISECONDS)
    await nora.page.wait_for_selector(entry("Ana"), state="detached")
    await nora.sees_and_hears(ana)
    await ana.sees_and_hears(nora)
    assert await nora.page.locator(entry("Eve")).is_visible()
    assert await eve.page.locator("#waiting").is_visible()
    assert await connections(eve.page) == 0
    assert seen == ["Nora", "Ana"]

    await send_away(nora, "Eve")
    await eve.page.wait_for_selector('#closing-reason:has-text("no le ha dejado pasar")')
    assert await eve.page.locator("#again").is_hidden()
    await nora.page.wait_for_selector("#waiting-room", state="hidden")
    await eve.page.reload()
    await eve.page.click("#enter:enabled", timeout=MILLISECONDS)
    await eve.page.wait_for_selector('#closing-reason:has-text("no le ha dejado pasar")')

    await ana.page.reload()
    await ana.page.wait_for_selector("#call:visible", timeout=MILLISECONDS)
    await nora.sees_and_hears(ana)
    assert await nora.page.locator("#waiting-room").is_hidden()
    assert seen == ["Nora", "Ana"]
    assert nora.errors == ana.errors == eve.errors == []
    await robot.disconnect()


async def send_away(staff: Guest, name: str) -> None:
    """Press the button, and then the question's."""
    asked: list[str] = []

    async def accept(dialog: Dialog) -> None:
        asked.append(dialog.message)
        await dialog.accept()

    staff.page.once("dialog", accept)
    await staff.page.click(f'{entry(name)} button:has-text("Rechazar")')
    assert name in asked[0]


@pytest.mark.long
async def test_a_reload_keeps_the_place_and_leaving_gives_it_up(site: Site, browser: Browser) -> None:
    nora = await open_as_staff(browser, site, await site.guard(), PHONE)
    await nora.enter()
    ana = await Guest.open(browser, site.link, "Ana")
    await knock(ana)
    await nora.page.wait_for_selector(entry("Ana"))
    await ana.page.reload()
    await ana.page.wait_for_selector("#waiting:visible", timeout=MILLISECONDS)
    assert await nora.page.locator(entry("Ana")).count() == 1
    await ana.page.click("#give-up")
    await ana.page.wait_for_selector('#closing-reason:has-text("Ha salido")')
    await nora.page.wait_for_selector("#waiting-room", state="hidden")
    assert nora.errors == ana.errors == []


@pytest.mark.long
async def test_who_waits_knocks_again_by_himself_after_a_restart_of_the_server(site: Site, browser: Browser) -> None:
    nora = await open_as_staff(browser, site, await site.guard(), PHONE)
    await nora.enter()
    ana = await Guest.open(browser, site.link, "Ana")
    await knock(ana)
    await nora.page.locator(entry("Ana")).evaluate("(entry) => (entry.dataset.old = 'yes')")
    await site.stop(signal.SIGKILL)
    await site.start()
    # The server knows nobody who waits; this is the entry of somebody who knocked since then.
    again = "#waiting-guests li:not([data-old])"
    await nora.page.click(f'{again}:has-text("Ana") button:has-text("Dejar pasar")', timeout=MILLISECONDS)
    await ana.page.wait_for_selector("#call:visible", timeout=MILLISECONDS)
    await nora.sees_and_hears(ana)
