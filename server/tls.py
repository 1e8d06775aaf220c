"""The server's own TLS: where its certificate comes from, and how a new one is taken without a restart."""

import logging
import ssl
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509

from server.authority import Authority, AuthorityError
from server.config import ServerConfig

LOOK_EVERY: Final = timedelta(minutes=10)
WARN_EVERY: Final = timedelta(days=1)

CERTIFICATE_ENDS: Final = timedelta(days=30)
ROOT_ENDS: Final = timedelta(days=365)
"""So long before the end it is said: a root has to be brought to every device of the house."""

log = logging.getLogger(__name__)


class TlsError(Exception):
    """The server cannot speak TLS; the text names the setting and the remedy."""


def site_authority(config: ServerConfig) -> Authority | None:
    """The site's own authority, where `listen.tls` says so."""
    return Authority(config.data_directory / "tls") if config.listen.tls == "site_ca" else None


def hosts(config: ServerConfig) -> tuple[str, ...]:
    """The names and addresses by which devices reach the server; each once."""
    public = urlsplit(config.public_url).hostname or "localhost"
    return tuple(dict.fromkeys((public, *config.listen.names)))


def enrol_command(config: ServerConfig, code: str) -> str:
    """What is typed on a robot: with the root's fingerprint, where it must trust one."""
    authority = site_authority(config)
    known = authority is not None and authority.root.exists()
    return f"robotclient enroll {code}" + (f" --fingerprint {authority.fingerprint()}" if authority and known else "")


class Tls:
    """A context that is kept up to date: connections begun later get the certificate that is on the disk then."""

    def __init__(self, config: ServerConfig, now: datetime) -> None:
        """Raises `TlsError`."""
        self._authority = site_authority(config)
        self._hosts = hosts(config)
        self._certificate = config.listen.certificate
        self._key = config.listen.key
        self._looked_at = now
        self._warned_at: datetime | None = None
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            if self._authority is not None:
                self._authority.make(self._hosts, now)
                self._authority.renew(self._hosts, now)
            self._load()
            self._warn(now)
        except AuthorityError as error:
            raise TlsError(str(error)) from error
        except (OSError, ValueError) as error:
            raise TlsError(f"{self._files[0]}: no certificate with its key can be read there ({error})") from error

    @property
    def _files(self) -> tuple[Path, Path | None]:
        if self._authority is not None:
            return self._authority.issued, None
        assert self._certificate is not None, "the configuration says so"
        return self._certificate, self._key

    def refresh(self, now: datetime) -> None:
        """Every some minutes: renew what is the site's own, and read again what is on the disk.

        What cannot be read now is logged; the old certificate stays in use.
        """
        if timedelta(0) <= now - self._looked_at < LOOK_EVERY:
            return
        self._looked_at = now
        try:
            if self._authority is not None and self._authority.renew(self._hosts, now):
                log.info("the server's certificate was renewed")
            self._load()
            self._warn(now)
        except (OSError, ValueError, AuthorityError) as error:
            log.error("the certificate was not renewed: %s", error)

    def _load(self) -> None:
        """A certificate whose key has not come yet would leave the context without any: it is tried elsewhere first."""
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(*self._files)
        self.context.load_cert_chain(*self._files)

    def _warn(self, now: datetime) -> None:
        """Say once a day that what nobody renews by itself comes to its end."""
        if self._warned_at is not None and timedelta(0) <= now - self._warned_at < WARN_EVERY:
            return
        path, ahead = (
            (self._files[0], CERTIFICATE_ENDS) if self._authority is None else (self._authority.root, ROOT_ENDS)
        )
        end = x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
        if end - now < ahead:
            self._warned_at = now
            log.warning("%s: is valid until %s only; see HTTPS in docs/operators.md", path, f"{end:%Y-%m-%d}")
