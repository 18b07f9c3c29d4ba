"""The kinds of tasks and notifications, each with the sentence that it is shown by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from teichaku.core.canonical import Json
from teichaku.core.registry import Registry, Text

Group: TypeAlias = Literal["inputs", "deals", "meetings", "handover", "system"]
Send: TypeAlias = Literal["at_once", "digest", "never"]
GROUPS: tuple[Group, ...] = ("inputs", "deals", "handover", "meetings", "system")


@dataclass(frozen=True, slots=True)
class Kind:
    """How a row of the kind reads: ``text`` takes the row's parameters as ``%(name)s``.

    A notification belongs to a ``group``, for which people choose how they are told; ``send`` is
    the most urgent way it takes, whatever they chose: "never" stays within the application.
    """

    text: Text
    icon: str = "list-todo"
    group: Group = "system"
    send: Send = "at_once"

    def title(self, params: Mapping[str, Json]) -> str:
        """The sentence, in the language of the one who asks."""
        return str(self.text) % params


task_kinds: Registry[Kind] = Registry("kind of task")
notification_kinds: Registry[Kind] = Registry("kind of notification")


def group_of(kind: str) -> Group:
    """The group of a kind of notification; of one that no version knows any more, the last."""
    return notification_kinds.get(kind).group if kind in notification_kinds else GROUPS[-1]
