"""The gate before new deals of a file: the same check as for any other way, for all at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from teichaku.core.audit import audit_record
from teichaku.deals.gate_checks import gates_judge
from teichaku.deals.gate_facts import COLUMNS, Subject, created_instant
from teichaku.deals.gate_ledger import Decided, decisions_record
from teichaku.deals.gate_rules import CREATE, gate_book
from teichaku.deals.gate_words import refusal_text
from teichaku.deals.home import HERE, pipeline_is_here
from teichaku.deals.models import Deal
from teichaku.intake.reader import BadRecord
from teichaku.intake.rows import Chunk
from teichaku.intake.writers import ImportTask

IMPORTED = "imported"
REFUSED = "gate_refused"


class ImportGate:
    """Checks the deals that an import would create, where their home is with us."""

    def __init__(self, task: ImportTask) -> None:
        self._task = task
        self._book = gate_book()
        here = task.system == HERE and pipeline_is_here()
        self._gates = self._book.before(CREATE) if here else ()
        self._let_in: list[tuple[str, Decided]] = []
        self._refused: list[Decided] = []

    @property
    def is_there(self) -> bool:
        """Whether any check stands before new deals."""
        return bool(self._gates)

    def refusals(self, new: Mapping[str, Mapping[str, object]]) -> dict[str, str]:
        """Of new deals by external id those that are refused, each with what to tell people."""
        if not (self.is_there and new):
            return {}
        subjects = [self._subject(name, values) for name, values in new.items()]
        judged = gates_judge(subjects, self._gates, self._book)
        refused: dict[str, str] = {}
        for name, subject, verdicts in zip(new, subjects, judged, strict=True):
            blocking = [verdict for verdict in verdicts if verdict.result == "block"]
            if blocking:
                refused[name] = refusal_text(blocking)
            for gate, verdict in zip(self._gates, verdicts, strict=True):
                one = Decided(subject, gate.rule.before, verdict)
                if blocking:
                    self._refused.append(one)
                elif verdict.failing or subject.created_at >= gate.effective_from:
                    # History that was in order before the gate needs no line in its ledger.
                    taken = IMPORTED if verdict.result == "warn" else ""
                    self._let_in.append((name, replace(one, taken=taken)))
        return refused

    def record(self) -> None:
        """Nothing; the ledger tells of the deals checked so far. Part of the transaction."""
        if not (self._let_in or self._refused):
            return
        names = {name for name, _ in self._let_in}
        rows = Deal.objects.filter(system=self._task.system, external_id__in=names)
        ids = dict(rows.values_list("external_id", "pk"))
        decided = [
            replace(one, subject=replace(one.subject, deal=ids[name])) for name, one in self._let_in
        ]
        decided += self._refused
        decisions_record(decided, book=self._book, actor=self._task.actor, source="import")
        audit_record(
            actor=self._task.actor,
            action="deals.gates_record",
            object_type="deals.gatedecision",
            count=len(decided),
        )
        self._let_in, self._refused = [], []

    def reject(
        self, refused: Mapping[str, str], chunk: Chunk, places: Mapping[str, Sequence[int]]
    ) -> None:
        """Nothing; every row of a refused deal is in quarantine."""
        for name, message in refused.items():
            for place in places[name]:
                raw = {key: str(values[place]) for key, values in chunk.columns.items()}
                record = BadRecord(chunk.lines[place], REFUSED, message, list(raw.values()))
                self._task.reject(record, raw)

    def _subject(self, name: str, values: Mapping[str, object]) -> Subject:
        told = {column: values.get(column, values.get(f"{column}_id")) for column in COLUMNS}
        own = values["attributes"]
        assert isinstance(own, Mapping)
        row = {"recorded_at": self._task.recorded_at, **values}
        return Subject(
            created_at=created_instant(row, self._book),
            lead=told["lead"] if isinstance(told["lead"], int) else None,
            company=told["company"] if isinstance(told["company"], int) else None,
            values=told
            | {"name": told["name"] or name}
            | {f"attribute.{key}": value for key, value in own.items()},
        )
