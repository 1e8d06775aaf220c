"""What the robot proves before a visit: when it looks, and what it finds in real devices, servers and machines."""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest

from robotclient.clock import ServerClock
from robotclient.config import AudioSection, CameraSection, FurtherCamera, RobotConfig
from robotclient.portal import Portal
from robotclient.readiness import devices, machine, network, plan
from scripts.lab.process import Process, wait_for
from scripts.lab.server import free_port
from scripts.lab.sound import SoundServer, sound_server
from tests.robotclient.test_camera_sources import write_clip
from wire.rest import Check, DeviceKind, DeviceState, DeviceStatus, Finding
from wire.signaling import IceServer

pytestmark = pytest.mark.slow

START = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)
MINUTES = (60.0, 15.0, 2.0)


def before(minutes: float) -> datetime:
    return START - timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("now", "last", "due"),
    [
        (61, None, False),
        (60, None, True),
        (59, 60, False),
        (15, 59, True),
        (14.9, 15, False),
        (2, 14, True),
        (1.5, 1.9, False),
        (1.5, 2.5, True),
        (0.9, 2.5, False),
        (-1, None, False),
    ],
)
def test_a_look_is_due_at_each_moment_once(now: float, last: float | None, due: bool) -> None:
    assert plan.due(START, before(now), MINUTES, None if last is None else before(last)) is due


def test_without_a_visit_no_look_is_due() -> None:
    assert not plan.due(None, START, MINUTES, None)


def sensor(path: Path, **values: str) -> None:
    path.mkdir(parents=True)
    for name, value in values.items():
        (path / name).write_text(f"{value}\n")


def found(findings: Iterator[Finding] | list[Finding], check: Check) -> Finding | None:
    return next((each for each in findings if each.check is check), None)


@pytest.mark.parametrize(("millidegrees", "good"), [("45000", True), ("91000", False)])
def test_the_hottest_sensor_counts(tmp_path: Path, millidegrees: str, good: bool) -> None:
    sensor(tmp_path / "thermal/thermal_zone0", temp="30000")
    sensor(tmp_path / "thermal/thermal_zone1", temp=millidegrees)
    finding = found(machine.look(tmp_path, tmp_path), Check.TEMPERATURE)
    assert finding is not None
    assert finding.good is good


@pytest.mark.parametrize(
    ("charge", "status", "good"), [("80", "Discharging", True), ("12", "Discharging", False), ("12", "Charging", True)]
)
def test_a_battery_that_runs_low_without_its_charger_is_bad(
    tmp_path: Path, charge: str, status: str, good: bool
) -> None:
    sensor(tmp_path / "power_supply/AC", type="Mains")
    sensor(tmp_path / "power_supply/BAT0", type="Battery", capacity=charge, status=status)
    finding = found(machine.look(tmp_path, tmp_path), Check.BATTERY)
    assert finding is not None
    assert finding.good is good
    assert charge in finding.detail


def test_a_machine_without_sensors_tells_of_its_disk_alone(tmp_path: Path) -> None:
    assert [each.check for each in machine.look(tmp_path, tmp_path)] == [Check.DISK]
    assert not next(machine.look(tmp_path / "not there", tmp_path)).good


async def tried(
    camera: str, microphone: str = "none", speaker: str = "none"
) -> tuple[list[Finding], list[DeviceStatus]]:
    told: list[DeviceStatus] = []
    audio = AudioSection(microphone=microphone, speaker=speaker)
    config = RobotConfig(camera=CameraSection(device=camera, width=320, height=240), audio=audio)
    return await devices.look(config, told.append), told


async def test_a_camera_whose_picture_moves_is_good_and_closed_afterwards() -> None:
    findings, told = await tried("synthetic")
    assert [(each.check, each.good) for each in findings] == [(Check.CAMERA, True)]
    states = [each.state for each in told if each.kind is DeviceKind.CAMERA]
    assert states[:2] == [DeviceState.OPENING, DeviceState.WORKING]
    assert states[-1] is DeviceState.OFF


@pytest.mark.parametrize("choosers", ["nobody", "everyone"])
async def test_a_camera_that_may_be_chosen_is_tried_too(choosers: Literal["nobody", "everyone"]) -> None:
    others = (FurtherCamera(device="/dev/v4l/by-id/none", label="Puerta"),)
    camera = CameraSection(device="synthetic", width=320, height=240, others=others, choosers=choosers)
    audio = AudioSection(microphone="none", speaker="none")
    (finding,) = await devices.look(RobotConfig(camera=camera, audio=audio), lambda _: None)
    assert finding.good is (choosers == "nobody")
    assert finding.detail.startswith("Puerta: ") is not finding.good


