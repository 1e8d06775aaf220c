"""Bring the texts of code and templates into server/locales; with --check only say whether all are translated.

New texts come in untranslated, texts that nobody uses go; a translator then edits the `.po` file.
"""

import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from server.languages import LANGUAGES, SOURCE, catalogue

ROOT = Path(__file__).parents[1]
METHODS = [("**/node_modules/**", "ignore"), ("**.py", "python"), ("**/templates/**", "jinja2")]
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    **dict.fromkeys(("_", "gettext", "mark", "SkippedError", "TwiceError")),
    "ngettext": (1, 2),
    **dict.fromkeys(("InputError", "BookingError", "TakenError"), (2,)),
}
"""Which functions and errors hold texts, and in which of their arguments."""
COMMENT = "# What the portal says; scripts/update_catalogues.py keeps the list of texts."
UNKNOWN = tuple(b'"' + name for name in (b"POT-", b"PO-", b"Report-", b"Last-", b"Language-Team", b"Generated"))
"""Headers that change with every run or library, or that git knows better."""
OPTIONS = {"**/templates/**": {"trimmed": "true", "encoding": "utf-8"}}


def template() -> Catalog:
    """All texts, each with the files that say it."""
    found = Catalog(charset="utf-8")
    folder = ROOT / "server"
    for file, _line, text, _comments, _context in extract_from_dir(folder, METHODS, OPTIONS, KEYWORDS):
        found.add(text, locations=[(f"server/{file}", 0)])
    return found


def updated(language: str, texts: Catalog) -> tuple[Catalog, bytes]:
    """A language's catalogue with exactly these texts, and as a file."""
    path = catalogue(language)
    with path.open("rb") as file:
        known = read_po(file, locale=language)
    result = Catalog(
        locale=language, charset="utf-8", project="telepresence", version="1", header_comment=COMMENT, fuzzy=False
    )
    for message in texts:
        if message.id:
            old = known.get(message.id)
            result.add(message.id, old.string if old else None, locations=sorted(set(message.locations)))
    written = BytesIO()
    write_po(written, result, width=120, omit_header=False, sort_output=True, include_lineno=False)
    return result, b"".join(line for line in written.getvalue().splitlines(True) if not line.startswith(UNKNOWN))


def main() -> int:
    """Write, or compare and say what to do."""
    check, code, texts = "--check" in sys.argv[1:], 0, template()
    for language in LANGUAGES:
        if language == SOURCE:
            continue
        result, written = updated(language, texts)
        path = catalogue(language)
        for message in result:
            if message.id and not (all(message.string) if isinstance(message.string, tuple) else message.string):
                print(f"{path.relative_to(ROOT)}: not translated: {message.id!r}", file=sys.stderr)
                code = 1
        if not check:
            path.write_bytes(written)
        elif path.read_bytes() != written:
            print(
                f"{path.relative_to(ROOT)} is not what the code says; run python -m scripts.update_catalogues",
                file=sys.stderr,
            )
            code = 1
    return code


if __name__ == "__main__":
    sys.exit(main())
