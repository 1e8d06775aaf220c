"""The site's own certificate authority: for houses whose server has no name that the internet's authorities vouch for.

Its root vouches for this server's names alone (name constraints, RFC 5280, 4.2.1.10): a device that trusts it trusts it
for nothing else. The server's own certificate is made anew long before it expires.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from server import certificates

RENEWED_BEFORE: Final = timedelta(days=30)

UNUSABLE: Final = (OSError, ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature, x509.ExtensionNotFound)
"""What reading a file says that is missing, torn, of another form or of another authority."""


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
            _write(self.root, certificates.root(key, hosts, now).public_bytes(serialization.Encoding.PEM))
        known = self._vouches_for()
        if missing := [str(each.value) for each in certificates.permitted(hosts) if str(each.value) not in known]:
            raise AuthorityError(
                f"{self.root}: vouches for {', '.join(sorted(known))} and not for {', '.join(missing)}; give the "
                f"server its old name, or {self._start_anew}"
            )
        self._must_be_valid(now)

    def renew(self, hosts: Sequence[str], now: datetime) -> bool:
        """Make the server's certificate where there is none for these names, or it is old; True where one was made.

        Raises `AuthorityError`, `OSError`.
        """
        self._must_be_valid(now)
        if self._holds(hosts, now):
            return False
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = certificates.leaf(key, hosts, now, self.certificate(), self._authority())
        _write(self.issued, certificate.public_bytes(serialization.Encoding.PEM) + _pem(key))
        return True

    def der(self) -> bytes:
        """The root as devices take it."""
        return self.certificate().public_bytes(serialization.Encoding.DER)

    def fingerprint(self) -> str:
        """SHA-256 of the root, in hexadecimal: by which people, and robots, know the right one."""
        return self.certificate().fingerprint(hashes.SHA256()).hex()

    def certificate(self) -> x509.Certificate:
        """The root. Raises `AuthorityError`."""
        try:
            return x509.load_pem_x509_certificate(self.root.read_bytes())
        except (OSError, ValueError) as error:
            raise AuthorityError(f"{self.root}: cannot be read; restore it from the backup ({error})") from error

    @property
    def _start_anew(self) -> str:
        return f"delete {self.directory}, and let every device trust the new one"

    def _vouches_for(self) -> set[str]:
        try:
            constraints = self.certificate().extensions.get_extension_for_class(x509.NameConstraints).value
        except (ValueError, x509.ExtensionNotFound) as error:
            raise AuthorityError(
                f"{self.root}: is no root that was made here; restore it from the backup, or {self._start_anew}"
            ) from error
        return {str(name.value) for name in constraints.permitted_subtrees or ()}

    def _must_be_valid(self, now: datetime) -> None:
        """What a wrong clock, or an expired root, would sign is of no use to anybody."""
        root = self.certificate()
        first, last = root.not_valid_before_utc, root.not_valid_after_utc
        if not first <= now < last:
            raise AuthorityError(
                f"{self.root}: is valid from {first:%Y-%m-%d} to {last:%Y-%m-%d}, and this machine's clock says "
                f"{now:%Y-%m-%d}; set the clock right, or, where the root has expired, {self._start_anew}"
            )

    def _holds(self, hosts: Sequence[str], now: datetime) -> bool:
        """Whether the server's certificate is whole, of this root, for these names, and neither old nor of tomorrow."""
        try:
            content = self.issued.read_bytes()
            old = x509.load_pem_x509_certificate(content)
            old.verify_directly_issued_by(self.certificate())
            named = old.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
            serialization.load_pem_private_key(content, None)
        except UNUSABLE:
            return False
        fits = list(named) == certificates.names(hosts)
        return fits and old.not_valid_before_utc <= now < old.not_valid_after_utc - RENEWED_BEFORE

    def _authority(self) -> ec.EllipticCurvePrivateKey:
        try:
            key = serialization.load_pem_private_key(self._key.read_bytes(), None)
        except UNUSABLE as error:
            raise AuthorityError(
                f"{self._key}: cannot be read; restore it from the backup, or {self._start_anew} ({error})"
            ) from error
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != self.certificate().public_key():
            raise AuthorityError(
                f"{self._key}: is not the key of {self.root}; restore both from one backup, or {self._start_anew}"
            )
        return key


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
