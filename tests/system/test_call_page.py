"""What a guest does on the call page in real Chromium, seen from the other side; and what the page costs to load."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, Response, async_playwright, expect

from scripts.lab.browser import FAKE_DEVICES, FLAGS, write_picture
from scripts.lab.process import until
from tests.system.guests import CHROMIUM, WATCH, Guest, Site, launch

pytestmark = pytest.mark.system

FIRST_LOAD_BYTES = 150_000
THREE_CAMERAS = ("--use-fake-device-for-media-stream=device-count=3", "--use-fake-ui-for-media-stream")
"""The second is a depth camera."""
SENT_CAMERAS = """() => window.connections.flatMap((each) => each.getSenders())
  .filter(({ track }) => track?.kind === "video").map(({ track }) => track.label)"""
COUNT_SHARES = """() => {
  window.shares = 0;
  document.querySelector("#share").addEventListener("click", () => window.shares++);
}"""
MEAN = """(video) => {
  const context = new OffscreenCanvas(1, 1).getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(video, 0, 0, 1, 1);
  return [...context.getImageData(0, 0, 1, 1).data];
}"""
RED = (100, 110, 200)
"""Y, U and V of the camera's pictures; the screen that Chromium makes up is green."""
IN_A_MAIL_APP = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile"


@pytest.fixture
async def rich() -> AsyncIterator[Browser]:
    """A browser with a choice of cameras."""
    async with async_playwright() as playwright:
        args = [*FLAGS, *THREE_CAMERAS]
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=args)
        yield browser
        await browser.close()


@pytest.fixture
async def red(tmp_path: Path) -> AsyncIterator[Browser]:
    """A browser whose camera shows red."""
    clip = write_picture(tmp_path / "red.y4m", RED, 640, 480)
    async with async_playwright() as playwright:
        args = [*FLAGS, *FAKE_DEVICES, f"--use-file-for-fake-video-capture={clip}"]
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=args)
        yield browser
        await browser.close()


async def two(site: Site, browser: Browser) -> tuple[Guest, Guest]:
    lucia, juan = [await Guest.open(browser, site.link, name) for name in ("Lucía", "Juan")]
    await lucia.enter()
    await juan.enter()
    await lucia.sees_and_hears(juan)
    return lucia, juan


async def test_another_camera_comes_over_the_same_connection(site: Site, rich: Browser) -> None:
    lucia, juan = await two(site, rich)
    before = await juan.page.evaluate(SENT_CAMERAS)
    await juan.page.click("#tools [data-panel=settings]")
    await expect(juan.page.locator("#camera-choice option")).to_have_count(3)
    await juan.page.select_option("#camera-choice", label="fake_device_2")
    await until(lambda: sends(juan, ["fake_device_2"]), "the other camera is sent")
    assert before != ["fake_device_2"]
    await lucia.sees_and_hears(juan)
    assert await juan.page.evaluate("window.connections.length") == 1
    assert lucia.errors == juan.errors == []


async def test_a_screen_is_seen_in_the_camera_s_place_with_its_sound(site: Site, red: Browser) -> None:
    lucia, juan = await two(site, red)
    await until(lambda: looks_green(lucia, juan, False), "Juan's camera is seen")
    await juan.page.click("#share")
    await lucia.page.wait_for_selector(f'{lucia.tile(juan)}[data-screen="true"].is-front')
    await until(lambda: looks_green(lucia, juan, True), "his screen is seen")
    await juan.page.click("#call [data-device=microphone]")  # the computer's sound goes on
    await lucia.sees_and_hears(juan)
    assert await lucia.page.locator(f"{lucia.tile(juan)} .tile-muted").is_hidden()
    await juan.page.click("#share")
    await lucia.page.wait_for_selector(f'{lucia.tile(juan)}[data-screen="false"]')
    await until(lambda: looks_green(lucia, juan, False), "his camera is seen again")
    await lucia.page.wait_for_selector(f"{lucia.tile(juan)} .tile-muted:visible")
    assert await juan.page.evaluate("window.connections.length") == 1
    assert lucia.errors == juan.errors == []


