"""Pages over HTTP: what each link shows, with which status and headers, and that looking changes nothing."""

import hashlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import audit, booking, bookings, languages, pages, robots, schema
from server.app import create_web
from server.config import DatabaseSection, RoomsSection, ServerConfig
from server.database import Database
from server.pages import assets
from tests.server.data_rig import cancel, close

STARTS = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
ENDS = STARTS + timedelta(minutes=30)
SECRET = b"s" * 32
RULES = RoomsSection()


@dataclass
class Site:
    """A server's pages, one visit that can be looked at, and the time, which the test sets."""

    browser: httpx.AsyncClient
    database: Database
    file: Path
    booked: bookings.Booked
    now: datetime = STARTS

    async def open(self, token: str = "", language: str = "es", method: str = "GET") -> httpx.Response:
        path = f"/r/{token or self.booked.token}"
        return await self.browser.request(method, path, headers={"Accept-Language": language})


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    file = tmp_path / "server.db"
    config = ServerConfig(database=DatabaseSection(url=f"sqlite+aiosqlite:///{file}"))
    database = Database(config.database.url)
    await schema.upgrade(database)
    await robots.add(database, "Robot 1", audit.SYSTEM, STARTS, timedelta(hours=1))
    robot = await robots.find(database, "Robot 1")
    wish = booking.Wish(
        robot_id=robot.id, title="Visita a <Carmen>", starts_at=STARTS, ends_at=ENDS, guest="Lucía & Juan"
    )
    booked = await bookings.book(database, config, SECRET, wish, audit.SYSTEM, STARTS - timedelta(days=1))
    web = create_web(config, database, lambda: result.now, SECRET)
    pages.install(web)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(web), base_url="http://site") as browser:
        result = Site(browser, database, file, booked)
        yield result
    await database.close()


async def test_home_speaks_the_readers_language(site: Site) -> None:
    spanish = await site.browser.get("/", headers={"Accept-Language": "fr, ca;q=0.9"})
    english = await site.browser.get("/", headers={"Accept-Language": "en-GB,en;q=0.9,es;q=0.3"})
    assert (spanish.status_code, english.status_code) == (200, 200)
    assert '<html lang="es">' in spanish.text
    assert "correo electrónico" in spanish.text
    assert '<html lang="en">' in english.text
    assert "e-mail" in english.text


async def test_call_page_knows_room_title_and_guest(site: Site) -> None:
    page = await site.open()
    assert page.status_code == 200
    assert f'data-room="{site.booked.token}"' in page.text
    assert "<h1>Visita a &lt;Carmen&gt;</h1>" in page.text
    assert 'value="Lucía &amp; Juan"' in page.text


@pytest.mark.parametrize("path", ["/", "/r/unknown", "/r/{token}"])
async def test_pages_are_not_kept_not_framed_and_tell_nobody_their_address(site: Site, path: str) -> None:
    headers = (await site.browser.get(path.format(token=site.booked.token))).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    policy = headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"} <= set(policy)
    assert "unsafe" not in headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/", "/r/unknown", "/r/{token}"])
async def test_pages_have_no_inline_script_or_style(site: Site, path: str) -> None:
    html = (await site.browser.get(path.format(token=site.booked.token))).text
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", html)


async def test_unknown_link(site: Site) -> None:
    page = await site.open("nobody-has-this-token", "en")
    assert page.status_code == 404
    assert "This link is not valid" in page.text


async def test_revoked_link_looks_like_an_unknown_one(site: Site) -> None:
    async with site.database.write() as session:
        _, link = await bookings.find_by_token(site.database, site.booked.token)
        link.revoked_at = STARTS
        await session.merge(link)
    assert (await site.open()).text == (await site.open("nobody-has-this-token")).text


async def test_too_early_says_when_in_the_sites_zone_until_the_browser_knows_better(site: Site) -> None:
    site.now = STARTS - timedelta(hours=1)
    page = await site.open()
    assert page.status_code == 403
    assert 'datetime="2026-11-20T17:00:00+01:00" data-shape="long">20/11/2026 17:00<' in page.text
    assert 'data-opens-at="2026-11-20T16:45:00+01:00"' in page.text
    assert 'data-now="2026-11-20T15:00:00.000Z"' in page.text
    assert "Carmen" not in page.text


