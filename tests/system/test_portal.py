"""The portal in real Chromium, from the operator's first command on: the flows of staff, basic and alternative."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Browser, Page, expect

from tests.system.guests import COMMAND, DEADLINE, Site

pytestmark = pytest.mark.system

MADRID = ZoneInfo("Europe/Madrid")
PASSWORD = "correct horse battery"
PHONE, DESKTOP = (360, 740), (1280, 800)


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    site = Site.make(tmp_path)
    await create_supervisor(site)
    await site.start()
    yield site
    await site.stop()


async def create_supervisor(site: Site) -> None:
    """As an operator does it, with a password of his own choice."""
    words = ["create-supervisor", "boss", "--email", "boss@example.org", "--name", "Berta", "--password-stdin"]
    process = await asyncio.create_subprocess_exec(
        COMMAND, *words, "--config", site.directory / "server.yaml", stdin=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(DEADLINE):
        await process.communicate(f"{PASSWORD}\n".encode())
    assert process.returncode == 0


@asynccontextmanager
async def window(
    site: Site, browser: Browser, size: tuple[int, int] = DESKTOP, *, script: bool = True
) -> AsyncIterator[Page]:
    """A fresh window whose page must not raise or log an error of its own."""
    context = await browser.new_context(
        base_url=site.url,
        locale="es-ES",
        timezone_id="Europe/Madrid",
        viewport={"width": size[0], "height": size[1]},
        java_script_enabled=script,
        permissions=["camera", "microphone", "clipboard-read", "clipboard-write"],
    )
    context.set_default_timeout(1000 * DEADLINE)
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    await context.close()
    assert errors == []


async def sign_in(page: Page, username: str = "boss", password: str = PASSWORD) -> None:
    await page.goto("/sign-in")
    await page.fill("#username", username)
    await page.fill("#password", password)
    # Whoever opens the next page before the answer is there is not signed in.
    async with page.expect_response(lambda answer: answer.request.method == "POST"):
        await page.click("main button")


async def says(page: Page, words: str) -> None:
    await expect(page.locator("main")).to_contain_text(words, timeout=1000 * DEADLINE)


async def save(page: Page) -> None:
    """Press the form's own button."""
    await page.click("#form button.primary, #form button.danger")


async def add_robot(page: Page, name: str = "Robot 1") -> str:
    """Its enrolment code."""
    await page.goto("/robots/new")
    await page.fill("#name", name)
    await save(page)
    code = await page.locator("strong.code").text_content()
    assert code
    return code


async def add_resident(page: Page) -> None:
    await page.goto("/residents/new")
    for field, value in (
        ("name", "Carmen Ruiz"),
        ("room", "12 B"),
        ("age", "84"),
        ("relative_name", "Lucía"),
        ("emails", "lucia@example.org; juan@example.org"),
    ):
        await page.fill(f"#{field}", value)
    await save(page)
    await says(page, "Se ha añadido el residente.")


async def fill_in_time(page: Page, start: datetime) -> None:
    await page.fill("#date", f"{start:%Y-%m-%d}")
    await page.fill("#time", f"{start:%H:%M}")


async def book(page: Page, start: datetime) -> None:
    await page.goto("/reservations/new")
    await page.select_option("#resident_id", label="Carmen Ruiz · 12 B")
    await fill_in_time(page, start)
    await save(page)
    await says(page, "Se ha reservado la visita.")


