"""Signaling against bad input: each gets one clear answer, nobody else notices, and the log stays clean."""

import asyncio
import json
import logging
import socket
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from socketio.exceptions import ConnectionError as SocketConnectionError
from websockets.asyncio.client import ClientConnection, connect

from server import bookings, sockets, websocket
from server.frames import MALFORMED, MAX_BYTES, StrictPacket
from server.limits import Buckets, TokenBucket
from server.times import utc_now
from tests.server.data_rig import close
from tests.server.signaling_rig import SOON, Client, Rig, Visit, running, until

PAIR = tuple[Rig, Visit, Client, Client]


@pytest.fixture
async def pair(migrated: Path, tmp_path: Path) -> AsyncIterator[PAIR]:
    """A robot and a guest in a room, and a server whose log must stay free of errors."""
    async with running(migrated, tmp_path) as rig:
        visit = await rig.book()
        robot, guest = await rig.robot(visit), await rig.guest(visit)
        await robot.hear("participant_joined")
        yield rig, visit, robot, guest


@pytest.fixture(autouse=True)
def _no_errors_in_the_log(caplog: pytest.LogCaptureFixture) -> Any:
    yield
    errors = [record.getMessage() for record in caplog.get_records("call") if record.levelno >= logging.ERROR]
    assert [error for error in errors if "not an accepted origin" not in error] == []


MALFORMED_MESSAGES: list[tuple[str, object, str]] = [
    ("offer", {"connection": "c", "sdp": "v=0", "tracks": {}}, "to"),
    ("offer", {"to": "x", "connection": "c", "tracks": {}}, "sdp"),
    ("offer", {"to": "x", "connection": "c", "sdp": "", "tracks": {}}, "sdp"),
    ("offer", {"to": "x", "connection": "c", "sdp": "v=0", "tracks": {"0": {"source": "camera"}}}, "participant"),
    ("candidate", {"to": "x", "connection": "../etc", "candidate": ""}, "connection"),
    ("candidate", {"to": "x", "connection": "c", "candidate": "", "sdp_m_line_index": "0"}, "sdp_m_line_index"),
    ("chat", {"text": "a" * 4001}, "text"),
    ("chat", {"text": ["a"]}, "text"),
    ("chat", "hello", "chat"),
    ("chat", None, "chat"),
    ("media", {"audio": "yes"}, "audio"),
    ("media", [True], "media"),
    ("join", {"room": "x"}, "version"),
    ("join", {"version": "1", "room": "x"}, "version"),
    ("join", {"version": 1, "room": "x", "name": "Eve\nadmin"}, "name"),
    ("explode", {}, "no such event"),
    ("participant_left", {"participant": "x", "reason": "left"}, "no such event"),
]


async def test_a_malformed_message_is_answered_with_the_field(pair: PAIR) -> None:
    _, _, robot, guest = pair
    for event, message, named in MALFORMED_MESSAGES:
        answer = await guest.call(event, message)
        assert answer["error"] == "bad_message", (event, message)
        assert named in answer["message"], (event, message)
        assert "Eve" not in answer["message"]
    assert await guest.call("chat", {"text": "still here"}) == {}
    assert (await robot.hear("chat"))["text"] == "still here"


async def test_a_guest_says_who_he_is(pair: PAIR) -> None:
    rig, visit, _, _ = pair
    stranger = await rig.client()
    answer = await stranger.join(visit.link)
    assert answer["error"] == "bad_message"
    assert "name" in answer["message"]


async def test_an_oversized_message_ends_only_its_own_connection(pair: PAIR) -> None:
    _, _, robot, guest = pair
    await guest.sio.emit("chat", {"text": "a" * MAX_BYTES})
    await guest.gone()
    assert (await robot.hear("participant_changed"))["connected"] is False


async def test_the_largest_description_passes(pair: PAIR) -> None:
    _, _, robot, guest = pair
    sdp = "a" * 60_000
    assert await guest.call("offer", {"to": robot.id, "connection": "c", "sdp": sdp, "tracks": {}}) == {}
    assert (await robot.hear("offer"))["sdp"] == sdp


