"""A private PulseAudio with named microphones and speakers, without a sound card; and how to measure what is heard.

A microphone hears what is fed to it (`feed`), a speaker is heard at its monitor (`record`). To PortAudio they are the
ALSA devices Mic-A, Mic-B, Speaker-Main and Speaker-Alt; `default` is Mic-A and Speaker-Main.
"""

import contextlib
import os
import subprocess
import time
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

RATE = 48_000
READY_WITHIN = 10.0
Samples = npt.NDArray[np.int16]
RAW = ("--raw", f"--rate={RATE}", "--channels=1", "--format=s16le", "--latency-msec=20")

# norewinds: a null sink otherwise hands out nothing for up to two seconds after its reader has come.
PULSE = """\
load-module module-native-protocol-unix socket={directory}/native auth-anonymous=1
load-module module-null-sink norewinds=1 sink_name=speaker_main rate=48000 channels=2
load-module module-null-sink norewinds=1 sink_name=speaker_alt rate=48000 channels=2
load-module module-null-sink norewinds=1 sink_name=mic_a_feed rate=48000 channels=1
load-module module-null-sink norewinds=1 sink_name=mic_b_feed rate=48000 channels=1
load-module module-remap-source source_name=mic_a master=mic_a_feed.monitor
load-module module-remap-source source_name=mic_b master=mic_b_feed.monitor
set-default-sink speaker_main
set-default-source mic_a
"""
REMAP = "module-remap-source source_name={name} master={name}_feed.monitor"
ALSA = """\
</usr/share/alsa/alsa.conf>
pcm.!default { type pulse }
ctl.!default { type pulse }
"""
DEVICE = 'pcm.{name} {{ type pulse; device {target}; hint {{ show on; description "{name}" }} }}\n'
DEVICES = {"Mic-A": "mic_a", "Mic-B": "mic_b", "Speaker-Main": "speaker_main", "Speaker-Alt": "speaker_alt"}


class SoundServer:
    """One private PulseAudio in a directory of its own."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._directory = directory
        self._process: subprocess.Popen[bytes] | None = None
        (directory / "pulse.pa").write_text(PULSE.format(directory=directory))
        (directory / "asound.conf").write_text(ALSA)
        for name, target in DEVICES.items():
            self.add_device(name, target)
        self.environment = {
            "PULSE_SERVER": f"unix:{directory}/native",
            "ALSA_CONFIG_PATH": str(directory / "asound.conf"),
        }
        """What a program needs to use this server and no other."""

    def start(self) -> None:
        """Start it, also after `kill`; returns when it answers. Raises `TimeoutError`."""
        own = dict.fromkeys(("HOME", "XDG_RUNTIME_DIR", "PULSE_RUNTIME_PATH", "PULSE_STATE_PATH"), str(self._directory))
        options = ("--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--realtime=no", "--high-priority=no")
        command = ["pulseaudio", "-n", "-F", str(self._directory / "pulse.pa"), *options]
        with (self._directory / "pulse.log").open("ab") as log:
            self._process = subprocess.Popen(command, env=os.environ | own, stdout=log, stderr=log)
        deadline = time.monotonic() + READY_WITHIN
        while subprocess.run(["pactl", "info"], check=False, env=self._client(), capture_output=True).returncode:
            if time.monotonic() > deadline:
                raise TimeoutError(f"PulseAudio did not start; its log: {self._directory / 'pulse.log'}")
            time.sleep(0.02)

    def kill(self) -> None:
        """End it at once, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def signal(self, number: int) -> None:
        """Send a signal, such as SIGSTOP."""
        assert self._process is not None
        self._process.send_signal(number)

    def add_device(self, name: str, target: str) -> None:
        """From now on ALSA lists one more device, as if it were plugged in: a source or sink of PulseAudio."""
        with (self._directory / "asound.conf").open("a") as file:
            file.write(DEVICE.format(name=name, target=target))

    def feed(self, microphone: str, wav: Path) -> contextlib.AbstractContextManager[None]:
        """While this lasts, `mic_a` or `mic_b` hears the file from its start, once."""
        return self.play(f"{microphone}_feed", wav)

    @contextlib.contextmanager
    def play(self, sink: str, wav: Path) -> Iterator[None]:
        """While this lasts, one of PulseAudio's sinks gets the file from its start, once."""
        command = ["paplay", "--latency-msec=20", "-d", sink, str(wav)]
        with _running(subprocess.Popen(command, env=self._client())):
            yield

    def control(self, *command: str) -> str:
        """What `pactl` says to a command, such as load-module."""
        done = subprocess.run(["pactl", *command], check=True, env=self._client(), capture_output=True, text=True)
        return done.stdout.strip()

    def echo(self, speaker: str, microphone: str, milliseconds: int) -> None:
        """From now on the microphone hears the speaker, so much later or a little more."""
        places = (f"source={speaker}.monitor", f"sink={microphone}_feed")
        self.control("load-module", "module-loopback", *places, f"latency_msec={milliseconds}")

    def unplug(self, device: str) -> None:
        """A microphone or speaker goes, and the server hangs whoever used it somewhere else."""
        for line in self.control("list", "short", "modules").splitlines():
            number, _, arguments = line.split("\t")[:3]
            if {f"source_name={device}", f"sink_name={device}"} & set(arguments.split()):
                self.control("unload-module", number)

    def plug_in(self, microphone: str) -> None:
        """It is back, under its name."""
        self.control("load-module", *REMAP.format(name=microphone).split())

    def record(self, speaker: str, seconds: float) -> Samples:
        """What `speaker_main` or `speaker_alt` plays during the next seconds, mono."""
        return self.listen(f"{speaker}.monitor", seconds)

    def listen(self, source: str, seconds: float) -> Samples:
        """What one of PulseAudio's sources says during the next seconds, mono."""
        command = ["parec", *RAW, "-d", source]
        with _running(subprocess.Popen(command, env=self._client(), stdout=subprocess.PIPE)) as recorder:
            assert recorder.stdout is not None
            return np.frombuffer(recorder.stdout.read(2 * int(RATE * seconds)), "<i2")

    def _client(self) -> dict[str, str]:
        return os.environ | self.environment


