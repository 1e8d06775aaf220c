"""Errors that several parts of the server raise; the API answers with a problem, the commands with one line."""


class UnknownError(LookupError):
    """There is no such thing."""


class TakenError(ValueError):
    """There is one of this name already."""
