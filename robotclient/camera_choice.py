"""Which of the robot's cameras is seen, and who may choose another one. Pure."""

import zlib

from robotclient.config import CameraSection, PictureSection
from wire.signaling import Camera, Cameras, Choosers, ParticipantKind


class CameraChoice:
    """A visit begins with the first camera; what somebody chooses holds until everybody has left."""

    def __init__(self, config: CameraSection) -> None:
        self._config = config
        self._shown = config.device

    @property
    def picture(self) -> PictureSection:
        """The camera that is seen, and how its picture is sent."""
        kept = {name: getattr(self._config, name) for name in PictureSection.model_fields}
        return PictureSection(**{**kept, "device": self._shown})

    @property
    def offered(self) -> Cameras | None:
        """What those in the room are told; None where nobody has anything to choose."""
        if self._config.choosers == "nobody" or not self._config.others:
            return None
        cameras = tuple(Camera(id=_id(device), label=label) for device, label in self._labels().items())
        return Cameras(offered=cameras, shown=_id(self._shown), choosers=Choosers(self._config.choosers))

    def configure(self, config: CameraSection) -> None:
        """Take over other cameras; one that is not offered any more is not seen any more."""
        self._config = config
        if self._shown not in self._labels() or self.offered is None:
            self._shown = config.device

    def choose(self, camera: str, chooser: ParticipantKind) -> None:
        """Look through another camera, where it is offered to people like the chooser."""
        allowed = self._config.choosers == "everyone" or chooser is ParticipantKind.STAFF
        if self.offered is not None and allowed:
            self._shown = next((device for device in self._labels() if _id(device) == camera), self._shown)

    def forget(self) -> None:
        """Begin with the first one again."""
        self._shown = self._config.device

    def _labels(self) -> dict[str, str]:
        return {self._config.device: self._config.label, **{each.device: each.label for each in self._config.others}}


def _id(device: str) -> str:
    """The same for the same device, also after the configuration has changed; says nothing of the device."""
    return f"cam-{zlib.crc32(device.encode()):08x}"
