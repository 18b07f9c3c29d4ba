"""Erasing a person: asked for, approved by somebody else, and then nothing tells who it was.

The main test walks through every table: whatever can be about a person, or can name one, gets a
mark; afterwards the whole database and the state folder are searched for it.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, models, transaction
from tests.consent.consenting import ACTOR, ground, lead, said
from tests.contracts.source import own_models
from tests.intake.importing import import_text

from teichaku.accounts.models import Role
from teichaku.accounts.services import role_grant, user_create
from teichaku.consent.erasure_journal import journal_path
from teichaku.consent.erasures import (
    database_compact,
    erasure_ask,
    erasure_decide,
    erasure_run,
    erasures_replay,
)
from teichaku.consent.models import Erasure, ErasureRecord, Refusal
from teichaku.consent.people import person_of
from teichaku.core import clock
from teichaku.core.actors import SYSTEM, Actor
from teichaku.core.audit import audit_seal_all, audit_verify
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.jobs import run_one
from teichaku.core.models import AuditEntry, AuditSeal, AuditValue, Change
from teichaku.core.personal_data import personal_data
from teichaku.leads.models import Lead
from teichaku.leads.services import lead_merge
from teichaku.scoring.base import base_build

NAME, OWN = "Zxqmark Personname", "zxqownmark"
EMAIL, PHONE = "zxqmark@aoba.co.jp", "090-7654-3210"
MARKS = ("zxq", "09076543210", "7654-3210")
# Columns that say what kind of thing a row is, not who somebody is; and names of colleagues.
KINDS = {
    "actor_name", "source", "campaign", "stage", "system", "kind", "status", "hash", "digest",
    "language", "channel", "lost_reason", "outcome", "key", "rule_hash", "gate_id", "action",
    "mode", "result", "taken", "nonce", "unknowns", "corporate_number", "domain", "match_key",
    "grade", "field", "team", "purpose", "reason_code", "competitor", "deciding_factor", "did",
    "approver_role", "deputy_role", "actor", "role", "rank", "marks", "suspicions",
}  # fmt: skip
NOT_TEXTS = {"Deal.external_id", "Activity.external_id", "Call.why"}  # ids of deals, a code
REASON_IS_A_CODE = {"Return", "Disqualification", "Verdict", "Visitor", "Letter"}
NOT_OF_THE_PERSON = {"Company", "User", "Revision", "Form", "FormRevision", "Signature", "Stage",
                     "Exhibition", "Sheet", "Site", "Segment", "SegmentRevision"}  # fmt: skip


def approver() -> Any:
    user = user_create(name="承認者", email="ok@example.jp", password=None, actor=SYSTEM)
    role_grant(user=user, role=Role.ADMINISTRATOR, actor=SYSTEM)
    return user


def erase(person: Lead) -> Erasure:
    row = erasure_ask(lead=person, reason="asked by letter", actor=ACTOR)
    erasure_decide(erasure=row, approve=True, note="", user=approver(), actor=ACTOR)
    while run_one("test", kinds=["consent.erase"]):
        pass
    row.refresh_from_db()
    return row


@pytest.mark.django_db
def test_who_asked_cannot_approve_and_nothing_happens_before(settings) -> None:
    person, user = lead(EMAIL, name=NAME), approver()
    with pytest.raises(InvalidInput):
        erasure_ask(lead=person, reason=" ", actor=ACTOR)
    own = Actor(kind="human", name=user.name, user_id=user.pk)
    row = erasure_ask(lead=person, reason="asked by letter", actor=own)
    with pytest.raises(Conflict):
        erasure_ask(lead=person, reason="again", actor=ACTOR)
    with pytest.raises(Conflict):
        erasure_decide(erasure=row, approve=True, note="", user=user, actor=own)
    assert not run_one("test", kinds=["consent.erase"])
    other = user_create(name="別人", email="other@example.jp", password=None, actor=SYSTEM)
    erasure_decide(erasure=row, approve=False, note="a customer", user=other, actor=ACTOR)
    with pytest.raises(Conflict):
        erasure_decide(erasure=row, approve=True, note="", user=other, actor=ACTOR)
    person.refresh_from_db()
    assert (person.name, Erasure.objects.get().state) == (NAME, "rejected")


@pytest.mark.django_db
def test_an_erased_address_cannot_be_mailed_after_a_later_file() -> None:
    person = lead(EMAIL, name=NAME, phone=PHONE)
    ground(person)
    other = lead("other@aoba.co.jp", phone="03-1111-2222")
    ground(other)
    erase(person)
    import_text(
        "leads",
        f"email,name,basis,basis_on,basis_evidence\n{EMAIL},{NAME},consent,2026-01-05,form\n",
    )
    again = Lead.objects.get(email_key=EMAIL)
    assert again.pk != person.pk
    assert said(EMAIL).code == "erased"
    assert said(PHONE, channel="phone").code == "erased"
    assert not Refusal.objects.exclude(address="").exists()
    assert said("other@aoba.co.jp").allowed


@pytest.mark.django_db
def test_what_others_share_stays_theirs() -> None:
    one = lead("info@aoba.co.jp", name=NAME, phone="03-1111-2222")
    two = lead("info@aoba.co.jp", name="別の 人", phone="03-1111-2222")
    ground(two)
    texts = person_of(one).texts
    assert NAME in texts
    assert not [text for text in texts if "aoba" in text or "1111" in text]
    erase(one)
    two.refresh_from_db()
    assert (two.name, said("info@aoba.co.jp").allowed) == ("別の 人", True)


@pytest.mark.django_db
def test_a_namesake_keeps_the_name() -> None:
    one = lead(EMAIL, name="山田 一郎", phone=PHONE)
    two = lead("other@aoba.co.jp", name="山田　一郎")
    with transaction.atomic():
        changed = Change.objects.create(
            object_type="leads.lead", object_id=two.pk, field="name", old="", new="山田　一郎",
            at=clock.now(), recorded_at=clock.now(), source="form",
        )  # fmt: skip
    assert not [text for text in person_of(one).texts if "山田" in text]
    erase(one)
    two.refresh_from_db()
    changed.refresh_from_db()
    one.refresh_from_db()
    assert (one.name, two.name, changed.new) == ("", "山田　一郎", "山田　一郎")


VALUES: list[tuple[tuple[type[Any], ...], Any]] = [
    ((models.DateTimeField,), clock.now),
    ((models.DateField,), lambda: date(2026, 4, 1)),
    ((models.BooleanField,), lambda: False),
    ((models.UUIDField,), uuid.uuid4),
    ((models.BinaryField,), lambda: b""),
    ((models.TimeField,), lambda: datetime(2026, 4, 1, 9, 0).time()),  # noqa: DTZ001
]


def value_for(column: models.Field[Any, Any], known: dict[Any, Any]) -> Any:
    """Something that the column takes."""
    if column.choices:
        return column.choices[0][0]
    if isinstance(column, models.ForeignKey):
        return known.get(column.related_model)
    if isinstance(column, models.JSONField):
        return column.get_default() if column.has_default() else {}
    if isinstance(column, models.CharField | models.TextField):
        return uuid.uuid4().hex[: column.max_length or 32]
    return next((make() for kinds, make in VALUES if isinstance(column, kinds)), 1)


def rows_of_every_table(person: Lead, known: dict[Any, Any]) -> None:
    """A row of each table of ours that does not exist yet, about the person where it can be."""
    tables = connection.introspection.table_names()
    skipped = {*known, AuditSeal, AuditEntry, AuditValue}  # written by what else happens
    waiting = [m for m in own_models() if m not in skipped and m._meta.db_table in tables]
    for _round in range(6):
        for model in list(waiting):
            columns = [
                c for c in model._meta.concrete_fields if not (c.primary_key and not c.is_relation)
            ]
            needed = [c for c in columns if c.is_relation and not c.null]
            if any(known.get(c.related_model) is None for c in needed):
                continue
            values = {c.name: value_for(c, known) for c in columns}
            row = model(**values)
            try:
                with transaction.atomic():
                    model._default_manager.bulk_create([row])
            except IntegrityError:
                continue
            known[model] = model._default_manager.order_by("-pk").first()
            waiting.remove(model)


def paths_to_lead(model: type[models.Model], depth: int = 3) -> Iterator[str]:
    """How rows of the table lead to a lead."""
    for column in model._meta.concrete_fields:
        if not column.is_relation or column.name in ("root", "merged"):
            continue
        target = column.related_model
        if target is Lead:
            yield column.name
        elif depth and target.__name__ not in NOT_OF_THE_PERSON and target is not model:
            yield from (f"{column.name}__{rest}" for rest in paths_to_lead(target, depth - 1))


def free_columns(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """The columns in which texts about people can stand."""
    return [
        column
        for column in model._meta.concrete_fields
        if isinstance(column, models.CharField | models.TextField | models.JSONField)
        and not column.choices
        and column.name not in KINDS
        and f"{model.__name__}.{column.name}" not in NOT_TEXTS
        and not (column.name == "reason" and model.__name__ in REASON_IS_A_CODE)
    ]


def mark(model: type[models.Model], column: models.Field[Any, Any], text: str) -> bool:
    """Whether the column of all rows of the table now holds the text."""
    value: Any = text[: column.max_length or 400]
    if isinstance(column, models.JSONField):
        value = {"deep": [text]} if column.get_default() in (dict, None, {}) else [text]
    try:
        with transaction.atomic():
            model._default_manager.update(**{column.name: value})
    except IntegrityError:
        return False
    return True


def everything() -> Iterator[tuple[str, bytes]]:
    """The whole database as bytes, and every file of the state folder."""
    if connection.vendor == "sqlite":
        for file in Path(str(connection.settings_dict["NAME"])).parent.glob("test*.sqlite3*"):
            yield file.name, file.read_bytes()
    else:
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                cursor.execute(f'SELECT t::text FROM "{table}" t')
                yield table, "\n".join(text for (text,) in cursor.fetchall()).encode()
    for file in Path(settings.STATE_DIR).rglob("*"):
        if file.is_file():
            yield str(file), file.read_bytes()


def columns_holding(*words: str) -> Iterator[str]:
    """The columns of all tables in which one of the words stands."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            for column in connection.introspection.get_table_description(cursor, table):
                for word in words:
                    name = connection.ops.quote_name(column.name)
                    cursor.execute(
                        f'SELECT count(*) FROM "{table}" WHERE lower(CAST({name} AS text)) LIKE %s',
                        [f"%{word}%"],
                    )
                    if cursor.fetchone()[0]:
                        yield f"{table}.{column.name}: {word}"


