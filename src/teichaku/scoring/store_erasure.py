"""The engine's mirror once somebody was erased."""

from __future__ import annotations

from teichaku.core.personal_data import Person
from teichaku.scoring.base import base_build
from teichaku.scoring.models import StoreBase


def store_rewrite(person: Person) -> None:
    """Nothing; no file of the store holds anything of the person.

    Twice, for the base before the newest is kept for those who are reading it.
    """
    if StoreBase.objects.exists():
        base_build()
        base_build()
