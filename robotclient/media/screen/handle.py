"""The daemon's side of the screen: what to show, whose pictures; survives the child's deaths."""

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from robotclient.children import Child
from robotclient.config import ScreenSection
from robotclient.media.channel import DeviceReport, PipeMessage
from robotclient.media.screen.messages import (
    BoardDrawn,
    BoardStroke,
    PictureDrawn,
    PictureReady,
    ScreenSettings,
    SlotAssigned,
    SlotFreed,
)
from robotclient.media.screen.pictures import SLOTS, I420Picture, SharedPictures
from robotclient.media.screen.views import IdleView, View
from wire.rest import DeviceStatus


@dataclass
class Assignment:
    """A participant's slot, the mark of his pictures, and whether one was seen on the screen."""

    slot: int
    owner: int
    drawn: bool = False


class Screen:
    """The screen over all lives of its child; the pictures' memory is here, so a fresh child shows them at once."""

    def __init__(
        self,
        config: ScreenSection,
        *,
        language: str,
        timezone: str,
        on_drawn: Callable[[str], None],
        on_report: Callable[[DeviceStatus], None],
    ) -> None:
        """`on_drawn` is told each participant whose first picture really was drawn."""
        self._pictures = SharedPictures.create()
        self.child = Child(
            "robotclient.media.screen",
            (PictureDrawn, DeviceReport),
            self._receive,
            self._greet,
            descriptors=(self._pictures.descriptor,),
        )
        self._settings = ScreenSettings(
            section=config, language=language, timezone=timezone, memory=self._pictures.descriptor
        )
        self._on_drawn = on_drawn
        self._on_report = on_report
        self._view: View = IdleView()
        self._board = BoardDrawn()
        self._assignments: dict[str, Assignment] = {}
        self._owners = itertools.count(1)

    async def run(self) -> None:
        """Keep the child alive until cancelled. Raises `ChildGaveUpError`."""
        try:
            await self.child.run()
        finally:
            self._pictures.close()

    def show(self, view: View) -> None:
        """Show this from now on; what is on the screen already is not drawn again."""
        if view != self._view:
            self._view = view
            self.child.send(view)

    def draw_board(self, strokes: tuple[BoardStroke, ...]) -> None:
        """What is on the whiteboard; it is seen where the view has a tile for it."""
        self._board = BoardDrawn(strokes=strokes)
        self.child.send(self._board)

    def draw(self, participant: str, picture: I420Picture) -> None:
        """The newest picture of a participant; it is seen where the view has a tile for him."""
        assignment = self._assignments.get(participant) or self._assign(participant)
        if assignment is not None:
            self._pictures.write(assignment.slot, assignment.owner, picture)
            self.child.send(PictureReady())

    def forget(self, participant: str) -> None:
        """A participant has left: his slot is free."""
        if self._assignments.pop(participant, None) is not None:
            self.child.send(SlotFreed(participant=participant))

    def _assign(self, participant: str) -> Assignment | None:
        """None where all slots are taken: more people than that get tiles without pictures."""
        taken = {assignment.slot for assignment in self._assignments.values()}
        free = next((slot for slot in range(SLOTS) if slot not in taken), None)
        if free is None:
            return None
        assignment = self._assignments[participant] = Assignment(free, next(self._owners))
        self.child.send(SlotAssigned(participant=participant, slot=free, owner=assignment.owner))
        return assignment

    def _greet(self) -> Iterable[PipeMessage]:
        yield self._settings
        yield self._view
        yield self._board
        for participant, assignment in self._assignments.items():
            yield SlotAssigned(participant=participant, slot=assignment.slot, owner=assignment.owner)

    def _receive(self, message: PipeMessage, body: bytes) -> None:
        del body
        if isinstance(message, DeviceReport):
            self._on_report(message.status)
        elif isinstance(message, PictureDrawn):
            assignment = self._assignments.get(message.participant)
            if assignment is not None and assignment.owner == message.owner and not assignment.drawn:
                assignment.drawn = True
                self._on_drawn(message.participant)
