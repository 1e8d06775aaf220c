"""Read `server.yaml`: all mistakes at once, each with its line, the value and what would be right."""

import difflib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import SettingsError

from server.config import ServerConfig

DEFAULT_PATH = Path("/etc/robotserver/server.yaml")
SECRETS = {"credential", "password", "secret"}
Location = tuple[str | int, ...]


class ConfigError(Exception):
    """The configuration cannot be used; the text has one line for each mistake."""


def find(chosen: Path | None) -> Path | None:
    """The file to read: the chosen one, else `$ROBOTSERVER_CONFIG`, else the usual one if it is there, else none."""
    if chosen is None and "ROBOTSERVER_CONFIG" in os.environ:
        chosen = Path(os.environ["ROBOTSERVER_CONFIG"])
    return chosen or (DEFAULT_PATH if DEFAULT_PATH.exists() else None)


def load(chosen: Path | None = None) -> ServerConfig:
    """The configuration from `find(chosen)` and the environment. Raises `ConfigError`."""
    path = find(chosen)
    if path is None:
        return build("", "environment")
    try:
        return build(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}. Name another file with --config.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not a text file in UTF-8.") from error


def build(text: str, name: str) -> ServerConfig:
    """The configuration from YAML; `name` is how messages call it. Raises `ConfigError`."""
    values, lines = _parse(text, name)
    try:
        return ServerConfig(**values)
    except ValidationError as error:
        raise ConfigError("\n".join(_sentence(name, lines, each) for each in error.errors())) from error
    except SettingsError as error:
        raise ConfigError(f"environment: {error}.") from error


def _parse(text: str, name: str) -> tuple[dict[str, Any], dict[Location, int]]:
    """The values, and the line on which each key stands."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        values = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(f"{name}, line {line}: this is not YAML: {error.problem}.") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{name}: this is not YAML: {str(error).splitlines()[0]}.") from error
    if values is None:
        return {}, {}
    if not isinstance(values, dict):
        raise ConfigError(f"{name}, line 1: expected lines such as `language: es`.")
    return {str(key): value for key, value in values.items()}, dict(_lines(node, ()))


def _lines(node: yaml.Node | None, location: Location) -> Iterator[tuple[Location, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield (*location, key.value), key.start_mark.line + 1
            yield from _lines(value, (*location, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield (*location, index), value.start_mark.line + 1
            yield from _lines(value, (*location, index))


def _sentence(name: str, lines: dict[Location, int], error: ErrorDetails) -> str:
    location: Location = error["loc"]
    dotted = ".".join(map(str, location))
    # What is missing is missing in its section; any other key that stands nowhere in the file is the environment's.
    line = lines.get(location[:-1] if error["type"] == "missing" else location)
    where = f"{name}, line {line}" if line else "environment"
    if error["type"] == "extra_forbidden":
        known = _known_keys(location[:-1])
        close = difflib.get_close_matches(str(location[-1]), known, 1)
        remedy = f"Did you mean {close[0]!r}?" if close else f"Known here: {', '.join(known)}."
        return f"{where}: unknown key {dotted!r}. {remedy}"
    message = str(error["msg"]).removeprefix("Value error, ")
    return f"{where}: {dotted}: {_shown(location, error['input'])}{message[0].lower()}{message[1:]}."


def _shown(location: Location, value: object) -> str:
    """The value for people to read; nothing of what may hold a secret."""
    return "" if isinstance(value, dict) or location[-1] in SECRETS else f"{value!r}: "


def _known_keys(location: Location) -> list[str]:
    model: type[BaseModel] = ServerConfig
    for part in location:
        if isinstance(part, str):
            model = next(_sections(model.model_fields[part].annotation))
    return list(model.model_fields)


def _sections(annotation: object) -> Iterator[type[BaseModel]]:
    """The model in an annotation such as `Section` or `tuple[Section, ...]`."""
    for inner in (annotation, *get_args(annotation)):
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield inner
