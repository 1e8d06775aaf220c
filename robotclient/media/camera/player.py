"""A video file played again and again at its own rate, as if it were a camera."""

import time
from collections.abc import Generator, Iterator
from typing import Never

import av
from av import VideoFrame
from av.video.reformatter import VideoReformatter

from robotclient.media.camera.source import LONGEST_READ, CaptureError, Picture, even

LATEST = 0.1
"""A picture that is later than this (seconds) is dropped."""
HOPELESS = 1.0
"""Behind by this much (seconds), the file goes on from now: the machine slept, or is too slow for it."""


class FileSource:
    """Through PyAV; pictures larger than the configured size are scaled down to fit it."""

    detail = ""

    def __init__(self, path: str, width: int, height: int) -> None:
        self.name = f"file:{path}"
        self._path = path
        self._box = (width, height)
        self._reformatter = VideoReformatter()
        self._pictures = self._play()
        self._waiting: tuple[VideoFrame, float] | None = None

    def read(self) -> Picture | None:
        """The next picture, at its time."""
        if self._waiting is None:
            self._waiting = next(self._pictures)
        frame, due = self._waiting
        left = due - time.monotonic()
        if left > LONGEST_READ:
            time.sleep(LONGEST_READ)
            return None
        self._waiting = None
        if left < -LATEST:
            return None
        time.sleep(max(0.0, left))
        return Picture(self._converted(frame), due)

    def close(self) -> None:
        """Close the file."""
        self._pictures.close()

    def _converted(self, frame: VideoFrame) -> VideoFrame:
        scale = min(1.0, self._box[0] / frame.width, self._box[1] / frame.height)
        width, height = even(round(frame.width * scale)), even(round(frame.height * scale))
        return self._reformatter.reformat(frame, width=width, height=height, format="yuv420p")

    def _play(self) -> Generator[tuple[VideoFrame, float], None, Never]:
        """All pictures for ever, each with the time when it is due."""
        start = time.monotonic()
        while True:
            due = None
            for frame, offset, duration in self._decode():
                if start + offset < time.monotonic() - HOPELESS:
                    start = time.monotonic() - offset
                due = start + offset + duration
                yield frame, start + offset
            if due is None:
                raise CaptureError(f"{self._path} has no pictures")
            start = due

    def _decode(self) -> Iterator[tuple[VideoFrame, float, float]]:
        """The file once: pictures, their times from its beginning, how long they last (seconds)."""
        try:
            with av.open(self._path) as container:
                if not container.streams.video:
                    return
                stream = container.streams.video[0]
                duration = 1 / float(stream.average_rate or 30)
                first = None
                for index, frame in enumerate(container.decode(stream)):
                    at = index * duration if frame.pts is None else frame.time
                    first = at if first is None else first
                    yield frame, at - first, duration
        except av.FFmpegError as error:
            raise CaptureError(f"{self._path} cannot be played: {error.strerror}") from error
