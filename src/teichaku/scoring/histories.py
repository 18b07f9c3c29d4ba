"""Leads of the database as the engine's columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from django.db.models import F, Q

from teichaku.core import bulk
from teichaku.core.instants import micros
from teichaku.core.registry import computed_attributes
from teichaku.engine.columns import Columns, attribute_column
from teichaku.engine.facts import Value
from teichaku.engine.program import Signature
from teichaku.leads.models import AttributeDefinition, Lead
from teichaku.leads.names import email_domain, email_is_free, email_is_role
from teichaku.tracking.models import Event
from teichaku.tracking.models import Signature as StoredSignature

COMPANY = "company.id"
FEW = 2_000  # companies that are asked about one by one
LEAD_TEXTS = ("email", "title", "department", "source", "campaign", "stage")
COMPANY_TEXTS = ("name", "industry", "prefecture", "domain", "corporate_number")
COMPANY_OTHERS = ("employees", "is_competitor")
FIELDS = (
    "id", "root_id", "created_at", "recorded_at", "email_key", "attributes", "company__root_id",
    *LEAD_TEXTS, *(f"company__root__{name}" for name in (*COMPANY_TEXTS, *COMPANY_OTHERS)),
    "company__root__attributes",
)  # fmt: skip

I64 = npt.NDArray[np.int64]
_NOBODY = Q(kind=Lead.Kind.ANONYMOUS, root=F("id")) | Q(kind=Lead.Kind.ERASED)


class LeadRow(NamedTuple):
    """A root lead: when it was created as far as records say, and its present attributes."""

    root: int
    created: int | None
    imported: int
    attributes: Mapping[str, Value]


def lead_rows(roots: Sequence[int] | None = None) -> Iterator[LeadRow]:
    """Root leads (these, or all) in order of id; merged ones add only their creation.

    Browsers that are nobody's yet are no people to score.
    """
    if roots is None:
        yield from _grouped(Lead.objects.exclude(_NOBODY).order_by("root_id", "id"))
        return
    for chunk in bulk.chunked(sorted(roots), 5_000):
        leads = Lead.objects.filter(root__in=chunk).exclude(_NOBODY)
        yield from _grouped(leads.order_by("root_id", "id"))


def _grouped(leads: Any) -> Iterator[LeadRow]:
    kinds = _date_attributes()
    current: LeadRow | None = None
    for row in leads.values_list(*FIELDS).iterator(chunk_size=5_000):
        data = dict(zip(FIELDS, row, strict=True))
        created = micros(data["created_at"]) if data["created_at"] else None
        if current is None or current.root != data["root_id"]:
            if current is not None:
                yield current
            current = LeadRow(data["root_id"], created, micros(data["recorded_at"]), {})
        else:
            current = current._replace(created=_least(current.created, created))
        if data["id"] == data["root_id"]:
            current = current._replace(attributes=_attributes(data, kinds))
    if current is not None:
        yield current


def _least(a: int | None, b: int | None) -> int | None:
    known = [value for value in (a, b) if value is not None]
    return min(known) if known else None


def _date_attributes() -> frozenset[tuple[str, str]]:
    found = AttributeDefinition.objects.filter(type="date").values_list("object", "name")
    return frozenset(found)


def _attributes(data: Mapping[str, Any], dates: frozenset[tuple[str, str]]) -> dict[str, Value]:
    found: dict[str, Value] = _typed("lead", "", data["attributes"], dates)
    if data["company__root__attributes"]:
        found |= _typed("company", "company.", data["company__root__attributes"], dates)
    for name in LEAD_TEXTS:
        if data[name]:
            found[name] = data[name]
    if data["email_key"]:
        found["email_is_free"] = email_is_free(email_domain(data["email_key"]))
        found["email_is_role"] = email_is_role(data["email_key"])
    for name in (*COMPANY_TEXTS, *COMPANY_OTHERS):
        value = data[f"company__root__{name}"]
        if value not in (None, ""):
            found[f"company.{name}"] = value
    if data["company__root_id"]:
        found[COMPANY] = data["company__root_id"]
    return found


def _typed(
    kind: str, prefix: str, values: Mapping[str, Any], dates: frozenset[tuple[str, str]]
) -> dict[str, Value]:
    return {
        prefix + name: _date(value) if (kind, name) in dates and isinstance(value, str) else value
        for name, value in values.items()
        if value not in (None, "")
    }


def _date(text: str) -> Value:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


def attribute_table(rows: Sequence[LeadRow]) -> pa.Table:
    """One row per lead. A value of another kind than most of its attribute's counts as missing."""
    names = sorted({name for row in rows for name in row.attributes})
    return pa.table({name: _column([r.attributes.get(name) for r in rows]) for name in names})


