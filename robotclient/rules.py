"""What the configuration says of visits, as the machine takes it."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from robotclient.call import Rules
from robotclient.config import RobotConfig


def rules_of(config: RobotConfig) -> Rules:
    """The rules in force."""
    return Rules(
        no_show=timedelta(minutes=config.call.no_show_minutes),
        alone=timedelta(seconds=config.call.alone_seconds),
        announce=timedelta(seconds=config.visit.announce_seconds),
        answer=timedelta(seconds=config.visit.answer_seconds),
        stop_mutes=config.visit.stop == "mute",
        zone=ZoneInfo(config.timezone),
    )
