"""Segments: a condition under a name; saving another condition makes another revision."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.jobs import job_enqueue
from teichaku.core.models import actor_columns
from teichaku.engine.errors import Problem, RulebookError
from teichaku.engine.program import compile_program
from teichaku.engine.rulebook.document import written
from teichaku.engine.rulebook.grade_conditions import (
    GRADE,
    asks_for_grades,
    known_grade,
    with_grades,
)
from teichaku.engine.rulebook.hashes import condition_hash
from teichaku.engine.rulebook.load import load_condition
from teichaku.engine.rulebook.model import Mql, Rulebook
from teichaku.engine.rulebook.predicates import (
    AnyPredicate,
    AttributeClause,
    RisingClause,
    ScoreClause,
    clauses,
)
from teichaku.rulebook.selectors import rulebook_in_force
from teichaku.scoring.models import Membership, MembershipChange, Segment, SegmentRevision

BUILD = "scoring.build_segment"
ROWS_AT_ONCE = 5_000


class WrongCondition(InvalidInput):
    """The text is no condition; ``problems`` says what is wrong on which line."""

    code = "wrong_condition"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(_("The condition cannot be used as it is."))
        self.problems = problems


def condition_read(document: str, rulebook: Rulebook | None) -> AnyPredicate:
    """The condition of a text that can be followed under the rulebook; else ``WrongCondition``."""
    try:
        condition = load_condition(document)
    except RulebookError as error:
        raise WrongCondition(error.problems) from error
    problem = _unanswerable(condition, rulebook)
    if problem is None and rulebook is not None:
        asked = with_grades(condition, rulebook.scoring)
        try:
            compile_program(rulebook.model_copy(update={"mql": Mql(when=asked)}), ())
        except ValueError as error:
            problem = ("too_many", f"条件が多すぎます（{error}）。", f"{error}.")
    if problem is not None:
        raise WrongCondition((Problem(1, 1, written(()), *problem),))
    return condition


def _unanswerable(
    condition: AnyPredicate, rulebook: Rulebook | None
) -> tuple[str, str, str] | None:
    """What the rulebook cannot answer of a condition, as code and sentences."""
    scoring = rulebook.scoring if rulebook else None
    leaves = list(clauses(condition))
    if scoring is None and any(isinstance(leaf, ScoreClause | RisingClause) for leaf in leaves):
        return (
            "no_scoring",
            "適用中の運用ルールにスコアの定義がないため、スコアの条件は使えません。",
            "The rulebook in force has no scores, so a condition cannot ask for them.",
        )
    if not asks_for_grades(condition):
        return None
    grades = scoring.grades if scoring else None
    for leaf in leaves:
        if isinstance(leaf, AttributeClause) and leaf.attribute == GRADE:
            given = [leaf.is_] if leaf.is_ is not None else list(leaf.in_ or ())
            for text in given or [""]:
                if grades is None or not known_grade(str(text).strip(), grades):
                    marks = ", ".join([*grades.fit, *grades.behaviour] if grades else [])
                    return (
                        "grade",
                        f"「{text}」というグレードはありません。使える値: {marks or 'なし'}。",
                        f"There is no grade “{text}”; known: {marks or 'none'}.",
                    )
    return None


def segment_save(
    *, name: str, document: str, actor: Actor, note: str = "", segment: Segment | None = None
) -> Segment:
    """The segment, new or changed; under another condition every lead is looked at again."""
    condition = condition_read(document, rulebook_in_force())
    name = name.strip()
    if not name:
        raise InvalidInput(_("A segment needs a name. Enter one."), field="name")
    try:
        with transaction.atomic():
            row = segment or Segment(created_at=clock.now())
            if segment is not None:
                row = Segment.objects.select_for_update().get(pk=segment.pk)
                _not_archived(row)
            row.name, row.note = name, note.strip()
            row.save()
            before = row.revision_id
            row.revision = _revision(row, document, condition_hash(condition), actor)
            row.save(update_fields=["revision"])
            _record(row, "segment_save", actor, hash=row.revision.hash)
            if row.revision_id != before:
                _build(row)
    except IntegrityError as error:
        raise Conflict(
            _("There is a segment of the name %(name)s already. Choose another name.")
            % {"name": name},
            field="name",
        ) from error
    return row


def _revision(segment: Segment, document: str, digest: str, actor: Actor) -> SegmentRevision:
    """The revision of this content: the known one where the segment had it before."""
    rows = SegmentRevision.objects.filter(segment=segment)
    known = rows.filter(hash=digest).first()
    if known is not None:
        return known
    return SegmentRevision.objects.create(
        segment=segment, number=rows.count() + 1, hash=digest, document=document,
        at=clock.now(), **actor_columns(actor),
    )  # fmt: skip


def segment_archive(*, segment: Segment, actor: Actor) -> Segment:
    """The segment, no longer followed; what is known of it stays."""
    return _turn(segment, "segment_archive", actor, archive=True)


def segment_restore(*, segment: Segment, actor: Actor) -> Segment:
    """The segment, followed again once every lead was looked at."""
    try:
        return _turn(segment, "segment_restore", actor, archive=False)
    except IntegrityError as error:
        raise Conflict(
            _("Another segment has the name %(name)s now. Rename that one first.")
            % {"name": segment.name}
        ) from error


def _turn(segment: Segment, action: str, actor: Actor, *, archive: bool) -> Segment:
    with transaction.atomic():
        row = Segment.objects.select_for_update().get(pk=segment.pk)
        if (row.archived_at is not None) != archive:
            row.archived_at = clock.now() if archive else None
            row.save(update_fields=["archived_at"])
            _record(row, action, actor)
            if not archive:
                row.built = None
                row.save(update_fields=["built"])
                _build(row)
    return row


def segment_delete(*, segment: Segment, actor: Actor) -> None:
    """Nothing; an archived segment is gone, with who was in it and when."""
    row = Segment.objects.get(pk=segment.pk)
    if row.archived_at is None:
        raise Conflict(_("Only an archived segment can be deleted. Archive it first."))
    for model in (MembershipChange, Membership):
        while ids := list(
            model.objects.filter(segment=row).values_list("pk", flat=True)[:ROWS_AT_ONCE]
        ):
            with transaction.atomic():
                model.objects.filter(pk__range=(min(ids), max(ids)), segment=row).delete()
    with transaction.atomic():
        _record(row, "segment_delete", actor)
        Segment.objects.filter(pk=row.pk).update(revision=None, built=None)
        SegmentRevision.objects.filter(segment=row).delete()
        Segment.objects.filter(pk=row.pk).delete()


def _not_archived(segment: Segment) -> None:
    if segment.archived_at is not None:
        raise Conflict(_("This segment is archived. Bring it back before you change it."))


def _build(segment: Segment) -> None:
    Segment.objects.filter(pk=segment.pk).update(build_done=0, build_total=0)
    job_enqueue(kind=BUILD, key=f"{BUILD}:{segment.pk}", payload={"segment": segment.pk})


def _record(segment: Segment, action: str, actor: Actor, **values: str) -> None:
    audit_record(
        actor=actor, action=f"scoring.{action}", object_type="scoring.segment",
        object_id=segment.pk, values=dict(values),
    )  # fmt: skip
