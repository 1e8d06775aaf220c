"""What was typed into a form whose sender was signed out meanwhile.

The sign-in page carries it along in hidden fields, and after the sign-in the form is shown with it again; nothing of it
is stored here before its sender sends the form once more.
"""

from typing import Final

PREFIX: Final = "kept."
UNSENT: Final = "unsent"
"""The field by which a form says that it only comes back."""

SECRETS: Final = {"password", "current", "new", "again"}
"""Fields that no page shows again."""


class UnsentError(ValueError):
    """The form comes back after a sign-in; its sender looks at it first."""


def keep(typed: dict[str, str]) -> dict[str, str]:
    """The fields of a form, as fields of the sign-in page."""
    return {f"{PREFIX}{name}": value for name, value in typed.items() if name not in SECRETS}


def kept(typed: dict[str, str]) -> dict[str, str]:
    """The fields that the sign-in page carried along."""
    return {name.removeprefix(PREFIX): value for name, value in typed.items() if name.startswith(PREFIX)}


def check_sent(typed: dict[str, str]) -> None:
    """Let only a form through that its sender sent.

    Raises `UnsentError`.
    """
    if UNSENT in typed:
        raise UnsentError