@pytest.mark.django_db(transaction=True)
def test_no_mark_of_the_person_is_left_anywhere() -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA ignore_check_constraints=ON")
    person = lead(EMAIL, name=NAME, phone=PHONE, kana="ゼット", title=OWN, department=OWN)
    second = lead("zxqold@aoba.co.jp", name="Zxqold Name")
    lead_merge(kept=person, merged=second, actor=ACTOR)
    ground(person, document=None, evidence=OWN)
    known: dict[Any, Any] = {Lead: person}
    rows_of_every_table(person, known)
    owned: set[str] = set()
    for model in (*known, AuditValue):
        paths = list(paths_to_lead(model))
        direct = [path for path in paths if "deal" not in path.split("__")]
        mentioned = {
            (table.model, name) for data in personal_data.values() for table in data.tables
            for name in table.mentions
        }  # fmt: skip
        for column in free_columns(model):
            if model is Lead or model.__name__ in NOT_OF_THE_PERSON:
                continue
            if paths:
                own = direct and model.__name__ not in ("Deal", "Erasure")
                text = OWN if own else f"to {NAME}, {EMAIL}"
                if mark(model, column, text):
                    owned.add(f"{model.__name__}.{column.name}")
            elif (model, column.name) in mentioned:
                mark(model, column, f"to {NAME} {PHONE} zxqformer@aoba.co.jp")
    Change.objects.create(
        object_type="leads.lead", object_id=person.pk, field="email", old="zxqformer@aoba.co.jp",
        new=EMAIL, at=clock.now(), recorded_at=clock.now(), source="manual", actor_kind="human",
        actor_name="x",
    )  # fmt: skip
    assert len(owned) > 25
    Erasure.objects.update(state="rejected")
    Lead.objects.filter(pk=person.pk).update(attributes={"note": OWN})
    base_build()
    audit_seal_all({})
    erase(person)
    database_compact(whole=True)
    left = sorted(columns_holding(*MARKS))
    assert left == [], " ".join(left)
    found = [
        (where, word)
        for where, content in everything()
        for word in MARKS
        if word.encode() in content.lower()
    ]
    assert found == []
    person.refresh_from_db()
    assert (person.kind, str(person), person.email) == ("erased", "(erased person)", "")
    audit_seal_all({})
    assert audit_verify() is None


