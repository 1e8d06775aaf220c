"""Rates of real connections become rates of encoders and layers of tracks."""

import asyncio
import time

import pytest

from robotclient.transport import attach
from robotclient.transport.allocation import Layer
from robotclient.uplink import Uplink
from scripts.lab.network.impairment import Impairment
from scripts.lab.process import until
from tests.robotclient.transport.call_rig import call, talking

pytestmark = pytest.mark.slow

attach.install()
MOST = 1_000_000


async def test_the_encoder_follows_the_network() -> None:
    told: list[dict[Layer, int]] = []
    uplink = Uplink(MOST, lambda rates: told.append(dict(rates)))
    async with call(Impairment(delay=0.01)) as (guest, robot), talking(guest, robot):
        uplink.adapt({"guest": robot.peer}, time.monotonic())
        assert 0 < told[0][Layer.MAIN] <= MOST
        assert told[0][Layer.REDUCED] == 0, "nobody needs it"
        before = len(told)
        uplink.adapt({"guest": robot.peer}, time.monotonic())
        assert len(told) <= before + 1
        assert not uplink.without_picture
        assert robot.picture.layer is Layer.MAIN


async def test_a_way_with_no_room_gets_sound_alone() -> None:
    told: list[dict[Layer, int]] = []
    uplink = Uplink(MOST, lambda rates: told.append(dict(rates)))
    async with call(Impairment(rate=60_000)) as (guest, robot), talking(guest, robot):

        def adapted() -> bool:
            uplink.adapt({"guest": robot.peer}, time.monotonic())
            return uplink.without_picture == {"guest"}

        await until(adapted, within=40)
        assert robot.picture.layer is None
        assert told[-1][Layer.MAIN] == 0
        before = len(guest.sounds)
        await until(lambda: len(guest.sounds) > before + 10, within=20)


async def test_nobody_connected_changes_nothing() -> None:
    told: list[object] = []
    Uplink(MOST, told.append).adapt({}, time.monotonic())
    await asyncio.sleep(0)
    assert told == []
