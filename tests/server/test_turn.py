"""The product's TURN server: a real coturn with the configuration that the server makes."""

import asyncio
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from aioice import stun

from scripts.lab.allocation import SOON, Allocation, allocated
from scripts.lab.turn import KEY, LabTurn
from scripts.lab.turn_sweep import ANY, KINDS, has_ipv6, sweep
from server.config_network import IceSection
from server.ice import IceServers
from server.times import utc_now
from tests.server.signaling_rig import running
from wire.signaling import IceServer

pytestmark = pytest.mark.system


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[LabTurn]:
    with LabTurn(tmp_path / "turn", user_allocations=2) as server:
        yield server


def allocation(server: LabTurn, account: IceServer) -> AbstractAsyncContextManager[Allocation]:
    """A relay, given back at the end."""
    return allocated((server.address, server.port), account)


async def refusal(server: LabTurn, account: IceServer) -> int | None:
    """The code with which coturn refuses this account."""
    with pytest.raises(stun.TransactionFailed) as refused:
        async with allocation(server, account):
            pass
    return refused.value.response.error_code


async def test_two_who_both_need_a_relay_meet(relay: LabTurn) -> None:
    async with (
        allocation(relay, relay.ice_server("robot")) as robot,
        allocation(relay, relay.ice_server("guest")) as guest,
    ):
        # Each has to have sent before it is sent to: that is the permission (RFC 8656, 9).
        async with asyncio.timeout(SOON):
            while robot.end.heard.empty() or guest.end.heard.empty():
                robot.transport.sendto(b"from the robot", guest.transport.get_extra_info("sockname"))
                guest.transport.sendto(b"from the guest", robot.transport.get_extra_info("sockname"))
                await asyncio.sleep(0.1)
        assert robot.end.heard.get_nowait() == b"from the guest"
        assert guest.end.heard.get_nowait() == b"from the robot"


@pytest.mark.parametrize(("version", "kinds"), [(4, {"special-purpose", ANY}), (6, set(KINDS))])
async def test_x9_nothing_special_purpose_is_reached(tmp_path: Path, version: int, kinds: set[str]) -> None:
    if version == 6 and not has_ipv6():
        pytest.skip("this machine has no IPv6")
    found = await sweep(tmp_path, version, 1)
    assert set(found) == kinds
    for name, (asked, reached) in found.items():
        assert asked > 0
        assert len(reached) == (asked if name == ANY else 0)


async def test_what_the_site_names_is_reached(tmp_path: Path) -> None:
    with LabTurn(tmp_path / "turn", reachable=["10.20.0.0/16"]) as server:
        async with allocation(server, server.ice_server()) as way:
            await way.bind("10.20.255.255")
            with pytest.raises(stun.TransactionFailed, match="403"):
                await way.bind("10.21.0.0")


async def test_one_participant_cannot_take_all_relays(relay: LabTurn) -> None:
    account = relay.ice_server("greedy")
    async with allocation(relay, account), allocation(relay, account):
        assert await refusal(relay, account) == 486  # Allocation Quota Reached
        async with allocation(relay, relay.ice_server("modest")):
            pass


async def test_who_has_no_credential_of_ours_gets_nothing(relay: LabTurn) -> None:
    known = relay.ice_server()
    assert await refusal(relay, known.model_copy(update={"credential": "guessed"})) == 401
    assert await refusal(relay, known.model_copy(update={"username": "2000000000:else"})) == 401


async def test_n11_after_its_credential_has_expired_a_participant_still_gets_a_relay(
    migrated: Path, tmp_path: Path, relay: LabTurn
) -> None:
    async with running(migrated, tmp_path) as rig:
        await rig.kill()
        short = IceSection.model_construct(servers=(), credential_minutes=0.04)
        rig.config = rig.config.model_copy(update={"ice": short, "turn": relay.server.turn})
        rig.key = KEY
        await rig.start()
        robot = await rig.robot(await rig.book())
        (first,) = map(IceServer.model_validate, robot.joined["ice_servers"])
        async with allocation(relay, first) as lasting:
            async with asyncio.timeout(SOON):
                while not await expired(relay, first):
                    await asyncio.sleep(0.2)
            event, fresh = await asyncio.wait_for(robot.heard.get(), SOON)
            while not robot.heard.empty():
                event, fresh = robot.heard.get_nowait()
            assert event == "ice_servers"
            async with allocation(relay, IceServer.model_validate(fresh["ice_servers"][0])):
                pass
            # What was begun with the old one lives on.
            await lasting.bind("8.8.8.8")


async def expired(server: LabTurn, account: IceServer) -> bool:
    """Whether coturn does not take this account any more."""
    try:
        async with allocation(server, account):
            return False
    except stun.TransactionFailed:
        return True


def test_servers_with_different_secrets_have_different_credentials(relay: LabTurn) -> None:
    (other,) = IceServers(relay.server, bytes(32)).of("somebody", utc_now())
    assert relay.ice_server().credential != other.credential
