"""`python -m robotclient.media.camera.selftest SECTION`: does the camera's picture move, and is anything to be seen.

A process of its own, because a device call may hang. It prints the camera's state while it has it open, which the LIVE
sign follows, and at last the finding. No picture leaves it.
"""

import sys
import time

from robotclient.config import CameraSection
from robotclient.media.camera.capture import DARK, open_source
from robotclient.media.camera.source import CaptureError, Source
from robotclient.media.camera.watch import Watch
from wire.rest import Check, DeviceKind, DeviceState, DeviceStatus, Finding


def main(section: CameraSection) -> None:
    """Look, and print what was found as JSON lines."""
    _tell(DeviceState.OPENING, section.device)
    try:
        source = open_source(section)
    except CaptureError as error:
        _conclude(False, str(error))
        return
    _tell(DeviceState.WORKING, source.name)
    problem = look(source)
    source.close()
    _tell(DeviceState.OFF, source.name)
    _conclude(not problem, problem or f"{source.name}: its picture moves")


def look(source: Source) -> str:
    """What is wrong with an open camera's pictures, or nothing; as soon as it is known."""
    watch = Watch(time.monotonic())
    while True:
        try:
            picture = source.read()
        except CaptureError as error:
            return str(error)
        now = time.monotonic()
        if picture is not None:
            watch.see(picture.luma(), now)
        if watch.moves and watch.light:
            return ""
        if problem := DARK if watch.dark(now) else watch.fault(now):
            return problem


def _tell(state: DeviceState, name: str) -> None:
    status = DeviceStatus(kind=DeviceKind.CAMERA, state=state, name=name[:200], detail="self-test")
    print(status.model_dump_json(), flush=True)  # noqa: T201 - this is how it answers


def _conclude(good: bool, detail: str) -> None:
    print(Finding(check=Check.CAMERA, good=good, detail=detail[:200]).model_dump_json())  # noqa: T201


if __name__ == "__main__":
    main(CameraSection.model_validate_json(sys.argv[1]))
