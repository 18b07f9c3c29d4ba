"""Which files are missing, and what each of them would tell."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Model
from django.utils.translation import gettext as _

from teichaku.accounts.models import User
from teichaku.deals.models import Activity, Deal, StageChange
from teichaku.leads.models import Company, Lead
from teichaku.tracking.models import Event


@dataclass(frozen=True, slots=True)
class MissingFile:
    """A kind of file that nothing was read from, and what it would unlock."""

    kind: str
    file: str
    unlocks: str


def missing_files() -> tuple[MissingFile, ...]:
    """The kinds that are missing, the most telling first."""
    found = (
        (Lead, _leads()),
        (Deal, _deals()),
        (Activity, _activities()),
        (Event, _events()),
        (Company, _companies()),
        (StageChange, _stages()),
    )
    missing = [gap for model, gap in found if not _exists(model)]
    return (*missing, *([] if User.objects.filter(manager__isnull=False).exists() else [_users()]))


def _exists(model: type[Model]) -> bool:
    return model._default_manager.exists()


def _leads() -> MissingFile:
    return MissingFile(
        "leads", _("List of leads"), _("Leads left alone, the funnel and the opportunity rate")
    )


def _deals() -> MissingFile:
    return MissingFile("deals", _("List of deals"), _("All yen, the rates and the open deals"))


def _activities() -> MissingFile:
    return MissingFile(
        "activities",
        _("History of activities, with next actions"),
        _("Deals without a next action, late input, points 11, 12 and 17"),
    )


def _events() -> MissingFile:
    return MissingFile(
        "events",
        _("Behaviour of leads (visits, forms, mails)"),
        _("Who is hot by behaviour, points 2, 3, 5 and 8"),
    )


def _companies() -> MissingFile:
    return MissingFile("companies", _("List of companies"), _("Companies entered twice, point 5"))


def _stages() -> MissingFile:
    return MissingFile(
        "stages", _("History of deal stages"), _("Deals that skip rules, points 6, 15 and 19")
    )


def _users() -> MissingFile:
    return MissingFile(
        "users",
        _("List of people with department and manager"),
        _("Figures by team, points 4, 7, 11 and 12"),
    )
