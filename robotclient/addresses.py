"""Tells when the machine's addresses have changed: another Wi-Fi, a cable plugged in, a lease that was not renewed.

The kernel says so itself (rtnetlink(7)); what counts are the addresses that connections are made from.
"""

import asyncio
import contextlib
import errno
import logging
import socket
from collections.abc import Callable
from typing import Final

from aioice.ice import get_host_addresses

log = logging.getLogger(__name__)

GROUPS: Final = 0x10 | 0x100
"""RTMGRP_IPV4_IFADDR and RTMGRP_IPV6_IFADDR."""
SETTLED: Final = 0.3
"""Seconds without news after which the addresses are what they will be: one goes before the next one comes."""
UNSETTLED: Final = 3.0
"""Seconds of news without an end, as of an interface that comes and goes; then they are looked at all the same."""
LARGEST: Final = 65536


async def watch(changed: Callable[[], None]) -> None:
    """Call `changed` after each change to other addresses, for ever; not while there are none. Raises `OSError`."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK, socket.NETLINK_ROUTE) as kernel:
        kernel.bind((0, GROUPS))
        known = _addresses()
        while True:
            await _news(kernel)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(UNSETTLED):
                    while True:
                        async with asyncio.timeout(SETTLED):
                            await _news(kernel)
            now = _addresses()
            if now and now != known:
                log.info("this machine's addresses have changed")
                known = now
                changed()


async def _news(kernel: socket.socket) -> None:
    try:
        await asyncio.get_running_loop().sock_recv(kernel, LARGEST)
    except OSError as error:
        if error.errno != errno.ENOBUFS:  # which says that more has happened than the buffer holds: news as well
            raise


def _addresses() -> frozenset[str]:
    return frozenset(get_host_addresses(use_ipv4=True, use_ipv6=True))
