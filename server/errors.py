"""Errors that several parts of the server raise; the API answers with a problem, the commands with one line."""


class UnknownError(LookupError):
    """There is no such thing."""


class InputError(ValueError):
    """What somebody asks for cannot be had as it is; `field` says which part of it must change.

    The message is `text`, a template that gettext can translate, filled with `values`.
    """

    def __init__(self, field: str, text: str, **values: object) -> None:
        super().__init__(text % values)
        self.field, self.text, self.values = field, text, values


class TakenError(InputError):
    """There is one of this name already."""
