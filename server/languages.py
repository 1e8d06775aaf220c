"""The languages people read: gettext catalogues, read from their `.po` files at the start, and who wants which.

English is what the code and the templates say; `locales/<language>/LC_MESSAGES/messages.po` says it in the others.
"""

from collections.abc import Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

LANGUAGES: Final = ("es", "en")
NAMES: Final = {"es": "español", "en": "English"}
"""Each in itself."""
SOURCE: Final = "en"
COOKIE: Final = "language"
"""Set by the page itself (`static/language.js`), because opening a page changes nothing here."""
LOCALES: Final = Path(__file__).parent / "locales"


def catalogue(language: str) -> Path:
    """The file of a language's texts."""
    return LOCALES / language / "LC_MESSAGES/messages.po"


@cache
def translations(language: str) -> NullTranslations:
    """What gettext needs to speak a language."""
    if language == SOURCE:
        return NullTranslations()
    compiled = BytesIO()
    with catalogue(language).open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Translations(compiled)


def mark(text: str) -> str:
    """Mark a text for the catalogues that is translated later, where its reader is known."""
    return text


def chosen(cookies: Mapping[str, str]) -> str | None:
    """The language that a guest chose on a page in this browser, if he did."""
    language = cookies.get(COOKIE)
    return language if language in LANGUAGES else None


def preferred(wishes: str, default: str) -> str:
    """Which of our languages an Accept-Language header (RFC 9110, section 12.5.4) likes best, or the default."""
    weighed: list[tuple[float, str]] = []
    for wish in wishes.split(","):
        tag, _, weight = wish.partition(";")
        language = tag.strip().split("-")[0].lower()
        if language in LANGUAGES:
            weighed.append((_quality(weight), language))
    best = max((quality for quality, _ in weighed), default=0.0)
    return next((language for quality, language in weighed if quality == best), default) if best else default


def _quality(weight: str) -> float:
    """`q=0.8` as a number; without one it is 1, and what cannot be read counts nothing."""
    name, _, value = weight.replace(" ", "").partition("=")
    try:
        return min(max(float(value), 0.0), 1.0) if name.lower() == "q" else 1.0
    except ValueError:
        return 0.0
