"""Read `robot.yaml`: all mistakes at once, each with its line, the value and what would be right."""

import difflib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from robotclient.config import RobotConfig

DEFAULT_PATH = Path("/etc/robotclient/robot.yaml")
Location = tuple[str | int, ...]


class ConfigError(Exception):
    """The configuration cannot be used; the text has one line for each mistake."""


@dataclass(frozen=True)
class Parsed:
    """A file's values, and the line on which each key stands."""

    values: dict[str, Any]
    lines: dict[Location, int]


def find(chosen: Path | None) -> Path | None:
    """The file to read: the one that was chosen, or the usual one if it is there. None means the defaults."""
    if chosen is None and "ROBOTCLIENT_CONFIG" in os.environ:
        chosen = Path(os.environ["ROBOTCLIENT_CONFIG"])
    return chosen or (DEFAULT_PATH if DEFAULT_PATH.exists() else None)


def load(chosen: Path | None) -> RobotConfig:
    """The configuration. Raises `ConfigError`."""
    path = find(chosen)
    parsed = Parsed({}, {}) if path is None else _read(path)
    try:
        return RobotConfig(**parsed.values)
    except ValidationError as error:
        name = str(path) if path else "environment"
        raise ConfigError("\n".join(_sentence(name, parsed, each) for each in error.errors())) from error


def _read(path: Path) -> Parsed:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}. Name another file with --config.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not a text file in UTF-8.") from error
    return parse(text, str(path))


def parse(text: str, name: str) -> Parsed:
    """Take YAML apart. Raises `ConfigError` where it is no mapping or no YAML at all."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        values = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(f"{name}, line {line}: this is not YAML: {error.problem}.") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{name}: this is not YAML: {error}.") from error
    if values is None:
        return Parsed({}, {})
    if not isinstance(values, dict):
        raise ConfigError(f"{name}, line 1: expected lines such as `language: es`.")
    lines: dict[Location, int] = {}
    _note_lines(node, (), lines)
    return Parsed({str(key): value for key, value in values.items()}, lines)


def _note_lines(node: yaml.Node | None, location: Location, lines: dict[Location, int]) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            lines[(*location, key.value)] = key.start_mark.line + 1
            _note_lines(value, (*location, key.value), lines)


def _sentence(name: str, parsed: Parsed, error: ErrorDetails) -> str:
    location: Location = error["loc"]
    dotted = ".".join(map(str, location))
    line = next((parsed.lines[location[:n]] for n in range(len(location), 0, -1) if location[:n] in parsed.lines), None)
    where = f"{name}, line {line}" if line else name
    if error["type"] == "extra_forbidden":
        known = _known_keys(location[:-1])
        close = difflib.get_close_matches(str(location[-1]), known, 1)
        remedy = f"Did you mean {close[0]!r}?" if close else f"Known here: {', '.join(known)}."
        return f"{where}: unknown key {dotted!r}. {remedy}"
    message = str(error["msg"]).removeprefix("Value error, ")
    return f"{where}: {dotted}: {error['input']!r}: {message[0].lower()}{message[1:]}."


def _known_keys(location: Location) -> list[str]:
    model: type[BaseModel] = RobotConfig
    for part in location:
        field = model.model_fields.get(str(part))
        annotation = field.annotation if field else None
        inner = [each for each in (annotation, *get_args(annotation)) if isinstance(each, type)]
        model = next((each for each in inner if issubclass(each, BaseModel)), model)
    return list(model.model_fields)
