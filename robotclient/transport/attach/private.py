"""The names that Python hides inside aiortc's classes."""

from typing import Any


def private(base: type, instance: object, name: str) -> Any:  # noqa: ANN401  # of whatever kind it is
    """The attribute that the code of class `base` calls `self.__name`. `proof` has looked whether it is there."""
    return getattr(instance, f"_{base.__name__}__{name}")
