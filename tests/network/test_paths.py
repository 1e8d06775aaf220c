"""By which way robot and guest find each other: the shortest that the network lets them, and by TCP if it must be."""

import time

import pytest

from scripts.lab.netcall import BOTH_ONCE
from scripts.lab.netfaults import UDP
from scripts.lab.netns import Nat
from tests.network.conftest import Over

pytestmark = [pytest.mark.system, pytest.mark.timeout(240)]


@pytest.mark.parametrize(
    ("nat", "relays", "kinds"),
    [
        pytest.param(Nat.NONE, (), {"host"}, id="direct"),
        pytest.param(Nat.ENDPOINT_INDEPENDENT, ("udp",), {"srflx", "prflx"}, id="reflexive", marks=pytest.mark.long),
        pytest.param(Nat.SYMMETRIC, ("udp",), {"relay", "prflx"}, id="relay", marks=pytest.mark.long),
    ],
)
async def test_the_shortest_way_is_taken(call_over: Over, nat: Nat, relays: tuple[str, ...], kinds: set[str]) -> None:
    async with call_over(nat, *relays) as call:
        await call.meet()
        local, remote, protocol = await call.path()
        assert {local, remote} <= kinds
        assert nat is not Nat.SYMMETRIC or "relay" in (local, remote)
        assert protocol == "udp"
        assert await call.counted() == BOTH_ONCE


@pytest.mark.long
@pytest.mark.parametrize("side", ["guest", "robot"])
async def test_n9_where_udp_is_blocked_media_go_over_tcp(call_over: Over, side: str) -> None:
    async with call_over(Nat.SYMMETRIC, "udp", "tcp") as call:
        call.network.cut(side, UDP)
        began = time.monotonic()
        await call.meet()
        took = time.monotonic() - began
        assert "relay" in (await call.path())[:2]
        assert took < 30, "the target is 6 s on a machine with nothing else to do"
