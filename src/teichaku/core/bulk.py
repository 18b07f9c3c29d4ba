"""Many rows at once, faster than objects allow: executemany on SQLite, COPY on PostgreSQL.

Rows are tuples in the order of ``fields``, columns the same turned on its side; columns are
quicker, as nothing has to be made per row. Every function that writes belongs into the caller's
transaction and raises ``TransactionManagementError`` outside of one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from django.db import IntegrityError, connection, models, transaction
from django.db.backends.utils import CursorWrapper
from django.db.transaction import TransactionManagementError

T = TypeVar("T")
M = TypeVar("M", bound=models.Model)
Row = tuple[Any, ...]  # whatever the columns of the table hold
Columns = Sequence[Sequence[Any]]
Adapter = Callable[[Any], object]
Note = Callable[[type[models.Model], Sequence[tuple[int, int]]], None]
_STAGING = "teichaku_bulk"
_ENCODER = json.JSONEncoder(ensure_ascii=False)
_noting: ContextVar[Note | None] = ContextVar("noting", default=None)


@contextmanager
def noting(note: Note) -> Iterator[None]:
    """Within the block, ``note`` hears of the rows that this module adds: a model and runs of ids.

    It is told in the transaction that adds them. A run may hold ids that no row got.
    """
    token = _noting.set(note)
    try:
        yield
    finally:
        _noting.reset(token)


def runs(ids: Iterable[int]) -> list[tuple[int, int]]:
    """The ids, which ascend, as first and last of those that follow each other."""
    found: list[tuple[int, int]] = []
    for one in ids:
        if found and one == found[-1][1] + 1:
            found[-1] = (found[-1][0], one)
        else:
            found.append((one, one))
    return found


def chunked(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of at most ``size`` items, in order."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def batch(rows: int) -> int:
    """How many rows one transaction takes: so many on SQLite, where it holds the one write lock,
    eight times as many where writers do not wait for each other.
    """
    return rows if connection.vendor == "sqlite" else 8 * rows


def reserve_ids(model: type[models.Model], count: int) -> list[int]:
    """As many ids that nobody else will get, ascending; for rows that point at each other."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                # The name of the sequence is found once, not for every number.
                "SELECT array_agg(nextval(name)) FROM generate_series(1, %s),"
                " (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS name OFFSET 0) AS ids",
                [count, table],
            )
            numbers: list[int] = cursor.fetchone()[0]
            return numbers
        # The transaction holds SQLite's one write lock, so what is free now stays free.
        cursor.execute("SELECT max(seq) FROM sqlite_sequence WHERE name = %s", [table])
        last: int = cursor.fetchone()[0] or 0
        return list(range(last + 1, last + 1 + count))


def lookup(
    model: type[models.Model],
    key: str,
    keys: Iterable[object],
    fields: Sequence[str],
    **same: str | int,
) -> list[Row]:
    """The values of ``fields`` of the rows whose ``key`` is one of ``keys``, in one statement.

    ``same``: columns that must equal a value besides, such as the first ones of an index.
    """
    wanted: Any = list(keys)  # as the driver takes it
    among = "= ANY(%s)"
    if connection.vendor == "sqlite":
        wanted, among = json.dumps(wanted), "IN (SELECT value FROM json_each(%s))"
    conditions = [f"{column} = %s" for column in _columns(model, list(same))]
    conditions.append(f"{_columns(model, [key])[0]} {among}")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(_columns(model, fields))}"  # noqa: S608
            f" FROM {_quoted(model._meta.db_table)} WHERE {' AND '.join(conditions)}",
            [*same.values(), wanted],
        )
        found: list[Row] = cursor.fetchall()
        return found


def insert(model: type[models.Model], fields: Sequence[str], rows: Sequence[Row]) -> None:
    """Nothing; all rows are stored, and a broken constraint raises ``IntegrityError``."""
    if rows:
        insert_columns(model, fields, _turned(rows))


