"""What is handed out as a proof: guests' links, robots' tokens, enrolment codes. The database holds only digests."""

import base64
import hashlib
import hmac
import secrets

CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # nothing that is read for something else: no 0/O, 1/I/L, U/V


def digest(token: str) -> str:
    """SHA-256 in hex. Enough for tokens of 128 random bits and more, which nobody can guess through it."""
    return hashlib.sha256(token.encode()).hexdigest()


def matches(token: str, token_hash: str | None) -> bool:
    """Whether `token_hash` is the digest of `token`; takes the same time for every wrong token."""
    return token_hash is not None and hmac.compare_digest(digest(token), token_hash)


def robot_token(robot_id: str) -> str:
    """A fresh token of 256 random bits that says whose it is, as `<robot_id>.<secret>`."""
    return f"{robot_id}.{secrets.token_urlsafe(32)}"


def new_password() -> str:
    """A fresh password of 96 random bits."""
    return secrets.token_urlsafe(12)


def new_code() -> str:
    """A fresh enrolment code for people to type, such as `7K3M-Q8ZT-PB4X`: 58 random bits."""
    return "-".join("".join(secrets.choice(CODE_LETTERS) for _ in range(4)) for _ in range(3))


def code_digest(code: str) -> str:
    """The digest of an enrolment code, the same however its letters and gaps were typed."""
    return digest("".join(letter for letter in code.upper() if letter.isalnum()))


def link_token(secret: bytes, link_id: str) -> str:
    """The token of a guest's link: 192 bits that only the holder of the server's secret can make again."""
    mac = hmac.digest(secret, f"link:{link_id}".encode(), "sha256")
    return base64.urlsafe_b64encode(mac[:24]).decode()
