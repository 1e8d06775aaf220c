import asyncio

import pytest
from aiortc.mediastreams import MediaStreamError

from robotclient.tracks import AUDIO_CLOCK, QUEUE_LIMIT, VIDEO_CLOCK, PacketTrack, PictureTrack
from robotclient.transport.allocation import Layer


class Camera:
    def __init__(self) -> None:
        self.keyframes_wanted = 0

    def request_keyframe(self) -> None:
        self.keyframes_wanted += 1


async def test_a_new_peer_begins_with_a_keyframe_and_asks_for_one() -> None:
    camera = Camera()
    track = PacketTrack("video", camera.request_keyframe)
    assert camera.keyframes_wanted == 1
    track.put(b"delta", 0, keyframe=False)
    track.put(b"key", 3000, keyframe=True)
    track.put(b"delta", 6000, keyframe=False)
    assert [bytes(await track.recv()) for _ in range(2)] == [b"key", b"delta"]


async def test_a_stalled_peer_costs_no_memory_and_starts_again_at_a_keyframe() -> None:
    camera = Camera()
    track = PacketTrack("video", camera.request_keyframe)
    track.put(b"old key", 0, keyframe=True)
    for number in range(1, 1000):
        track.put(b"delta", 3000 * number, keyframe=False)
    assert track._queue.qsize() <= QUEUE_LIMIT["video"]
    assert camera.keyframes_wanted == 2
    track.put(b"new key", 4_000_000, keyframe=True)
    assert bytes(await track.recv()) == b"new key"


async def test_stalled_sound_keeps_only_the_newest() -> None:
    track = PacketTrack("audio", lambda: None)
    for number in range(1000):
        track.put(str(number).encode(), 960 * number, keyframe=True)
    first = int(bytes(await track.recv()))
    assert 1000 - QUEUE_LIMIT["audio"] <= first


async def test_what_waited_long_for_the_connection_is_not_sent() -> None:
    camera = Camera()
    track = PacketTrack("video", camera.request_keyframe)
    for number in range(10):
        track.put(b"early", 3000 * number, keyframe=number == 0)
    reading = asyncio.create_task(track.recv())
    async with asyncio.timeout(10):
        while camera.keyframes_wanted == 1:
            await asyncio.sleep(0)
    track.put(b"delta", 30_000, keyframe=False)
    track.put(b"key", 33_000, keyframe=True)
    assert bytes(await reading) == b"key"


async def test_what_waited_shortly_for_the_connection_is_there_at_once() -> None:
    track = PacketTrack("video", lambda: None)
    for number in range(3):
        track.put(b"early", 3000 * number, keyframe=number == 0)
    assert bytes(await track.recv()) == b"early"


async def test_time_runs_forward_where_the_device_begins_again() -> None:
    track = PacketTrack("video", lambda: None)
    for timestamp in (0, 3000, 6000, 0, 3000):
        track.put(b"key", timestamp, keyframe=True)
    found = [await track.recv() for _ in range(5)]
    times = [packet.pts for packet in found if packet.pts is not None]
    assert times == sorted(set(times))
    assert times[:3] == [0, 3000, 6000]
    assert times[4] - times[3] == 3000
    assert found[0].time_base == pytest.approx(1 / VIDEO_CLOCK)


async def test_the_end_wakes_a_reader() -> None:
    track = PacketTrack("audio", lambda: None)
    reading = asyncio.create_task(track.recv())
    await asyncio.sleep(0)
    track.stop()
    with pytest.raises(MediaStreamError):
        await reading
    track.put(b"late", AUDIO_CLOCK, keyframe=True)
    with pytest.raises(MediaStreamError):
        await track.recv()


async def test_another_layer_begins_with_its_own_keyframe_and_none_is_no_picture() -> None:
    wanted: list[Layer] = []
    track = PictureTrack(wanted.append)
    track.put(b"main", 0, keyframe=True)
    track.carry(Layer.REDUCED)
    track.put(b"delta", 3000, keyframe=False)
    track.put(b"reduced", 6000, keyframe=True)
    assert bytes(await track.recv()) == b"reduced"
    track.carry(None)
    track.carry(Layer.MAIN)
    track.carry(Layer.MAIN)
    assert wanted == [Layer.MAIN, Layer.REDUCED, Layer.MAIN]
