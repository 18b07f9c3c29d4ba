"""What entering deals gives back on the first page: the forecast, and the daily report."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import cast

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext_lazy as _

from teichaku.accounts.models import User
from teichaku.accounts.selectors import today
from teichaku.core.home_parts import HomePart, home_parts
from teichaku.deals.daily_report import daily_report
from teichaku.deals.forecast import forecast
from teichaku.deals.models import SalesTarget, Stage

SELLING = frozenset({"inside_sales", "sales_rep", "sales_manager"})


@dataclass(frozen=True, slots=True)
class OwnForecast:
    """A person's month: won so far, expected with what is won, and the target if there is one."""

    month: date
    won: int
    expected: int
    target: int | None
    without_amount: int

    @property
    def gap(self) -> int:
        """What is missing to the target."""
        return max(0, (self.target or 0) - self.expected)


def home_parts_register() -> None:
    """Nothing; the first page has these parts."""
    for name, title, template, position, read in (
        ("forecast", _("Your forecast this month"), "home_forecast", 10, forecast_part),
        ("daily_report", _("Today's daily report"), "home_daily", 30, daily_part),
    ):
        home_parts.register(
            f"deals.{name}",
            HomePart(title, "deals.view", f"deals/{template}.html", position, read, SELLING),
        )


def own_forecast(person: int, day: date) -> OwnForecast:
    """The forecast of one person for the month of the day."""
    month = day.replace(day=1)
    cells = [cell for cell in forecast(day, owner=person).cells if cell.month == month]
    target = SalesTarget.objects.filter(owner=person, month=month).first()
    return OwnForecast(
        month=month,
        won=sum(cell.amount for cell in cells if cell.stage == Stage.Kind.WON),
        expected=sum(cell.weighted or 0 for cell in cells),
        target=target.amount if target else None,
        without_amount=sum(cell.without_amount for cell in cells),
    )


def forecast_part(user: AbstractBaseUser, roles: AbstractSet[str]) -> Mapping[str, object]:
    """The person's forecast."""
    return {"forecast": own_forecast(user.pk, today())}


def daily_part(user: AbstractBaseUser, roles: AbstractSet[str]) -> Mapping[str, object]:
    """What the person entered today, as a text to hand on."""
    text = daily_report(cast(User, user), today())
    return {"text": text, "lines": text.count("\n") + 1}
