"""`robotclient devices`: what is connected, and the line to write into `robot.yaml` for it."""

import json
from dataclasses import asdict
from pathlib import Path

from robotclient.config import CameraSection
from robotclient.media.audio.devices import Device, list_devices
from robotclient.media.audio.levels import microphone_levels
from robotclient.media.camera.snapshot import take_snapshot
from robotclient.media.devices import CameraDevice, list_cameras


def devices(*, with_levels: bool, as_json: bool) -> None:
    """Print cameras, microphones and speakers; with levels all microphones are listened to for a moment."""
    cameras, sound = list_cameras(), list_devices()
    levels = microphone_levels() if with_levels else {}
    if as_json:
        listed = {"cameras": [asdict(each) for each in cameras], "sound": [asdict(each) for each in sound]}
        print(json.dumps(listed | ({"levels": levels} if with_levels else {}), default=str, indent=2))
        return
    _print_cameras(cameras)
    _print_sound("Microphones", [each for each in sound if each.direction == "microphone"], levels)
    _print_sound("Speakers", [each for each in sound if each.direction == "speaker"], {})


def snapshot(camera: CameraSection, file: Path, *, as_json: bool) -> None:
    """Write one picture of the configured camera. Raises `SnapshotError`."""
    seconds = take_snapshot(camera, file)
    if as_json:
        print(json.dumps({"file": str(file), "camera": camera.device, "open_seconds": round(seconds, 1)}))
    else:
        print(f"{file}: one picture of {camera.device}; the camera was open for {seconds:.1f} s")


def yaml_line(camera: CameraDevice) -> str:
    """What to write for this camera: the stable path of its port or serial number, else its name, never its number."""
    stable = str(camera.paths[0]) if camera.paths else camera.name
    return f"camera: {{device: {json.dumps(stable, ensure_ascii=False)}}}"


def _print_cameras(cameras: list[CameraDevice]) -> None:
    print("Cameras" if cameras else "Cameras: none is connected")
    for camera in cameras:
        print(f"  {camera.name or camera.node}")
        if camera.problem:
            print(f"    {camera.problem}")
        else:
            print(f"    in robot.yaml:  {yaml_line(camera)}")
        for mode in camera.modes:
            print(f"    {mode.pixel_format} {mode.width}x{mode.height}, {mode.fps:.0f} pictures/s")


def _print_sound(title: str, found: list[Device], levels: dict[str, float | None]) -> None:
    print(title if found else f"{title}: none is connected")
    for device in found:
        print(f"  {device.name} ({device.host_api}, {device.channels} channels){', default' * device.is_default}")
        print(f"    in robot.yaml:  audio: {{{device.direction}: {json.dumps(device.name, ensure_ascii=False)}}}")
        if device.name in levels:
            level = levels[device.name]
            print("    cannot be listened to now" if level is None else f"    hears {level:.0f} dBFS now")
