"""What a file of leads says about mail, recorded once its leads are there.

Refusals come in whatever else happens to a row, so that they travel from tool to tool. A ground
needs its day and evidence, from columns or told once for the whole file.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from teichaku.consent.refusals import Refused, refusals_record
from teichaku.consent.services import bases_record
from teichaku.consent.words import Channel
from teichaku.core import clock
from teichaku.intake.bases import basis_code, basis_day, opted_out
from teichaku.intake.fields import BASIS_FIELDS
from teichaku.intake.writers import ImportTask
from teichaku.leads.names import email_key
from teichaku.leads.references import roots_with_email

Ground = tuple[str, str, str]
EMAIL = Channel.EMAIL.value


def file_followed(task: ImportTask) -> None:
    """Nothing; the refusals and grounds that a file of leads names are recorded."""
    fields = task.rows.fields
    names = [name for name in ("opt_out", *BASIS_FIELDS) if name in fields]
    if task.rows.file_map.entity != "leads" or not names or "email" not in fields:
        return
    refused: set[str] = set()
    grounds: dict[Ground, list[str]] = {}
    for emails, *columns in task.rows.scan(["email", *names]):
        said = dict(zip(names, columns, strict=True))
        keys = [email_key(email) for email in emails]
        flags = said.get("opt_out", [""] * len(keys))
        refused.update(
            key for key, flag in zip(keys, flags, strict=True) if key and opted_out(flag)
        )
        if set(BASIS_FIELDS) <= said.keys():
            told = zip(*(said[name] for name in BASIS_FIELDS), strict=True)
            for key, ground in zip(keys, told, strict=True):
                if key and all(ground):
                    grounds.setdefault(ground, []).append(key)
    _refuse(task, sorted(refused))
    _ground(task, grounds)


def _refuse(task: ImportTask, keys: Sequence[str]) -> None:
    rows = [Refused(key) for key in keys]
    new = refusals_record(refused=rows, source=_source(task), actor=task.actor)
    if new:
        text = ngettext("recorded %(n)s refusal of mail", "recorded %(n)s refusals of mail", new)
        task.tally.notes.append(text % {"n": f"{new:,}"})


def _ground(task: ImportTask, grounds: dict[Ground, list[str]]) -> None:
    recorded = unread = 0
    for (kind, day, evidence), keys in grounds.items():
        code, on = basis_code(kind), basis_day(day)
        at = datetime.combine(on, time(), task.zone) if on else None
        if not code or at is None or at > clock.now():
            unread += len(keys)
            continue
        leads: dict[str, int] = {}
        for key, root in roots_with_email(set(keys)):
            leads[key] = min(root, leads.get(key, root))
        recorded += bases_record(
            leads=sorted(set(leads.values())), channel=EMAIL, kind=code, obtained_at=at,
            evidence=evidence, source=_source(task), actor=task.actor,
        ).recorded  # fmt: skip
    if recorded:
        text = ngettext(
            "recorded a ground for mail for %(n)s address",
            "recorded a ground for mail for %(n)s addresses",
            recorded,
        )
        task.tally.notes.append(text % {"n": f"{recorded:,}"})
    if unread:
        text = _("%(n)s grounds for mail name no known ground or no past day and do not count")
        task.tally.notes.append(text % {"n": f"{unread:,}"})


def _source(task: ImportTask) -> str:
    return f"import:{task.rows.path.name}"
