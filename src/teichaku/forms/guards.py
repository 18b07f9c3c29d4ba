"""What keeps machines and misuse out: suspicions wait for a person, the rest is said politely."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import TypeAlias

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from teichaku.core import clock
from teichaku.core.registry import Text
from teichaku.forms.definition import Definition, FieldSpec
from teichaku.forms.models import BlockedAddress, Form, Submission
from teichaku.leads.names import email_domain, email_is_free, email_is_role

Values: TypeAlias = Mapping[str, str | list[str]]
TOO_FAST = timedelta(seconds=3)
LATELY = timedelta(minutes=10)
MOST_OF_A_FORM = 40  # within LATELY
MOST_OF_AN_ADDRESS = 3
MOST_LINKS = 2
_LINK = re.compile(r"https?://|www\.|\[url", re.IGNORECASE)
PERSONAL = frozenset({"name", "company", "department", "title", "phone"})

SUSPICIONS: Mapping[str, Text] = {
    "trap": gettext_lazy("A field that only machines see was filled in."),
    "fast": gettext_lazy("It came faster than anybody types."),
    "links": gettext_lazy("It carries links where people write their name, or too many of them."),
    "form_busy": gettext_lazy("The form was handed in unusually often at that time."),
    "address_busy": gettext_lazy("The same address was entered several times in a row."),
}
MARKS: Mapping[str, Text] = {
    "free_mail": gettext_lazy("Free mail"),
    "role_mail": gettext_lazy("Shared address"),
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came in, as far as it can be judged."""

    form: Form
    definition: Definition
    values: Values
    email_key: str
    trap: str
    took: timedelta


def suspicions(attempt: Attempt) -> list[str]:
    """Why somebody should look at it before anything comes of it, as codes; none for most."""
    found = []
    if attempt.trap:
        found.append("trap")
    if attempt.took < TOO_FAST:
        found.append("fast")
    if _has_links(attempt.definition.fields, attempt.values):
        found.append("links")
    since = clock.now() - LATELY
    lately = Submission.objects.filter(at__gt=since)
    if lately.filter(email_key=attempt.email_key).count() >= MOST_OF_AN_ADDRESS:
        found.append("address_busy")
    of_form = lately.filter(revision__form=attempt.form).order_by()
    if of_form[:MOST_OF_A_FORM].count() >= MOST_OF_A_FORM:
        found.append("form_busy")
    return found


def marks(definition: Definition, email_key: str) -> list[str]:
    """What is worth knowing of an address that was taken, as codes."""
    return [name for name, rule, holds in _kinds(definition, email_key) if holds and rule == "mark"]


def refusal(definition: Definition, email_key: str) -> str:
    """Why the form does not take the address and what to do, "" when it does."""
    if _is_blocked(email_key):
        return _("We cannot take this address here. Please contact us by telephone or e-mail.")
    for name, rule, holds in _kinds(definition, email_key):
        if holds and rule == "refuse":
            if name == "free_mail":
                return _("Please enter your address at work, not one of a free mail service.")
            return _("Please enter your own address, not one that several people share.")
    return ""


def _kinds(definition: Definition, email_key: str) -> tuple[tuple[str, str, bool], ...]:
    return (
        ("free_mail", definition.free_mail, email_is_free(email_domain(email_key))),
        ("role_mail", definition.role_mail, email_is_role(email_key)),
    )


def _is_blocked(email_key: str) -> bool:
    # Few enough to be read; a wildcard in the middle of a pattern finds no index anyway.
    patterns = BlockedAddress.objects.values_list("pattern", flat=True)
    return any(fnmatchcase(email_key, pattern) for pattern in patterns)


def _has_links(specs: Sequence[FieldSpec], values: Values) -> bool:
    count = 0
    for spec in specs:
        value = values.get(spec.name, "")
        links = len(_LINK.findall(value)) if isinstance(value, str) and spec.kind != "hidden" else 0
        if links and spec.kind in PERSONAL:
            return True
        count += links
    return count > MOST_LINKS
