"""The one exception tree: a code, named data, a message a person can act on."""

from __future__ import annotations

from typing import ClassVar


class TeichakuError(Exception):
    """Anything a user can cause and mend; ``str()`` says what, why, way out, ``data`` names it."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str, **data: object) -> None:
        super().__init__(message)
        self.data = data


class InvalidInput(TeichakuError):
    """What was handed in cannot be used as it is."""

    code = "invalid_input"


class NotFound(TeichakuError):
    """The thing does not exist or may not be seen; the two look alike."""

    code = "not_found"


class Conflict(TeichakuError):
    """The write contradicts what is already recorded."""

    code = "conflict"
