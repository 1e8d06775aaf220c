"""The portal for its tests: people who sign in, open pages and send forms, and what a page says."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import unescape

import httpx

from server import pages, users
from server.app import create_web
from server.config import ServerConfig
from server.database import Database
from server.models import Role
from server.users import UserForm
from tests.server.data_rig import NOON, SECRET, Clock

PASSWORD = "correct horse battery"


async def add_user(
    database: Database, username: str = "ana", role: Role = Role.STAFF, language: str = "en", *, fresh: bool = False
) -> str:
    """A user's id; his password is `PASSWORD`."""
    form = UserForm.model_validate(
        {
            "username": username,
            "name": f"{username.title()} García",
            "email": f"{username}@example.org",
            "role": role,
            "language": language,
            "password": PASSWORD,
        }
    )
    return (await users.add(database, form, "system", NOON, must_change_password=fresh)).id


@dataclass(frozen=True)
class Reader:
    """Somebody with a browser, who follows redirects and sends forms from pages of this site."""

    client: httpx.AsyncClient

    async def open(self, path: str) -> httpx.Response:
        """Open a page and follow where it leads."""
        return await self.client.get(path, follow_redirects=True, headers={"Accept": "text/html"})

    async def send(self, path: str, **typed: str) -> httpx.Response:
        """Send a form and follow where it leads."""
        origin = str(self.client.base_url).rstrip("/")
        return await self.client.post(
            path, data=typed, follow_redirects=True, headers={"Origin": origin, "Accept": "text/html"}
        )

    async def sign_in(self, username: str = "ana", password: str = PASSWORD) -> httpx.Response:
        """Sign in with the form."""
        return await self.send("/sign-in", username=username, password=password)


@asynccontextmanager
async def reader(
    config: ServerConfig, database: Database, clock: Clock, url: str = "http://site"
) -> AsyncIterator[Reader]:
    """Somebody at a server of his own, without sockets; his browser speaks English."""
    web = create_web(config, database, clock, SECRET)
    pages.install(web)
    transport = httpx.ASGITransport(web)
    async with httpx.AsyncClient(transport=transport, base_url=url, headers={"Accept-Language": "en"}) as client:
        yield Reader(client)


def words(page: httpx.Response) -> str:
    """What a page says, without its tags and with single spaces."""
    body = re.sub(r"<(script|style|head)\b.*?</\1>", " ", page.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body))).strip()


def value(page: httpx.Response, name: str) -> str:
    """What stands in an input of a page."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"|value="([^"]*)"[^>]*name="{name}"', page.text)
    assert found, f"no input {name}"
    return unescape(found[1] or found[2] or "")
