"""`robotclient devices`: what is connected, and the line to write into `robot.yaml` for it."""

import json
from dataclasses import asdict

from robotclient.media.audio.devices import Device, list_devices
from robotclient.media.devices import CameraDevice, list_cameras


def devices(*, as_json: bool) -> None:
    """Print cameras, microphones and speakers."""
    cameras, sound = list_cameras(), list_devices()
    if as_json:
        listed = {"cameras": [asdict(each) for each in cameras], "sound": [asdict(each) for each in sound]}
        print(json.dumps(listed, default=str, indent=2))
        return
    _print_cameras(cameras)
    _print_sound("Microphones", [each for each in sound if each.direction == "microphone"])
    _print_sound("Speakers", [each for each in sound if each.direction == "speaker"])


def _print_cameras(cameras: list[CameraDevice]) -> None:
    print("Cameras" if cameras else "Cameras: none is connected")
    for camera in cameras:
        print(f"  {camera.name or camera.node}")
        print(f"    in robot.yaml:  camera: {{device: {json.dumps(str((camera.paths or (camera.node,))[0]))}}}")
        if camera.problem:
            print(f"    {camera.problem}")
        for mode in camera.modes:
            print(f"    {mode.pixel_format} {mode.width}x{mode.height}, {mode.fps:.0f} pictures/s")


def _print_sound(title: str, found: list[Device]) -> None:
    print(title if found else f"{title}: none is connected")
    for device in found:
        print(f"  {device.name} ({device.host_api}, {device.channels} channels){', default' * device.is_default}")
        print(f"    in robot.yaml:  audio: {{{device.direction}: {json.dumps(device.name)}}}")
