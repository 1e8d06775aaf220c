"""The golden messages of version 1: `v1/<module>.<Model>[.<case>].json`. Append-only: what was said stays understood.

Each file is what some peer sends, so it holds the fields that this peer knows; a field with a default may be missing.
"""

import inspect
import json
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pydantic import ValidationError

from wire import channels, rest, signaling
from wire.base import Message

FOLDER = Path(__file__).parent / "v1"
FILES = sorted(FOLDER.glob("*.json"))
MAPS = {"tracks", "errors", "below"}
"""Fields that hold maps, whose keys are data."""

MODULES = {"rest": rest, "signaling": signaling, "channels": channels}


def golden(path: Path) -> tuple[type[Message], dict[str, Any]]:
    module, model = path.name.split(".")[:2]
    return getattr(MODULES[module], model), json.loads(path.read_text())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_parses_and_says_the_same_again(path: Path) -> None:
    model, content = golden(path)
    message = model.model_validate(content)
    assert message.model_dump(mode="json", by_alias=True, exclude_unset=True) == content


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_fields_of_a_later_version_are_ignored(path: Path) -> None:
    model, content = golden(path)
    assert model.model_validate(with_unknown_fields(content)) == model.model_validate(content)


def with_unknown_fields(value: Any, key: str = "") -> Any:
    """The same with a field more in each message."""
    match value:
        case dict():
            deeper = {name: with_unknown_fields(inner, name) for name, inner in value.items()}
            return deeper if key in MAPS else {**deeper, "of_a_later_version": {"nested": [1]}}
        case list():
            return [with_unknown_fields(inner, key) for inner in value]
        case _:
            return value


def models(module: ModuleType) -> set[type[Message]]:
    classes = [item for _, item in inspect.getmembers(module, inspect.isclass)]
    defined = {item for item in classes if f"{item.__module__}.".startswith(f"{module.__name__}.")}
    return {item for item in defined if issubclass(item, Message)}


def test_every_message_has_one() -> None:
    have = {golden(path)[0] for path in FILES}
    assert have == (models(rest) | models(signaling) | models(channels)) - {signaling.Directed}
    assert set(signaling.CLIENT_EVENTS.values()) | set(signaling.SERVER_EVENTS.values()) <= have


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_field_that_has_no_default_is_missed(path: Path) -> None:
    model, content = golden(path)
    for name, field in model.model_fields.items():
        if field.is_required():
            without = {key: value for key, value in content.items() if key != name}
            with pytest.raises(ValidationError, match=name):
                model.model_validate(without)


WORDS: dict[type[StrEnum], set[str]] = {
    signaling.ErrorCode: {
        "bad_message", "version", "not_authenticated", "unknown_room", "too_early", "ended", "cancelled", "closed",
        "full", "already_connected", "not_in_room", "unknown_participant", "not_connected", "rate_limited",
        "unavailable", "denied", "not_allowed",
    },
    signaling.ParticipantKind: {"robot", "guest", "staff"},
    signaling.Source: {"camera", "microphone", "screen", "screen_audio"},
    signaling.LeaveReason: {"left", "lost", "replaced", "closed", "declined", "quiet_hours", "stopped"},
    signaling.CloseReason: {
        "closed", "cancelled", "ended", "last_participant", "replaced", "denied", "removed", "declined", "quiet_hours",
    },
    signaling.Choosers: {"staff", "everyone"},
    signaling.Held: {"announcing", "asking", "quiet_hours", "stopped"},
    channels.Colour: {"black", "blue", "red", "green", "orange"},
    channels.RefuseReason: {"declined", "too_large", "too_many", "unsupported"},
    rest.Consent: {"automatic", "button", "staff_present"},
    rest.RobotState: {"idle", "announcing", "joining", "waiting", "in_call", "leaving"},
    rest.DeviceKind: {"camera", "microphone", "speaker", "screen", "button"},
    rest.DeviceState: {"off", "opening", "working", "lost"},
    rest.Check: {"camera", "sound", "server", "relay", "clock", "disk", "temperature", "battery"},
}  # fmt: skip


@pytest.mark.parametrize("words", WORDS)
def test_no_word_is_taken_back(words: type[StrEnum]) -> None:
    assert WORDS[words] <= {word.value for word in words}
