"""Hardly any file descriptors left: a real limit of this process, which server and clients share."""

import os
import resource
from collections.abc import Iterator
from contextlib import AsyncExitStack
from http import HTTPStatus

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from server.config import ServerConfig
from server.crowding import RESERVE, RETRY_SECONDS
from tests.server.data_rig import Clock, serving

pytestmark = pytest.mark.sqlite

ROOM = 24
"""Descriptors that may still be opened when the crowd comes; each of its connections takes two, one at each end."""


@pytest.fixture
def narrow() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest = os.dup(0)
    os.close(lowest)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest + RESERVE + ROOM, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


async def test_who_is_here_stays_and_newcomers_are_answered(config: ServerConfig, narrow: None) -> None:
    async with serving(config, Clock()) as client, AsyncExitStack() as crowd:
        url = f"{str(client.base_url).replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket"
        inside: list[ClientConnection] = []
        with pytest.raises(InvalidStatus) as refused:
            await come(crowd, url, inside)
        response = refused.value.response
        assert response.status_code == HTTPStatus.SERVICE_UNAVAILABLE
        assert response.headers["Retry-After"] == str(RETRY_SECONDS)
        assert (await client.get("/healthz")).status_code == HTTPStatus.SERVICE_UNAVAILABLE
        assert inside
        for each in inside:
            assert str(await each.recv()).startswith('0{"sid"')
            await each.send("40")
            assert str(await each.recv()).startswith('40{"sid"')
        await crowd.aclose()
        assert (await client.get("/healthz")).status_code == HTTPStatus.OK


async def come(crowd: AsyncExitStack, url: str, inside: list[ClientConnection]) -> None:
    """One after the other, until somebody is turned away."""
    while len(inside) < ROOM:
        inside.append(await crowd.enter_async_context(connect(url)))
