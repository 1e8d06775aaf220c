"""What is written in a call, in three real browsers: to the room, and between two."""

import pytest
from playwright.async_api import Browser, expect

from tests.system.guests import Guest, Site

pytestmark = pytest.mark.system

SCRIPT = '<img src=x onerror="document.title=1"> javascript:alert(1) https://example.org/foto.'

SEND_AND_GO_ON = """() => {
  document.querySelector("#chat-form").requestSubmit();
  document.querySelector("#chat-text").value += "¿Hola?";
}"""


async def write(guest: Guest, text: str, to: str = "Todos") -> None:
    await guest.page.select_option("#chat-to", label=to)
    await guest.page.fill("#chat-text", text)
    await guest.page.press("#chat-text", "Enter")
    await expect(guest.page.locator("#chat-text")).to_have_value("")


async def three_in_call(site: Site, browser: Browser) -> list[Guest]:
    guests = [await Guest.open(browser, site.link, name) for name in ("Lucía", "Juan", "Eva")]
    for guest in guests:
        await guest.enter()
    for guest in guests:
        await expect(guest.page.locator(".tile")).to_have_count(3)
    return guests


async def test_to_the_room_and_between_two(site: Site, browser: Browser) -> None:
    lucia, juan, eva = await three_in_call(site, browser)
    await lucia.page.click("[data-panel=chat]")
    await write(lucia, SCRIPT)
    await write(lucia, "Solo tú lo lees.", "Juan")
    badge = juan.page.locator("[data-panel=chat] .badge")
    await expect(badge).to_have_text("2")
    await expect(badge).to_have_attribute("aria-label", "2 mensajes sin leer")

    await juan.page.click("[data-panel=chat]")
    await expect(badge).to_be_hidden()
    lines = juan.page.locator("#chat-lines li")
    await expect(lines.nth(0).locator(".chat-text")).to_have_text(SCRIPT)
    assert await lines.locator("img").count() == 0
    link = lines.nth(0).locator("a")
    await expect(link).to_have_attribute("href", "https://example.org/foto")
    await expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
    await expect(lines.nth(1).locator(".chat-head")).to_contain_text("Lucía (solo para usted)")
    assert await juan.page.locator("#chat-log").get_attribute("role") == "log"

    await write(juan, "Lo leo.", "Lucía")
    await expect(lucia.page.locator("#chat-lines li").nth(2)).to_contain_text("Lo leo.")
    await expect(eva.page.locator("#chat-lines li")).to_have_count(1)
    await juan.page.click("#leave")
    await expect(lucia.page.locator(".tile")).to_have_count(2)

    # What was meant for him alone does not go to all instead.
    await lucia.page.fill("#chat-text", "¿Sigues ahí?")
    await lucia.page.evaluate(SEND_AND_GO_ON)
    await expect(lucia.page.locator("#chat-notice")).to_contain_text("No se ha enviado")
    await expect(lucia.page.locator("#chat-text")).to_have_value("¿Sigues ahí?\n¿Hola?")
    await expect(eva.page.locator("#chat-lines li")).to_have_count(1)
    await eva.page.reload()
    await eva.page.wait_for_selector("#call:visible")
    await eva.page.click("[data-panel=chat]")
    await expect(eva.page.locator("#chat-lines .chat-text")).to_have_text([SCRIPT])

    await lucia.page.fill("#chat-text", "x" * 3950)
    await expect(lucia.page.locator("#chat-notice")).to_have_text("Quedan 50 caracteres.")
    assert await lucia.page.locator("#chat-text").get_attribute("maxlength") == "4000"
    assert not lucia.errors + juan.errors + eva.errors
