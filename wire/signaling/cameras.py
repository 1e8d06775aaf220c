"""A robot with several cameras: which ones there are, which one is seen, and who may choose."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from wire.base import Id, Message, Name


class Choosers(StrEnum):
    """Who may choose among a robot's cameras."""

    STAFF = "staff"
    EVERYONE = "everyone"


class Camera(Message):
    """One camera of a robot."""

    id: Id
    label: Name
    """What people call it."""


class Cameras(Message):
    """What a robot offers to look through; the first one is what everybody sees at the beginning of a visit."""

    offered: Annotated[tuple[Camera, ...], Field(min_length=2, max_length=8)]
    shown: Id
    """Whose picture is sent now."""
    choosers: Choosers


class ChooseCamera(Message):
    """`choose_camera`: look through another camera of the robot `to`; the server replaces `to` by `from`."""

    to: Id | None = None
    sender: Id | None = Field(default=None, alias="from")
    camera: Id
