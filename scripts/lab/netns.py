"""Three hosts on a network of their own: a server in the open, a robot and a guest behind a router each.

Made of network namespaces, veth pairs and nftables; nothing of it touches this machine's own network, and all of it is
gone afterwards. It needs root.

```
 robot 10.1.0.2 ── router 203.0.113.21 ─┐
                                        ├── 203.0.113.0/24 ── server 203.0.113.10
 guest 10.2.0.2 ── router 203.0.113.22 ─┘
```
"""

import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Final

import psutil

from scripts.lab.process import run

STREET: Final = "203.0.113.0/24"
SERVER: Final = "203.0.113.10"
SERVER_NAME: Final = "server.lab"
ROUTERS: Final = {"robot": ("203.0.113.21", 1), "guest": ("203.0.113.22", 2)}
"""Each host's router: its address outside, and the number of the network behind it."""
PREFIX: Final = "telepresence-"
ETC: Final = Path("/etc/netns")
"""Where `ip netns exec` takes a namespace's own /etc/hosts and /etc/resolv.conf from."""
RULES: Final = """
table ip router {
  chain nat { type nat hook postrouting priority 100; %s }
  chain through { type filter hook forward priority 0; %s }
  chain arriving { type filter hook input priority 0; iifname "out" ct state new drop; }
  chain faults { type filter hook forward priority -10; }
}
"""
CLOSED: Final = 'policy drop; ct state established,related accept; iifname "in" accept;'
"""What nobody inside has asked for stays outside."""


class Nat(StrEnum):
    """How the routers change addresses (RFC 4787, 4.1)."""

    NONE = ""
    ENDPOINT_INDEPENDENT = 'oifname "out" masquerade;'
    """Ports stay as they are, so a STUN server's answer holds for everybody."""
    SYMMETRIC = 'oifname "out" masquerade random,fully-random;'
    """Another port for each destination: only a relay helps."""


class Host:
    """One network namespace; commands with `prefix` before them run in it."""

    def __init__(self, name: str, address: str) -> None:
        self.name = name
        self.address = address
        self.prefix = ("ip", "netns", "exec", name)

    def run(self, *command: str) -> str:
        """Run a command in it. Raises `LabError`."""
        return run([*self.prefix, *command])

    def configure(self, *settings: str) -> None:
        """Several `ip` commands, one in each string. Raises `LabError`."""
        for setting in settings:
            run(["ip", "-n", self.name, *setting.split()])


class Network:
    """`server`, `robot` and `guest`; made by `network`."""

    def __init__(self, nat: Nat) -> None:
        own = f"{PREFIX}{os.getpid()}-"
        self.server = Host(f"{own}server", SERVER)
        self.robot = Host(f"{own}robot", "10.1.0.2")
        self.guest = Host(f"{own}guest", "10.2.0.2")
        self._street = Host(f"{own}street", "")
        self._routers = {side: Host(f"{own}{side}-router", address) for side, (address, _) in ROUTERS.items()}
        self._nat = nat

    @property
    def hosts(self) -> tuple[Host, ...]:
        """All namespaces."""
        return (self._street, *self._routers.values(), self.server, self.robot, self.guest)

    def make(self) -> None:
        """Lay the cables. Raises `LabError`."""
        for host in self.hosts:
            run(["ip", "netns", "add", host.name])
            host.configure("link set lo up")
        self._street.configure("link add street type bridge", "link set street up")
        self._connect(self.server)
        for side, host in (("robot", self.robot), ("guest", self.guest)):
            self._put_behind(self._routers[side], host, ROUTERS[side][1])
        if self._nat is Nat.NONE:
            self._tell_routes()
        self.restore_names()

    def remove(self) -> None:
        """Take everything away, with what still runs in it."""
        for host in self.hosts:
            _remove(host.name)

    def cut(self, side: str, what: str = "") -> None:
        """Let nothing through a router any more: nothing at all, or what an nftables match names (`meta l4proto udp`).

        `side` is `robot` or `guest`.
        """
        self._routers[side].run("nft", f"add rule ip router faults {what} drop")

    def mend(self, side: str) -> None:
        """Let everything through again."""
        self._routers[side].run("nft", "flush chain ip router faults")

    def move(self, side: str, last: int) -> None:
        """Give a host another address, as another access point would; `last` is its last number."""
        host = {"robot": self.robot, "guest": self.guest}[side]
        net = f"10.{ROUTERS[side][1]}.0"
        host.configure(f"addr del {host.address}/24 dev eth0")
        host.address = f"{net}.{last}"
        host.configure(f"addr add {host.address}/24 dev eth0", f"route replace default via {net}.1")

    def lose_names(self) -> None:
        """The robot's name server does not answer any more."""
        self._write_etc("hosts", "127.0.0.1 localhost\n")

    def restore_names(self) -> None:
        """The server has a name again."""
        self._write_etc("hosts", f"127.0.0.1 localhost\n{SERVER} {SERVER_NAME}\n")
        self._write_etc("resolv.conf", "nameserver 203.0.113.53\noptions timeout:1 attempts:1\n")

    def _write_etc(self, name: str, text: str) -> None:
        folder = ETC / self.robot.name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)  # in place: running processes have this very file as theirs

    def _connect(self, host: Host) -> None:
        """A cable from the host to the street."""
        port = host.name.removeprefix(PREFIX).partition("-")[2]
        run(["ip", "link", "add", "out", "netns", host.name, "type", "veth", "peer", port, "netns", self._street.name])
        self._street.configure(f"link set {port} master street", f"link set {port} up")
        host.configure(f"addr add {host.address}/24 dev out", "link set out up")

    def _put_behind(self, router: Host, host: Host, number: int) -> None:
        self._connect(router)
        run(["ip", "link", "add", "in", "netns", router.name, "type", "veth", "peer", "eth0", "netns", host.name])
        router.configure(f"addr add 10.{number}.0.1/24 dev in", "link set in up")
        host.configure(
            f"addr add {host.address}/24 dev eth0", "link set eth0 up", f"route add default via 10.{number}.0.1"
        )
        router.run("sysctl", "-qw", "net.ipv4.ip_forward=1")
        router.run("nft", RULES % (self._nat, CLOSED if self._nat else ""))

    def _tell_routes(self) -> None:
        """Without translation each network must be known to the others."""
        for side, (address, number) in ROUTERS.items():
            others = [router for name, router in self._routers.items() if name != side]
            for each in (self.server, *others):
                each.configure(f"route add 10.{number}.0.0/24 via {address}")


@contextmanager
def network(nat: Nat) -> Iterator[Network]:
    """A network that is taken away at the end; so is what a killed lab has left behind."""
    _sweep()
    made = Network(nat)
    try:
        made.make()
        yield made
    finally:
        made.remove()


def _sweep() -> None:
    for line in run(["ip", "netns", "list"]).splitlines():
        name = line.split()[0]
        if name.startswith(PREFIX) and not psutil.pid_exists(int(name.split("-")[1])):
            _remove(name)


def _remove(name: str) -> None:
    if not Path("/run/netns", name).exists():
        return
    deadline = time.monotonic() + 5
    while (pids := run(["ip", "netns", "pids", name]).split()) and time.monotonic() < deadline:
        for pid in pids:
            if psutil.pid_exists(int(pid)):
                os.kill(int(pid), signal.SIGKILL)
        time.sleep(0.05)
    run(["ip", "netns", "del", name])
    shutil.rmtree(ETC / name, ignore_errors=True)
