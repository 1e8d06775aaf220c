"""docs/protocol.md names everything that the contract has, and its examples are messages of it."""

import inspect
import json
import re
from enum import StrEnum
from pathlib import Path

import pytest

from wire import channels, rest, signaling
from wire.base import Message

TEXT = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text()
CLASSES = [item for module in (rest, signaling, channels) for _, item in inspect.getmembers(module, inspect.isclass)]
MESSAGES = {item for item in CLASSES if issubclass(item, Message) and item is not Message}
WORDS = {item for item in CLASSES if issubclass(item, StrEnum) and item is not StrEnum}
EXAMPLES = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)]


@pytest.mark.parametrize("message", sorted(MESSAGES, key=str))
def test_every_field_is_named(message: type[Message]) -> None:
    for name, field in message.model_fields.items():
        assert re.search(rf'[`"{{.]({field.alias or name})\b', TEXT), f"{message.__name__}.{field.alias or name}"


@pytest.mark.parametrize("words", sorted(WORDS, key=str))
def test_every_word_is_named(words: type[StrEnum]) -> None:
    assert [word.value for word in words if f"`{word.value}`" not in TEXT] == []


def test_every_event_is_named() -> None:
    assert [event for event in signaling.CLIENT_EVENTS | signaling.SERVER_EVENTS if f"`{event}`" not in TEXT] == []


def test_the_examples_are_messages() -> None:
    participant, refusal, join, joined, waiting, resume = EXAMPLES
    signaling.Participant.model_validate(participant)
    signaling.Refusal.model_validate(refusal)
    signaling.Join.model_validate(join)
    signaling.Joined.model_validate(joined)
    signaling.Waiting.model_validate(waiting)
    signaling.Join.model_validate({**resume, "room": join["room"]})


def test_every_path_of_the_api_is_named() -> None:
    paths = json.loads((Path(__file__).parents[2] / "docs" / "openapi.json").read_text())["paths"]
    assert [path for path in paths if path.startswith("/api/v1/") and path.removeprefix("/api/v1") not in TEXT] == []