async def test_too_many_messages_are_refused_and_pass_again_later(pair: PAIR) -> None:
    _, _, robot, guest = pair
    waits: list[float] = []
    while not waits:
        answer = await guest.call("chat", {"text": "x"})
        if answer:
            assert answer["error"] == "rate_limited"
            waits.append(answer["retry_after"])
    assert 0 < waits[0] <= 0.02

    async def passes() -> bool:
        return await guest.call("media", {}) == {}

    await until(passes)
    assert await robot.call("media", {}) == {}


async def test_who_floods_on_is_disconnected(pair: PAIR) -> None:
    _, _, robot, guest = pair
    for _ in range(2000):
        if not guest.sio.connected:
            break
        await guest.sio.emit("media", {})
    await guest.gone()
    while (message := (await robot.hear("participant_changed")))["connected"]:
        assert message["id"] == guest.id


async def test_joins_are_limited_per_connection(pair: PAIR) -> None:
    rig, _, _, _ = pair
    guesser = await rig.client()
    answers = [(await guesser.join(f"guess{number}", name="Eve"))["error"] for number in range(11)]
    assert answers == ["unknown_room"] * 10 + ["rate_limited"]


async def test_joins_are_limited_per_address(pair: PAIR) -> None:
    rig, _, _, _ = pair
    errors = []
    for _ in range(8):
        guesser = await rig.client()
        errors += [(await guesser.join("guess", name="Eve"))["error"] for _ in range(10)]
    assert errors[0] == "unknown_room"
    assert errors[-1] == "rate_limited"


async def test_only_pages_of_this_server_may_connect(pair: PAIR) -> None:
    rig, _, _, _ = pair
    for origin in ("http://127.0.0.1:3030", f"http://127.0.0.1:{rig.port}"):
        await rig.client(Origin=origin)
    for origin in ("http://evil.example", "http://127.0.0.1:3030.evil.example", "null"):
        with pytest.raises(SocketConnectionError):
            await rig.client(Origin=origin)


MALFORMED_PACKETS = [
    '42["chat"',
    "42[]",
    "42{}",
    '42[{"a":1}]',
    "42",
    "4",
    "4x",
    '47["chat",{}]',
    '451-["chat",{"_placeholder":true,"num":0}]',
    "44",
    "40[1]",
    '42/other,["chat",{}]',
    '42/other,7["chat",{}]',
    '4299999999999999999999["chat",{}]',
    "42" + "[" * 50_000,
    '43["no such ack"]',
    "430[]",
    "430",
]


async def test_malformed_packets_are_survived(pair: PAIR) -> None:
    rig, _, robot, guest = pair
    async with raw(rig) as socket:
        for frame in MALFORMED_PACKETS:
            await socket.send(frame)
            await socket.send('421["chat",{"text":"x"}]')
            async for answer in socket:
                if str(answer).startswith("431"):
                    assert json.loads(str(answer)[3:])[0]["error"] == "not_in_room", frame[:40]
                    break
    assert await guest.call("chat", {"text": "hello"}) == {}
    await robot.hear("chat")


async def test_what_is_no_frame_at_all_ends_its_connection(pair: PAIR) -> None:
    rig, _, robot, guest = pair
    frames: list[str | bytes] = ["x", "", "0{}", "6", b"\x00", b"4", "é", "4" + "x" * MAX_BYTES]
    for frame in frames:
        async with raw(rig) as socket:
            await socket.send(frame)
            await asyncio.wait_for(socket.wait_closed(), SOON)
    assert await guest.call("chat", {"text": "hello"}) == {}
    await robot.hear("chat")


def raw(rig: Rig, **settings: Any) -> "RawSocket":
    url = f"ws://127.0.0.1:{rig.port}/socket.io/?EIO=4&transport=websocket"
    return RawSocket(connect(url, **settings))


