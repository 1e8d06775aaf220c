"""What echo cancellation takes away and what it leaves, by delay and loudspeaker; and the drift of a speaker's clock.

A guest speaks Spanish for 24 s, a resident English from 14 s to 30 s, both by espeak-ng; the microphone hears the
resident, the loudspeaker through a room that rings for 0.25 s, and a little noise. Prints tables for the docs.
"""

import argparse
import importlib
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from robotclient.media.audio.echo import FRAME, VoiceCleaner
from robotclient.media.audio.messages import BLOCK, RATE
from robotclient.media.audio.samples import Samples
from scripts.lab.drift import simulate
from scripts.lab.room import Sound, decibels, echo, intelligibility, noise, spectral_distance, speech
from scripts.lab.sound import SoundServer, sound_server, write_wav

SECONDS = 30
DELAYS = (0.04, 0.1, 0.175, 0.25, 0.4)
LEARNT, BOTH, ALONE = slice(5 * RATE, 14 * RATE), slice(14 * RATE + RATE // 2, 24 * RATE), slice(25 * RATE, 29 * RATE)
"""Only the guest speaks and the canceller has had 5 s; both speak; only the resident."""
HALF = RATE // 2

Clean = Callable[[Samples, Samples, float], Samples]


@dataclass(frozen=True)
class Scene:
    """What was said and heard."""

    delay: float
    played: Sound
    near: Sound
    heard: Sound


def scene(delay: float, *, distorting: bool) -> Scene:
    """One delay, one loudspeaker."""
    played, near = speech("es", SECONDS), speech("en-gb+f3", SECONDS, -30)
    played[24 * RATE :] = 0
    near[: 14 * RATE] = 0
    return Scene(delay, played, near, echo(played, delay, distorting=distorting) + near + noise(SECONDS, -75))


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench-echo", description=__doc__)
    parser.add_argument("--others", action="store_true", help="also what else there is, where it is installed")
    arguments = parser.parse_args()
    print("| who | loudspeaker | delay ms | ERLE dB | 20 dB after s | STOI both: heard, sent | level both dB |", end="")
    print(" STOI alone | spectrum alone dB | CPU ms/s |\n|---|---|---|---|---|---|---|---|---|---|")
    for who, make in _candidates(others=arguments.others).items():
        for distorting in (False, True):
            for delay in DELAYS:
                _row(who, "distorting" if distorting else "linear", scene(delay, distorting=distorting), make())
    if arguments.others:
        _pulse_rows()
    _drift_rows()
    return 0


def _candidates(*, others: bool) -> dict[str, Callable[[], Clean]]:
    ours: dict[str, Callable[[], Clean]] = {
        "echo alone": lambda: VoiceCleaner(echo=True, noise=False, gain=False).clean,
        "echo, noise, gain": lambda: VoiceCleaner(echo=True, noise=True, gain=True).clean,
    }
    return ours | ({"aec-audio-processing, echo alone": _other_library} if others else {})


def _other_library() -> Clean:
    """PyPI's aec-audio-processing, which has to be compiled for a quarter of an hour."""
    processor = importlib.import_module("aec_audio_processing").AudioProcessor(
        enable_aec=True, enable_ns=False, enable_agc=False, enable_vad=False
    )
    processor.set_stream_format(RATE, 1, RATE, 1)
    processor.set_reverse_stream_format(RATE, 1)
    processor.set_stream_delay(0)

    def clean(heard: Samples, played: Samples, _delay: float) -> Samples:
        made = bytearray()
        for start in range(0, BLOCK, FRAME):
            processor.process_reverse_stream(played[start : start + FRAME].tobytes())
            made += processor.process_stream(heard[start : start + FRAME].tobytes())
        return np.frombuffer(made, np.int16)

    return clean


def _row(who: str, loudspeaker: str, given: Scene, clean: Clean) -> None:
    pairs = list(zip(_blocks(given.heard), _blocks(given.played), strict=True))
    began = time.process_time()
    sent = np.concatenate([clean(heard, played, given.delay) for heard, played in pairs]) / 32768
    _print(who, loudspeaker, given, sent, f"{(time.process_time() - began) * 1000 / SECONDS:.1f}")


def _print(who: str, loudspeaker: str, given: Scene, sent: Sound, cost: str) -> None:
    late = _lag(given.near[ALONE], sent[ALONE])
    aligned = np.roll(sent, -late)
    near, heard = given.near, given.heard[: len(sent)]
    cells = (
        *(who, loudspeaker, f"{given.delay * 1000:.0f}", f"{decibels(heard[LEARNT]) - decibels(sent[LEARNT]):.0f}"),
        _quiet_after(heard, sent),
        f"{intelligibility(near[BOTH], heard[BOTH]):.2f}, {intelligibility(near[BOTH], aligned[BOTH]):.2f}",
        f"{decibels(sent[BOTH]) - decibels(near[BOTH]):+.0f}",
        f"{intelligibility(near[ALONE], aligned[ALONE]):.2f}",
        *(f"{spectral_distance(near[ALONE], aligned[ALONE]):.1f}", cost),
    )
    print("| " + " | ".join(cells) + " |", flush=True)


def _quiet_after(heard: Sound, sent: Sound) -> str:
    """Seconds after which half a second of the guest's voice is 20 dB quieter than it came."""
    for start in range(0, LEARNT.stop - HALF, HALF // 2):
        part = slice(start, start + HALF)
        if decibels(heard[part]) > -50 and decibels(heard[part]) - decibels(sent[part]) > 20:
            return f"{(start + HALF) / RATE:.1f}"
    return "never"


def _lag(clean: Sound, sent: Sound) -> int:
    """By how many samples, up to a second, a voice comes out later; negative where it comes earlier."""
    size = 1 << (2 * len(clean)).bit_length()
    correlation = np.fft.irfft(np.fft.rfft(sent, size) * np.conj(np.fft.rfft(clean, size)), size)
    return int(np.concatenate((correlation[-RATE:], correlation[:RATE])).argmax()) - RATE


def _blocks(sound: Sound) -> list[Samples]:
    samples = np.clip(np.rint(sound * 32767), -32768, 32767).astype(np.int16)
    return np.split(samples[: len(samples) // BLOCK * BLOCK], len(samples) // BLOCK)


def _pulse_rows() -> None:
    """PulseAudio's own canceller, in real time: what is played and what is heard begin together, give or take 30 ms."""
    with tempfile.TemporaryDirectory() as folder, sound_server(Path(folder, "pulse")) as server:
        places = ("source_master=mic_a", "sink_master=speaker_main", "source_name=clean", "sink_name=dirty")
        server.control("load-module", "module-echo-cancel", "aec_method=webrtc", *places, "rate=48000", "channels=1")
        for delay in DELAYS:
            given = scene(delay, distorting=False)
            _print("PulseAudio's module", "linear", given, _pulsed(server, Path(folder), given), "")


def _pulsed(server: SoundServer, folder: Path, given: Scene) -> Sound:
    played = write_wav(folder / "played.wav", np.concatenate(_blocks(given.played)))
    heard = write_wav(folder / "heard.wav", np.concatenate(_blocks(given.heard)))
    with server.play("dirty", played), server.play("mic_a_feed", heard):
        return server.listen("clean", SECONDS - 0.5) / 32768


def _drift_rows() -> None:
    print("\n| speaker's clock, ppm | jitter ms | minutes | ran dry | longest wait ms | pace found, ppm | CPU ms/s |")
    print("|---|---|---|---|---|---|---|")
    for ppm in (200, -200):
        for jitter in (0.0, 0.002, 0.005):
            began = time.process_time()
            outcome = simulate(ppm, 600, jitter)
            cost = (time.process_time() - began) * 1000 / 600
            found = (outcome.ratios[len(outcome.ratios) // 2 :].mean() - 1) * 1e6
            cells = (-ppm, jitter * 1000, 10, outcome.dry, round(outcome.longest * 1000), round(found), round(cost, 1))
            print("| " + " | ".join(map(str, cells)) + " |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
