"""The whiteboard and raised hands in real browsers: what one draws, the others see."""

import numpy as np
import pytest
from playwright.async_api import Browser, Page, expect

from robotclient.media.screen.easel import COLOURS
from robotclient.media.screen.x11 import pixel
from scripts.lab.display import Display
from scripts.lab.process import until
from tests.system.conftest import Lab
from tests.system.guests import DEADLINE, Guest, Site
from wire.channels import Colour

pytestmark = pytest.mark.system

COLOUR = """(sheet, [x, y]) => {
  const context = sheet.getContext("2d");
  return [...context.getImageData(x * sheet.width, y * sheet.height, 1, 1).data].slice(0, 3);
}"""
BLUE, RED, PAPER = [0, 80, 170], [190, 30, 30], [255, 255, 255]


async def enter(site: Site, browser: Browser, name: str) -> Guest:
    guest = await Guest.open(browser, site.link, name)
    await guest.enter()
    return guest


async def connected(guest: Guest, other: Guest) -> None:
    await guest.page.wait_for_selector(f'{guest.tile(other)}[data-state="connected"]', timeout=1000 * DEADLINE)


async def draw(page: Page, colour: str, *way: tuple[float, float]) -> None:
    """A thick line through these points of the sheet, as shares of its width and height."""
    await page.check(f"#board-pens [value={colour}]", force=True)
    await page.check("#board-pens [value='28']", force=True)
    box = await page.locator("#board-sheet").bounding_box()
    assert box is not None
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in way]
    await page.mouse.move(*places[0])
    await page.mouse.down()
    for place in places[1:]:
        await page.mouse.move(*place, steps=5)
    await page.mouse.up()


async def shows(guest: Guest, colour: list[int], x: float, y: float) -> None:
    sheet = guest.page.locator("#board-sheet")

    async def is_so() -> bool:
        return bool(await sheet.evaluate(COLOUR, [x, y]) == colour)

    await until(is_so, f"{guest.name}'s sheet has {colour} at {x}, {y}")


async def test_what_is_drawn_is_seen_by_all_and_by_who_comes_late(site: Site, browser: Browser) -> None:
    lucia, juan = await enter(site, browser, "Lucía"), await enter(site, browser, "Juan")
    await connected(lucia, juan)
    await lucia.page.click("[data-panel=board]")
    await draw(lucia.page, "blue", (0.1, 0.5), (0.9, 0.5))
    await draw(lucia.page, "red", (0.5, 0.1), (0.5, 0.9))
    badge = juan.page.locator("[data-panel=board] .badge")
    await expect(badge).to_have_attribute("aria-label", "Ha dibujado: Lucía")
    await juan.page.click("[data-panel=board]")
    await shows(juan, BLUE, 0.2, 0.5)
    await shows(juan, RED, 0.5, 0.5)  # drawn later, so above
    await expect(juan.page.locator("#board-sheet")).to_have_attribute("aria-label", "Pizarra con 2 trazos de: Lucía")

    await juan.page.reload()  # the same person comes late, as another pen
    await juan.page.wait_for_selector("#call:visible")
    await connected(juan, lucia)
    await juan.page.click("[data-panel=board]")
    await shows(juan, BLUE, 0.2, 0.5)
    await draw(juan.page, "red", (0.1, 0.2), (0.4, 0.2))
    await shows(lucia, RED, 0.2, 0.2)

    await lucia.page.click("#board-undo")
    await shows(juan, BLUE, 0.5, 0.5)
    await shows(juan, RED, 0.2, 0.2)
    async with lucia.page.expect_download() as download:
        await lucia.page.click("#board-save")
    picture = await download.value
    assert picture.suggested_filename == "pizarra.png"
    assert (await picture.path()).read_bytes().startswith(b"\x89PNG")

    juan.page.once("dialog", lambda dialog: dialog.accept())
    await juan.page.click("#board-clear")
    await shows(lucia, PAPER, 0.2, 0.5)
    await expect(lucia.page.locator("#board-clear")).to_be_disabled()
    assert not lucia.errors + juan.errors


async def test_a_raised_hand_is_seen_and_said(site: Site, browser: Browser) -> None:
    lucia, juan = await enter(site, browser, "Lucía"), await enter(site, browser, "Juan")
    await lucia.page.click("#hand")
    await expect(lucia.page.locator("#hand")).to_have_attribute("aria-pressed", "true")
    await expect(juan.page.locator(f"{juan.tile(lucia)} .tile-hand")).to_be_visible()
    await expect(juan.page.locator("#hand-notice")).to_have_text("Lucía levanta la mano.")
    await juan.page.click("[data-panel=people]")
    await expect(juan.page.locator("#people-list li", has_text="Lucía")).to_contain_text("Mano levantada")
    await lucia.page.click("#hand")
    await expect(juan.page.locator(f"{juan.tile(lucia)} .tile-hand")).to_be_hidden()
    assert not lucia.errors + juan.errors


@pytest.mark.long
async def test_the_robot_shows_what_a_guest_draws(lab: Lab, display: Display) -> None:
    _, guest = await lab.together(lab.robot())
    await guest.page.click("[data-panel=board]")
    await draw(guest.page, "red", (0.05, 0.5), (0.95, 0.5))

    async def is_shown() -> bool:
        seen = pixel(display.name, 960, 360)  # the middle of the right one of two tiles on 1280 x 720
        return seen is not None and bool(np.allclose(seen, COLOURS[Colour.RED], atol=3))

    await until(is_shown, "the robot's screen has the red line")
