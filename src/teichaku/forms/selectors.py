"""Reads about forms and what was handed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet

from teichaku.core import clock
from teichaku.forms.definition import Definition, definition_of
from teichaku.forms.models import (
    BlockedAddress,
    Confirmation,
    Form,
    FormRevision,
    Submission,
    Suggestion,
)
from teichaku.leads.models import Lead
from teichaku.tracking.models import Asset, Site

A_MONTH = timedelta(days=30)
MANY = 99
MOST_SHOWN = 10


@dataclass(frozen=True, slots=True)
class FormLine:
    """A form in the list, with what came in within 30 days."""

    form: Form
    number: int | None  # of the edition that people see
    changed: bool  # since it was published
    taken: int
    waiting: int
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class Answer:
    """One thing that a submission says."""

    label: str
    text: str
    hidden: bool


def form_lines(*, archived: bool) -> list[FormLine]:
    """The forms, the one edited last first."""
    rows = Form.objects.filter(archived_at__isnull=not archived).select_related("published")
    since = clock.now() - A_MONTH
    counts: dict[int, tuple[int, int, datetime | None]] = {
        form: (taken, waiting, last)
        for form, taken, waiting, last in Submission.objects.filter(at__gt=since)
        .order_by()
        .values("revision__form")
        .annotate(
            taken=Count("pk", filter=Q(state="taken")),
            waiting=Count("pk", filter=Q(state="review")),
            last=Max("at"),
        )
        .values_list("revision__form", "taken", "waiting", "last")
    }
    return [
        FormLine(
            row,
            row.published.number if row.published else None,
            row.published is not None and row.published.hash != definition_of(row.draft).hash,
            *counts.get(row.pk, (0, 0, None)),
        )
        for row in rows.order_by("-edited_at", "-pk")
    ]


def form_found(uid: UUID) -> Form | None:
    """The form of that uid."""
    return Form.objects.select_related("published").filter(uid=uid).first()


def form_revisions(form: Form) -> list[FormRevision]:
    """The editions of the form, newest first."""
    return list(form.revisions.order_by("-number"))


def revision_found(form: Form, number: int) -> FormRevision | None:
    """One edition of the form."""
    return form.revisions.select_related("form").filter(number=number).first()


def form_public(slug: str) -> FormRevision | None:
    """The edition that people see at that address; None where no form is open."""
    rows = Form.objects.filter(slug=slug, archived_at=None, published__isnull=False)
    form = rows.select_related("published").first()
    if form is None or form.published is None:
        return None
    form.published.form = form
    return form.published


def revision_shown(pk: int, form: Form) -> FormRevision | None:
    """An edition that a page may have shown while a newer one was published."""
    return FormRevision.objects.select_related("form").filter(pk=pk, form=form).first()


def submissions_of_form(form: Form, state: str) -> QuerySet[Submission]:
    """What was handed in, newest first."""
    rows = Submission.objects.filter(revision__form=form).select_related(
        "revision", "lead__root__company", "confirmation"
    )
    return (rows.filter(state=state) if state else rows).order_by("-pk")


def submissions_waiting() -> QuerySet[Submission]:
    """What somebody has to look at, the longest waiting first."""
    rows = Submission.objects.filter(state=Submission.State.REVIEW)
    return rows.select_related("revision__form").order_by("pk")


def waiting_count() -> int:
    """How many submissions wait for a look, ``MANY`` at most."""
    return Submission.objects.filter(state=Submission.State.REVIEW).order_by()[:MANY].count()


def submission_found(uid: UUID) -> Submission | None:
    """The submission with all that its page shows."""
    rows = Submission.objects.select_related(
        "revision__form", "consent_text", "lead__root", "decided_by", "confirmation"
    )
    return rows.filter(uid=uid).first()


def confirmation_found(uid: UUID) -> Confirmation | None:
    """The confirmation of that submission."""
    rows = Confirmation.objects.select_related(
        "submission__revision__form", "submission__consent_text", "submission__lead"
    )
    return rows.filter(submission__uid=uid).first()


def submissions_of_lead(lead: Lead) -> list[Submission]:
    """The newest of what was handed in for the lead and those merged into it."""
    rows = Submission.objects.filter(lead__root=lead.root_id).select_related("revision__form")
    return list(rows.order_by("-at", "-pk")[:MOST_SHOWN])


def came_by_form(lead: Lead) -> bool:
    """Whether the lead was made of what somebody handed in."""
    # A form that found the lead was handed in after the lead was there.
    return Submission.objects.filter(lead=lead, at__lte=lead.recorded_at).exists()


def suggestions_open(lead: Lead) -> list[Suggestion]:
    """What forms say otherwise of the lead, and nobody has decided about."""
    rows = Suggestion.objects.filter(lead__root=lead.root_id, used=None)
    return list(rows.select_related("submission__revision__form").order_by("pk"))


def suggestion_found(uid: UUID) -> Suggestion | None:
    """The suggestion of that uid."""
    rows = Suggestion.objects.select_related("lead__root", "submission")
    return rows.filter(uid=uid).first()


def answers(submission: Submission) -> list[Answer]:
    """What was filled in, in the order and with the labels that the form showed."""
    definition = definition_of(submission.revision.document)
    values: Mapping[str, str | Sequence[str]] = submission.values
    found = []
    for spec in definition.fields:
        value = values.get(spec.name, "")
        text = value if isinstance(value, str) else "、".join(value)
        found.append(Answer(str(spec.shown_label), text, spec.kind == "hidden"))
    return found


def frame_hosts() -> list[str]:
    """The hosts whose pages may show a form inside: those of the registered sites."""
    rows = Site.objects.filter(archived_at=None).values_list("hosts", flat=True)
    return sorted({host for hosts in rows for host in hosts})


def assets_offered() -> list[Asset]:
    """The files that a form can hand out after it was sent."""
    return list(Asset.objects.filter(archived_at=None).order_by("title"))


def asset_of(definition: Definition) -> Asset | None:
    """The file that the form hands out, unless it has been put away."""
    if not definition.asset:
        return None
    return Asset.objects.filter(uid=definition.asset, archived_at=None).first()


def blocked_patterns() -> list[str]:
    """The patterns of addresses that no form takes."""
    return list(BlockedAddress.objects.order_by("pattern").values_list("pattern", flat=True))


def draft_of(form: Form) -> Definition:
    """What is being edited."""
    return definition_of(form.draft)
