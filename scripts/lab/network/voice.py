"""What the ends say: two voices reading in turn, or beeps."""

import subprocess
from pathlib import Path

import numpy as np

from scripts.lab.sound import RATE, Samples, beeps, write_wav

TEXTS = (
    ("en-gb", "The garden is full of birds this morning, and the coffee is still warm. Shall we sit by the window?"),
    ("es", "Mañana vienen los niños a verte, abuela. Te van a traer las fotos del viaje y un pastel de manzana."),
)
SPOKEN = 22_050


def write_voice(directory: Path, sound: str) -> Path:
    """A WAV of `speech` or `beeps` that may be repeated."""
    path = directory / f"{sound}.wav"
    return write_wav(path, beeps(440, 10) if sound == "beeps" else np.concatenate([_say(*each) for each in TEXTS]))


def _say(language: str, text: str) -> Samples:
    command = ["espeak-ng", "-v", language, "--stdout", text]
    wav = subprocess.run(command, check=True, capture_output=True).stdout
    samples = np.frombuffer(wav[44:], "<i2").astype(np.float32)
    at = np.arange(len(samples) * RATE // SPOKEN) * SPOKEN / RATE
    return np.interp(at, np.arange(len(samples)), samples).astype(np.int16)
