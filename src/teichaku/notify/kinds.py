"""The kinds of tasks and notifications, each with the sentence that it is shown by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from teichaku.core.canonical import Json
from teichaku.core.registry import Registry, Text


@dataclass(frozen=True, slots=True)
class Kind:
    """How a row of the kind reads: ``text`` takes the row's parameters as ``%(name)s``."""

    text: Text
    icon: str = "list-todo"

    def title(self, params: Mapping[str, Json]) -> str:
        """The sentence, in the language of the one who asks."""
        return str(self.text) % params


task_kinds: Registry[Kind] = Registry("kind of task")
notification_kinds: Registry[Kind] = Registry("kind of notification")
