"""How loud the robot speaks: percent, as staff set it, and never a click when they do. Pure."""

import numpy as np
import numpy.typing as npt

from robotclient.media.audio.messages import BLOCK

Mix = npt.NDArray[np.int32]


class Volume:
    """A gain that glides."""

    def __init__(self, percent: int = 100) -> None:
        self._gain = self._wanted = _gain(percent)

    def set(self, percent: int) -> None:
        """0 is silence, 100 leaves everything as it came."""
        self._wanted = _gain(percent)

    def apply(self, mix: Mix) -> Mix:
        """One block of `BLOCK` samples; a new volume is reached at its end."""
        before, self._gain = self._gain, self._wanted
        if before == self._gain == 1.0:
            return mix
        turned: Mix = (mix * np.linspace(before, self._gain, BLOCK, dtype=np.float32)).astype(np.int32)
        return turned


def _gain(percent: int) -> float:
    """Half of the scale is a quarter of the amplitude, which is heard as about half as loud."""
    return (percent / 100) ** 2