def _column(values: list[Value | None]) -> pa.Array:
    kinds = [_kind(value) for value in values if value is not None]
    main = max(set(kinds), key=kinds.count)
    return attribute_column([v if v is not None and _kind(v) is main else None for v in values])


def _kind(value: Value) -> type:
    return float if isinstance(value, int) and not isinstance(value, bool) else type(value)


def with_computed(columns: Columns, as_of: datetime) -> Columns:
    """The columns with the attributes that are derived for an instant: ``company.is_customer``."""
    companies = np.zeros(columns.leads)
    if COMPANY in columns.attributes.column_names:
        companies = columns.attributes.column(COMPANY).fill_null(0).to_numpy()
    table = columns.attributes
    known = np.unique(companies[companies > 0]).astype(np.int64).tolist()
    asked = known if len(known) <= FEW else None  # beyond that all at once is quicker
    computed = {
        name: pa.array(np.isin(companies, np.array(sorted(provider(asked, as_of)), np.int64)))
        for name, provider in computed_attributes.items()
    }
    # Made anew: a table without columns has no rows, whatever the number of leads.
    recorded = {name: table.column(name) for name in table.column_names if name not in computed}
    table = pa.table({**recorded, **computed})
    return Columns(
        columns.lead_ids, columns.created, columns.offsets, columns.at, columns.sig,
        columns.signatures, table,
    )  # fmt: skip


def created_instants(rows: Sequence[LeadRow], offsets: I64, at: I64) -> I64:
    """Per lead the earlier of the recorded creation and the first event, else the import."""
    created = []
    for row, first, last in zip(rows, offsets[:-1].tolist(), offsets[1:].tolist(), strict=True):
        known = _least(row.created, int(at[first]) if last > first else None)
        created.append(row.imported if known is None else known)
    return np.array(created, np.int64)


def stored_signatures() -> tuple[list[int], list[Signature]]:
    """Every signature's id and shape, in order of id."""
    rows = StoredSignature.objects.order_by("id").values_list("id", *Signature._fields)
    found = list(rows)
    return [row[0] for row in found], [Signature(*row[1:]) for row in found]


def columns_of_leads(roots: Sequence[int]) -> Columns:
    """The histories of these root leads, read from the database; unknown ids are left out."""
    rows = list(lead_rows(roots))
    place = {row.root: k for k, row in enumerate(rows)}
    found = _events(list(place), place)
    events = sorted(found, key=lambda e: (e[0], e[1], e[2].encode(), e[3].encode()))
    counts = np.bincount([event[0] for event in events], minlength=len(rows))
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    at = np.array([event[1] for event in events], np.int64)
    shapes: dict[Signature, int] = {}
    sig = [shapes.setdefault(Signature(*event[4]), len(shapes)) for event in events]
    return Columns(
        lead_ids=np.array([row.root for row in rows], np.int64),
        created=created_instants(rows, offsets, at),
        offsets=offsets,
        at=at,
        sig=np.array(sig, np.int32),
        signatures=tuple(shapes),
        attributes=attribute_table(rows),
    )


_Event = tuple[int, int, str, str, tuple[str, ...]]


def _events(roots: Sequence[int], place: Mapping[int, int]) -> Iterable[_Event]:
    shape = [f"signature__{name}" for name in Signature._fields]
    for chunk in bulk.chunked(roots, 1_000):
        rows = Event.objects.filter(
            lead__root__in=chunk, origin=Event.Origin.HUMAN, retracted_at=None
        ).values_list("lead__root_id", "at", "source", "external_id", *shape)
        for root, at, source, external_id, *parts in rows:
            yield place[root], micros(at), source, external_id, tuple(parts)
