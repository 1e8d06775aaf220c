"""A configuration that changes while the robot runs: devices follow at once, everything else once no visit is on."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final

from robotclient.body import Body
from robotclient.config import RobotConfig
from robotclient.configfile import ConfigError
from robotclient.configwatch import ConfigBroken, ConfigChanged, ConfigMended, ConfigNews, ConfigWatch
from robotclient.reporter import Facts

log = logging.getLogger(__name__)

LIVE: Final = frozenset({"camera", "audio"})
"""Sections that are taken over within a call: their children are started afresh."""


class Reconfiguration:
    """What a change of the files means for the running robot."""

    def __init__(
        self,
        chosen: Path | None,
        config: RobotConfig,
        problem: ConfigError | None,
        body: Body,
        facts: Facts,
        tell: Callable[[ConfigNews], None],
    ) -> None:
        """`problem` is what is wrong with the files already, where `config` is the last good one."""
        self.restart_wanted = False
        """Something has changed that holds from a start on: systemd starts the robot again at once."""
        self.config = config
        """What is in force."""
        self._body = body
        self._facts = facts
        self._watch = ConfigWatch(chosen, config, tell)
        self.run = self._watch.run
        self.reload = self._watch.reload
        if problem is not None:
            self.take(ConfigBroken(problem))

    def take(self, news: ConfigNews) -> None:
        """Obey what came of reading the files."""
        match news:
            case ConfigBroken(error):
                log.error("the configuration is wrong, the last good one stays in force: %s", error)
                self._facts.config_problem = error
            case ConfigMended():
                log.info("the configuration is right again")
                self._facts.config_problem = None
            case ConfigChanged(config):
                self._facts.config_problem = None
                self._adopt(config)

    def _adopt(self, config: RobotConfig) -> None:
        changed = {name for name in RobotConfig.model_fields if getattr(config, name) != getattr(self.config, name)}
        self.config = config
        self._body.configure(config)
        self.restart_wanted = self.restart_wanted or bool(changed - LIVE)
        later = f"; after the visit: {', '.join(sorted(changed - LIVE))}" if changed - LIVE else ""
        log.info("the configuration has changed: %s%s", ", ".join(sorted(changed & LIVE)) or "nothing at once", later)
