"""The kernel's test drivers: two cameras (vivid), a sound card that hears what is played to it (snd-aloop), and a
loudspeaker (snd-dummy); and the one of the machine's graphics card. For a machine that has no others."""

import subprocess
from pathlib import Path
from typing import Final

from scripts.lab.emulated import STORE
from scripts.lab.process import run
from scripts.lab.sound import beeps, write_wav

CAMERAS: Final = tuple(f"/dev/v4l/by-id/lab-vivid-00{number}" for number in range(2))
MICROPHONE: Final = "Loopback: PCM (hw:0,0)"
SPEAKER: Final = "Dummy"
RULE: Final = (
    'SUBSYSTEM=="video4linux", ATTR{name}=="vivid-*-vid-cap", PROGRAM="/bin/sh -c \'cut -c1-9 /sys%p/name\'", '
    'SYMLINK+="v4l/by-id/lab-%c"\n'
)
"""The names that a camera with a serial number has; to udev both cameras of vivid are on one and the same port."""
DRIVERS: Final = {"vivid": "vivid.0", "snd_aloop": "snd_aloop.0", "snd_dummy": "snd_dummy.0"}


def load() -> None:
    """Load them, with udev to name the cameras. Raises `LabError`."""
    rules = Path("/run/udev/rules.d")
    rules.mkdir(parents=True)
    (rules / "61-lab.rules").write_text(RULE)
    # It keeps its descriptors when it has gone into the background, and a pipe would never end.
    nowhere = subprocess.DEVNULL
    subprocess.run(["/lib/systemd/systemd-udevd", "--daemon"], check=True, stdout=nowhere, stderr=nowhere)
    modprobe = ["modprobe", "--dirname", str(STORE / "kernel")]
    run([*modprobe, "vivid", "n_devs=2", "node_types=0x1,0x1", "num_inputs=1,1", "input_types=0x0,0x0"])
    run([*modprobe, "bochs"])
    run([*modprobe, "snd-aloop", "index=0", "pcm_substreams=1"])
    run([*modprobe, "snd-dummy", "index=1", "pcm_devs=1", "pcm_substreams=1"])
    run(["udevadm", "settle"])


def control(name: str, value: int) -> None:
    """Set one of the first camera's controls (Documentation/admin-guide/media/vivid.rst)."""
    run(["v4l2-ctl", "--device", CAMERAS[0], "--set-ctrl", f"{name}={value}"])


def unbind(driver: str) -> None:
    """Its devices are gone, as if they were unplugged."""
    _write(driver, "unbind")


def bind(driver: str) -> None:
    """They are there again."""
    _write(driver, "bind")
    run(["udevadm", "settle"])


def _write(driver: str, file: str) -> None:
    Path(f"/sys/bus/platform/drivers/{driver}/{file}").write_text(DRIVERS[driver])


class Voice:
    """Somebody who speaks to the microphone: a beep a second."""

    def __init__(self, directory: Path) -> None:
        self._file = write_wav(directory / "voice.wav", beeps(880, 900))
        self._player: subprocess.Popen[bytes] | None = None

    def speak(self) -> None:
        """From now on, also where the card was away."""
        if self._player is not None:
            self._player.kill()
            self._player.wait()
        command = ["aplay", "--quiet", "--device=hw:CARD=Loopback,DEV=1", str(self._file)]
        self._player = subprocess.Popen(command, stdin=subprocess.DEVNULL)