@pytest.mark.django_db
def test_a_restored_copy_forgets_again_and_whoever_came_back_stays() -> None:
    person = lead(EMAIL, name=NAME, phone=PHONE)
    copy = Lead.objects.filter(pk=person.pk).values().get()
    erase(person)
    assert NAME not in journal_path().read_text()
    # The copy of the database from before: the person is back, the table of the journal is not.
    Lead.objects.filter(pk=person.pk).update(**{n: v for n, v in copy.items() if n != "id"})
    ErasureRecord.objects.all().delete()
    Refusal.objects.all().delete()
    assert said(EMAIL).code == "no_basis"
    assert erasures_replay() == 1
    person.refresh_from_db()
    assert (person.kind, person.name) == ("erased", "")
    assert said(EMAIL).code == "erased"
    back = lead(EMAIL, name=NAME)
    assert erasures_replay() == 0
    back.refresh_from_db()
    assert back.name == NAME


@pytest.mark.django_db
def test_an_erasure_that_broke_off_goes_on(monkeypatch) -> None:
    person = lead(EMAIL, name=NAME)
    row = erasure_ask(lead=person, reason=f"letter of {NAME}", actor=ACTOR)
    Erasure.objects.filter(pk=row.pk).update(state="approved")
    row.refresh_from_db()
    from teichaku.consent import erasures

    def breaks(person: object) -> int:
        raise OSError("the disk is away")

    with monkeypatch.context() as patch:
        patch.setattr(erasures, "rows_erase", breaks)
        with pytest.raises(OSError, match="away"):
            erasure_run(row)
    row.refresh_from_db()
    assert (row.state, NAME in row.reason) == ("approved", False)
    erasure_run(row)
    person.refresh_from_db()
    assert (person.kind, ErasureRecord.objects.count()) == ("erased", 1)
    assert json.loads(journal_path().read_text().splitlines()[-1])["digests"]
