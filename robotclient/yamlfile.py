"""One YAML file as values, with the line of each key: what a message to the person who typed it needs."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

Location = tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """One mistake: in which file, on which line where that is known, and what to do."""

    file: str
    line: int | None
    text: str

    def __str__(self) -> str:
        where = f"{self.file}, line {self.line}" if self.line else self.file
        return f"{where}: {self.text}"


class YamlError(Exception):
    """The file cannot be read as lines of `key: value`."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True)
class Place:
    """Where a key stands."""

    file: str
    line: int


@dataclass(frozen=True)
class Parsed:
    """Values, and the place of each key."""

    values: dict[str, Any]
    places: dict[Location, Place]


def read(path: Path) -> Parsed:
    """Read a file. Raises `YamlError`."""
    try:
        return parse(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        text = f"cannot be read: {error.strerror}. Name another file with --config."
        raise YamlError(Problem(str(path), None, text)) from error
    except UnicodeDecodeError as error:
        raise YamlError(Problem(str(path), None, "is not a text file in UTF-8.")) from error


def parse(text: str, name: str) -> Parsed:
    """Take YAML apart. Raises `YamlError` where it is no mapping, no YAML at all, or says something twice."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        values = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise YamlError(Problem(name, line, f"this is not YAML: {error.problem}.")) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # a date such as 2026-13-45 is a ValueError
        raise YamlError(Problem(name, None, f"this is not YAML: {error}.")) from error
    if values is None:
        return Parsed({}, {})
    if not isinstance(values, dict):
        raise YamlError(Problem(name, 1, "expected lines such as `language: es`."))
    places: dict[Location, Place] = {}
    twice = list(_note_places(node, (), name, places))
    if twice:
        raise YamlError(*twice)
    return Parsed(values, places)


def merge(below: Parsed, above: Parsed) -> Parsed:
    """Two files as one: a later one adds keys to sections, and replaces everything else."""
    return Parsed(_merged(below.values, above.values), below.places | above.places)


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    result = dict(below)
    for key, value in above.items():
        old = result.get(key)
        result[key] = _merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return result


def _note_places(node: yaml.Node | None, location: Location, name: str, places: dict[Location, Place]) -> list[Problem]:
    """Fill `places`; what stands twice in one section is a problem, because YAML would silently take the second."""
    problems: list[Problem] = []
    if not isinstance(node, yaml.MappingNode):
        return problems
    for key, value in node.value:
        here, line = (*location, str(key.value)), key.start_mark.line + 1
        if here in places:
            text = f"{'.'.join(map(str, here))!r} stands on line {places[here].line} already. Delete one of them."
            problems.append(Problem(name, line, text))
        places[here] = Place(name, line)
        problems += _note_places(value, here, name, places)
    return problems
