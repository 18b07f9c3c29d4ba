"""After all work is done: is every entry there once, and does everything follow from the entries?

What follows is held against another way of getting it: obligations against those made from nothing,
messages against their jobs, keyed tables against their keys, and all of it against one more round.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

from django.apps import apps
from django.db import transaction
from django.db.models import Count as CountOf
from django.db.models import Model

from benchmarks.reliability.client import Entry
from benchmarks.reliability.counts import Count
from benchmarks.reliability.history import CLIMB_EVERY
from teichaku.core import clock
from teichaku.core.audit import audit_seal_all, audit_verify
from teichaku.core.models import Change, Job, OutboxMessage
from teichaku.core.registry import job_handlers, topics
from teichaku.deals.models import Activity, Deal, Waiver
from teichaku.inputs.book import input_book
from teichaku.inputs.ladder_turns import obligations_climbing, turns_of
from teichaku.inputs.models import OPEN, FollowUp, Inquiry, Obligation
from teichaku.inputs.passes import obligations_pass
from teichaku.notify.jobs import EVERY_S as DELIVER_S
from teichaku.notify.models import Delivery

# What must never be there twice. A blank key is none.
KEYS = {
    "core.View": ("object_type", "object_id", "user_id", "day"),
    "notify.Task": ("key",),
    "notify.Notification": ("user", "key"),
    "notify.Delivery": ("notification",),
    "inputs.Obligation": ("subject_kind", "subject_id", "rule_id", "occurrence"),
    "inputs.FollowUp": ("obligation", "step"),
    "inputs.FullPass": ("day",),
    "deals.GateDecision": ("deal", "gate_id", "at"),
    "handover.Handover": ("qualification", "stage"),
    "handover.Breach": ("handover", "clock", "due_at", "step"),
    "meetings.Meeting": ("series", "turn"),
    "meetings.AgendaItem": ("meeting", "kind", "subject"),
}
# Which table tells of a kind of entry, by the column that holds its text.
TEXTS: dict[str, Callable[[], Iterable[str]]] = {
    "activity": lambda: Activity.objects.values_list("note", flat=True),
    "deal": lambda: Deal.objects.values_list("name", flat=True),
    "exception": lambda: Waiver.objects.values_list("note", flat=True),
    "field": lambda: Change.objects.filter(
        object_type="deals.deal", field="next_action"
    ).values_list("new", flat=True),
}


def checks(entries: Sequence[Entry], arrived: Counter[str]) -> list[Count]:
    """Every check, as lines of the table; ``arrived``: how often each mail did."""
    with clock.moved_to(clock.now()):
        return [
            *_entries(entries),
            Count("jobs parked", parked := _parked(), parked),
            *_messages(),
            *_followed_up(),
            *_mails(arrived),
            *_obligations(),
            *_keys(),
            _one_more_round(),
            _audit(),
        ]


def _entries(entries: Sequence[Entry]) -> list[Count]:
    found = []
    for kind, texts in TEXTS.items():
        there = Counter(texts())
        mine = [entry for entry in entries if entry.kind == kind]
        sure = [entry for entry in mine if entry.acknowledged]
        wrong = sum(there[entry.text] != 1 for entry in sure)
        wrong += sum(there[entry.text] > 1 for entry in mine if not entry.acknowledged)
        found.append(Count(f"acknowledged: {kind}", len(sure), wrong))
    return found


def _parked() -> int:
    return Job.objects.filter(parked_at__isnull=False).count()


def _messages() -> list[Count]:
    """Each message was handled by each who listens, once to the end."""
    done = Counter(
        (kind, payload.get("message"))
        for kind, payload in Job.objects.filter(finished_at__isnull=False).values_list(
            "kind", "payload"
        )
    )
    wanted = [
        (kind, message)
        for message, topic in OutboxMessage.objects.values_list("pk", "topic")
        for kind in topics.get(topic).handlers
    ]
    wrong = sum(done[pair] != 1 for pair in wanted)
    again = Job.objects.filter(finished_at__isnull=False, attempts__gt=1).count()
    return [
        Count("messages handled by each listener", len(wanted), wrong),
        Count("jobs taken over from a killed worker", again),
    ]


def _followed_up() -> list[Count]:
    """Each step of the ladder whose time has come was taken, and questions ask about it once."""
    # What came due since the last turn of the job waits for the next one.
    then = clock.now() - 2 * CLIMB_EVERY
    late = turns_of(list(obligations_climbing(then)), input_book(), then)
    asked = Inquiry.objects.filter(answered_at=None, closed_at=None)
    twice = asked.values("person", "rule_id").annotate(n=CountOf("pk")).filter(n__gt=1).count()
    return [
        Count("steps of the ladder taken", FollowUp.objects.count(), len(late)),
        Count("questions to managers", asked.count(), twice),
    ]


def _mails(arrived: Counter[str]) -> list[Count]:
    """Each mail arrived once at most, and none that was sent is missing."""
    open_ended = (Delivery.State.SENDING, Delivery.State.PARKED)
    sent, parked = (
        Delivery.objects.filter(state__in=states).values("message").distinct().count()
        for states in ((Delivery.State.SENT,), open_ended)
    )
    twice = sum(times > 1 for times in arrived.values())
    lost, unknown = max(0, sent - len(arrived)), max(0, len(arrived) - sent - parked)
    # What came due since the last turn of the job waits for the next one.
    then = clock.now() - 2 * timedelta(seconds=DELIVER_S)
    due = Delivery.objects.filter(state=Delivery.State.WAITING, due_at__lte=then).count()
    return [
        Count("mails that arrived", sum(arrived.values()), twice + lost + unknown),
        Count("mails of killed senders that wait for a decision", parked),
        Count("mails that are due and were not sent", due, due),
    ]


def _obligations() -> list[Count]:
    followed = _owed()
    passed = obligations_pass()
    changed = passed.made + passed.changed + passed.removed
    with transaction.atomic():
        for row in apps.get_app_config("inputs").get_models():
            _free_of_obligations(row)
        Obligation.objects.all().delete()
        obligations_pass()
        scratch = _owed()
        transaction.set_rollback(True)
    visits = set(Activity.objects.filter(kind="visit").values_list("pk", flat=True))
    owed = Counter(
        Obligation.objects.filter(subject_kind="activity").values_list("subject_id", flat=True)
    )
    return [
        Count("obligations as one pass over everything leaves them", len(followed), changed),
        Count(
            "obligations as they come out from nothing",
            len(scratch),
            sum(((followed - scratch) + (scratch - followed)).values()),
        ),
        Count("visits with their one obligation", len(visits), sum(owed[pk] != 1 for pk in visits)),
    ]


def _free_of_obligations(model: type[Model]) -> None:
    """Nothing; rows that point at obligations are away, as these are about to be."""
    for field in model._meta.get_fields():
        if field.concrete and field.related_model is Obligation:
            model._default_manager.all().delete()
            return


def _owed() -> Counter[tuple[object, ...]]:
    """Everything that is owed. When something settled was due is left out: what moved it may have
    been entered after.
    """
    return Counter(
        (
            row.subject_kind, row.subject_id, row.rule_id, row.occurrence, row.state, row.owner_id,
            row.settled_at, *((row.due_at, row.rule_hash) if row.state == OPEN else ()),
        )
        for row in Obligation.objects.all()
    )  # fmt: skip


def _keys() -> list[Count]:
    found = []
    for name, fields in KEYS.items():
        rows = apps.get_model(name)._default_manager.all()
        if "key" in fields:
            rows = rows.exclude(key="")
        twice = rows.order_by().values(*fields).annotate(n=CountOf("pk")).filter(n__gt=1).count()
        found.append(Count(f"rows of {name}, by key", rows.count(), twice))
    return found


def _one_more_round() -> Count:
    """Whatever is periodic, done twice more at one instant: the second time there is no news."""
    for _ in range(2):
        before = _sizes()
        for _kind, handler in sorted(job_handlers.items()):
            if handler.every_seconds is not None:
                handler.run({})
    after = _sizes()
    wrong = sum(abs(after[name] - before[name]) for name in after)
    return Count("rows made by doing periodic work once more", wrong, wrong)


def _sizes() -> dict[str, int]:
    return {name: apps.get_model(name)._default_manager.count() for name in KEYS}


def _audit() -> Count:
    audit_seal_all({})
    entries = apps.get_model("core.AuditEntry").objects.count()
    return Count("audit entries under unbroken seals", entries, int(audit_verify() is not None))