class RawSocket:
    """A WebSocket on which Socket.IO's connection is made by hand."""

    def __init__(self, connecting: connect) -> None:
        self._connect = connecting

    async def __aenter__(self) -> ClientConnection:
        socket = await self._connect.__aenter__()
        await socket.recv()
        await socket.send("40")
        await socket.recv()
        return socket

    async def __aexit__(self, *error: Any) -> None:
        await self._connect.__aexit__(*error)


async def test_who_ignores_the_goodbye_is_disconnected_all_the_same(pair: PAIR) -> None:
    rig, visit, _, _ = pair
    async with raw(rig) as socket:
        await socket.send(f'421["join",{{"version":1,"room":"{visit.link}","name":"Eve"}}]')
        await close(rig.database, visit.id, utc_now())
        async with asyncio.timeout(SOON):
            heard = [str(message) async for message in socket]
    assert heard[-3:] == ['42["room_closed",{"reason":"closed"}]', "41", "1"]


async def test_who_does_not_read_is_disconnected(pair: PAIR, monkeypatch: pytest.MonkeyPatch) -> None:
    rig, visit, robot, guest = pair
    monkeypatch.setattr(sockets, "MAX_BACKLOG", 20)
    async with raw(rig, max_queue=1, compression=None, close_timeout=0.1) as deaf:
        await deaf.send(f'421["join",{{"version":1,"room":"{visit.link}","name":"Eve"}}]')
        to = (await guest.hear("participant_joined"))["id"]
        while True:
            answer = await guest.call("offer", {"to": to, "connection": "c", "sdp": "a" * 60_000, "tracks": {}})
            if answer:
                break
        assert answer["error"] == "not_connected"
        changed = await guest.hear("participant_changed")
        assert (changed["id"], changed["connected"]) == (to, False)
        assert await robot.call("media", {}) == {}


async def test_nothing_is_kept_for_one_who_never_reads_again(
    migrated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "MAX_BACKLOG", 20)
    monkeypatch.setattr(websocket, "PING_SECONDS", 2.0)
    async with running(migrated, tmp_path) as rig:
        visit = await rig.book()
        robot = await rig.robot(visit)
        narrow = socket.socket()
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        narrow.connect(("127.0.0.1", rig.port))
        async with raw(rig, compression=None, close_timeout=0.1, sock=narrow) as deaf:
            await deaf.send(f'421["join",{{"version":1,"room":"{visit.link}","name":"Eve"}}]')
            offer = {"to": (await robot.hear("participant_joined"))["id"], "connection": "c", "tracks": {}}
            deaf.transport.pause_reading()

            async def is_gone() -> bool:
                answer = await robot.call("offer", offer | {"sdp": "a" * 60_000})
                return answer.get("error") == "not_connected"

            await until(is_gone, 20)
            await until(lambda: rig.connections == 1, 20)
            await until(lambda: len(rig.signaling._sockets.server.eio.sockets) == 1, 20)


async def test_a_connection_found_dead_while_it_is_written_to_holds_nobody_up(pair: PAIR) -> None:
    rig, visit, robot, _ = pair
    engine = rig.signaling._sockets.server.eio
    async with raw(rig) as mute:
        await mute.send(f'421["join",{{"version":1,"room":"{visit.link}","name":"Eve"}}]')
        muted = (await robot.hear("participant_joined"))["id"]
        (each,) = (each for sid, each in engine.sockets.items() if sid not in engine_ids(rig))
        each.last_ping = 1.0  # it was asked long ago, and gives no answer; whoever writes to it next finds that out
        assert await robot.call("chat", {"text": "anybody?"}) == {}
    changed = await robot.hear("participant_changed")
    assert (changed["id"], changed["connected"]) == (muted, False)


def engine_ids(rig: Rig) -> set[str]:
    """The ids by which Engine.IO knows the clients of the rig."""
    manager = rig.signaling._sockets.server.manager
    return {manager.eio_sid_from_sid(client.sio.get_sid(), "/") for client in rig.clients}


