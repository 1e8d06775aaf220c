"""A machine with Debian's own kernel, in qemu: its disk is this machine's, copied on write in its memory.

So what is installed here is installed there, this checkout with it, and nothing is left behind. The kernel is
downloaded and unpacked, not installed.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

from scripts.lab.process import ROOT, LabError, run

STORE: Final = ROOT / ".tools/hardware"
"""The kernel and its modules, for the next time."""
MODULES: Final = ("virtio_pci", "9pnet_virtio", "9p", "overlay")
"""What the kernel needs to reach its disk."""
# No connection is made from 127.0.0.1, so the machine has an address more (of RFC 5737, for documentation).
INIT: Final = """#!/bin/busybox sh
b=/bin/busybox
$b mount -t proc proc /proc; $b mount -t sysfs sys /sys; $b mount -t devtmpfs dev /dev
for module in /modules/*; do $b insmod $module; done
$b mkdir -p /host /own /root
$b mount -t 9p -o trans=virtio,version=9p2000.L,cache=loose,msize=524288,ro host /host
$b mount -t tmpfs own /own; $b mkdir /own/upper /own/work
$b mount -t overlay -o lowerdir=/host,upperdir=/own/upper,workdir=/own/work root /root
for part in proc sys dev; do $b mount --move /$part /root/$part; done
$b mount -t tmpfs run /root/run
$b ip link set lo up
$b ip address add 192.0.2.1/32 dev lo
exec $b switch_root /root /bin/sh -c '
  export HOME=/run TMPDIR=/run PATH=/usr/sbin:/usr/bin:/sbin:/bin; cd {root}
  {command} >/dev/ttyS1
  echo o >/proc/sysrq-trigger; sleep 60'
"""
SIZE: Final = ("-m", "3072")
KVM: Final = ("-accel", "kvm", "-cpu", "host", "-smp", "2")
EMULATION: Final = ("-accel", "tcg,thread=single,tb-size=512", "-cpu", "max", "-icount", "shift=0")
"""An instruction takes a nanosecond of the machine's own time, however long it takes here: so it is quick enough for
what runs in it, be this machine as busy as it likes."""


def virtualization() -> tuple[str, ...]:
    """qemu's options for the processor's own virtualization, or for software that takes ten times as long.

    /dev/kvm alone says little: there are some whose processor has none, and which start no kernel but their own.
    """
    has_it = re.search(r"^flags\b.*\b(vmx|svm)\b", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return KVM if has_it and os.access("/dev/kvm", os.R_OK | os.W_OK) else EMULATION


def fetch() -> None:
    """Download the kernel and a shell for its first moments, once. Raises `LabError`."""
    if (STORE / "kernel/lib").exists():
        return
    STORE.mkdir(parents=True, exist_ok=True)
    depends = run(["apt-cache", "depends", "linux-image-amd64"])
    kernel = re.search(r"Depends: (linux-image-\S+)", depends)
    if kernel is None:
        raise LabError("apt knows no linux-image-amd64; run apt-get update, on Debian")
    for package, directory in (("busybox-static", "busybox"), (kernel[1], "kernel")):
        _run_in_store("apt-get", "download", package)
        _run_in_store("dpkg", "--extract", next(STORE.glob(f"{package}_*.deb")).name, f"{directory}.part")
    run(["depmod", "--basedir", str(STORE / "kernel.part"), _version(STORE / "kernel.part")])
    for directory in ("busybox", "kernel"):
        (STORE / f"{directory}.part").rename(STORE / directory)


def start(command: str, log: Path) -> subprocess.Popen[str]:
    """Start a machine that runs `command` in this checkout and ends; what it prints is read here, the rest in `log`."""
    directory = STORE / "initramfs"
    _write_initramfs(directory, command)
    kernel = next((STORE / "kernel/boot").glob("vmlinuz-*"))
    words = "console=ttyS0 quiet loglevel=4 panic=-1 mitigations=off random.trust_cpu=on"
    disk = "local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap"
    devices = (
        "-serial",
        f"file:{log}",
        "-serial",
        "stdio",
        "-virtfs",
        disk,
        "-device",
        "virtio-rng-pci",
        "-vga",
        "none",
        "-device",
        "bochs-display",
    )
    booted = ("-kernel", str(kernel), "-initrd", f"{directory}.cpio", "-append", words)
    options = ("-machine", "q35", "-nodefaults", "-display", "none", "-no-reboot", *SIZE, *virtualization())
    return subprocess.Popen(
        ["qemu-system-x86_64", *options, *booted, *devices],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )


def _write_initramfs(directory: Path, command: str) -> None:
    shutil.rmtree(directory, ignore_errors=True)
    for part in ("bin", "modules", "proc", "sys", "dev"):
        (directory / part).mkdir(parents=True)
    shutil.copy2(STORE / "busybox/bin/busybox", directory / "bin/busybox")
    for number, module in enumerate(_modules()):
        shutil.copy2(module, directory / f"modules/{number:02}-{module.name}")
    init = directory / "init"
    init.write_text(INIT.format(root=ROOT, command=command))
    init.chmod(0o755)
    with Path(f"{directory}.cpio").open("wb") as archive:
        names = "\n".join(str(each.relative_to(directory)) for each in sorted(directory.rglob("*")))
        pack = ["cpio", "--create", "--format=newc", "--quiet"]
        subprocess.run(pack, input=names.encode(), stdout=archive, cwd=directory, check=True)


def _modules() -> list[Path]:
    """The files of `MODULES` and of what they need, each after what it needs."""
    kernel = STORE / "kernel"
    command = ["modprobe", "--dirname", str(kernel), "--set-version", _version(kernel), "--show-depends"]
    lines = [line for module in MODULES for line in run([*command, module]).splitlines()]
    return [Path(line.split()[1]) for line in dict.fromkeys(lines) if line.startswith("insmod ")]


def _version(kernel: Path) -> str:
    return next((kernel / "lib/modules").iterdir()).name


def _run_in_store(*command: str) -> None:
    done = subprocess.run(command, cwd=STORE, capture_output=True, text=True, check=False)
    if done.returncode:
        raise LabError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.strip()}")
