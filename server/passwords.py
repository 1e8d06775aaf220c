"""What a password must be like. Pure, but for the hashing, which is slow on purpose."""

import asyncio
import re
from functools import cache
from typing import Annotated, Final

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

# OWASP's smallest: 19 MiB, two rounds, one lane; some 30 ms.
HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
SHORTEST: Final = 12
COMMON: Final = {
    *("password", "passwort", "contraseña", "contrasena", "administrator", "administrador", "supervisor", "hospital"),
    *("telepresence", "telepresencia", "residencia", "welcome", "bienvenido", "bienvenida", "letmein", "changeme"),
    *("cambiame", "changemenow", "iloveyou", "tequiero", "qwerty", "qwertyuiop", "qwertyuiopas", "qwertyuiopasdf"),
    *("asdfghjkl", "zxcvbnm", "qazwsxedc", "qazwsxedcrfv", "abc", "abcdefgh", "abcdefghijkl", "abcdefghijklm"),
}
"""What the most used passwords are made of, before or after digits and signs, once or repeated (ASVS 6.2.4)."""


def _strong(password: str) -> str:
    """Long, not monotonous and not much used; what it is made of is the user's choice (ASVS 6.2.5)."""
    if len(password) < SHORTEST:
        text = "must have at least {least} characters"
        raise PydanticCustomError("password_short", text, {"least": SHORTEST})
    if len(set(password)) < 5:
        raise PydanticCustomError("password_monotonous", "repeats too few characters")
    if is_common(password):
        raise PydanticCustomError("password_common", "is one of the passwords that are tried first; choose another one")
    return password


def is_common(password: str) -> bool:
    """Whether this is a run of digits or a common word with decorations, as it stands or repeated."""
    if password.isdigit():
        return True
    words = re.findall(r"[^\W\d_]+", password.lower())
    return len(set(words)) == 1 and re.fullmatch(r"(.+?)\1*", words[0])[1] in COMMON  # type: ignore[index]  # it always matches


Password = Annotated[str, Field(max_length=128, repr=False), AfterValidator(_strong)]


async def hashed(password: str) -> str:
    """What is stored of a password (argon2id)."""
    return await asyncio.to_thread(HASHER.hash, password)


async def is_right(password_hash: str | None, password: str) -> bool:
    """Whether the password has this hash; without a hash never, after the same time."""
    return await asyncio.to_thread(_verify, password_hash or _nobodys_hash(), password)


def _verify(password_hash: str, password: str) -> bool:
    try:
        return HASHER.verify(password_hash, password)
    except VerifyMismatchError:
        return False


@cache
def _nobodys_hash() -> str:
    return HASHER.hash("nobody has this password")
