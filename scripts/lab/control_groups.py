"""The control groups of a machine in the lab, in each hierarchy that systemd uses (cgroup v1, v2 or both)."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

TREE: Final = Path("/sys/fs/cgroup")


def groups(name: str) -> Iterator[Path]:
    """Where those of the machine `name` are, whether or not they exist yet."""
    for root in (TREE / "systemd", TREE / "unified", TREE):
        if (root / "cgroup.procs").exists():
            yield root / name


def entering(name: str) -> str:
    """The shell's words that make them and put the shell into them."""
    return "".join(f"mkdir -p {group}; echo $$ > {group}/cgroup.procs; " for group in groups(name))


def forget(name: str) -> None:
    """Remove them; the machine is off."""
    for group in groups(name):
        for directory in (*sorted(group.rglob("*/"), reverse=True), group):
            with contextlib.suppress(OSError):
                directory.rmdir()
