"""The robot's configuration tree. `config/robot.yaml` holds the same keys, defaults and explanations; a test says so.

`robotclient.configfile` reads the file. An environment variable such as `ROBOTCLIENT_SERVER__URL` beats the file.
"""

import difflib
import re
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from robotclient.media.controls.keys import KEYS


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("is not a time zone; write one like Europe/Madrid") from error
    return name


def _web_address(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ValueError("must begin with https:// (or http:// on a test machine)")
    return url.rstrip("/")


def _stable_name(device: str) -> str:
    if re.fullmatch(r"(/dev/video)?\d+", device):
        raise ValueError("is a number, and numbers change when something is plugged in; run `robotclient devices`")
    return device


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
DeviceName = Annotated[Text, AfterValidator(_stable_name)]
Label = Annotated[Text, StringConstraints(max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""Something that people read, on one line."""


def _known_key(name: str) -> str:
    if name not in KEYS:
        close = difflib.get_close_matches(name, KEYS, 1)
        raise ValueError(
            f"is no key; did you mean {close[0]}?" if close else f"is no key; write one of {', '.join(KEYS)}"
        )
    return name


Key = Annotated[Text, AfterValidator(_known_key)]


class Section(BaseModel):
    """A part of the file; an unknown key is an error, so that a typing mistake never goes unnoticed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ServerSection(Section):
    """Where the robot calls home."""

    url: Annotated[Text, AfterValidator(_web_address)] = "http://127.0.0.1:3030"
    poll_seconds: Annotated[float, Field(ge=0.5, le=600)] = 15.0
    ca_file: Path | None = None


class PictureSection(Section):
    """A camera and how its picture is sent."""

    device: DeviceName = "synthetic"
    width: Annotated[int, Field(ge=160, le=1920)] = 1280
    height: Annotated[int, Field(ge=120, le=1080)] = 720
    fps: Annotated[int, Field(ge=1, le=60)] = 30
    max_kbps: Annotated[int, Field(ge=100, le=8000)] = 1700


class FurtherCamera(Section):
    """One more camera, which somebody in the room may choose."""

    device: DeviceName
    label: Label


class CameraSection(PictureSection):
    """The camera that is seen at the beginning of each visit, and those that may be chosen instead."""

    label: Label = "Cámara"
    others: Annotated[tuple[FurtherCamera, ...], Field(max_length=7)] = ()
    choosers: Literal["nobody", "staff", "everyone"] = "everyone"

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        devices = [self.device, *(each.device for each in self.others)]
        if twice := {each for each in devices if devices.count(each) > 1}:
            raise ValueError(f"names {', '.join(sorted(twice))} more than once; each camera is named once")
        return self


class AudioSection(Section):
    """Microphone and speaker."""

    microphone: DeviceName = "default"
    speaker: DeviceName = "default"
    volume: Annotated[int, Field(ge=0, le=100)] = 100
    echo_cancellation: bool = True
    noise_suppression: bool = True
    gain_control: bool = True


class ScreenSection(Section):
    """The robot's screen."""

    display: Text = ":0"
    theme: Literal["auto", "light", "dark"] = "auto"
    width: Annotated[int, Field(ge=0, le=7680)] = 0
    height: Annotated[int, Field(ge=0, le=4320)] = 0
    fps: Annotated[int, Field(ge=1, le=60)] = 30


class CallSection(Section):
    """When the robot leaves a call by itself."""

    no_show_minutes: Annotated[float, Field(gt=0, le=240)] = 15.0
    alone_seconds: Annotated[float, Field(ge=0, le=600)] = 10.0


class VisitSection(Section):
    """How a visit is announced before camera and microphone open, and what the button does."""

    notice_minutes: Annotated[float, Field(ge=0, le=240)] = 10.0
    announce_seconds: Annotated[float, Field(ge=0, le=120)] = 10.0
    answer_seconds: Annotated[float, Field(ge=5, le=1800)] = 120.0
    stop: Literal["end", "mute"] = "end"


class ControlsSection(Section):
    """The button beside the robot."""

    device: Text = "auto"
    button: tuple[Key, ...] = ("KEY_ENTER", "KEY_SPACE", "KEY_STOP", "KEY_PHONE", "BTN_0", "BTN_TOUCH")
    staff: tuple[Key, ...] = ("KEY_F9", "KEY_PROG1", "BTN_1")


class ReadinessSection(Section):
    """How the robot proves before each visit that it could hold it."""

    minutes_before: tuple[Annotated[float, Field(ge=1.5, le=1440)], ...] = (60.0, 15.0, 2.0)
    devices: bool = True


class RobotConfig(BaseSettings):
    """All of `robot.yaml`."""

    model_config = SettingsConfigDict(env_prefix="ROBOTCLIENT_", env_nested_delimiter="__", extra="forbid", frozen=True)

    language: Literal["es", "en"] = "es"
    timezone: Annotated[Text, AfterValidator(_known_zone)] = "Europe/Madrid"
    state_directory: Path = Path("/var/lib/robotclient")
    runtime_directory: Path = Path("/run/robotclient")
    server: ServerSection = ServerSection()
    camera: CameraSection = CameraSection()
    audio: AudioSection = AudioSection()
    screen: ScreenSection = ScreenSection()
    call: CallSection = CallSection()
    visit: VisitSection = VisitSection()
    controls: ControlsSection = ControlsSection()
    readiness: ReadinessSection = ReadinessSection()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment first, then the file."""
        return env_settings, init_settings
