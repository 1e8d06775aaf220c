"""The last configuration that was right, kept in the state directory: a typing mistake costs no visit (R4, D6)."""

import json
import logging
import os
import re
from pathlib import Path

from pydantic import ValidationError

from robotclient import configfile, yamlfile
from robotclient.config import RobotConfig
from robotclient.configfile import ConfigError
from robotclient.store import OWNER_ONLY, write_atomically
from robotclient.yamlfile import YamlError

log = logging.getLogger(__name__)

FILE_NAME = "last-good-config.json"
STATE_DIRECTORY = re.compile(r"^state_directory:\s*[\"']?([^\"'#\n]+)", re.MULTILINE)


def load(chosen: Path | None) -> tuple[RobotConfig, ConfigError | None]:
    """The configuration in force, and what is wrong with the file where it is the last good one.

    Raises `ConfigError` where there is no good one.
    """
    try:
        return configfile.load(chosen), None
    except ConfigError as error:
        kept = _kept(state_directory(chosen))
        if kept is None:
            raise
        return kept, error


def keep(config: RobotConfig) -> None:
    """Remember a configuration with which the robot runs. A full disk is logged and is no reason to stop."""
    try:
        write_atomically(config.state_directory / FILE_NAME, config.model_dump_json(indent=2), OWNER_ONLY)
    except OSError as error:
        log.error("cannot keep a copy of the configuration: %s", error.strerror)


def state_directory(chosen: Path | None) -> Path:
    """Where the state is, though the file may be no YAML: by the environment, its key or line, or the usual place."""
    if "ROBOTCLIENT_STATE_DIRECTORY" in os.environ:
        return Path(os.environ["ROBOTCLIENT_STATE_DIRECTORY"])
    named = (_named_in(path) for path in reversed(configfile.files(chosen)))
    usual: Path = RobotConfig.model_fields["state_directory"].default
    return next((path for path in named if path is not None), usual)


def _named_in(path: Path) -> Path | None:
    try:
        named = yamlfile.read(path).values.get("state_directory")
        return Path(named) if isinstance(named, str) else None
    except YamlError:
        pass
    try:
        found = STATE_DIRECTORY.search(path.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return None
    return Path(found.group(1).strip()) if found else None


def _kept(directory: Path) -> RobotConfig | None:
    try:
        return RobotConfig(**json.loads((directory / FILE_NAME).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, ValidationError):
        return None
