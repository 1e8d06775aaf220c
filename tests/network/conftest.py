"""The whole product on a network of its own, which needs root."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from scripts.lab.netcall import NetworkCall, over
from scripts.lab.netns import Nat

Over = Callable[..., AbstractAsyncContextManager[NetworkCall]]


@pytest.fixture
def call_over(tmp_path: Path) -> Over:
    """`call_over(nat, *relays)`: the robot waits, the guest's browser is open."""
    if os.geteuid() != 0:
        pytest.skip("network namespaces need root")
    return lambda nat, *relays: over(tmp_path, nat, *relays)


@pytest.fixture
async def in_call(call_over: Over) -> AsyncIterator[NetworkCall]:
    """Robot and guest see each other, past routers that leave ports as they are."""
    async with call_over(Nat.ENDPOINT_INDEPENDENT) as call:
        await call.meet()
        yield call
