"""A robot as a machine of its own: a container in which the real systemd boots, made of this machine's Debian packages.

The network is this machine's, so that the lab's server and browsers are reached. It needs root.
"""

import contextlib
import os
import shutil
import signal
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from scripts.lab import control_groups
from scripts.lab.machine_disk import BASE, Disk
from scripts.lab.process import ROOT, SYSTEMD, LabError, program, wait_for

BOOT_WITHIN: Final = 30.0
OFF_WITHIN: Final = 20.0
REBOOT_STATUS: Final = 133
"""What systemd-nspawn ends with when the machine wants to start again."""
NSPAWN: Final = (
    "systemd-nspawn",
    "--quiet",
    "--register=no",
    "--keep-unit",
    "--resolv-conf=copy-host",
    "--timezone=off",
)


class Machine:
    """One machine; `with` gives it a disk, `boot` switches it on."""

    def __init__(self, name: str, log: Path) -> None:
        self._name = f"{name}-{os.getpid()}"
        self._log = log
        self._disk = Disk()
        self._running: subprocess.Popen[bytes] | None = None
        self._leader = 0

    @property
    def disk(self) -> Path:
        """The root of its file system; /run and /tmp of the running machine are in `files`."""
        return self._disk.root

    @property
    def files(self) -> Path:
        """The root of the file system as the running machine sees it."""
        return Path(f"/proc/{self._leader}/root")

    def run(self, *command: str, within: float = 60) -> str:
        """Run a command in the running machine; returns what it printed. Raises `LabError`."""
        return _finished(["nsenter", f"--target={self._leader}", "--all", "--", *command], within)

    def install(self, *words: str, within: float = 400) -> None:
        """Run this project's `scripts/install-robot` on the machine's disk. Raises `LabError`."""
        copy = self.disk / "root/project"
        listed = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=True
        ).stdout
        for file in (each for each in listed.decode().split("\0") if each and (ROOT / each).is_file()):
            (copy / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / file, copy / file)
        cache, uv = _uv_cache(), _uv()
        # What this checkout's own environment is made of is there already: nothing is downloaded.
        binds = (f"--bind={cache}:/root/.cache/uv", f"--bind-ro={uv}:/usr/local/bin/uv-of-the-lab")
        settings = ("--setenv=UV=/usr/local/bin/uv-of-the-lab", "--setenv=UV_OFFLINE=1", "--setenv=UV_LINK_MODE=copy")
        inside = ("--chdir=/root/project", "--pipe", *binds, *settings, "/root/project/scripts/install-robot", *words)
        _finished([*self._disk.enter, *NSPAWN, f"--directory={BASE}/root", *inside], within)

    def try_out(self) -> None:
        """Run one command on the disk, without switching the machine on. Raises `LabError`."""
        _finished([*self._disk.enter, *NSPAWN, f"--directory={BASE}/root", "--pipe", "/usr/bin/true"], BOOT_WITHIN)

    def boot(self) -> None:
        """Switch it on and wait until systemd has started what it starts. Raises `LabError`."""
        self._power_on()
        wait_for(self._is_up, BOOT_WITHIN, f"the machine is up; read {self._log}")

    def reboot(self) -> None:
        """`systemctl reboot`, and on again."""
        self._end("reboot")
        self.boot()

    def cut_power(self) -> None:
        """Every process of it is gone at once."""
        assert self._running is not None
        os.kill(self._leader, signal.SIGKILL)  # the first process of a namespace takes all others with it
        self._running.wait(OFF_WITHIN)
        control_groups.forget(self._name)

    def off(self) -> None:
        """Switch it off in good order."""
        if self._running is not None and self._running.poll() is None:
            self._end("poweroff")

    def pid_of(self, unit: str) -> int:
        """The main process of a service, as this machine numbers it. Raises `LabError` where it does not run."""
        inside = int(self.run("systemctl", "show", "--property=MainPID", "--value", unit))
        if not inside:  # a signal to 0 would be one to the lab itself
            raise LabError(f"{unit} does not run")
        return self._outside(inside)

    def journal(self, *words: str) -> str:
        """What `journalctl WORDS` prints."""
        return self.run("journalctl", "--no-pager", *words)

    def __enter__(self) -> Self:
        self._disk.make()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._running is not None and self._running.poll() is None:
            with contextlib.suppress(LabError), self._log.open("a") as log:
                log.write(self.journal("--lines=2000"))
            self.cut_power()
        self._disk.discard()

    def _power_on(self) -> None:
        """Start nspawn in control groups of its own: it makes `payload` and `supervisor` under its caller's."""
        boot = (*NSPAWN, "--boot", f"--directory={BASE}/root", f"--machine={self._name}", "--console=pipe",
                "--kill-signal=SIGRTMIN+3", "--link-journal=no", "systemd.show_status=no")  # fmt: skip
        command = ["sh", "-c", control_groups.entering(self._name) + 'exec "$@"', "sh", *self._disk.enter, *boot]
        clean = {key: value for key, value in os.environ.items() if key not in SYSTEMD}
        with self._log.open("ab") as log:
            self._running = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=clean)
        self._leader = wait_for(self._find_leader, BOOT_WITHIN, f"systemd starts; read {self._log}", every=0.01)

    def _find_leader(self) -> int | None:
        """nspawn's child that became systemd."""
        assert self._running is not None
        if self._running.poll() is not None:
            raise LabError(f"systemd-nspawn ended with {self._running.returncode}; read {self._log}")
        for child in Path(f"/proc/{self._running.pid}/task/{self._running.pid}/children").read_text().split():
            with contextlib.suppress(OSError):
                if Path(f"/proc/{child}/comm").read_text() == "systemd\n":
                    return int(child)
        return None

    def _is_up(self) -> bool:
        done = subprocess.run(
            ["nsenter", f"--target={self._leader}", "--all", "--", "systemctl", "is-system-running"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.stdout.strip() in ("running", "degraded")

    def _end(self, how: str) -> None:
        assert self._running is not None
        with contextlib.suppress(LabError):  # the answer may not find its way out of a machine that goes down
            self.run("systemctl", how)
        status = self._running.wait(OFF_WITHIN)
        control_groups.forget(self._name)
        if status not in (0, REBOOT_STATUS):
            raise LabError(f"the machine ended with {status}; read {self._log}")

    def _outside(self, pid: int) -> int:
        """The number that a process of the machine has out here."""
        machine = Path(f"/proc/{self._leader}/ns/pid").readlink()
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if (process / "ns/pid").readlink() == machine and _innermost_pid(process) == pid:
                    return int(process.name)
        raise LabError(f"process {pid} is not in the machine")


def can_run(log: Path) -> bool:
    """Whether this machine can have another one inside it: root, overlayfs, systemd-nspawn."""
    if os.geteuid() != 0:
        return False
    try:
        with Machine("probe", log) as machine:
            machine.try_out()
    except (LabError, OSError):
        return False
    return True


def _innermost_pid(process: Path) -> int:
    lines = (process / "status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("NSpid:")).split()[-1])


def _finished(command: list[str], within: float) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=within, check=False, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        raise LabError(
            f"{' '.join(command[-6:])} ended with {done.returncode}: {done.stdout[-500:]}{done.stderr[-1000:]}"
        )
    return done.stdout


def _uv() -> str:
    """The program that `scripts/install` made this checkout's environment with."""
    own = ROOT / ".tools/bin/uv"
    return str(own.resolve()) if own.exists() else program("uv")


def _uv_cache() -> str:
    return _finished([_uv(), "cache", "dir"], 30).strip()