def insert_columns(model: type[models.Model], fields: Sequence[str], columns: Columns) -> None:
    """Nothing; all rows are stored, and a broken constraint raises ``IntegrityError``."""
    if not columns[0]:
        return
    _held()
    fields, columns, note = _numbered(model, fields, columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            _copy(cursor, _quoted(model._meta.db_table), model, fields, columns)
        else:
            cursor.executemany(_insert_sql(model, fields), _adapted(model, fields, columns))
    note()


def create(objects: Iterable[M]) -> list[M]:
    """The objects, all of one model and stored now."""
    found = list(objects)
    if not found:
        return []
    model = type(found[0])
    made = model._default_manager.bulk_create(found)
    note = _noting.get()
    if note is not None:
        note(model, runs(sorted(row.pk for row in made)))
    return made


def insert_new(
    model: type[models.Model],
    fields: Sequence[str],
    rows: Sequence[Row],
    *,
    returning: Sequence[str] = ("id",),
) -> list[Row]:
    """The ``returning`` columns of the rows that were new; the others broke a unique key."""
    return insert_new_columns(model, fields, _turned(rows), returning=returning) if rows else []


def insert_new_columns(
    model: type[models.Model],
    fields: Sequence[str],
    columns: Columns,
    *,
    returning: Sequence[str] = ("id",),
) -> list[Row]:
    """The ``returning`` columns of the rows that were new; the others broke a unique key."""
    if not columns[0]:
        return []
    _held()
    fields, columns, note = _numbered(model, fields, columns)
    found = _insert_new(model, fields, columns, returning)
    if found:
        note()
    return found


def _insert_new(
    model: type[models.Model], fields: Sequence[str], columns: Columns, returning: Sequence[str]
) -> list[Row]:
    table = _quoted(model._meta.db_table)
    answer = ", ".join(_columns(model, returning))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            if set(returning) <= set(fields) and _all_new(cursor, model, fields, columns):
                told = [columns[fields.index(name)] for name in returning]
                return list(zip(*told, strict=True))
            names = ", ".join(_columns(model, fields))
            _stage(cursor, model, fields, columns)
            cursor.execute(
                f"INSERT INTO {table} ({names}) SELECT {names} FROM {_STAGING}"  # noqa: S608
                f" ON CONFLICT DO NOTHING RETURNING {answer}"
            )
            found: list[Row] = cursor.fetchall()
            cursor.execute(f"DROP TABLE {_STAGING}")
            return found
        last = _last_id(model)
        cursor.executemany(
            _insert_sql(model, fields) + " ON CONFLICT DO NOTHING",
            _adapted(model, fields, columns),
        )
        cursor.execute(f"SELECT {answer} FROM {table} WHERE id > %s ORDER BY id", [last])  # noqa: S608
        added: list[Row] = cursor.fetchall()
        return added


def update(model: type[models.Model], fields: Sequence[str], rows: Sequence[Row]) -> None:
    """Nothing; each row's id, its first value, got the values of ``fields`` that follow it."""
    if not rows:
        return
    _held()
    table = _quoted(model._meta.db_table)
    columns = _columns(model, fields)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            _stage(cursor, model, ("id", *fields), _turned(rows))
            sets = ", ".join(f"{column} = {_STAGING}.{column}" for column in columns)
            cursor.execute(
                f"UPDATE {table} SET {sets} FROM {_STAGING} WHERE {table}.id = {_STAGING}.id"  # noqa: S608
            )
            cursor.execute(f"DROP TABLE {_STAGING}")
            return
        sets = ", ".join(f"{column} = %s" for column in columns)
        adapted = _adapted(model, ("id", *fields), _turned(rows))
        cursor.executemany(
            f"UPDATE {table} SET {sets} WHERE id = %s",  # noqa: S608
            [(*row[1:], row[0]) for row in adapted],
        )


def upsert(
    model: type[models.Model],
    key: str,
    fields: Sequence[str],
    rows: Sequence[Row],
    *,
    steady: str | None = None,
) -> None:
    """Nothing; rows whose ``key`` (unique) is known are overwritten, the others are added.

    ``steady``: a column with an index, mostly overwritten by what it holds already. SQLite would
    move every entry of the index all the same.
    """
    if not rows:
        return
    _held()
    table = _quoted(model._meta.db_table)
    everything = (key, *fields)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            columns = ", ".join(_columns(model, everything))
            _stage(cursor, model, everything, _turned(rows))
            cursor.execute(
                f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {_STAGING}"  # noqa: S608
                + _overwriting(model, key, fields)
            )
            cursor.execute(f"DROP TABLE {_STAGING}")
            return
        adapted = _adapted(model, everything, _turned(rows))
        add = _insert_sql(model, everything)
        if steady is not None:
            place = everything.index(steady)
            moved = _moved(cursor, model, (key, steady), [(r[0], r[place]) for r in adapted])
            others = [name for name in fields if name != steady]
            stayed = [row for row in adapted if row[0] not in moved]
            cursor.executemany(add + _overwriting(model, key, others), stayed)
            adapted = [row for row in adapted if row[0] in moved]
        cursor.executemany(add + _overwriting(model, key, fields), adapted)


def _overwriting(model: type[models.Model], key: str, fields: Sequence[str]) -> str:
    unique, *others = _columns(model, (key, *fields))
    sets = ", ".join(f"{column} = excluded.{column}" for column in others)
    return f" ON CONFLICT ({unique}) DO UPDATE SET {sets}"


def _moved(
    cursor: CursorWrapper, model: type[models.Model], fields: tuple[str, str], pairs: Sequence[Row]
) -> set[object]:
    """The keys of the stored rows (SQLite's) that hold another value than the pair says."""
    key, column = _columns(model, fields)
    cursor.execute(
        f"SELECT stored.{key} FROM json_each(%s) AS pair"  # noqa: S608
        f" JOIN {_quoted(model._meta.db_table)} AS stored ON stored.{key} = pair.key"
        f" WHERE stored.{column} IS NOT pair.value",
        [json.dumps(dict(pairs))],
    )
    return {found for (found,) in cursor.fetchall()}


def _numbered(
    model: type[models.Model], fields: Sequence[str], columns: Columns
) -> tuple[Sequence[str], Columns, Callable[[], None]]:
    """The fields and columns to store, and what tells of the new rows once they are stored."""
    note = _noting.get()
    if note is None or "id" not in [field.name for field in model._meta.local_fields]:
        return fields, columns, lambda: None
    if "id" not in fields and connection.vendor == "postgresql":
        fields, columns = ("id", *fields), [reserve_ids(model, len(columns[0])), *columns]
    if "id" in fields:
        ids = runs(sorted(columns[list(fields).index("id")]))
        return fields, columns, lambda: note(model, ids)
    last = _last_id(model)

    def tell() -> None:
        newest = _last_id(model)
        if newest > last:
            note(model, [(last + 1, newest)])

    return fields, columns, tell


def _last_id(model: type[models.Model]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(max(id), 0) FROM {_quoted(model._meta.db_table)}")  # noqa: S608
        last: int = cursor.fetchone()[0]
        return last


def _held() -> None:
    """Raises outside of a transaction, where rows staged for PostgreSQL would be gone at once."""
    if not connection.in_atomic_block:
        raise TransactionManagementError("Rows are written in bulk within a transaction only.")


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _columns(model: type[models.Model], fields: Sequence[str]) -> list[str]:
    return [_quoted(_field(model, name).column or name) for name in fields]


def _field(model: type[models.Model], name: str) -> models.Field[Any, Any]:
    field = model._meta.get_field(name)
    assert isinstance(field, models.Field)
    return field


def _insert_sql(model: type[models.Model], fields: Sequence[str]) -> str:
    columns = ", ".join(_columns(model, fields))
    places = ", ".join(["%s"] * len(fields))
    return f"INSERT INTO {_quoted(model._meta.db_table)} ({columns}) VALUES ({places})"  # noqa: S608


def _all_new(
    cursor: CursorWrapper, model: type[models.Model], fields: Sequence[str], columns: Columns
) -> bool:
    """Whether all rows could be stored as they are; if not, none is."""
    try:
        with transaction.atomic():
            _copy(cursor, _quoted(model._meta.db_table), model, fields, columns)
    except IntegrityError:
        return False
    return True


def _stage(
    cursor: CursorWrapper, model: type[models.Model], fields: Sequence[str], columns: Columns
) -> None:
    names = ", ".join(_columns(model, fields))
    table = _quoted(model._meta.db_table)
    cursor.execute(
        f"CREATE TEMP TABLE {_STAGING} ON COMMIT DROP AS SELECT {names} FROM {table} WITH NO DATA"  # noqa: S608
    )
    _copy(cursor, _STAGING, model, fields, columns)


def _copy(
    cursor: CursorWrapper,
    table: str,
    model: type[models.Model],
    fields: Sequence[str],
    columns: Columns,
) -> None:
    names = ", ".join(_columns(model, fields))
    # Django's wrapper hands what it does not know to psycopg's cursor, errors and all.
    statement = f"COPY {table} ({names}) FROM STDIN"
    with connection.wrap_database_errors, cursor.copy(statement) as copy:
        for row in _adapted(model, fields, columns):
            copy.write_row(row)


def _turned(rows: Sequence[Row]) -> Columns:
    return list(zip(*rows, strict=True))


def _adapted(model: type[models.Model], fields: Sequence[str], columns: Columns) -> list[Row]:
    """Rows as the driver takes them; columns that need no change are passed through."""
    adapters = [_adapter(_field(model, name)) for name in fields]
    adapted = [
        column if adapt is None else _adapted_column(adapt, column)
        for adapt, column in zip(adapters, columns, strict=True)
    ]
    return list(zip(*adapted, strict=True))


def _adapted_column(adapt: Adapter, column: Sequence[Any]) -> Sequence[object]:
    first = column[0]
    if all(value is first for value in column):  # the instant of an import, columns of nothing
        return [None if first is None else adapt(first)] * len(column)
    return [None if value is None else adapt(value) for value in column]


def _adapter(field: models.Field[Any, Any]) -> Adapter | None:
    sqlite = connection.vendor == "sqlite"
    match field:
        case models.DateTimeField():
            return _sqlite_instant if sqlite else datetime.isoformat
        case models.JSONField():
            return _ENCODER.encode
        case models.UUIDField():
            return _hex
        case models.DateField():
            return str
    return None


def _sqlite_instant(value: datetime) -> str:
    # As Django itself stores it: UTC without an offset, so that text order is time order.
    text = value.isoformat(" ")
    if text.endswith("+00:00"):
        return text[:-6]
    return value.astimezone(UTC).isoformat(" ")[:-6]


def _hex(value: UUID) -> str:
    return value.hex