async def test_supervisor_registers_an_administrator(site: Site, browser: Browser) -> None:
    async with window(site, browser) as page:
        await sign_in(page)
        await says(page, "Le damos la bienvenida, Berta")
        await page.click("nav >> text=Usuarios")
        await page.click("text=Registrar un usuario")

        await page.fill("#username", "ana")
        await save(page)
        await says(page, "Falta este dato")
        assert await page.input_value("#username") == "ana"
        await expect(page.locator("#name-mistake, #email-mistake, #password-mistake")).to_have_count(3)

        await page.fill("#username", "boss")
        for field, value in (("name", "Ana"), ("email", "ana@example.org"), ("password", PASSWORD)):
            await page.fill(f"#{field}", value)
        await save(page)
        await says(page, "Ya hay un usuario llamado 'boss'.")
        assert await page.input_value("#name") == "Ana"

        await page.fill("#username", "ana")
        await page.fill("#password", PASSWORD)
        await save(page)
        await says(page, "Se ha añadido el usuario.")

    async with window(site, browser) as page:
        await sign_in(page, "ana", "wrong")
        await says(page, "El usuario o la contraseña no son correctos.")
        await sign_in(page, "ana")
        await says(page, "Elija su propia contraseña")
        await page.fill("#current", PASSWORD)
        for field in ("new", "again"):
            await page.fill(f"#{field}", "cuatro palabras sin sentido")
        await save(page)
        await says(page, "Se ha cambiado su contraseña.")
        assert await page.locator("nav >> text=Usuarios").count() == 0
        await page.goto("/users")
        await says(page, "Esto es para supervisores")
        await page.goto("/")
        await page.click("nav >> text=Salir")
        await says(page, "Ha cerrado la sesión.")
        await page.goto("/residents")
        await expect(page).to_have_url(re.compile("/sign-in"))


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_residents(site: Site, browser: Browser, size: tuple[int, int]) -> None:
    async with window(site, browser, size) as page:
        await sign_in(page)
        if size == PHONE:
            await page.click("text=Menú")
        await page.click("nav >> text=Residentes")
        await says(page, "Todavía no hay ningún residente.")
        await page.click("main >> text=Añadir un residente >> nth=1")

        await page.fill("#name", "Carmen Ruiz")
        await page.fill("#emails", "lucia")
        await save(page)
        await says(page, "Hay 3 cosas por corregir:")
        await expect(page.locator(".mistakes")).to_be_focused()
        await page.click(".mistakes >> text=Habitación")
        await expect(page.locator("#room")).to_be_focused()
        assert await page.input_value("#emails") == "lucia"

        await add_resident(page)
        row = page.locator("tbody tr")
        for cell in ("1", "Carmen Ruiz", "12 B", "84", "Lucía", "lucia@example.org; juan@example.org"):
            await expect(row).to_contain_text(cell)
        await row.locator("text=Editar").click()
        await page.fill("#age", "85")
        await save(page)
        await expect(row).to_contain_text("85")
        await row.locator("text=Eliminar").click()
        await says(page, "No se puede deshacer.")
        await page.click("text=No, volver")
        await row.locator("text=Eliminar").click()
        await save(page)
        await says(page, "Todavía no hay ningún residente.")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_visits(site: Site, browser: Browser, size: tuple[int, int]) -> None:
    start = datetime.now(MADRID) + timedelta(minutes=5)
    async with window(site, browser, size) as page:
        await sign_in(page)
        await add_robot(page)
        await add_resident(page)
        await page.goto("/reservations")
        await says(page, "No hay ninguna visita reservada.")
        await page.click("text=Reservar una")
        await page.wait_for_url("/reservations/new")  # loaded, with the script that fills in the addresses

        await page.select_option("#resident_id", label="Carmen Ruiz · 12 B")
        assert await page.input_value("#emails") == "lucia@example.org; juan@example.org"
        assert await page.locator("#robot_id option[selected]").text_content() == "Robot 1"
        await page.fill("#description", "Con tarta")
        await save(page)
        await expect(page.locator("#date-mistake, #time-mistake")).to_have_count(2)
        assert await page.input_value("#description") == "Con tarta"
        await fill_in_time(page, start)
        await save(page)
        await says(page, "Se ha reservado la visita.")
        await says(page, "Con tarta")

        await page.click("text=Copiar >> nth=0")
        await says(page, "Copiado")
        link = await page.evaluate("navigator.clipboard.readText()")
        assert link == await page.locator(".copy input").first.input_value()
        assert link.startswith(f"{site.url}/r/")

        await page.goto("/reservations")
        await says(page, "dentro de")
        await page.goto("/reservations/new")
        await page.fill("#title", "Otra visita")
        await fill_in_time(page, start)
        await save(page)
        await says(page, "A esa hora el robot está ocupado por «Visita a Carmen Ruiz»")
        assert await page.input_value("#title") == "Otra visita"

        await page.goto("/reservations")
        await page.click("tbody >> text=Cancelar")
        await says(page, "¿Cancelar esta visita?")
        await save(page)
        await says(page, "Se ha cancelado la visita.")
        await page.click("text=Igual la próxima semana")
        await says(page, "Se ha reservado la misma visita para una semana después.")


