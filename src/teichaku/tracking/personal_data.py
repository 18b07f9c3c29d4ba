"""What the room holds about people, and what stays of it when somebody is erased."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from teichaku.core.personal_data import PersonalData, PersonalTable, personal_data_register
from teichaku.core.retention import Retention, retention_register
from teichaku.tracking.models import Beacon, Event, LastEvent, SameDevice, Visitor
from teichaku.tracking.retention import anonymous_days

HELD = PersonalData(
    label=_("Behaviour"),
    kept=_("Events stay as counts without address, text and browser."),
    tables=(
        PersonalTable(SameDevice, of="lead", drop=True),
        PersonalTable(SameDevice, of="visitor__lead", drop=True),
        PersonalTable(Visitor, of="lead", drop=True),
        PersonalTable(Beacon, mentions=("payload",), drop_mentions=True),
        PersonalTable(LastEvent, of="lead", drop=True),
        PersonalTable(
            Event, of="lead", blank=("url", "actor", "attributes"), unnamed=("external_id",)
        ),
        PersonalTable(Event, mentions=("url", "attributes")),
    ),
)
personal_data_register("tracking", HELD)
retention_register(Retention(_("Browsers that nobody claimed"), anonymous_days, least=1))
