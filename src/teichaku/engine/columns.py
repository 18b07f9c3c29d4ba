"""Histories of many leads as columns: what the store keeps and the kernel reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from teichaku.engine.facts import LeadFacts, Value
from teichaku.engine.program import Signature, signature_of

_ODD = 0x5851F42D4C957F2D  # odd, with bits all over: neighbouring instants end up far apart


@dataclass(frozen=True, slots=True)
class Columns:
    """Leads side by side. Row i's events are at[offsets[i]:offsets[i+1]], ordered by (instant,
    source, external id); ``sig`` numbers ``signatures``; instants are µs since 1970 UTC;
    ``attributes`` has one row per lead: text as dictionary, numbers float64, booleans, date32.
    """

    lead_ids: npt.NDArray[np.int64]
    created: npt.NDArray[np.int64]
    offsets: npt.NDArray[np.int64]
    at: npt.NDArray[np.int64]
    sig: npt.NDArray[np.int32]
    signatures: Sequence[Signature]
    attributes: pa.Table

    def fingerprints(self, until: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Per lead a number for its events up to an instant of its own: the same as long as the
        same shapes of events happened at the same instants, whatever order they came to us in.
        """
        shapes = [_shape_number(shape) for shape in self.signatures]
        mixed = (self.at ^ np.array(shapes, np.int64)[self.sig]) * _ODD + 1
        counted = np.where(self.at <= np.repeat(until, np.diff(self.offsets)), mixed, 0)
        sums = np.concatenate([[0], np.cumsum(counted)])  # wraps around, and so do differences
        found: npt.NDArray[np.int64] = sums[self.offsets[1:]] - sums[self.offsets[:-1]]
        return found

    @property
    def leads(self) -> int:
        """How many leads."""
        return len(self.lead_ids)

    @property
    def events(self) -> int:
        """How many events."""
        return len(self.at)


def _shape_number(shape: Signature) -> int:
    digest = sha256("\0".join(shape).encode()).digest()
    return int.from_bytes(digest[:8], "little", signed=True)


def columns_of(leads: Sequence[LeadFacts]) -> Columns:
    """Columns of histories in memory; lead ids are positions."""
    ordered = [
        sorted(lead.events, key=lambda e: (e.at, e.source.encode(), e.external_id.encode()))
        for lead in leads
    ]
    flat = [event for events in ordered for event in events]
    numbers: dict[Signature, int] = {}
    sig = [numbers.setdefault(signature_of(event), len(numbers)) for event in flat]
    return Columns(
        lead_ids=np.arange(len(leads), dtype=np.int64),
        created=np.array([lead.created_at for lead in leads], np.int64),
        offsets=np.cumsum([0, *(len(events) for events in ordered)], dtype=np.int64),
        at=np.array([event.at for event in flat], np.int64),
        sig=np.array(sig, np.int32),
        signatures=tuple(numbers),
        attributes=attribute_table([lead.attributes for lead in leads]),
    )


def attribute_table(rows: Sequence[Mapping[str, Value]]) -> pa.Table:
    """One row per lead, one column per attribute name, null where missing."""
    names = sorted({name for row in rows for name in row})
    return pa.table({name: attribute_column([row.get(name) for row in rows]) for name in names})


def attribute_column(values: Sequence[Value | None]) -> pa.Array:
    """A column of one kind of value; refuses a mixture."""
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {bool}:
        return pa.array(values, pa.bool_())
    if kinds <= {str}:
        return pa.array(values, pa.string()).dictionary_encode()
    if kinds <= {int, float}:
        return pa.array([None if v is None else float(v) for v in values], pa.float64())  # type: ignore[arg-type]
    if kinds <= {date}:
        return pa.array(values, pa.date32())
    raise ValueError(f"one attribute holds several kinds of value: {sorted(map(str, kinds))}")
