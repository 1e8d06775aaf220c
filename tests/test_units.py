"""The systemd units are valid, hardened, and never give up."""

import os
import subprocess
from pathlib import Path

import pytest

UNITS = Path(__file__).parents[1] / "systemd"
EXPOSURE = {"robotclient.service": 20, "robotserver.service": 15, "robotturn.service": 17}
"""The highest exposure allowed, in tenths of systemd-analyze's points; the units are a little below."""
OURS = ("robotclient.service", "robotserver.service")


def analyse(*words: str) -> subprocess.CompletedProcess[str]:
    # Where systemd does not run it wants to make /run/systemd, which only root may.
    as_root = [] if Path("/run/systemd").exists() or os.geteuid() == 0 else ["sudo", "-n"]
    command = [*as_root, "systemd-analyze", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("name", EXPOSURE)
def test_the_unit_is_valid(name: str, tmp_path: Path) -> None:
    unit = tmp_path / name
    lines = (UNITS / name).read_text().splitlines()
    # The program is not installed here; all the rest is checked as it is.
    unit.write_text("\n".join("ExecStart=/bin/true" if line.startswith("ExecStart=") else line for line in lines))
    done = analyse("verify", "--man=no", "--recursive-errors=no", str(unit))
    assert done.returncode == 0, done.stderr
    assert name not in done.stderr, "systemd complains about the unit"


@pytest.mark.parametrize(("name", "threshold"), EXPOSURE.items())
def test_the_unit_is_hardened(name: str, threshold: int) -> None:
    done = analyse("security", "--offline=true", f"--threshold={threshold}", str(UNITS / name))
    assert done.returncode == 0, done.stdout[-200:] + done.stderr


@pytest.mark.parametrize("name", EXPOSURE)
@pytest.mark.parametrize("line", ["Type=notify", "Restart=always", "StartLimitIntervalSec=0", "NoNewPrivileges=yes"])
def test_the_unit_restarts_for_ever(name: str, line: str) -> None:
    assert line in (UNITS / name).read_text().splitlines()


@pytest.mark.parametrize("name", OURS)
def test_the_watchdog_is_on(name: str) -> None:
    assert any(line.startswith("WatchdogSec=") for line in (UNITS / name).read_text().splitlines())
