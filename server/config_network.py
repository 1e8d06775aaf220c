"""The sections of `server.yaml` that are about the network: where the server listens, STUN and TURN."""

import re
from ipaddress import IPv4Network, IPv6Network, ip_address
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, IPvAnyAddress, SecretStr, StringConstraints, model_validator

from server.config_section import Section, Text

Port = Annotated[int, Field(ge=1, le=65535)]

_LABEL: Final = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"


def host_name(text: str) -> str:
    """A name or address as certificates have it, in small letters. Raises `ValueError` with the remedy."""
    text = text.lower()
    if re.fullmatch(rf"{_LABEL}(?:\.{_LABEL})*", text) or ("%" not in text and _is_address(text)):
        return text
    raise ValueError(
        "is neither a host's name nor an address; write a name with other letters than a to z as DNS has it "
        "(xn--...), and neither port, path nor asterisk with it"
    )


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


class ListenSection(Section):
    """Where the server listens."""

    host: Text = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 3030
    tls: Literal["none", "proxy", "files", "site_ca"] = "none"
    proxies: tuple[Text, ...] = ("127.0.0.1", "::1")
    certificate: Path | None = None
    key: Path | None = None
    names: tuple[Annotated[Text, AfterValidator(host_name)], ...] = ()

    @model_validator(mode="after")
    def _is_not_in_the_open(self) -> "ListenSection":
        if self.tls == "none" and not _is_loopback(self.host):
            raise ValueError(
                f"host {self.host} can be reached by others, and without HTTPS they read everything: set tls to "
                "site_ca or files, or to proxy where a reverse proxy speaks HTTPS, or set host to 127.0.0.1"
            )
        if (self.tls == "files") != (self.certificate is not None):
            raise ValueError("tls: files and certificate belong together: give both or neither")
        return self


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class IceServerSection(Section):
    """One STUN or TURN server; a TURN server has a fixed `username` and `credential`, or a `secret` shared with it."""

    urls: Annotated[
        tuple[Annotated[str, StringConstraints(pattern=r"^(stuns?|turns?):\S+$")], ...], Field(min_length=1)
    ]
    username: Text | None = None
    credential: SecretStr | None = None
    secret: SecretStr | None = None

    @model_validator(mode="after")
    def _one_way_to_sign_in(self) -> "IceServerSection":
        if (self.username is None) != (self.credential is None):
            raise ValueError("username and credential belong together: give both or neither")
        if self.secret is not None and self.credential is not None:
            raise ValueError("give either secret or username and credential, not both")
        return self


class IceSection(Section):
    """STUN and TURN servers that robots and browsers are told to use; none within one network."""

    servers: tuple[IceServerSection, ...] = ()
    credential_minutes: Annotated[float, Field(ge=0.5, le=1440)] = 60.0


class TurnSection(Section):
    """The product's own TURN server, coturn, whose whole configuration is made of this; none without an address."""

    address: IPvAnyAddress | None = None
    external_address: IPvAnyAddress | None = None
    host: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.:-]+$")] | None = None
    port: Port = 3478
    tls_port: Port = 5349
    certificate: Path | None = None
    key: Path | None = None
    first_relay_port: Port = 49152
    last_relay_port: Port = 65535
    reachable: tuple[IPv4Network | IPv6Network, ...] = ()
    user_allocations: Annotated[int, Field(ge=1, le=10_000)] = 64
    all_allocations: Annotated[int, Field(ge=1, le=100_000)] = 4096
    allocation_kbps: Annotated[int, Field(ge=100, le=1_000_000)] = 6000

    @model_validator(mode="after")
    def _can_be_run(self) -> "TurnSection":
        if (self.certificate is None) != (self.key is None):
            raise ValueError("certificate and key belong together: give both or neither")
        if self.last_relay_port - self.first_relay_port < 99:
            raise ValueError("last_relay_port must be at least 99 above first_relay_port: a port for each connection")
        return self
