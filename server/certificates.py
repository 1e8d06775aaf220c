"""What the certificates of the site's own authority say. Pure: keys and time are arguments."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ROOT_LIVES: Final = timedelta(days=3650)
LIVES: Final = timedelta(days=90)
SKEW: Final = timedelta(days=1)
"""Clocks of devices that are behind take a fresh certificate all the same."""

EVERYTHING: Final = (
    x509.DNSName(""),
    x509.IPAddress(ip_network("0.0.0.0/0")),
    x509.IPAddress(ip_network("::/0")),
)


def root(key: ec.EllipticCurvePrivateKey, hosts: Sequence[str], now: datetime) -> x509.Certificate:
    """The authority's own, which vouches for these names and addresses alone."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Video visits at {hosts[0]}"[:64])])
    return (
        _builder(name, name, key.public_key(), now, ROOT_LIVES)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_constraints(hosts), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def leaf(
    key: ec.EllipticCurvePrivateKey,
    hosts: Sequence[str],
    now: datetime,
    issuer: x509.Certificate,
    authority: ec.EllipticCurvePrivateKey,
) -> x509.Certificate:
    """A server's, for these names and addresses."""
    # An address here would be taken for a name, for which a root of addresses does not vouch.
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Video visits, server")])
    return (
        _builder(name, issuer.subject, key.public_key(), now, LIVES)
        .add_extension(x509.SubjectAlternativeName(names(hosts)), critical=False)
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


def names(hosts: Sequence[str]) -> list[x509.GeneralName]:
    """Hosts as certificates name them."""
    return [_address(host) or x509.DNSName(host) for host in hosts]


def permitted(hosts: Sequence[str]) -> list[x509.GeneralName]:
    """Hosts as a root permits them."""
    return [x509.IPAddress(ip_network(host)) if _address(host) else x509.DNSName(host) for host in hosts]


def _constraints(hosts: Sequence[str]) -> x509.NameConstraints:
    """A kind of names of which none is permitted would be free altogether (RFC 5280, 4.2.1.10): it is excluded."""
    allowed = permitted(hosts)
    kinds = {type(each) for each in allowed}
    excluded = [each for each in EVERYTHING if type(each) not in kinds]
    return x509.NameConstraints(allowed, excluded or None)


def _address(host: str) -> x509.IPAddress | None:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return None
