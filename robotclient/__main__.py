"""The command `robotclient`."""

import argparse
import asyncio
import json
import logging
import signal
import ssl
import sys
from pathlib import Path

from robotclient import VERSION, configfile, lastgood, logs
from robotclient.children import ChildGaveUpError
from robotclient.commands.check import check
from robotclient.commands.devices import devices, snapshot
from robotclient.commands.enroll import AlreadyEnrolledError, WrongAuthorityError, enroll
from robotclient.commands.mirror import DaemonRunsError, test_call
from robotclient.commands.status import NotRunningError, status
from robotclient.config import RobotConfig
from robotclient.configfile import ConfigError
from robotclient.daemon import Daemon
from robotclient.media.camera.snapshot import SnapshotError
from robotclient.portal import PortalError
from robotclient.store import Store
from robotclient.transport import attach

BAD_INPUT = 2
FAILED = 1


class NotEnrolledError(Exception):
    """The robot has no identity yet."""


FORESEEN = (
    PortalError,
    AlreadyEnrolledError,
    WrongAuthorityError,
    NotEnrolledError,
    NotRunningError,
    DaemonRunsError,
    ChildGaveUpError,
    SnapshotError,
)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(prog="robotclient", description="A telepresence robot's endpoint.")
    top.add_argument("--version", action="version", version=VERSION)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--config", type=Path, metavar="FILE", help=f"default: {configfile.DEFAULT_PATH}")
    common.add_argument("--json", action="store_true", help="print JSON")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run = commands.add_parser("run", parents=[common], help="attend booked visits until stopped")
    run.add_argument("--verbose", action="store_true", help="log more")
    enrol = commands.add_parser("enroll", parents=[common], help="make this robot known to its server")
    enrol.add_argument("code", help="the one-time code from the portal")
    enrol.add_argument("--replace", action="store_true", help="give up the identity this robot has")
    enrol.add_argument(
        "--fingerprint", metavar="SHA256", help="of the site's own root certificate, which is trusted then"
    )
    listing = commands.add_parser("devices", parents=[common], help="list cameras, microphones and speakers")
    listing.add_argument("--snapshot", type=Path, metavar="FILE.png", help="write one picture of the configured camera")
    listing.add_argument("--levels", action="store_true", help="listen to all microphones for three seconds")
    commands.add_parser("check", parents=[common], help="is this robot fit for a visit?")
    commands.add_parser("check-config", parents=[common], help="is the configuration file right?")
    commands.add_parser("show-config", parents=[common], help="print the configuration in force")
    commands.add_parser("status", parents=[common], help="what does the robot do now?")
    mirror = commands.add_parser("test-call", parents=[common], help="a visit of the robot with itself")
    mirror.add_argument("--seconds", type=float, default=10, help="how long; default: 10")
    return top


def main() -> None:
    """Run one command; every foreseen failure is one clear message and a status other than 0."""
    arguments = parser().parse_args()
    try:
        sys.exit(_dispatch(arguments))
    except ConfigError as error:
        _complain(str(error), BAD_INPUT)
    except FORESEEN as error:
        _complain(str(error), FAILED)
    except OSError as error:
        _complain(f"{error.filename or 'system'}: {error.strerror or error}", FAILED)


def _dispatch(arguments: argparse.Namespace) -> int:
    if arguments.command == "run":
        _run(arguments.config, logging.DEBUG if arguments.verbose else logging.INFO)
        return 0
    config = configfile.load(arguments.config)
    match arguments.command:
        case "enroll":
            enroll(
                config,
                arguments.code,
                _tls(config),
                fingerprint=arguments.fingerprint,
                replace=arguments.replace,
                as_json=arguments.json,
            )
        case "devices":
            if arguments.snapshot:
                snapshot(config.camera, arguments.snapshot, as_json=arguments.json)
            else:
                devices(with_levels=arguments.levels, as_json=arguments.json)
        case "check":
            return 0 if check(config, _tls(config), as_json=arguments.json) else FAILED
        case "check-config":
            print(json.dumps({"valid": True}) if arguments.json else "The configuration is valid.")
        case "show-config":
            print(config.model_dump_json(indent=2))
        case "status":
            status(config, as_json=arguments.json)
        case "test-call":
            return 0 if test_call(config, seconds=arguments.seconds, as_json=arguments.json) else FAILED
    return 0


def _run(chosen: Path | None, level: int) -> None:
    config, problem = lastgood.load(chosen)
    fields = logs.set_up(level)
    store = Store(config.state_directory)
    identity = store.identity()
    if identity is None:
        raise NotEnrolledError(
            "this robot is not enrolled; get a code from the portal and run: robotclient enroll CODE"
        )
    if problem is None:
        lastgood.keep(config)
    attach.install(_tls(config))

    async def live() -> None:
        daemon = Daemon(config, identity, store, fields, _tls(config), chosen=chosen, problem=problem)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, daemon.stop)
        loop.add_signal_handler(signal.SIGHUP, daemon.reload)
        await daemon.run()

    asyncio.run(live())


def _tls(config: RobotConfig) -> ssl.SSLContext | None:
    """Trust the site's own authority where one is configured, and nothing else then."""
    kept = Store(config.state_directory).authority
    path = config.server.ca_file or (kept if kept.exists() else None)
    if path is None:
        return None
    try:
        return ssl.create_default_context(cafile=path)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError.at(f"server.ca_file: {str(path)!r}: is not a readable PEM certificate") from error


def _complain(message: str, code: int) -> None:
    print(message, file=sys.stderr)
    sys.exit(code)


if __name__ == "__main__":
    main()
