"""The machine under the robot: room on the disk, heat, battery. Read from Linux's own files (sysfs), no library."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from wire.rest import Check, Finding

LEAST_FREE = 200 * 1024 * 1024
"""Bytes: the robot writes little, but a full disk loses its schedule."""
HOTTEST = 85.0
"""Degrees Celsius: small machines slow down from here."""
LEAST_CHARGE = 25
"""Percent without a charger: some thirty minutes of visit on usual batteries."""
SYSFS = Path("/sys/class")


def look(state_directory: Path, sysfs: Path = SYSFS) -> Iterator[Finding]:
    """What can be checked on this machine."""
    yield _disk(state_directory)
    temperatures = [_number(zone / "temp") for zone in sorted((sysfs / "thermal").glob("thermal_zone*"))]
    if known := [each / 1000 for each in temperatures if each is not None]:
        yield Finding(check=Check.TEMPERATURE, good=max(known) < HOTTEST, detail=f"{max(known):.0f} °C")
    for supply in sorted((sysfs / "power_supply").glob("*")):
        if _word(supply / "type") == "Battery" and (charge := _number(supply / "capacity")) is not None:
            status = _word(supply / "status")
            good = status != "Discharging" or charge >= LEAST_CHARGE
            yield Finding(check=Check.BATTERY, good=good, detail=f"{charge} %, {status.lower()}")


def _disk(directory: Path) -> Finding:
    try:
        free = shutil.disk_usage(directory).free
    except OSError as error:
        return Finding(check=Check.DISK, good=False, detail=f"{directory}: {error.strerror}")
    return Finding(check=Check.DISK, good=free >= LEAST_FREE, detail=f"{free // 1024**2} MiB free for {directory}")


def _word(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:  # a sensor that sleeps has no value
        return ""


def _number(path: Path) -> int | None:
    word = _word(path)
    return int(word) if word.removeprefix("-").isdecimal() else None
