"""The robot's configuration: one YAML file that a nurse can edit, checked before anything starts.

Field descriptions are the comments in `config/robot.yaml`; a test holds both equal.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(strip_whitespace=True)]


class Section(BaseModel):
    """A part of the file; an unknown key is an error, so that a typing mistake never goes unnoticed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ServerSection(Section):
    """Where the robot calls home."""

    url: Text = "http://127.0.0.1:3030"
    poll_seconds: Annotated[float, Field(ge=0.5, le=600)] = 15.0
    ca_file: Path | None = None


class CameraSection(Section):
    """The camera and how its picture is sent."""

    device: Text = "synthetic"
    width: Annotated[int, Field(ge=160, le=1920)] = 1280
    height: Annotated[int, Field(ge=120, le=1080)] = 720
    fps: Annotated[int, Field(ge=1, le=60)] = 30
    max_kbps: Annotated[int, Field(ge=100, le=8000)] = 1700


class AudioSection(Section):
    """Microphone and speaker."""

    microphone: Text = "default"
    speaker: Text = "default"


class ScreenSection(Section):
    """The robot's screen."""

    display: Text = ":0"
    width: Annotated[int, Field(ge=0, le=7680)] = 0
    height: Annotated[int, Field(ge=0, le=4320)] = 0
    fps: Annotated[int, Field(ge=1, le=60)] = 30


class CallSection(Section):
    """When the robot leaves a call by itself."""

    no_show_minutes: Annotated[float, Field(gt=0, le=240)] = 15.0
    alone_seconds: Annotated[float, Field(ge=0, le=600)] = 10.0


class RobotConfig(Section):
    """All of `robot.yaml`."""

    language: Literal["es", "en"] = "es"
    timezone: Text = "Europe/Madrid"
    state_directory: Path = Path("/var/lib/robotclient")
    runtime_directory: Path = Path("/run/robotclient")
    server: ServerSection = ServerSection()
    camera: CameraSection = CameraSection()
    audio: AudioSection = AudioSection()
    screen: ScreenSection = ScreenSection()
    call: CallSection = CallSection()
