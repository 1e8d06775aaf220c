"""Speech by espeak-ng: on the robot itself, so that no name goes to anybody else."""

import asyncio
import io

import av
import numpy as np

from robotclient.media.audio.messages import RATE

COMMAND = "espeak-ng"
WORDS_PER_MINUTE = 135
"""Slower than its usual 175: most who listen are old."""
DEADLINE = 8.0


class VoiceError(Exception):
    """Nothing can be said; the text says why."""


async def speak(text: str, language: str) -> bytes:
    """The text as samples: s16le, mono, at `RATE`. Raises `VoiceError`."""
    options = ("--stdin", "--stdout", "-v", language, "-s", str(WORDS_PER_MINUTE))
    pipe = asyncio.subprocess.PIPE
    try:  # the text goes by a pipe: a list of processes shows arguments, and there is a name in it
        process = await asyncio.create_subprocess_exec(COMMAND, *options, stdin=pipe, stdout=pipe, stderr=pipe)
    except OSError as error:
        raise VoiceError(f"{COMMAND} does not start: {error.strerror}; install it") from error
    try:
        async with asyncio.timeout(DEADLINE):
            sound, complaint = await process.communicate(text.encode())
    except TimeoutError as error:
        raise VoiceError(f"{COMMAND} did not end within {DEADLINE:.0f} s") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode or not sound:
        raise VoiceError(f"{COMMAND} ended with {process.returncode}: {complaint.decode(errors='replace').strip()}")
    return _resampled(sound)


def _resampled(wave: bytes) -> bytes:
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    try:
        with av.open(io.BytesIO(wave), "r") as container:
            frames = [part for frame in container.decode(audio=0) for part in resampler.resample(frame)]
    except av.FFmpegError as error:
        raise VoiceError(f"{COMMAND} gave no sound: {error}") from error
    frames += resampler.resample(None)
    return b"".join(np.asarray(frame.to_ndarray()[0], "<i2").tobytes() for frame in frames)
