"""The room's background work."""

from __future__ import annotations

from collections.abc import Mapping

from teichaku.core.canonical import Json
from teichaku.meetings.freeze import meetings_freeze
from teichaku.meetings.invitations import invitations_send
from teichaku.meetings.series import meetings_plan
from teichaku.meetings.settling import meetings_settle


def plan_job(payload: Mapping[str, Json]) -> None:
    """Nothing; the meetings of the next weeks are as the rulebook in force says."""
    meetings_plan()


def freeze_job(payload: Mapping[str, Json]) -> None:
    """Nothing; figures that were due are fixed."""
    meetings_freeze()


def settle_job(payload: Mapping[str, Json]) -> None:
    """Nothing; meetings whose day is over are settled."""
    meetings_settle()


def invite_job(payload: Mapping[str, Json]) -> None:
    """Nothing; people know of the meetings that came near, moved or fell out."""
    invitations_send()
