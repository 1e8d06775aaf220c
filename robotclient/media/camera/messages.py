"""What the daemon and the camera's child say to each other."""

from robotclient.config import PictureSection
from robotclient.media.channel import PipeMessage
from robotclient.transport.allocation import Layer


class CameraSettings(PipeMessage):
    """The first message to a fresh child; later, another device in the same form."""

    section: PictureSection


class OpenCamera(PipeMessage):
    """Take the device and send pictures; the slate for the first `wait_seconds`, after the last child hung in it."""

    wait_seconds: float = 0


class CloseCamera(PipeMessage):
    """Release the device and send nothing."""


class RequestKeyframe(PipeMessage):
    """A receiver lost the picture and needs one that stands alone."""

    layer: Layer


class SetRates(PipeMessage):
    """What the network takes now of each layer, in bits per second; a layer with 0 is not coded."""

    rates: dict[Layer, int]


class CodedPicture(PipeMessage):
    """One VP8 frame, the message's body. `at` is when it was captured, in seconds of CLOCK_MONOTONIC."""

    layer: Layer
    at: float
    keyframe: bool
    width: int
    height: int
