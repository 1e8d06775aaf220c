"""Our classes inside aiortc: calls over a lossy path, numbers in packets, and what happens on another aiortc."""

import logging
import subprocess
import sys

import aiortc.rtcpeerconnection
import pytest
from aiortc import RTCRtpReceiver
from aiortc.rtcrtpparameters import RTCRtpHeaderExtensionParameters, RTCRtpParameters
from aiortc.rtp import HeaderExtensionsMap, RtpPacket
from hypothesis import given
from hypothesis import strategies as st

from robotclient.transport import attach
from robotclient.transport.attach import proof
from robotclient.transport.attach.outgoing import START, stamp
from robotclient.transport.attach.private import private
from robotclient.transport.attach.settings import TRANSPORT_NUMBER
from robotclient.transport.playout_packets import OpusPacket
from robotclient.transport.sender_report import SenderReport
from scripts.lab.network.impairment import Impairment
from scripts.lab.process import until
from tests.robotclient.transport.call_rig import call, talking

pytestmark = pytest.mark.slow

attach.install()


async def test_pictures_and_sound_arrive_over_a_path_that_loses_a_tenth() -> None:
    async with call(Impairment(loss=0.1, delay=0.02)) as (guest, robot):
        async with talking(guest, robot):
            await until(lambda: min(len(robot.pictures), len(guest.pictures), len(robot.sounds)) > 40, within=30)
        times = [picture.pts or 0 for picture in robot.pictures]
        assert times == sorted(set(times))
        assert all(isinstance(each, OpusPacket | SenderReport) for each in robot.sounds)
        sent = next(filter(None, map(attach.sending_counts, robot.peer.pc.getSenders())))
        received = next(filter(None, map(attach.receiving_counts, guest.peer.pc.getReceivers())))
        assert sent.nacks > 0
        assert sent.retransmissions > 0
        assert received.packets_recovered > 0
        assert sent.loss > 0.01
        assert sent.estimate != START, "no report has come"


async def test_a_keyframe_is_asked_for_where_the_decoder_lost_its_way() -> None:
    async with call(Impairment()) as (guest, robot), talking(robot):
        await until(lambda: len(guest.pictures) > 10)
        asked = len(robot.keyframe_requests)
        receiver = next(each for each in guest.peer.pc.getReceivers() if attach.receiving_counts(each))
        private(RTCRtpReceiver, receiver, "decoder_error").set()
        await until(lambda: len(robot.keyframe_requests) > asked)
        before = len(guest.pictures)
        await until(lambda: len(guest.pictures) > before + 5)


@given(number=st.integers(0, 65_535), mid=st.text("abc", min_size=1, max_size=9), payload=st.binary(max_size=20))
def test_a_number_is_written_into_its_place_and_nowhere_else(number: int, mid: str, payload: bytes) -> None:
    extensions = HeaderExtensionsMap()
    uris = {1: "urn:ietf:params:rtp-hdrext:sdes:mid", 4: TRANSPORT_NUMBER}
    extensions.configure(
        RTCRtpParameters(headerExtensions=[RTCRtpHeaderExtensionParameters(key, uri) for key, uri in uris.items()])
    )
    packet = RtpPacket(payload_type=97, sequence_number=7, timestamp=9, ssrc=11, payload=payload)
    packet.extensions.mid, packet.extensions.transport_sequence_number = mid, 0
    sent = RtpPacket.parse(stamp(packet.serialize(extensions), 4, number), extensions)
    assert sent.extensions.transport_sequence_number == number
    assert (sent.extensions.mid, sent.payload, sent.ssrc) == (mid, payload, 11)


def test_a_packet_without_a_place_for_numbers_stays_as_it_is() -> None:
    packet = RtpPacket(payload_type=97, sequence_number=7, timestamp=9, ssrc=11, payload=b"x").serialize()
    assert stamp(packet, 4, 99) == packet


def test_this_is_the_aiortc_that_was_proved() -> None:
    assert proof.faults() == []


def test_another_version_is_told_and_left_as_it_is(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(proof.PROVED, "aiortc", "2.0.0")
    monkeypatch.setattr(aiortc.rtcpeerconnection, "RTCRtpReceiver", None)
    assert not attach.install()
    assert vars(aiortc.rtcpeerconnection)["RTCRtpReceiver"] is None
    assert caplog.records[-1].levelno == logging.ERROR
    assert "aiortc is 1.16.0, proved on 2.0.0" in caplog.text


def test_a_name_that_has_gone_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof, "NAMES", ((aiortc.rtcpeerconnection, ("gone",)),))
    monkeypatch.setattr(proof, "MADE", ((aiortc.RTCRtpSender, ("__gone",)),))
    assert proof.faults() == ["aiortc.rtcpeerconnection.gone is missing", "RTCRtpSender.__gone is missing"]


STOCK = """
import asyncio
import av
from scripts.lab.network.impairment import Impairment
from scripts.lab.process import until
from tests.robotclient.transport.call_rig import call, talk

async def main():
    async with call(Impairment()) as (guest, robot):
        await asyncio.gather(talk(guest, 30), talk(robot, 30))
        await until(lambda: len(robot.pictures) > 10 and len(guest.pictures) > 10)
        assert all(isinstance(each, av.AudioFrame) for each in robot.sounds) and robot.sounds
asyncio.run(main())
"""


def test_without_our_changes_a_call_still_works() -> None:
    subprocess.run([sys.executable, "-c", STOCK], check=True, timeout=60)
