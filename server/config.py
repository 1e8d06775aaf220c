"""The server's configuration tree. `config/server.yaml` holds the same keys, defaults and explanations; a test says so.

`server.configfile` reads the file. An environment variable such as `ROBOTSERVER_LISTEN__PORT` beats the file.
"""

from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field, SecretStr, StringConstraints, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from server.config_network import IceSection, ListenSection, TurnSection, host_name
from server.config_section import Section, Text

_WORD = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
ADDRESS: Final = rf"{_WORD}(?:\.{_WORD})*@{_LABEL}(?:\.{_LABEL})*"
Address = Annotated[str, StringConstraints(max_length=254, pattern=f"^{ADDRESS}$")]
"""An e-mail address of ASCII letters (RFC 5321, 4.1.2, without quoted strings): nothing that could end a header."""


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("is not a time zone; write one like Europe/Madrid or Atlantic/Canary")
    return name


def _database_url(url: str) -> str:
    try:
        driver = make_url(url).drivername
    except ArgumentError as error:
        raise ValueError(
            "is not a database URL; write one like sqlite+aiosqlite:////var/lib/robotserver/server.db"
        ) from error
    if driver not in {"sqlite+aiosqlite", "postgresql+asyncpg", "mysql+asyncmy"}:
        raise ValueError(
            "must begin with sqlite+aiosqlite://, postgresql+asyncpg:// or mysql+asyncmy://, such as "
            "sqlite+aiosqlite:////var/lib/robotserver/server.db"
        )
    return url


def _public_url(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ValueError("must begin with https:// (or http:// on a test machine)")
    host_name(urlsplit(url).hostname or "")
    return url.rstrip("/")


class DatabaseSection(Section):
    """The database."""

    url: Annotated[Text, AfterValidator(_database_url)] = "sqlite+aiosqlite:////var/lib/robotserver/server.db"
    migrate: bool = True
    busy_seconds: Annotated[float, Field(ge=0.1, le=60)] = 5.0


class RoomsSection(Section):
    """When a room is open and when it ends by itself."""

    early_minutes: Annotated[float, Field(ge=0, le=1440)] = 15.0
    max_minutes: Annotated[float, Field(gt=0, le=1440)] = 240.0
    max_participants: Annotated[int, Field(ge=2, le=50)] = 8
    grace_seconds: Annotated[float, Field(ge=0, le=300)] = 10.0
    alone_seconds: Annotated[float, Field(ge=0, le=3600)] = 30.0
    linger_seconds: Annotated[float, Field(ge=0, le=3600)] = 120.0
    recording: bool = False


class RobotsSection(Section):
    """How robots come to the server."""

    enrolment_hours: Annotated[float, Field(gt=0, le=720)] = 24.0


class SessionsSection(Section):
    """How long somebody of the staff stays signed in."""

    idle_minutes: Annotated[float, Field(ge=5, le=1440)] = 60.0
    absolute_hours: Annotated[float, Field(ge=0.25, le=168)] = 12.0


class InvitationsSection(Section):
    """Which mails relatives get of themselves; changes and cancellations are always sent."""

    confirm: bool = True
    reminder_minutes: Annotated[float, Field(ge=0, le=1440)] = 15.0


class MailSection(Section):
    """The SMTP server that takes the mails; without one they become files in the data directory."""

    host: Text | None = None
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    ca_file: Path | None = None
    username: Text | None = None
    password: SecretStr | None = None
    sender: Address = "visits@localhost"
    timeout_seconds: Annotated[float, Field(ge=1, le=120)] = 30.0
    give_up_hours: Annotated[float, Field(gt=0, le=168)] = 24.0

    @model_validator(mode="after")
    def _can_be_sent(self) -> "MailSection":
        if self.host is not None and self.sender.endswith("@localhost"):
            raise ValueError("host needs a sender: the address from which your SMTP server lets this server write")
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password belong together: give both or neither")
        if self.password is not None and self.security == "none":
            raise ValueError("a password must not go over the network in the open: set security to starttls or tls")
        return self


class RetentionSection(Section):
    """How long what names people is kept."""

    days: Annotated[float, Field(ge=1, le=3650)] = 90.0
    audit_days: Annotated[float, Field(ge=30, le=3650)] = 730.0


class LimitsSection(Section):
    """What one address, robot or participant may do."""

    body_bytes: Annotated[int, Field(ge=16_384, le=1_048_576)] = 65_536
    enrolments_per_minute: Annotated[int, Field(ge=1, le=1000)] = 10
    sign_ins_per_minute: Annotated[int, Field(ge=1, le=1000)] = 10
    messages_per_second: Annotated[int, Field(ge=5, le=1000)] = 50
    statistics_per_reservation: Annotated[int, Field(ge=100, le=1_000_000)] = 50_000


class ServerConfig(BaseSettings):
    """All of `server.yaml`."""

    model_config = SettingsConfigDict(env_prefix="ROBOTSERVER_", env_nested_delimiter="__", extra="forbid", frozen=True)

    public_url: Annotated[Text, AfterValidator(_public_url)] = "http://127.0.0.1:3030"
    data_directory: Path = Path("/var/lib/robotserver")
    timezone: Annotated[Text, AfterValidator(_zone)] = "Europe/Madrid"
    language: Literal["es", "en"] = "es"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    listen: ListenSection = ListenSection()
    database: DatabaseSection = DatabaseSection()
    rooms: RoomsSection = RoomsSection()
    robots: RobotsSection = RobotsSection()
    sessions: SessionsSection = SessionsSection()
    ice: IceSection = IceSection()
    turn: TurnSection = TurnSection()
    invitations: InvitationsSection = InvitationsSection()
    mail: MailSection = MailSection()
    retention: RetentionSection = RetentionSection()
    limits: LimitsSection = LimitsSection()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment first, then the file."""
        return env_settings, init_settings

    @property
    def zone(self) -> ZoneInfo:
        """The site's time zone, for what people read and write."""
        return ZoneInfo(self.timezone)