async def test_room_opens_early_minutes_before_the_start(site: Site) -> None:
    opens = STARTS - timedelta(minutes=RULES.early_minutes)
    site.now = opens - timedelta(milliseconds=1)
    assert (await site.open()).status_code == 403
    site.now = opens
    assert (await site.open()).status_code == 200


async def test_ended(site: Site) -> None:
    site.now = ENDS
    spanish, english = await site.open(), await site.open(language="en")
    assert (spanish.status_code, english.status_code) == (410, 410)
    assert "Esta visita ya ha terminado" in spanish.text
    assert "This visit is over" in english.text


async def test_cancelled(site: Site) -> None:
    await cancel(site.database, site.booked.reservation.id, STARTS)
    page = await site.open()
    assert page.status_code == 410
    assert "se ha cancelado" in page.text


async def test_closed(site: Site) -> None:
    await close(site.database, site.booked.reservation.id, STARTS)
    page = await site.open()
    assert page.status_code == 410
    assert "está cerrada" in page.text


async def test_looking_changes_nothing(site: Site) -> None:
    await site.open()  # so that the database's own files are all there
    before = digest(site.file)
    for now in (STARTS - timedelta(days=1), STARTS, ENDS):
        site.now = now
        for method in ("GET", "HEAD"):
            for token in ("", "unknown"):
                await site.open(token, method=method)
            await site.browser.request(method, "/")
    assert digest(site.file) == before


async def test_mail_scanners_head_gives_the_same_status_without_a_body(site: Site) -> None:
    page = await site.open(method="HEAD")
    assert (page.status_code, page.content) == (200, b"")


async def test_posting_to_a_link_is_refused(site: Site) -> None:
    assert (await site.open(method="POST")).status_code == 405


async def test_every_asset_of_the_pages_is_there_and_checked_again_each_time(site: Site) -> None:
    site.now = STARTS - timedelta(hours=1)
    early = (await site.open()).text
    site.now = STARTS
    found = set(re.findall(r'(?:src|href)="(/static/[^"#]+)', early + (await site.open()).text))
    assert {"/static/call.js", "/static/countdown.js", "/static/style.css"} <= found
    for path in sorted(found | imports(found)):
        asset = await site.browser.get(path)
        assert asset.status_code == 200, path
        assert asset.headers["Cache-Control"] == "no-cache"
        assert asset.headers["X-Content-Type-Options"] == "nosniff"
        again = await site.browser.get(path, headers={"If-None-Match": asset.headers["ETag"]})
        assert again.status_code == 304, path


async def test_nothing_outside_the_static_folder_is_served(site: Site) -> None:
    for path in ("/static/%2e%2e/pages.py", "/static/..%2fpages.py", "/static/vendor/", "/static/"):
        assert (await site.browser.get(path)).status_code == 404


def test_missing_library_names_the_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(assets, "SOCKET_IO", tmp_path / "socket.io.js")
    config = ServerConfig(database=DatabaseSection(url=f"sqlite+aiosqlite:///{tmp_path}/server.db"))
    with pytest.raises(pages.MissingLibraryError, match="run scripts/install"):
        pages.install(create_web(config, Database(config.database.url)))


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "es"),
        ("en", "en"),
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("de-DE,de;q=0.9,en;q=0.8", "en"),
        ("en;q=0.2, es;q=0.7", "es"),
        ("en;q=0", "es"),
        ("EN-gb", "en"),
        ("*", "es"),
        ("en;q=nonsense", "es"),
        ("en;level=1", "en"),
    ],
)
def test_preferred_language(header: str, language: str) -> None:
    assert languages.preferred(header, "es") == language


@given(st.text(alphabet="ens;q=0.1,- *\t", max_size=40))
def test_any_header_gives_one_of_our_languages(header: str) -> None:
    assert languages.preferred(header, "es") in languages.LANGUAGES


def imports(paths: set[str]) -> set[str]:
    """All modules that these modules load, as paths of the site."""
    found: set[str] = set()
    todo = [path for path in paths if path.endswith(".js")]
    while todo:
        source = (assets.HERE / todo.pop().removeprefix("/")).read_text()
        new = {f"/static/{name}" for name in re.findall(r'^import .* from "\./([^"]+)"', source, re.M)} - found
        found |= new
        todo += [path for path in new if "/vendor/" not in path]
    return found


def digest(database: Path) -> str:
    """Of the whole database, with what SQLite has not moved into the main file yet."""
    files = [database, database.with_name(f"{database.name}-wal")]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files if file.exists())).hexdigest()