async def test_r3_a_camera_whose_picture_stands_still_is_bad(tmp_path: Path) -> None:
    write_clip(tmp_path / "still.avi", 320, 240, 30, count=1, still=200)
    # All pictures of this clip are dark grey, and the same.
    (finding,), _ = await tried(f"file:{tmp_path}/still.avi")
    assert not finding.good


async def test_a_camera_that_is_not_there_is_bad_and_says_what_is() -> None:
    (finding,), told = await tried("/dev/v4l/by-id/none")
    assert not finding.good
    assert "is not a camera" in finding.detail
    assert told[-1].state is DeviceState.OFF


async def test_r2_a_camera_that_hangs_is_bad_and_its_process_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices, "CAMERA_WITHIN", 3.0)
    os.mkfifo(tmp_path / "camera.avi")  # whoever opens it waits for ever
    (finding,), told = await tried(f"file:{tmp_path}/camera.avi")
    assert finding == Finding(check=Check.CAMERA, good=False, detail="did not answer within 3 s")
    assert told[-1].state is DeviceState.OFF


@pytest.fixture
def sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoundServer]:
    with sound_server(tmp_path / "sound") as server:
        for name, value in {**server.environment, "PULSE_LATENCY_MSEC": "20"}.items():
            monkeypatch.setenv(name, value)
        yield server


@pytest.fixture
def room(sound: SoundServer) -> None:
    """Mic-A is where Speaker-Main is heard."""
    way = ("source=speaker_main.monitor", "sink=mic_a_feed", "latency_msec=20")
    subprocess.run(["pactl", "load-module", "module-loopback", *way], check=True, capture_output=True)


@pytest.mark.system
@pytest.mark.usefixtures("room")
async def test_a_microphone_hears_its_own_speaker_and_no_other() -> None:
    findings, told = await tried("synthetic", "Mic-A", "Speaker-Main")
    hears = found(findings, Check.SOUND)
    assert hears is not None
    assert hears.good, hears.detail
    assert [each.state for each in told if each.kind is DeviceKind.MICROPHONE] == [DeviceState.WORKING, DeviceState.OFF]
    deaf = found((await tried("synthetic", "Mic-B", "Speaker-Main"))[0], Check.SOUND)
    assert deaf is not None
    assert not deaf.good
    assert "does not hear" in deaf.detail
    missing = found((await tried("synthetic", "Mic-C", "Speaker-Main"))[0], Check.SOUND)
    assert missing is not None
    assert "there is no microphone 'Mic-C'" in missing.detail


@contextmanager
def turn_server(directory: Path) -> Iterator[IceServer]:
    """A real coturn on the loopback interface, for one user."""
    port = free_port()
    options = (
        "--no-tls",
        "--no-dtls",
        "--no-cli",
        "--lt-cred-mech",
        "--realm=lab",
        "--user=robot:secret",
        "--no-stdout-log",
    )
    command = [
        "turnserver",
        "-n",
        "--listening-ip=127.0.0.1",
        f"--listening-port={port}",
        *options,
        "--allow-loopback-peers",
    ]
    files = (
        f"--pidfile={directory}/pid",
        f"--userdb={directory}/users",
        f"--log-file={directory}/turn.log",
        "--simple-log",
    )
    with Process([*command, *files], directory / "out.log"):
        wait_for(lambda: _listens(port), 15, "coturn listens")
        yield IceServer(urls=(f"turn:127.0.0.1:{port}",), username="robot", credential="secret")


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def relay(server: IceServer) -> Finding:
    (finding,) = [await network.allocate(url, server, None) for url in server.urls]
    return finding


@pytest.mark.system
async def test_a_turn_server_gives_an_address_or_says_no(tmp_path: Path) -> None:
    with turn_server(tmp_path) as server:
        assert await relay(server) == Finding(check=Check.RELAY, good=True, detail=server.urls[0])
        wrong = await relay(server.model_copy(update={"credential": "guessed"}))
        assert not wrong.good
        assert "401" in wrong.detail or "Unauthorized" in wrong.detail
    tcp = server.model_copy(update={"urls": (f"{server.urls[0]}?transport=tcp",)})
    assert not (await relay(tcp)).good, "a TURN server that is gone is not noticed"


async def test_a_server_that_is_away_is_bad_and_nothing_else_is_asked() -> None:
    clock = ServerClock()
    async with Portal(f"http://127.0.0.1:{free_port()}", "token", clock, None) as portal:
        (finding,) = await network.look(portal, clock, None)
    assert (finding.check, finding.good) == (Check.SERVER, False)
    assert "cannot be reached" in finding.detail