async def test_a_connection_that_closes_while_its_join_is_stored_leaves_no_ghost(pair: PAIR) -> None:
    rig, visit, robot, _ = pair
    late = await rig.client()
    other = sqlite3.connect(rig.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        await late.sio.emit("join", {"version": 1, "room": visit.link, "name": "Eve"})
        sid = late.sio.get_sid()
        await until(lambda: rig.signaling._connections[sid].reservation is not None)
        rig.signaling._sockets.close(sid)
        await until(lambda: sid not in rig.signaling._connections)
    finally:
        other.close()
    ghost = await robot.hear("participant_joined")
    changed = await robot.hear("participant_changed")
    assert (changed["id"], changed["connected"]) == (ghost["id"], False)


async def test_a_connection_that_closes_at_the_door_does_not_come_in(
    pair: PAIR, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig, visit, robot, _ = pair
    admit, asked, opened = bookings.admit_person, asyncio.Event(), asyncio.Event()

    async def slowly(*arguments: Any) -> bookings.Admission:
        asked.set()
        await asyncio.wait_for(opened.wait(), SOON)
        return await admit(*arguments)

    monkeypatch.setattr(bookings, "admit_person", slowly)
    late = await rig.client()
    await late.sio.emit("join", {"version": 1, "room": visit.link, "name": "Eve"})
    await asyncio.wait_for(asked.wait(), SOON)
    sid = late.sio.get_sid()
    rig.signaling._sockets.close(sid)
    await until(lambda: sid not in rig.signaling._connections)
    opened.set()
    guest = await rig.guest(visit, name="Ana")
    assert (await robot.hear("participant_joined"))["name"] == "Ana"
    assert len(guest.joined["roster"]) == 2


async def test_polling_works_and_survives_garbage(pair: PAIR) -> None:
    rig, _, _, _ = pair
    url = f"http://127.0.0.1:{rig.port}/socket.io/?EIO=4&transport=polling"
    async with httpx.AsyncClient(timeout=5) as http:
        sid = json.loads((await http.get(url)).text[1:])["sid"]
        session = f"{url}&sid={sid}"
        assert (await http.post(session, content="40")).status_code == 200
        assert (await http.get(session)).text.startswith("40")
        assert (await http.post(session, content='42["chat"')).status_code == 200
        assert (await http.post(session, content='421["leave"]')).status_code == 200
        answers = ""
        while "431" not in answers:
            answers += (await http.get(session)).text
        assert "not_in_room" in answers
        assert (await http.post(session, content="4" * (MAX_BYTES + 1))).status_code == 413


@given(st.text(max_size=40) | st.binary(max_size=40))
@settings(deadline=None)
def test_decoding_never_raises(encoded: str | bytes) -> None:
    for prefix in ("", "2", "0", "5", "51-"):
        packet = StrictPacket(encoded_packet=prefix + encoded if isinstance(encoded, str) else encoded)
        assert packet.packet_type in range(5)
        assert packet.packet_type != 2 or isinstance(packet.data[0], str)


def test_a_malformed_packet_is_the_event_malformed() -> None:
    assert StrictPacket(encoded_packet="2[1]").data == [MALFORMED]


@given(st.floats(0.5, 100), st.floats(1, 100), st.lists(st.floats(0, 10), max_size=200))
@settings(max_examples=50, deadline=None)
def test_a_bucket_gives_no_more_than_its_burst_and_rate(rate: float, burst: float, gaps: list[float]) -> None:
    bucket, now, taken = TokenBucket(rate, burst), 0.0, 0
    for gap in gaps:
        now += gap
        wait = bucket.take(now)
        taken += wait == 0
        assert wait <= 1 / rate
    assert taken <= burst + rate * now + 1e-6


def test_of_too_many_addresses_the_one_longest_unused_is_forgotten() -> None:
    buckets = Buckets(rate=1, burst=1, size=2)
    assert [buckets.take(key, 0.0) for key in "abab"] == [0, 0, 1, 1]
    buckets.take("c", 0.0)
    assert (buckets.take("b", 0.0), buckets.take("a", 0.0)) == (1, 0)
