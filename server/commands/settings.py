"""The commands that look at the configuration: check-config, show-config, turn-config, fingerprint."""

from argparse import Namespace
from pathlib import Path

import yaml

from server import configfile, secret, turn
from server.authority import AuthorityError
from server.commands.answer import Answer, CommandError
from server.config import ServerConfig
from server.times import utc_now
from server.tls import hosts, site_authority


async def check_config(_config: ServerConfig, arguments: Namespace) -> Answer:
    """Say which file is right; a wrong one never came so far."""
    path: Path | None = configfile.find(arguments.config)
    return Answer(f"{path or 'The defaults'}: right.", {"ok": True, "file": str(path) if path else None})


async def show_config(config: ServerConfig, _arguments: Namespace) -> Answer:
    """Print what is in force; secrets are shown as asterisks."""
    values = config.model_dump(mode="json")
    return Answer(yaml.safe_dump(values, sort_keys=False, allow_unicode=True).rstrip(), values)


async def turn_config(config: ServerConfig, _arguments: Namespace) -> Answer:
    """Print coturn's configuration, for a TURN server on another machine; it holds a secret."""
    if config.turn.address is None:
        raise CommandError("turn.address is not set: the address at which the TURN server listens")
    text = turn.configuration(config, secret.load(config.data_directory))
    return Answer(text.rstrip(), {"configuration": text})


async def fingerprint(config: ServerConfig, _arguments: Namespace) -> Answer:
    """Print the fingerprint of the site's own root certificate, and make that where there is none yet."""
    authority = site_authority(config)
    if authority is None:
        raise CommandError("the site has no certificate authority of its own (listen.tls: site_ca)")
    try:
        authority.make(hosts(config), utc_now())
        digest = authority.fingerprint()
    except AuthorityError as error:
        raise CommandError(str(error)) from error
    return Answer(f"SHA-256 of {authority.root}: {digest}", {"file": str(authority.root), "sha256": digest})
