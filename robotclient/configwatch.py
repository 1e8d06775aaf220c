"""Reads the configuration again when a file has changed or when told to (SIGHUP), and posts what came of it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from robotclient import configfile, lastgood
from robotclient.config import RobotConfig
from robotclient.configfile import ConfigError

INTERVAL = 2.0
"""Seconds between two looks; a file must look alike twice, so that one that is being written is left alone."""

Signature = tuple[tuple[Path, int, int], ...]


@dataclass(frozen=True)
class ConfigChanged:
    """The files are right, and say something else than before."""

    config: RobotConfig


@dataclass(frozen=True)
class ConfigBroken:
    """The files cannot be used; the robot goes on with what it has."""

    error: ConfigError


@dataclass(frozen=True)
class ConfigMended:
    """The files are right again, and say what is in force already."""


ConfigNews = ConfigChanged | ConfigBroken | ConfigMended


class ConfigWatch:
    """The one reader of the configuration while the robot runs."""

    def __init__(self, chosen: Path | None, config: RobotConfig, tell: Callable[[ConfigNews], None]) -> None:
        """`config` is what is in force."""
        self._chosen = chosen
        self._config = config
        self._tell = tell
        self._read = self._seen = self._signature()

    async def run(self) -> None:
        """Look for ever."""
        while True:
            await asyncio.sleep(INTERVAL)
            signature = self._signature()
            if signature == self._seen != self._read:
                self.reload()
            self._seen = signature

    def reload(self) -> None:
        """Read now."""
        self._read = self._signature()
        try:
            config = configfile.load(self._chosen)
        except ConfigError as error:
            self._tell(ConfigBroken(error))
            return
        if config == self._config:
            self._tell(ConfigMended())
            return
        self._config = config
        lastgood.keep(config)
        self._tell(ConfigChanged(config))

    def _signature(self) -> Signature:
        """What tells a changed file: name, time of change (ns), size."""
        found: list[tuple[Path, int, int]] = []
        for path in configfile.files(self._chosen):
            try:
                status = path.stat()
            except OSError:  # taken away between the list and the look
                continue
            found.append((path, status.st_mtime_ns, status.st_size))
        return tuple(found)
