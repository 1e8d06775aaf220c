"""What systemd hears, over a real notification socket."""

import asyncio
import contextlib
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from robotclient.health import Health, Pulse, watchdog_interval


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(tmp_path / "notify"))
        ear.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "100000")
        yield ear


def heard(ear: socket.socket) -> list[str]:
    messages = []
    with contextlib.suppress(BlockingIOError):
        while True:
            messages.append(ear.recv(4096).decode())
    return messages


async def run_for(health: Health, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await health.run()


async def test_the_watchdog_is_fed_while_all_make_progress(manager: socket.socket) -> None:
    health = Health((Pulse("daemon", time.monotonic, 5),))
    health.ready()
    await run_for(health, 0.12)
    assert heard(manager) == ["READY=1", *["WATCHDOG=1"] * 3]


async def test_a_start_that_waits_for_the_server_asks_for_time_and_is_not_ready(manager: socket.socket) -> None:
    await run_for(Health((Pulse("daemon", time.monotonic, 5),)), 0.07)
    assert heard(manager) == ["EXTEND_TIMEOUT_USEC=60000000"] * 2


async def test_what_hangs_before_it_is_ready_asks_for_no_time(manager: socket.socket) -> None:
    await run_for(Health((Pulse("daemon", lambda: time.monotonic() - 6, 5),)), 0.02)
    assert heard(manager) == ["STATUS=Stuck: daemon; systemd will restart the robot's software"]


async def test_the_status_returns_after_the_progress(manager: socket.socket) -> None:
    beats = iter([0.0])
    health = Health((Pulse("camera", lambda: next(beats, time.monotonic()), 30),))
    health.ready()
    health.say("In a visit")
    await run_for(health, 0.07)
    stuck = "STATUS=Stuck: camera; systemd will restart the robot's software"
    assert heard(manager) == ["READY=1", "STATUS=In a visit", stuck, "WATCHDOG=1", "STATUS=In a visit"]


async def test_one_stuck_part_stops_the_feeding_and_is_named(manager: socket.socket) -> None:
    health = Health((Pulse("daemon", time.monotonic, 5), Pulse("camera", lambda: time.monotonic() - 31, 30)))
    health.ready()
    await run_for(health, 0.02)
    assert heard(manager) == ["READY=1", "STATUS=Stuck: camera; systemd will restart the robot's software"]


def test_ready_status_and_stopping(manager: socket.socket) -> None:
    health = Health(())
    health.ready()
    health.ready()
    health.say("In a visit")
    health.say("In a visit")
    health.stopping()
    assert heard(manager) == ["READY=1", "STATUS=In a visit", "STOPPING=1"]


@pytest.mark.parametrize(("allowed", "interval"), [("15000000", 5.0), ("4000000", 2.0), ("", 5.0), ("junk", 5.0)])
def test_the_interval_is_half_of_what_systemd_allows(
    allowed: str, interval: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", allowed)
    assert watchdog_interval() == interval


def test_a_socket_that_takes_nothing_does_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container, whose manager's socket the user of the service may not write to."""
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody-listens"))
    Health(()).ready()