async def test_staff_join_in_three_ways(site: Site, browser: Browser) -> None:
    async with window(site, browser) as page:
        await sign_in(page)
        await add_robot(page)
        await add_resident(page)
        await book(page, datetime.now(MADRID) + timedelta(minutes=1))
        link = await page.locator(".copy input").first.input_value()
        room = await page.locator("dd code").text_content()
        assert room

        await page.goto("/profile")
        await page.fill("#meeting", "no-such-room")
        await page.click("form >> text=Entrar")
        await says(page, "Este enlace no es válido")
        assert await page.input_value("#meeting") == "no-such-room"
        await page.fill("#meeting", room)
        await page.fill("#name", "Dra. Núñez")
        await page.click("form >> text=Entrar")
        await page.wait_for_url(f"/rooms/{room}/join")
        assert await page.input_value("#name") == "Dra. Núñez"
        await page.click("#enter:enabled")
        await page.wait_for_selector("#call:visible")
        await page.click("#leave")

        await page.goto("/reservations")
        await page.click("tbody >> text=Entrar")
        await page.click("#enter:enabled")
        await page.wait_for_selector("#call:visible")
        async with window(site, browser, PHONE) as guest:
            await guest.goto(link)
            await guest.fill("#name", "Lucía")
            await guest.click("#enter:enabled")
            await guest.wait_for_selector('.tile[data-kind="staff"]')
            await page.wait_for_selector('.tile:has-text("Lucía")')

            staff = await page.context.new_page()
            await staff.goto(f"/reservations/{room}/close")
            await staff.click("button.danger")
            await says(staff, "Se ha cerrado la sala")
            await guest.wait_for_selector('#closing-reason:has-text("El centro ha cerrado la sala.")')
            await guest.goto(link)
            await says(guest, "Esta sala está cerrada")


async def test_everything_works_without_javascript(site: Site, browser: Browser) -> None:
    async with window(site, browser, script=False) as page:
        await sign_in(page)
        await add_robot(page)
        await add_resident(page)
        await book(page, datetime.now(MADRID) + timedelta(days=1))
        await expect(page.locator(".copy input"), "the resident's relatives without any script").to_have_count(2)
        await page.goto("/reservations")
        await page.click("tbody >> text=Editar")
        await page.fill("#minutes", "45")
        await save(page)
        await says(page, "(45 minutos)")


async def test_keyboard_alone(site: Site, browser: Browser) -> None:
    async with window(site, browser, PHONE) as page:
        await page.goto("/sign-in")
        await page.focus("#username")
        await page.keyboard.type("boss")
        await page.keyboard.press("Tab")
        await page.keyboard.type(PASSWORD)
        await page.keyboard.press("Enter")
        await says(page, "Le damos la bienvenida")
        await page.keyboard.press("Tab")
        await expect(page.locator(".skip")).to_be_focused()
        await expect(page.locator(".skip")).to_be_in_viewport()
        await page.keyboard.press("Tab")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(page.locator("#menu")).to_be_visible()
        await page.keyboard.press("Tab")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(page).to_have_url(re.compile("/residents"))


async def test_no_page_is_wider_than_a_small_phone(site: Site, browser: Browser) -> None:
    async with window(site, browser, (320, 640)) as page:
        await sign_in(page)
        await add_robot(page, "Un robot con un nombre bastante largo")
        await add_resident(page)
        await book(page, datetime.now(MADRID) + timedelta(minutes=10))
        found = {page.url.removeprefix(site.url)}
        seen: set[str] = set()
        while todo := found - seen:
            path = todo.pop()
            seen.add(path)
            answer = await page.goto(path)
            assert answer
            assert answer.status == 200, path
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
            links = await page.eval_on_selector_all("a[href^='/']", "all => all.map(a => a.getAttribute('href'))")
            found |= {link for link in links if "?" not in link and not link.startswith("/mails/")}
        assert {"/users/new", "/audit", "/settings", "/mails", "/reservations/week", "/profile/password"} <= seen


async def test_a_form_survives_the_end_of_the_session(site: Site, browser: Browser) -> None:
    async with window(site, browser, PHONE) as page:
        await sign_in(page)
        await page.goto("/residents/new")
        await page.fill("#name", "Carmen Ruiz")
        await page.fill("#notes", "Prefiere la tarde")
        await page.context.clear_cookies()
        await save(page)
        await says(page, "lo que escribió se conserva")
        await page.fill("#username", "boss")
        await page.fill("#password", PASSWORD)
        await page.click("main button")
        await says(page, "Nada de este formulario está guardado todavía")
        assert await page.input_value("#name") == "Carmen Ruiz"
        await page.fill("#room", "12 B")
        await page.fill("#relative_name", "Lucía")
        await page.fill("#emails", "lucia@example.org")
        await save(page)
        await says(page, "Se ha añadido el residente.")
