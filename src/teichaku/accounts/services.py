"""Writes about people: one account, its password, its roles; and files of people in bulk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from teichaku.accounts.directory import Directory
from teichaku.accounts.memberships import departments_assign, roles_assign, teams_assign
from teichaku.accounts.models import Role, RoleGrant, User, UserIdentity
from teichaku.accounts.names import folded_email, folded_name, is_email, usable_email
from teichaku.accounts.people import (
    LONGEST_TEXT,
    PeopleImported,
    Person,
    PersonRow,
    RejectedPerson,
    namesakes,
    people_collect,
)
from teichaku.accounts.selectors import today
from teichaku.accounts.standing_guard import keep_an_administrator
from teichaku.core import bulk, clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.canonical import Json
from teichaku.core.changes import FieldChange, changes_record
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.outbox import outbox_emit


def user_create(
    *,
    name: str,
    actor: Actor,
    email: str | None = None,
    kana: str = "",
    password: str | None = None,
    can_sign_in: bool = True,
) -> User:
    """The new person; without an e-mail address it is one who cannot sign in."""
    address = usable_email(email) if email else None
    name = name.strip() or (address or "")
    if not name:
        raise InvalidInput(
            _("A person needs a name or an e-mail address to be told apart. Enter at least one.")
        )
    if max(len(name), len(kana), len(address or "")) > LONGEST_TEXT:
        raise InvalidInput(
            _("A name or an e-mail address is longer than %(limit)s characters. Shorten it.")
            % {"limit": LONGEST_TEXT}
        )
    user = User(
        email=address, name=name, kana=kana.strip(), can_sign_in=can_sign_in and address is not None
    )
    _put_password(user, password)
    with transaction.atomic():
        if address and User.objects.filter(email=address).exists():
            raise Conflict(
                _(
                    "Someone already has the e-mail address %(email)s. Use that person's account,"
                    " or enter another address."
                )
                % {"email": address},
                email=address,
            )
        user.save(force_insert=True)
        audit_record(
            actor=actor,
            action="accounts.user_create",
            object_type="accounts.user",
            object_id=user.pk,
            values={"email": address, "name": name},
        )
        outbox_emit(topic="accounts.people_changed", payload={"users": [user.pk]})
    return user


def user_set_password(*, user: User, password: str, actor: Actor) -> None:
    """Nothing; the person signs in with this password from now on, and older sign-ins end."""
    _put_password(user, password)
    with transaction.atomic():
        user.save(update_fields=["password"])
        audit_record(
            actor=actor,
            action="accounts.user_set_password",
            object_type="accounts.user",
            object_id=user.pk,
        )
        outbox_emit(topic="accounts.people_changed", payload={"users": [user.pk]})


def role_grant(*, user: User, role: Role, actor: Actor, starts_on: date | None = None) -> RoleGrant:
    """The grant in force for the role; one that is there already stays as it is."""
    with transaction.atomic():
        grant, created = RoleGrant.objects.get_or_create(
            user=user, role=role, ends_before=None, defaults={"starts_on": starts_on or today()}
        )
        if created:
            _record_role(user, role, "accounts.role_grant", actor)
    return grant


def role_revoke(*, user: User, role: Role, actor: Actor) -> None:
    """Nothing; the person no longer holds the role, from today on."""
    day = today()
    present = RoleGrant.objects.filter(user=user, role=role, ends_before=None)
    with transaction.atomic():
        if role == Role.ADMINISTRATOR:
            keep_an_administrator(without=user)
        ended = present.filter(starts_on__lt=day).update(ends_before=day)
        # A grant of today held on no whole day, and one of a later day never began.
        dropped, _per_model = present.filter(Q(starts_on__gte=day)).delete()
        if not ended + dropped:
            raise Conflict(
                _(
                    "%(name)s does not hold the role %(role)s, so it cannot be taken away. Reload"
                    " the page to see the roles held now."
                )
                % {"name": user.name, "role": role.label},
                user=user.uid,
                role=role.value,
            )
        _record_role(user, role, "accounts.role_revoke", actor)


def people_import(*, rows: Sequence[PersonRow], system: str, actor: Actor) -> PeopleImported:
    """What became of the lines of a users file; the same file again changes nothing.

    People are matched by their id in ``system``, then by e-mail address; blank never overwrites.
    """
    people, rejected = people_collect(rows)
    with transaction.atomic():
        people, unmatched = _people_match(people, Directory(system))
        rejected += unmatched
        created = _people_create([person for person in people if person.user is None])
        changed = _people_update(people, actor, source=system)
        _identities_add(people, system)
        changed |= _people_place(people)
        changed |= _managers_set(people, system, actor)
        if created or changed:
            audit_record(
                actor=actor,
                action="accounts.people_import",
                object_type="accounts.user",
                count=len(created | changed),
            )
            outbox_emit(
                topic="accounts.people_changed", payload={"users": sorted(created | changed)}
            )
    updated = len(changed - created)
    return PeopleImported(
        created=len(created),
        updated=updated,
        unchanged=len(people) - len(created) - updated,
        rejected=tuple(sorted(rejected, key=lambda bad: bad.line)),
    )


def owner_ensure(*, owners: Collection[str], system: str, actor: Actor) -> dict[str, int]:
    """The person of each owner text; an unknown one is noted as someone who cannot sign in."""
    texts = {text: text.strip() for text in owners if text.strip()}
    overlong = next((text for text in texts.values() if len(text) > LONGEST_TEXT), None)
    if overlong is not None:
        raise InvalidInput(
            _("The owner %(text)s… is longer than %(limit)s characters. Check the owner column.")
            % {"text": overlong[:40], "limit": LONGEST_TEXT}
        )
    with transaction.atomic():
        directory = Directory(system)
        found = {text: directory.owner(text) for text in set(texts.values())}
        users = {text: user for text, user in found.items() if user is not None}
        created = _owners_create(found.keys() - users.keys())
        users |= created
        # Noted as an id even where e-mail or name told who is meant: later people of the same
        # name shall not change what the file said.
        bulk.create(
            UserIdentity(user=users[text], system=system, external_id=text)
            for text in sorted(users.keys() - directory.by_identity.keys())
        )
        if created:
            ids = sorted({user.pk for user in created.values()})
            audit_record(
                actor=actor,
                action="accounts.owner_ensure",
                object_type="accounts.user",
                count=len(ids),
            )
            outbox_emit(topic="accounts.people_changed", payload={"users": ids})
    return {given: users[text].pk for given, text in texts.items()}


def _owners_create(texts: Collection[str]) -> dict[str, User]:
    # Two spellings of one unknown name are one person, whichever of them comes first.
    new: dict[str, User] = {}
    for text in sorted(texts):
        key = folded_email(text) if is_email(text) else folded_name(text)
        email = key if is_email(text) else None
        if key not in new:
            new[key] = User(email=email, name=text, can_sign_in=False)
            new[key].set_unusable_password()
    bulk.create(new.values())
    return {
        text: new[folded_email(text) if is_email(text) else folded_name(text)] for text in texts
    }


def _people_match(
    people: Iterable[Person], directory: Directory
) -> tuple[list[Person], list[RejectedPerson]]:
    """The people that can be written, each with its account if there is one, and the others."""
    names = Counter(folded_name(person.name) for person in people)
    kept: list[Person] = []
    rejected: list[RejectedPerson] = []
    claimed: set[int] = set()

    def strength(person: Person) -> int:
        # Ids first, for all: a weaker sign never takes someone whom a stronger one names.
        if directory.by_identity.keys() & person.external_ids:
            return 0
        return 1 if person.email in directory.by_email else 2

    for person in sorted(people, key=strength):
        known = {directory.by_identity.get(key) for key in person.external_ids} - {None}
        by_email = directory.by_email.get(person.email)
        user = next(iter(known), by_email)
        if user is None:
            user = _by_name(person, directory, alone=names[folded_name(person.name)] == 1)
            user = None if user is None or user.pk in claimed else user
        if person.only_named and user is None and directory.has_namesakes(person.name):
            rejected.extend(namesakes(person.rows))
        elif len(known) > 1 or by_email not in {None, user} or (user and user.pk in claimed):
            message = _(
                "The id and the e-mail address of this line belong to different people. Correct"
                " one of them, or leave the e-mail address blank."
            )
            rejected.extend(person.rejected("two_people", message))
        else:
            person.user = user
            claimed |= {user.pk} if user else set()
            kept.append(person)
    return kept, rejected


def _by_name(person: Person, directory: Directory, *, alone: bool) -> User | None:
    if person.only_named:
        return directory.owner(person.name)
    return directory.known_as(person.name) if alone else None


def _people_create(people: Sequence[Person]) -> set[int]:
    for person in people:
        person.user = User(
            email=person.email or None,
            name=person.shown_name,
            can_sign_in=bool(person.email),
        )
        person.user.set_unusable_password()
    made = bulk.create([p.user for p in people if p.user is not None])
    return {user.pk for user in made}


def _people_update(people: Iterable[Person], actor: Actor, *, source: str) -> set[int]:
    changes: list[FieldChange] = []
    users: dict[int, User] = {}
    for person in people:
        user = person.user
        assert user is not None
        # A users file lists those who work here: who has an address may sign in.
        told: dict[str, Json] = {
            "email": person.email,
            "name": person.name,
            "can_sign_in": bool(person.email),
        }
        for name, new in told.items():
            old = getattr(user, name)
            if new and new != old:
                setattr(user, name, new)
                users[user.pk] = user
                changes.append(FieldChange("accounts.user", user.pk, name, old, new))
    User.objects.bulk_update(users.values(), ["email", "name", "can_sign_in"], batch_size=200)
    changes_record(changes, actor=actor, at=clock.now(), source=source)
    return set(users)


def _identities_add(people: Iterable[Person], system: str) -> None:
    rows = [
        (person.user.pk, system, external_id)
        for person in people
        if person.user is not None
        for external_id in sorted(person.external_ids)
    ]
    bulk.insert_new(UserIdentity, ("user", "system", "external_id"), rows)


def _people_place(people: Iterable[Person]) -> set[int]:
    day = today()
    placed = {person.user.pk: person for person in people if person.user is not None}
    return (
        departments_assign({pk: p.department for pk, p in placed.items() if p.department}, day)
        | teams_assign({pk: p.teams for pk, p in placed.items() if p.teams}, day)
        | roles_assign({pk: p.roles for pk, p in placed.items() if p.roles}, day)
    )


def _managers_set(people: Iterable[Person], system: str, actor: Actor) -> set[int]:
    led = [person for person in people if person.manager]
    ids = owner_ensure(owners={person.manager for person in led}, system=system, actor=actor)
    changes: list[FieldChange] = []
    users: list[User] = []
    for person in led:
        user, manager = person.user, ids[person.manager]
        assert user is not None
        # Some files put the head of the house under himself; that is nobody's manager.
        if manager in {user.pk, user.manager_id}:
            continue
        changes.append(FieldChange("accounts.user", user.pk, "manager", user.manager_id, manager))
        user.manager_id = manager
        users.append(user)
    User.objects.bulk_update(users, ["manager"], batch_size=200)
    changes_record(changes, actor=actor, at=clock.now(), source=system)
    return {user.pk for user in users}


def _record_role(user: User, role: Role, action: str, actor: Actor) -> None:
    audit_record(
        actor=actor,
        action=action,
        object_type="accounts.user",
        object_id=user.pk,
        values={"role": role.value},
    )
    outbox_emit(topic="accounts.people_changed", payload={"users": [user.pk]})


def _put_password(user: User, password: str | None) -> None:
    if password is not None:
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise InvalidInput(" ".join(error.messages)) from error
    user.set_password(password)
