"""X9: whether anything special-purpose can be reached through the product's TURN server, a real coturn.

`scripts/turn-sweep` asks it, over relays of both families, for a way (a channel) to the first, the last and some random
addresses of each range in IANA's registries, and to public ones as a cross-check; prints rows of docs/reliability.md.
Ends with 1 where one that is not public was reached, and with 2 where this machine has no IPv6 to ask over.
"""

import argparse
import asyncio
import random
import socket
import sys
import tempfile
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path
from typing import Final

from aioice import stun

from scripts.lab.allocation import Allocation, allocated
from scripts.lab.turn import LabTurn
from server.turn import SPECIAL, Network

PUBLIC: Final = tuple(map(ip_network, ("8.8.8.0/24", "193.0.0.0/21", "2a00::/12", "2600::/12")))
MAPPED: Final = ip_network("::ffff:0:0/96")
"""IPv4 in IPv6's clothes (RFC 4291, 2.5.5.2): the way round a filter that knows only one family."""
FORBIDDEN: Final = 403
OWN: Final = {4: "127.0.0.1", 6: "::1"}
"""Where the two relays are."""


async def reaches(relay: Allocation, address: IPv4Address | IPv6Address) -> bool:
    """Whether coturn would pass on what is sent there; raises `stun.TransactionError` where it says neither."""
    try:
        await relay.bind(str(address))
    except stun.TransactionFailed as refusal:
        if refusal.response.error_code != FORBIDDEN:
            raise
        return False
    return True


def samples(network: Network, count: int, chance: random.Random) -> set[IPv4Address | IPv6Address]:
    """The first, the last and so many random addresses; not the relay's own, which is open on purpose."""
    drawn = (network[chance.randrange(network.num_addresses)] for _ in range(count))
    return {network[0], network[-1], *drawn} - {ip_address(own) for own in OWN.values()}


def has_ipv6() -> bool:
    """Whether this machine's kernel has IPv6 at all."""
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


def disguised(networks: Iterable[Network]) -> list[Network]:
    """The IPv4 ranges, mapped into IPv6."""
    bits = int(MAPPED.network_address)
    return [
        ip_network((bits | int(network.network_address), 96 + network.prefixlen))
        for network in networks
        if network.version == 4
    ]


async def reached(relay: Allocation, networks: Sequence[Network], count: int, seed: int) -> tuple[int, list[str]]:
    """How many addresses were asked for, and which of them can be reached."""
    chance = random.Random(seed)
    asked = [address for network in networks for address in samples(network, count, chance)]
    return len(asked), [str(address) for address in asked if await reaches(relay, address)]


async def sweep(directory: Path, version: int, count: int, seed: int = 9) -> dict[str, tuple[int, list[str]]]:
    """The same of each kind of addresses of one family, over a relay of that family."""
    kinds = {name: [each for each in KINDS[name] if each.version == version] for name in KINDS}
    with LabTurn(directory / "turn", OWN[version]) as server:
        async with allocated((server.address, server.port), server.ice_server()) as relay:
            return {name: await reached(relay, networks, count, seed) for name, networks in kinds.items() if networks}


ANY: Final = "public"
KINDS: Final = {"special-purpose": SPECIAL, "IPv4 mapped into IPv6": disguised(SPECIAL), ANY: PUBLIC}
"""What is asked for; only the public ones may be reached."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/turn-sweep", description=__doc__)
    parser.add_argument("--samples", type=int, default=30, help="random addresses of each range")
    arguments = parser.parse_args()
    leaks: list[str] = []
    versions = [version for version in OWN if version == 4 or has_ipv6()]
    print("| addresses | asked for | reached |\n|---|---|---|")
    for version in versions:
        with tempfile.TemporaryDirectory(prefix="turn-sweep-") as directory:
            rows = asyncio.run(sweep(Path(directory), version, arguments.samples))
        for name, (asked, found) in rows.items():
            print(f"| {name}, over IPv{version} | {asked} | {len(found)} |")
            leaks += found if name != ANY else []
    print(*leaks, sep="\n", file=sys.stderr)
    if leaks:
        return 1
    if len(versions) < len(OWN):
        print("nothing was asked for over IPv6, which this machine does not have", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
