"""Chimes, then says who calls; one announcement at a time, broken off at once."""

import logging
from collections.abc import Callable

from robotclient.announcements.chime import chime
from robotclient.announcements.voice import VoiceError, speak
from robotclient.tasks import Tasks

log = logging.getLogger(__name__)


class Announcer:
    """The voice of the robot itself."""

    def __init__(
        self, say: Callable[[bytes], None], hush: Callable[[], None], on_error: Callable[[BaseException], None]
    ) -> None:
        """`say` plays samples after one another, `hush` breaks them off."""
        self._say = say
        self._hush = hush
        self._chime = chime()
        self._tasks = Tasks(on_error)
        self._turn = 0

    def announce(self, sentence: str, language: str) -> None:
        """Chime, and say this; returns at once. Without a voice the chime remains, and the screen."""
        self.hush()
        self._say(self._chime)
        self._tasks.spawn(self._speak(self._turn, sentence, language), "announcement")

    def hush(self) -> None:
        """Fall silent."""
        self._turn += 1
        self._hush()

    async def close(self) -> None:
        """End what is being prepared."""
        self.hush()
        await self._tasks.cancel()

    async def _speak(self, turn: int, sentence: str, language: str) -> None:
        try:
            samples = await speak(sentence, language)
        except VoiceError as error:
            log.warning("the announcement has a chime only: %s", error)
            return
        if turn == self._turn:
            self._say(samples)
