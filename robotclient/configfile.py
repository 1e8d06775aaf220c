"""Read `robot.yaml` and `conf.d/*.yaml`: all mistakes at once, each with its line, the value and the remedy."""

import difflib
import os
from pathlib import Path
from typing import Self, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from robotclient import yamlfile
from robotclient.config import RobotConfig
from robotclient.yamlfile import Location, Parsed, Problem, YamlError

DEFAULT_PATH = Path("/etc/robotclient/robot.yaml")
FOLDER = "conf.d"


class ConfigError(Exception):
    """The configuration cannot be used; the text has one line for each mistake."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems

    @classmethod
    def at(cls, text: str) -> Self:
        """One mistake whose line is not known."""
        return cls(Problem("configuration", None, text))

    @property
    def first_line(self) -> int | None:
        """The first line that is wrong, for a screen on which there is no room for more."""
        return self.problems[0].line


def find(chosen: Path | None) -> Path | None:
    """The file to read: the one that was chosen, or the usual one if it is there. None means the defaults."""
    if chosen is None and "ROBOTCLIENT_CONFIG" in os.environ:
        chosen = Path(os.environ["ROBOTCLIENT_CONFIG"])
    return chosen or (DEFAULT_PATH if DEFAULT_PATH.exists() else None)


def files(chosen: Path | None) -> tuple[Path, ...]:
    """All that is read, later ones on top: the file, and what lies in `conf.d` beside it, by name."""
    main = find(chosen)
    return () if main is None else (main, *sorted((main.parent / FOLDER).glob("*.yaml")))


def load(chosen: Path | None) -> RobotConfig:
    """The configuration. Raises `ConfigError`."""
    parsed = _read(files(chosen))
    try:
        return RobotConfig(**parsed.values)
    except ValidationError as error:
        raise ConfigError(*(_problem(parsed, each, find(chosen)) for each in error.errors())) from error


def _read(paths: tuple[Path, ...]) -> Parsed:
    parsed, problems = Parsed({}, {}), list[Problem]()
    for path in paths:
        try:
            parsed = yamlfile.merge(parsed, yamlfile.read(path))
        except YamlError as error:
            problems += error.problems
    if problems:
        raise ConfigError(*problems)
    return Parsed({str(key): value for key, value in parsed.values.items()}, parsed.places)


def _problem(parsed: Parsed, error: ErrorDetails, main: Path | None) -> Problem:
    location: Location = error["loc"]
    steps = (location[:length] for length in range(len(location), 0, -1))
    place = next((parsed.places[step] for step in steps if step in parsed.places), None)
    file = place.file if place else str(main or "environment")
    return Problem(file, place.line if place else None, _sentence(location, error))


def _sentence(location: Location, error: ErrorDetails) -> str:
    dotted = ".".join(map(str, location))
    if error["type"] == "extra_forbidden":
        known = _known_keys(location[:-1])
        close = difflib.get_close_matches(str(location[-1]), known, 1)
        remedy = f"Did you mean {close[0]!r}?" if close else f"Known here: {', '.join(known)}."
        return f"unknown key {dotted!r}. {remedy}"
    message = str(error["msg"]).removeprefix("Value error, ")
    return f"{dotted}: {error['input']!r}: {message[0].lower()}{message[1:]}."


def _known_keys(location: Location) -> list[str]:
    model: type[BaseModel] = RobotConfig
    for part in location:
        field = model.model_fields.get(str(part))
        annotation = field.annotation if field else None
        inner = [each for each in (annotation, *get_args(annotation)) if isinstance(each, type)]
        model = next((each for each in inner if issubclass(each, BaseModel)), model)
    return list(model.model_fields)
