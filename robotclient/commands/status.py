"""`robotclient status`: what the robot does now, from the file that the daemon writes."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from robotclient.clock import ServerClock
from robotclient.config import RobotConfig
from robotclient.status import Status, read

STALE = timedelta(seconds=15)


class NotRunningError(Exception):
    """The daemon is not running, or it hangs."""


def status(config: RobotConfig, *, as_json: bool) -> None:
    """Print the status. Raises `NotRunningError`."""
    known = read(config.runtime_directory)
    if known is None:
        raise NotRunningError("the robot's daemon has not run here yet; start it with: systemctl start robotclient")
    if as_json:
        print(known.model_dump_json(indent=2))
        return
    _print(known, ZoneInfo(config.timezone))
    if ServerClock().now() - known.at > STALE:
        raise NotRunningError("this status is old: the daemon is not running, or it hangs")


def _print(known: Status, zone: ZoneInfo) -> None:
    print(f"state    {known.state}")
    print(f"server   {'reached' if known.server_reachable else known.last_error or 'not reached yet'}")
    if known.next_start is not None:
        print(f"next     {known.next_start.astimezone(zone):%Y-%m-%d %H:%M}")
    for device in known.devices:
        print(f"{device.kind:<8} {device.state} {device.name} {device.detail}".rstrip())
    for what, level in known.levels:
        if level is not None:
            print(f"level    {what} {level:.0f} dBFS")
    if known.call is not None and known.call.leave_reason is not None:
        print(f"last     left a room because: {known.call.leave_reason}")
    for sample in known.samples:
        size = f" {sample.width}x{sample.height} at {sample.fps:.0f}/s" if sample.width else ""
        print(f"media    {sample.direction} {sample.kind} {sample.codec}{size}, {sample.kbps:.0f} kbit/s")
