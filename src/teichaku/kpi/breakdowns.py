"""What the KPIs can be broken down by: columns and attributes, read the same way for all rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt
from django.db.models import Case, F, OuterRef, Subquery, When
from django.db.models.fields.json import KeyTextTransform
from django.utils.translation import gettext as _

from teichaku.accounts.models import Membership, TeamMembership
from teichaku.accounts.selectors import holding, today
from teichaku.core.errors import InvalidInput
from teichaku.intake.fields import nearest
from teichaku.leads.models import AttributeDefinition

Key: TypeAlias = str | int | float | bool | None
MONTH = "month"
LEAD, DEAL, OWNER, COMPANY = "lead", "deal", "owner", "company"


def _named(names: str, **others: str) -> dict[str, str]:
    return {**{name: name for name in names.split()}, **others}


# The field of each name that a breakdown may use.
COLUMNS: Mapping[str, Mapping[str, str]] = {
    LEAD: _named("source campaign stage kind title department name kana email phone"),
    DEAL: _named(
        "name kind amount lost_reason system match_key created_on close_on closed_on",
        stage="stage__key",
    ),
    OWNER: _named("name kana email department team", manager="manager__name"),
    COMPANY: _named("name industry employees prefecture domain corporate_number is_competitor"),
}


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One ``--by``: of what, which field, and the type of its values where it is an attribute."""

    of: str
    field: str
    type: str | None = None

    @property
    def splits_mqls(self) -> bool:
        """Whether an MQL has a value of its own; a deal's field says nothing about MQLs."""
        return self.of != DEAL

    def of_qualifications(self) -> Any:
        """The expression over qualifications: what the lead has by now."""
        prefix = {LEAD: "lead__root__", OWNER: "lead__root__owner__"}
        return self._value(prefix.get(self.of, "lead__root__company__root__"))

    def of_deals(self) -> Any:
        """The expression over deals; a deal without a company is at that of its lead."""
        if self.of != COMPANY:
            return self._value({LEAD: "lead__root__", OWNER: "owner__"}.get(self.of, ""))
        return Case(
            When(company__isnull=False, then=self._value("company__root__")),
            default=self._value("lead__root__company__root__"),
        )

    def keys(self, values: Sequence[object]) -> tuple[list[Key], npt.NDArray[np.int64]]:
        """The different values as they are shown, and for each value the place of its key."""
        found: dict[Key, int] = {}
        read = {value: self._key(value) for value in set(values)}
        places = {value: found.setdefault(key, len(found)) for value, key in read.items()}
        return list(found), np.array([places[value] for value in values], np.int64)

    def _value(self, prefix: str) -> Any:
        if self.type is not None:
            return KeyTextTransform(self.field, f"{prefix}attributes")
        if self.of == OWNER and self.field in ("department", "team"):
            return _place_of(f"{prefix}id", self.field)
        return F(prefix + COLUMNS[self.of][self.field])

    def _key(self, value: object) -> Key:
        if value is None or value == "":
            return None
        if isinstance(value, date):
            return value.isoformat()
        if self.type is None:
            return cast(Key, value)
        return _typed(str(value), self.type)


def breakdown(by: str) -> Breakdown:
    """The breakdown that ``lead.F``, ``deal.F``, ``owner.F`` or ``company.F`` means."""
    of, _dot, field = by.partition(".")
    if of in COLUMNS and field in COLUMNS[of]:
        return Breakdown(of, field)
    types = dict(
        AttributeDefinition.objects.filter(object=of).values_list("name", "type")
        if of in COLUMNS and of != OWNER
        else ()
    )
    if field in types:
        return Breakdown(of, field, types[field])
    known = [MONTH, *(f"{kind}.{name}" for kind in COLUMNS for name in COLUMNS[kind])]
    known += [f"{of}.{name}" for name in types]
    near = nearest(by, known)
    raise InvalidInput(
        _("There is nothing called %(by)s to break the KPIs down by. %(way_out)s")
        % {
            "by": by,
            "way_out": _("Did you mean %(near)s?") % {"near": near}
            if near
            else _("Write month, lead.F, deal.F, owner.F or company.F with a field F."),
        }
    )


def _place_of(owner: str, field: str) -> Any:
    """Where a person works today; of several teams the one joined last."""
    rows, name = (
        (TeamMembership.objects, "team__label")
        if field == "team"
        else (Membership.objects, "department__name")
    )
    held = rows.filter(holding(today()), user=OuterRef(owner)).order_by("-starts_on", "-pk")
    return Subquery(held.values(name)[:1])


def _typed(text: str, kind: str) -> Key:
    """The value of an attribute read as text; what does not fit its type stays a text."""
    if kind == AttributeDefinition.Type.BOOLEAN:
        return {"true": True, "false": False}.get(text, text)
    if kind != AttributeDefinition.Type.NUMBER:
        return text
    try:
        return float(text) if "." in text or "e" in text else int(text)
    except ValueError:
        return text
