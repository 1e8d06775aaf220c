"""Cameras, microphone and speaker, tried by processes of their own that are killed where a device hangs."""

import asyncio
import sys
from collections.abc import Callable, Iterator

from pydantic import TypeAdapter

from robotclient.config import CameraSection, RobotConfig, Section
from wire.rest import Check, DeviceState, DeviceStatus, Finding

CAMERA_WITHIN = 14.0
SOUND_WITHIN = 12.0
LINE = TypeAdapter[DeviceStatus | Finding](DeviceStatus | Finding)


async def look(config: RobotConfig, tell: Callable[[DeviceStatus], None]) -> list[Finding]:
    """Try them, one after the other; all cameras are one finding. `tell` hears when one is opened and closed."""
    seen = [
        (camera.label, finding)
        for camera in _cameras(config.camera)
        for finding in await _try("robotclient.media.camera.selftest", camera, Check.CAMERA, CAMERA_WITHIN, tell)
    ]
    heard = await _try("robotclient.media.audio.selftest", config.audio, Check.SOUND, SOUND_WITHIN, tell)
    return [_worst(seen), *heard] if seen else heard


def _cameras(section: CameraSection) -> Iterator[CameraSection]:
    """The first, and those that somebody may choose."""
    yield section
    if section.choosers != "nobody":
        for other in section.others:
            yield section.model_copy(update={"device": other.device, "label": other.label})


def _worst(seen: list[tuple[str, Finding]]) -> Finding:
    """The first that is bad, with the camera's label where there are several."""
    label, finding = next((each for each in seen if not each[1].good), seen[0])
    if len(seen) == 1 or finding.good:
        return finding
    return finding.model_copy(update={"detail": f"{label}: {finding.detail}"[:200]})


async def _try(
    module: str, section: Section, check: Check, within: float, tell: Callable[[DeviceStatus], None]
) -> list[Finding]:
    opened: DeviceStatus | None = None
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, section.model_dump_json()),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    findings = []
    try:
        async with asyncio.timeout(within):
            async for line in process.stdout:
                said = LINE.validate_json(line)
                if isinstance(said, Finding):
                    findings.append(said)
                else:
                    opened = said
                    tell(said)
            if status := await process.wait():
                findings.append(Finding(check=check, good=False, detail=f"the test ended with status {status}"))
    except TimeoutError:
        findings.append(Finding(check=check, good=False, detail=f"did not answer within {within:.0f} s"))
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        if opened is not None and opened.state is not DeviceState.OFF:
            tell(opened.model_copy(update={"state": DeviceState.OFF}))
    return findings
