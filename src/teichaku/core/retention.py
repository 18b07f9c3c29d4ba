"""How long each kind of personal data is kept: a setting in days per kind, which rooms declare."""

from __future__ import annotations

from dataclasses import dataclass

from teichaku.core.registry import Registry, SettingDeclaration, Text


@dataclass(frozen=True, slots=True)
class Retention:
    """A kind of data, and the setting that says for how many days it is kept, at the least."""

    label: Text
    days: SettingDeclaration[int]
    least: int = 1


retentions: Registry[Retention] = Registry("kind of data that is kept for a time")


def retention_register(retention: Retention) -> None:
    """Nothing; people can decide how long the data are kept."""
    retentions.register(retention.days.name, retention)
