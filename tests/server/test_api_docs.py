"""The published interface: the document that is checked in, and a page that leads nowhere wrong."""

import re

import httpx

from scripts.generate_openapi import openapi
from server.config import ServerConfig
from server.database import Database
from tests.server.data_rig import Clock
from tests.server.portal_rig import reader


async def opened(config: ServerConfig, database: Database, clock: Clock, path: str) -> httpx.Response:
    async with reader(config, database, clock) as visitor:
        return await visitor.open(path)


async def test_the_document_is_the_one_that_is_checked_in(
    config: ServerConfig, database: Database, clock: Clock
) -> None:
    assert (await opened(config, database, clock, "/api/openapi.json")).json() == httpx.Response(
        200, text=openapi()
    ).json()


async def test_the_page_has_every_call_and_every_shape(config: ServerConfig, database: Database, clock: Clock) -> None:
    page = await opened(config, database, clock, "/api/docs")
    assert page.status_code == 200
    document = httpx.Response(200, text=openapi()).json()
    for path, methods in document["paths"].items():
        for method in methods:
            assert f"<code>{method.upper()} {path}</code>" in page.text
    shapes = set(re.findall(r'<section class="box" id="([^"]+)"', page.text))
    assert shapes == set(document["components"]["schemas"])
    assert set(re.findall(r'href="#([^"]+)"', page.text)) <= shapes
