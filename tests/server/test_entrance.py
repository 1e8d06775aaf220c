"""Few come in at a time, over real WebSockets; the others are told when to come again."""

import asyncio
import contextlib
from contextlib import AsyncExitStack
from http import HTTPStatus

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from server import entrance
from server.config import ServerConfig
from server.entrance import PER_SECOND, Entrance
from tests.server.data_rig import Clock, serving

pytestmark = pytest.mark.sqlite


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entrance, "MOST", 2)


async def turned_away(url: str) -> int:
    """When the server wants a newcomer to come again, in seconds."""
    with pytest.raises(InvalidStatus) as refused:
        async with connect(url):
            pass
    assert refused.value.response.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    return int(refused.value.response.headers["Retry-After"])


async def once_free(guests: AsyncExitStack, url: str) -> ClientConnection:
    """Come again until let in: that somebody has gone is noticed a moment later."""
    async with asyncio.timeout(30):
        while True:
            with contextlib.suppress(InvalidStatus):
                return await guests.enter_async_context(connect(url))
            await asyncio.sleep(0.05)


async def come_in(one: ClientConnection) -> None:
    """Ask for a room; the answer, be it that there is none, is what ends the way in."""
    assert str(await one.recv()).startswith("0{")
    await one.send("40")
    assert str(await one.recv()).startswith("40{")
    await one.send('420["join",{}]')
    assert str(await one.recv()).startswith("430[")


async def test_the_third_waits_until_one_of_the_two_before_him_is_in_or_gone(
    config: ServerConfig, narrow: None
) -> None:
    async with serving(config, Clock()) as client, AsyncExitStack() as guests:
        url = f"{str(client.base_url).replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket"
        first, second = [await guests.enter_async_context(connect(url)) for _ in range(2)]
        assert await turned_away(url) >= 1
        await come_in(first)
        third = await guests.enter_async_context(connect(url))
        assert await turned_away(url) >= 1
        await second.close()
        await once_free(guests, url)
        await come_in(third)
        await once_free(guests, url)


async def test_who_only_connects_stands_in_nobodys_way(
    config: ServerConfig, narrow: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entrance, "LONGEST", 0.0)
    async with serving(config, Clock()) as client, AsyncExitStack() as guests:
        url = f"{str(client.base_url).replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket"
        for _ in range(5):
            one = await guests.enter_async_context(connect(url))
            await one.recv()


def test_the_more_come_the_longer_they_are_spread() -> None:
    door = Entrance(lambda *_: pytest.fail("nobody came"))
    first = [door._retry_seconds(0.0) for _ in range(PER_SECOND - 1)]
    assert set(first) == {1}
    many = [door._retry_seconds(0.0) for _ in range(40 * PER_SECOND)]
    assert max(many) > 30
    assert max(many) <= 42
    assert door._retry_seconds(60.0) == 1