async def test_tiles_people_keys_and_the_way_out(site: Site, browser: Browser) -> None:
    lucia, juan = await two(site, browser)
    page, tile = lucia.page, lucia.tile(juan)
    await page.click(f"{tile} .tile-open")
    await page.click("#tile-pin")
    await page.wait_for_selector(f"{tile}.is-front")
    await page.wait_for_selector('.tile[data-kind="self"].is-corner')
    await page.click(f"{tile} .tile-open", position={"x": 20, "y": 20})
    await page.click("#tile-hide")
    await page.wait_for_selector(tile, state="hidden")
    await page.click("#show-all")
    await page.wait_for_selector(tile)

    await page.keyboard.press("p")
    await page.wait_for_selector("#people:visible")
    await juan.page.keyboard.press("m")
    await page.wait_for_selector('#people-list li:has-text("Juan"):has-text("Micrófono apagado")')
    await page.keyboard.press("Escape")
    await page.wait_for_selector("#panels", state="hidden")
    assert await page.evaluate("document.activeElement.dataset.panel") == "people"

    await page.keyboard.press("i")
    assert await page.input_value("#invitation-link") == site.link
    await page.focus("#invitation-link")
    await page.keyboard.press("m")  # typed, so no shortcut
    assert await juan.page.locator(f"{juan.tile(lucia)} .tile-muted").is_hidden()

    await page.click(f"{tile} .tile-open")
    await page.click("#tile-pin")
    await page.click('.tile[data-kind="self"] .tile-open')
    await page.click("#tile-hide")
    await page.click("#tools [data-panel=settings]")
    await page.click("#settings [lang=en]")  # which loads the page again
    await page.wait_for_selector('#leave:has-text("Leave")')
    await lucia.sees_and_hears(juan)
    assert site.participants() == 2
    await page.wait_for_selector(f"{tile}.is-front")
    await page.wait_for_selector('.tile[data-kind="self"]', state="hidden")
    await page.wait_for_selector('#show-all:has-text("(1)")')
    await page.click("#leave")
    await page.wait_for_selector('#closing-reason:has-text("You have left the call.")')
    await page.evaluate(COUNT_SHARES)
    await page.keyboard.press("s")  # the call is over, and so are its keys
    assert await page.evaluate("window.shares") == 0
    await juan.page.wait_for_selector(juan.tile(lucia), state="detached")


async def test_the_newest_tab_takes_the_call_over(site: Site, browser: Browser) -> None:
    lucia, juan = await two(site, browser)
    page = await juan.page.context.new_page()
    newest = Guest(page, "Juan", [])
    await page.goto(site.link)
    await newest.enter()
    await juan.page.wait_for_selector('#closing-reason:has-text("desde otra ventana")')
    await lucia.sees_and_hears(newest)
    assert await lucia.page.locator(".tile").count() == 2
    assert site.participants() == 2


async def test_the_lobby_helps_where_something_is_missing(site: Site, browser: Browser) -> None:
    async with async_playwright() as playwright:
        strict = await launch(playwright, devices=False)
        context = await strict.new_context(locale="es-ES", user_agent=IN_A_MAIL_APP)
        await context.add_init_script(
            'navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("", "NotAllowedError"); };'
        )
        page = await context.new_page()
        await page.goto(site.link)
        await page.wait_for_selector('#devices-notice:has-text("Ajustes, Apps, Safari")')
        await page.wait_for_selector("#inside-app:visible")
        await page.click("#setup summary")
        await page.click("#network-test")
        await page.wait_for_selector('#network-notice:has-text("Se llega al servidor")')
        await strict.close()


async def test_a_keyboard_is_enough(site: Site, browser: Browser) -> None:
    juan = await Guest.open(browser, site.link, "Juan")
    await juan.page.wait_for_selector("#enter:enabled")
    await tab_to(juan.page, "name")
    await juan.page.keyboard.type("Juan")
    await juan.page.keyboard.press("Enter")
    await juan.page.wait_for_selector("#call:visible")
    await tab_to(juan.page, "leave")
    await juan.page.keyboard.press("Enter")
    await juan.page.wait_for_selector("#closing:visible")


async def test_the_first_load_is_small_and_from_this_server_alone(site: Site, browser: Browser) -> None:
    context = await browser.new_context(service_workers="block")
    await context.add_init_script(WATCH)
    page, answers = await context.new_page(), list[Response]()
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 Playwright marks what it calls
    await page.goto(site.link)
    await page.wait_for_selector("#enter:enabled")
    assert {urlsplit(answer.url).netloc for answer in answers} == {urlsplit(site.url).netloc}
    assert sum([len(gzip.compress(await answer.body())) for answer in answers if answer.ok]) < FIRST_LOAD_BYTES


async def test_without_a_network_an_installed_page_says_so_and_comes_back(site: Site, browser: Browser) -> None:
    guest = await Guest.open(browser, site.link, "Juan")
    await guest.page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    manifest = await guest.page.evaluate("fetch(document.querySelector('[rel=manifest]').href).then((r) => r.json())")
    assert manifest["start_url"] == urlsplit(site.link).path
    await guest.page.reload()
    await guest.page.context.set_offline(True)
    await guest.page.reload()
    await guest.page.wait_for_selector('h1:has-text("No hay conexión a internet")')
    await guest.page.context.set_offline(False)
    await guest.page.wait_for_selector("#lobby:visible")


async def sends(guest: Guest, cameras: list[str]) -> bool:
    return bool(await guest.page.evaluate(SENT_CAMERAS) == cameras)


async def looks_green(viewer: Guest, sender: Guest, green: bool) -> bool:
    red_part, green_part, *_ = await viewer.page.locator(f"{viewer.tile(sender)} video").evaluate(MEAN)
    return bool((green_part > 2 * red_part) is green)


async def tab_to(page: Page, element: str) -> None:
    """Press the tab key until this element has the focus."""
    for _ in range(40):
        if await page.evaluate("document.activeElement.id") == element:
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"the tab key does not lead to #{element}")
