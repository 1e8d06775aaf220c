"""The screen child's loop: obey the daemon, draw what has changed, beat."""

import time
from dataclasses import replace
from typing import Never
from zoneinfo import ZoneInfo

import numpy as np

from robotclient.media.channel import Beat, ChildChannel, DeviceReport, PipeMessage
from robotclient.media.screen import dpms
from robotclient.media.screen.easel import Easel
from robotclient.media.screen.layout import Rect
from robotclient.media.screen.messages import (
    BoardDrawn,
    PictureDrawn,
    PictureReady,
    ScreenSettings,
    SlotAssigned,
    SlotFreed,
)
from robotclient.media.screen.page import Page, Stage, page_of
from robotclient.media.screen.pictures import SharedPictures
from robotclient.media.screen.views import AnnouncementView, CallView, IdleView, StoppedView, View
from robotclient.media.screen.visit import CallPage, Slot
from robotclient.media.screen.window import Window
from robotclient.media.screen.x11 import DisplayError, DisplaySize, probe
from wire.rest import DeviceKind, DeviceState, DeviceStatus

VIEWS = (IdleView, AnnouncementView, StoppedView, CallView)
RECEIVES = (ScreenSettings, *VIEWS, SlotAssigned, SlotFreed, PictureReady, BoardDrawn)
LONGEST_WAIT = 0.4
PROBE_INTERVAL = 0.5


class Worker:
    """Everything happens in `run`, so a display that hangs stops the heart."""

    def __init__(self, channel: ChildChannel, settings: ScreenSettings) -> None:
        self._channel = channel
        self._display = settings.section.display
        self._wanted = settings.section
        self._interval = 1 / settings.section.fps
        self._slots: dict[str, Slot] = {}
        self._stage = Stage(
            screen=Rect(0, 0, 0, 0),
            language=settings.language,
            zone=ZoneInfo(settings.timezone),
            theme=settings.section.theme,
            pictures=SharedPictures(settings.memory),
            slots=self._slots,
            easel=Easel(),
        )
        self._told: set[int] = set()
        self._view: View = IdleView()
        self._page: Page | None = None
        self._lit = True
        self._due = 0.0

    def run(self) -> Never:
        """Until the daemon is gone, or the display: Qt ends the process then."""
        size = self._wait_for_display()
        screen = Rect(0, 0, self._wanted.width or size.width, self._wanted.height or size.height)
        self._stage = replace(self._stage, screen=screen)
        canvas = np.zeros((screen.height, screen.width, 3), np.uint8)
        self._page = None
        self._current_page().draw(canvas)
        try:
            window = Window(self._display, canvas)
        except DisplayError as error:
            raise SystemExit(str(error)) from error
        self._report(DeviceState.WORKING)
        self._tell_drawn()
        pending = False
        while True:
            pending |= self._listen(self._due - time.monotonic() if pending else LONGEST_WAIT)
            if time.monotonic() < self._due:
                continue
            pending = False
            if self._current_page().draw(canvas):
                window.show(canvas)
                self._switch()
                self._tell_drawn()
                self._pace()
            elif not window.pump():
                raise SystemExit("the window was closed")

    def _wait_for_display(self) -> DisplaySize:
        """Qt aborts without a display, and each abort would eat from the budget of restarts."""
        self._report(DeviceState.OPENING)
        lost = False
        while True:
            try:
                return probe(self._display)
            except DisplayError as error:
                if not lost:
                    self._report(DeviceState.LOST, str(error))
                lost = True
                self._listen(PROBE_INTERVAL)

    def _listen(self, wait: float) -> bool:
        """Beat, and obey what comes within `wait` seconds; True where anything came."""
        self._channel.send(Beat())
        came = False
        for message, _ in self._channel.received(wait=max(0.0, wait)):
            self._obey(message)
            came = True
        return came

    def _obey(self, message: PipeMessage) -> None:
        match message:
            case IdleView() | AnnouncementView() | StoppedView() | CallView():
                self._view, self._page = message, None
            case SlotAssigned():
                self._slots[message.participant] = Slot(message.slot, message.owner)
            case SlotFreed():
                slot = self._slots.pop(message.participant, None)
                self._told.discard(slot.owner if slot else 0)
            case BoardDrawn():
                self._stage.easel.put(message.strokes)
            case _:  # PictureReady: to have come is all that it says
                pass

    def _current_page(self) -> Page:
        if self._page is None:
            self._page = page_of(self._view, self._stage)
        return self._page

    def _switch(self) -> None:
        """Turn the screen itself off in quiet hours and on again, where it can be."""
        lit = not (isinstance(self._view, IdleView) and self._view.off)
        if lit != self._lit:
            self._lit = lit
            dpms.switch(self._display, on=lit)

    def _pace(self) -> None:
        """The next moment to draw; one picture that came late may be followed early, so that no delay stays."""
        self._due = max(self._due + self._interval, time.monotonic() - self._interval)

    def _tell_drawn(self) -> None:
        if not isinstance(self._page, CallPage):
            return
        for participant, slot in self._page.drawn.items():
            if slot.owner not in self._told:
                self._told.add(slot.owner)
                self._channel.send(PictureDrawn(participant=participant, owner=slot.owner))

    def _report(self, state: DeviceState, detail: str = "") -> None:
        status = DeviceStatus(kind=DeviceKind.SCREEN, state=state, name=self._display[:200], detail=detail[:200])
        self._channel.send(DeviceReport(status=status))
