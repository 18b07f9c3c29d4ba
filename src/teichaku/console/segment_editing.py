"""The form of a segment over its conditions, by boxes or as text, as it was sent."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from teichaku.console.segment_forms import MOST_ROWS, ConditionForm, SegmentForm, choices_known
from teichaku.console.segment_rows import Row, document_of, rows_of
from teichaku.core.actors import Actor
from teichaku.core.errors import TeichakuError
from teichaku.rulebook.selectors import rulebook_in_force
from teichaku.scoring.models import Segment
from teichaku.scoring.segments import WrongCondition, segment_save

FIRST: Row = {"group": "all", "kind": "count", "event": "page_view", "at_least": 1, "within": 30}


class SegmentEditing:
    """What the page shows and what was sent; rows are None where only the text can say it."""

    def __init__(self, segment: Segment | None, sent: QueryDict | None) -> None:
        self.segment, self._sent = segment, sent
        self._choices = choices_known(rulebook_in_force())
        self.problems: list[str] = []
        self.refused = False
        document = segment.revision.document if segment and segment.revision else ""
        known = {"name": segment.name, "note": segment.note} if segment else {}
        self.form = SegmentForm(sent, initial=known)
        self.document = sent.get("document", document) if sent else document
        rows = rows_of(document) if document else [FIRST]
        self.by_text = rows is None
        self.rows = self._sent_rows() if sent and not self.by_text else self._known(rows or ())

    @property
    def is_to_be_saved(self) -> bool:
        """Whether it was sent to be saved, not to have another row or other boxes."""
        return self._sent is not None and ("save" in self._sent or "save_text" in self._sent)

    def save(self, actor: Actor) -> Segment | None:
        """The saved segment; None where something has to be mended first."""
        assert self._sent is not None
        by_text = "save_text" in self._sent
        fine = [self.form.is_valid(), *(row.is_valid() for row in ([] if by_text else self.rows))]
        if not (by_text or self.rows):
            self.problems.append(_("A segment needs at least one condition. Add one."))
        self.refused = not all(fine) or bool(self.problems)
        if self.refused:
            return None
        document = self.document if by_text else document_of([row.row() for row in self.rows])
        try:
            return segment_save(
                document=document, segment=self.segment, actor=actor, **self.form.cleaned_data
            )
        except WrongCondition as error:
            language = get_language() or ""
            self.problems += [f"[{p.code}] {p.message(language)}" for p in error.problems]
        except TeichakuError as error:
            self.form.add_error("name", str(error))
        self.refused = True
        return None

    def _known(self, rows: Sequence[Row]) -> list[ConditionForm]:
        return [
            ConditionForm(initial=row, prefix=f"c{n}", choices=self._choices)
            for n, row in enumerate(rows)
        ]

    def _sent_rows(self) -> list[ConditionForm]:
        """The rows as they were sent; boxes are judged only when all is to be saved."""
        assert self._sent is not None
        numbers = [n for n in range(MOST_ROWS) if f"c{n}-kind" in self._sent]
        away = self._sent.get("remove")
        numbers = [n for n in numbers if str(n) != away]
        if self.is_to_be_saved:
            return [self._bound(n) for n in numbers]
        rows = [self._as_typed(n) for n in numbers]
        if "add" in self._sent and len(rows) < MOST_ROWS:
            rows.append(dict(FIRST))
        return self._known(rows)

    def _bound(self, number: int) -> ConditionForm:
        return ConditionForm(self._sent, prefix=f"c{number}", choices=self._choices)

    def _as_typed(self, number: int) -> Row:
        sent, start = self._sent or QueryDict(), f"c{number}-"
        row: Row = {
            name: sent[start + name] for name in ConditionForm.base_fields if start + name in sent
        }
        return row | {"grades": sent.getlist(f"{start}grades")}
