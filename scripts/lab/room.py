"""A room without walls: speech, a loudspeaker, its echo at a microphone; and how much of a voice is left in the end.

Samples are float arrays, 1.0 is full scale, mono at 48 kHz.
"""

import subprocess
import tempfile
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

RATE = 48_000
Sound = npt.NDArray[np.float64]
FRAME, HOP = 1228, 614
"""25.6 ms and half of it, as in STOI."""
SEGMENT = 30
"""Frames over which the two envelopes are compared: 384 ms."""

TEXTS = {
    "es": "Buenos días, mamá. ¿Cómo has dormido esta noche? Los niños preguntan por ti todos los días. El domingo"
    " iremos a verte y llevaremos la tarta de manzana que tanto te gusta. Dime si necesitas algo de casa, y no olvides"
    " tomar las pastillas después de comer. El médico ha dicho que vas mucho mejor que la semana pasada.",
    "en-gb+f3": "Hello dear, I am quite well today. The nurse opened the window this morning and I heard the birds."
    " Lunch was soup again, but the bread was fresh. Could you bring my glasses and the blue cardigan when you come?"
    " I would love to see the children, they must have grown so much since the summer.",
}


def speech(voice: str, seconds: float, loudness: float = -26.0) -> Sound:
    """espeak-ng's voice of that name says its text again and again; `loudness` in dBFS while it speaks."""
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        subprocess.run(["espeak-ng", "-v", voice, "-w", file.name, TEXTS[voice]], check=True)
        said = _read(Path(file.name))
    said *= 10 ** (loudness / 20) / np.sqrt(np.mean(said[np.abs(said) > 0.01] ** 2))
    return np.resize(said, int(seconds * RATE))


def _read(path: Path) -> Sound:
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    with av.open(str(path)) as container:
        parts = [part.to_ndarray()[0] for frame in container.decode(audio=0) for part in resampler.resample(frame)]
    return np.concatenate(parts) / 32768


def echo(played: Sound, delay: float, *, distorting: bool = False, seed: int = 1, gain: float = 0.35) -> Sound:
    """What the microphone hears of the loudspeaker: `delay` seconds later, with a room that rings for 0.25 s.

    `distorting`: one that is turned up too far, lopsidedly; of speech at -26 dBFS 6 % of the power is distortion.
    """
    loud = np.tanh(8 * played + 10 * played**2) / 8 if distorting else played
    return gain * _convolve(loud, np.concatenate((np.zeros(int(delay * RATE)), _response(seed))))


def _response(seed: int) -> Sound:
    """The direct way, and as loud as it all reflections together, which decay by 60 dB in 0.25 s."""
    length = RATE // 4
    response: Sound = np.random.default_rng(seed).normal(0, 1, length) * 10 ** (-3 * np.arange(length) / length)
    response[: RATE // 200] = 0
    response /= np.sqrt(np.sum(response**2))
    response[0] = 1
    return response


def _convolve(sound: Sound, response: Sound) -> Sound:
    size = 1 << (len(sound) + len(response)).bit_length()
    whole = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(response, size), size)
    return whole[: len(sound)]


def noise(seconds: float, loudness: float, seed: int = 2) -> Sound:
    """White noise of that many dBFS."""
    return np.random.default_rng(seed).normal(0, 10 ** (loudness / 20), int(seconds * RATE))


def decibels(sound: Sound) -> float:
    """Power in dBFS."""
    return float(10 * np.log10(np.mean(sound**2) + 1e-12))


def intelligibility(clean: Sound, heard: Sound) -> float:
    """How alike the envelopes are in the bands of speech, 0 to 1: STOI (Taal 2011) at 48 kHz; 0.75 is understood."""
    near, far = _bands(clean), _bands(heard)
    active = near.sum(0) > near.sum(0).max() * 1e-4  # 40 dB under the loudest frame nobody speaks
    near, far = np.sqrt(near[:, active]), np.sqrt(far[:, active])
    scores = []
    for start in range(near.shape[1] - SEGMENT + 1):
        x, y = near[:, start : start + SEGMENT], far[:, start : start + SEGMENT]
        y = y * np.linalg.norm(x, axis=1, keepdims=True) / (np.linalg.norm(y, axis=1, keepdims=True) + 1e-12)
        scores.append(_correlation(x, np.minimum(y, x * (1 + 10 ** (15 / 20)))))
    return float(np.mean(scores))


def _correlation(x: Sound, y: Sound) -> float:
    x, y = x - x.mean(1, keepdims=True), y - y.mean(1, keepdims=True)
    norms = np.linalg.norm(x, axis=1) * np.linalg.norm(y, axis=1) + 1e-12
    return float(np.mean((x * y).sum(1) / norms))


def spectral_distance(clean: Sound, heard: Sound) -> float:
    """Decibels between the spectra of two sounds of equal loudness, where the clean one speaks, in bands of speech."""
    near, far = _bands(clean), _bands(heard)
    active = near > near.max(1, keepdims=True) * 1e-3
    difference = 10 * np.log10((far[active] + 1e-12) / (near[active] + 1e-12))
    return float(np.mean(np.abs(difference - np.median(difference))))


def _bands(sound: Sound) -> Sound:
    """Power in 15 third octaves from 150 Hz, by frame."""
    frames = np.lib.stride_tricks.sliding_window_view(sound, FRAME)[::HOP] * np.hanning(FRAME)
    power = np.abs(np.fft.rfft(frames)) ** 2
    centres = 150 * 2 ** (np.arange(15) / 3)
    frequencies = np.fft.rfftfreq(FRAME, 1 / RATE)
    edges = (frequencies >= centres[:, None] * 2 ** (-1 / 6)) & (frequencies < centres[:, None] * 2 ** (1 / 6))
    bands: Sound = edges.astype(float) @ power.T
    return bands
