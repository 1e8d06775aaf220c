"""The site's own certificate authority: for houses whose server has no name that the internet's authorities vouch for.

Its root vouches for this server's names alone (name constraints, RFC 5280, 4.2.1.10): a device that trusts it trusts it
for nothing else. The server's own certificate is made anew long before it expires.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ROOT_LIVES: Final = timedelta(days=3650)
LIVES: Final = timedelta(days=90)
RENEWED_BEFORE: Final = timedelta(days=30)
SKEW: Final = timedelta(days=1)
"""Clocks of devices that are behind take a fresh certificate all the same."""


class AuthorityError(Exception):
    """The authority cannot be used; the text says what to do."""


@dataclass(frozen=True)
class Authority:
    """The files of one authority in a directory."""

    directory: Path

    @property
    def root(self) -> Path:
        """Its certificate in PEM: what devices trust."""
        return self.directory / "ca.pem"

    @property
    def issued(self) -> Path:
        """The server's certificate with its key, in PEM."""
        return self.directory / "server.pem"

    @property
    def _key(self) -> Path:
        return self.directory / "ca.key"

    def make(self, hosts: Sequence[str], now: datetime) -> None:
        """Make the root where there is none, for these names and addresses, and look whether the one there is fits.

        Raises `AuthorityError`, `OSError`.
        """
        if not self.root.exists():
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            key = ec.generate_private_key(ec.SECP256R1())
            _write(self._key, _pem(key))
            _write(self.root, _root(key, hosts, now).public_bytes(serialization.Encoding.PEM))
        constraints = self._certificate().extensions.get_extension_for_class(x509.NameConstraints).value
        known = {str(name.value) for name in constraints.permitted_subtrees or ()}
        if missing := [host for host in hosts if str(_constraint(host).value) not in known]:
            raise AuthorityError(
                f"{self.root}: vouches for {', '.join(sorted(known))} and not for {', '.join(missing)}; give the "
                f"server its old name, or delete {self.directory}, and let every device trust the new one"
            )

    def renew(self, hosts: Sequence[str], now: datetime) -> bool:
        """Make the server's certificate where there is none for these names, or it is old; True where one was made."""
        if self.issued.exists():
            old = x509.load_pem_x509_certificate(self.issued.read_bytes())
            names = old.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
            if now < old.not_valid_after_utc - RENEWED_BEFORE and list(names) == [_name(host) for host in hosts]:
                return False
        key = ec.generate_private_key(ec.SECP256R1())
        authority = serialization.load_pem_private_key(self._key.read_bytes(), None)
        assert isinstance(authority, ec.EllipticCurvePrivateKey), "it was made here"
        certificate = _leaf(key, hosts, now, self._certificate(), authority)
        _write(self.issued, certificate.public_bytes(serialization.Encoding.PEM) + _pem(key))
        return True

    def der(self) -> bytes:
        """The root as devices take it."""
        return self._certificate().public_bytes(serialization.Encoding.DER)

    def fingerprint(self) -> str:
        """SHA-256 of the root, in hexadecimal: by which people, and robots, know the right one."""
        return self._certificate().fingerprint(hashes.SHA256()).hex()

    def _certificate(self) -> x509.Certificate:
        try:
            return x509.load_pem_x509_certificate(self.root.read_bytes())
        except (OSError, ValueError) as error:
            raise AuthorityError(f"{self.root}: cannot be read; restore it from the backup ({error})") from error


def _root(key: ec.EllipticCurvePrivateKey, hosts: Sequence[str], now: datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Video visits at {hosts[0]}"[:64])])
    return (
        _builder(name, name, key.public_key(), now, ROOT_LIVES)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.NameConstraints([_constraint(host) for host in hosts], None), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _leaf(
    key: ec.EllipticCurvePrivateKey,
    hosts: Sequence[str],
    now: datetime,
    root: x509.Certificate,
    authority: ec.EllipticCurvePrivateKey,
) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0][:64])])
    return (
        _builder(name, root.subject, key.public_key(), now, LIVES)
        .add_extension(x509.SubjectAlternativeName([_name(host) for host in hosts]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()), critical=False)
        .sign(authority, hashes.SHA256())
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, lives: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SKEW)
        .not_valid_after(now + lives)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _constraint(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_network(host))
    except ValueError:
        return x509.DNSName(host)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, and for the server's user alone."""
    draft = path.with_name(f".{path.name}.new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
