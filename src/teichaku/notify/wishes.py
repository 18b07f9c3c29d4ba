"""How people want to be told: what they chose, else the defaults."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time
from typing import NamedTuple

from teichaku.accounts.models import Role
from teichaku.accounts.selectors import people_with_role, today
from teichaku.notify.hours import Hours, digest_instant
from teichaku.notify.kinds import Group, notification_kinds
from teichaku.notify.models import Channel, DigestChoice, Notification, Preference, Via, Way

DIGEST_AT = time(8, 30)
URGENCY = (Way.AT_ONCE, Way.DIGEST, Way.APP)
KIND_WAYS = {"at_once": Way.AT_ONCE, "digest": Way.DIGEST, "never": Way.APP}


class Wish(NamedTuple):
    """How and where a person is told of a group."""

    way: Way
    via: Via


@dataclass(frozen=True, slots=True)
class Plan:
    """The way out that a notification takes."""

    via: Via
    digest: bool
    due_at: datetime


class Wishes:
    """What some people want; read in a handful of queries for all of them."""

    def __init__(self, user_ids: Collection[int]) -> None:
        self._chosen = {
            (row.user_id, row.group): Wish(Way(row.way), Via(row.via))
            for row in Preference.objects.filter(user__in=user_ids)
        }
        self._digests = {
            row.user_id: (row.at, Via(row.via))
            for row in DigestChoice.objects.filter(user__in=user_ids)
        }
        self._channels = set(
            Channel.objects.filter(user__in=user_ids).values_list("user_id", "via")
        )
        admins = people_with_role(Role.ADMINISTRATOR, today()).filter(pk__in=user_ids)
        self._administrators = set(admins.values_list("pk", flat=True))

    def of(self, user_id: int, group: Group) -> Wish:
        """What the person chose for the group; a channel that is gone is mail again."""
        wish = self._chosen.get((user_id, group)) or Wish(self._usual(user_id, group), Via.MAIL)
        return wish._replace(via=self._there(user_id, wish.via))

    def digest_of(self, user_id: int) -> tuple[time, Via]:
        """At what time of day, and where, the person wants the digest."""
        at, via = self._digests.get(user_id, (DIGEST_AT, Via.MAIL))
        return at, self._there(user_id, via)

    def vias_of(self, user_id: int) -> list[Via]:
        """The ways in which the person can be told."""
        return [via for via in Via if self._there(user_id, via) is via]

    def plan(self, notification: Notification, hours: Hours, now: datetime) -> Plan | None:
        """The way out of one notification; None when it stays within the application."""
        kind, user_id = notification_kinds.get(notification.kind), notification.user_id
        wish = self.of(user_id, kind.group)
        way = max(wish.way, KIND_WAYS[kind.send], key=URGENCY.index)
        calendar = hours.of(user_id)
        if way is Way.APP:
            return None
        if way is Way.DIGEST:
            at, via = self.digest_of(user_id)
            return Plan(via, digest=True, due_at=digest_instant(calendar, at, now))
        return Plan(wish.via, digest=False, due_at=calendar.next_opening(now))

    def _there(self, user_id: int, via: Via) -> Via:
        return via if (user_id, via) in self._channels else Via.MAIL

    def _usual(self, user_id: int, group: Group) -> Way:
        # What the system itself has to say concerns those who look after it.
        minor = group == "system" and user_id not in self._administrators
        return Way.DIGEST if minor else Way.AT_ONCE
