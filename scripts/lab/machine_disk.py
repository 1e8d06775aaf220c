"""The disk of a machine in the lab: this machine's /usr and /etc copied on write, everything else in memory.

It belongs to one process that does nothing else, so it outlives reboots and power cuts, and nothing stays behind when
that process ends. It needs root.
"""

import subprocess
from pathlib import Path
from typing import Final

from scripts.lab.process import LabError

BASE: Final = "/run/telepresence-machine"
"""Where the machine's disk is mounted, in a mount namespace of its own."""
SHARED: Final = ("usr", "etc", "var/lib/dpkg")
DISK: Final = f"""
set -e
mkdir -p {BASE}; mount -t tmpfs -o mode=755 tmpfs {BASE}; mkdir {BASE}/root; cd {BASE}/root
for part in {" ".join(SHARED)}; do
  mkdir -p $part {BASE}/upper/$part {BASE}/work/$part
  mount -t overlay overlay -o lowerdir=/$part,upperdir={BASE}/upper/$part,workdir={BASE}/work/$part $part
done
ln -s usr/bin usr/sbin usr/lib usr/lib64 .
mkdir -p var/lib/systemd opt root home srv
# What is enabled on this machine is not wanted here: the robot's units alone are.
# Without an id it would be a first boot, which enables all there is.
rm -rf etc/systemd/system/*.wants etc/rc?.d/S*; tr -d - </proc/sys/kernel/random/uuid >etc/machine-id
echo ready; exec sleep infinity
"""


class Disk:
    """One disk; it is there from `make` to `discard`."""

    def __init__(self) -> None:
        self._keeper: subprocess.Popen[str] | None = None

    @property
    def root(self) -> Path:
        """The root of its file system, seen from this machine."""
        return Path(f"/proc/{self._alive.pid}/root{BASE}/root")

    @property
    def enter(self) -> list[str]:
        """What goes before a command that is to find it under `BASE`."""
        return ["nsenter", f"--target={self._alive.pid}", "--mount"]

    def make(self) -> None:
        """Raises `LabError`."""
        command = ["unshare", "--mount", "--propagation=private", "sh", "-c", DISK]
        self._keeper = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)
        assert self._keeper.stdout is not None
        if self._keeper.stdout.readline() != "ready\n":
            raise LabError("the machine's disk cannot be made; this needs root and overlayfs")

    def discard(self) -> None:
        """With all that is on it."""
        self._alive.kill()
        self._alive.communicate()

    @property
    def _alive(self) -> subprocess.Popen[str]:
        assert self._keeper is not None, "the machine has no disk"
        return self._keeper
