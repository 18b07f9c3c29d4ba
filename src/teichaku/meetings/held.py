"""When a meeting counts as held: by who was there and what was recorded, never by its length."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from teichaku.meetings.agenda import UNENTERED
from teichaku.meetings.models import Meeting
from teichaku.meetings.people import department_label

ABSENT = gettext_noop("Nobody of a department was there.")
UNRECORDED = gettext_noop("Nothing was recorded in it.")


def held_lacks(meeting: Meeting) -> Mapping[str, str]:
    """Why the meeting does not count as held: reasons with the sentence for each; none if it does.

    It does when somebody of each department was there and something was recorded.
    """
    lacks = {}
    present = set(meeting.check_ins.values_list("department", flat=True))
    absent = [name for name in meeting.series.terms["departments"] if name not in present]
    if absent:
        names = ", ".join(department_label(name) for name in absent)
        lacks[ABSENT] = _("Nobody of %(departments)s has checked in.") % {"departments": names}
    recorded = meeting.items.exclude(kind=UNENTERED).exclude(outcome="").exists()
    if not recorded and not meeting.decisions.exists():
        lacks[UNRECORDED] = _("No point has an outcome, and nothing was decided.")
    return lacks