@contextlib.contextmanager
def sound_server(directory: Path) -> Iterator[SoundServer]:
    """A running server that ends with the block."""
    server = SoundServer(directory)
    server.start()
    try:
        yield server
    finally:
        server.kill()


@contextlib.contextmanager
def _running(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    with process:
        try:
            yield process
        finally:
            process.kill()


def tone(hertz: float, seconds: float, amplitude: float = 0.4) -> Samples:
    """A sine; `amplitude` as a part of full scale."""
    return (amplitude * 32767 * np.sin(2 * np.pi * hertz * np.arange(int(RATE * seconds)) / RATE)).astype(np.int16)


def beeps(hertz: float, seconds: float, length: float = 0.2) -> Samples:
    """A tone for the first `length` seconds of every second."""
    samples = tone(hertz, seconds)
    samples[np.arange(len(samples)) % RATE >= int(length * RATE)] = 0
    return samples


def write_wav(path: Path, samples: Samples) -> Path:
    """Write mono samples at 48 kHz; returns the path."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.astype("<i2").tobytes())
    return path


def read_wav(path: Path) -> Samples:
    """The samples of a mono 16-bit file at 48 kHz."""
    with wave.open(str(path), "rb") as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2")


def peak_hertz(samples: npt.NDArray[np.integer], rate: int = RATE) -> float:
    """The loudest frequency; 0 for silence."""
    spectrum = _spectrum(samples)
    return float(spectrum.argmax() * rate / len(samples)) if spectrum.any() else 0.0


def share_of(hertz: float, samples: npt.NDArray[np.integer], rate: int = RATE, width: float = 10.0) -> float:
    """The part of all power, 0 to 1, that lies within `width` Hz of a frequency."""
    power = _spectrum(samples) ** 2
    frequencies = np.fft.rfftfreq(len(samples), 1 / rate)
    total = power.sum()
    return float(power[np.abs(frequencies - hertz) <= width].sum() / total) if total else 0.0


def _spectrum(samples: npt.NDArray[np.integer]) -> npt.NDArray[np.floating]:
    return np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) if len(samples) else np.zeros(1)
