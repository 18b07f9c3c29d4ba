"""The forms about one person: each says what was typed wrong, or writes through one service."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from teichaku.accounts import person_writes
from teichaku.accounts.departures import account_reopen
from teichaku.accounts.invitations import invitation_open, invitation_revoke, person_invite
from teichaku.accounts.models import Department, Invitation, Role, Team, User
from teichaku.accounts.person_page import colleagues_of, teams_now
from teichaku.accounts.selectors import today
from teichaku.accounts.services import role_grant, role_revoke
from teichaku.core.actors import Actor
from teichaku.core.forms import DayField, plain_widgets

ONE_DAY = timedelta(days=1)
MOST_TEXT = 200


class PersonForm(forms.Form):
    """A form about one person, written by someone."""

    done: ClassVar[Any] = _("Saved.")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        kwargs["initial"] = self.start(user)
        kwargs["auto_id"] = f"{type(self).__name__.lower()}_%s"  # several forms stand on one page
        super().__init__(*args, **kwargs)
        self.user = user
        self.prepare()
        plain_widgets(self)

    def start(self, user: User) -> dict[str, Any]:
        """What the form shows before anything was typed."""
        return {}

    def prepare(self) -> None:
        """Nothing; choices that depend on the person are filled in."""

    def write(self, actor: Actor) -> object:
        """What was written."""
        raise NotImplementedError


def people_choices(without: User | None) -> list[tuple[str, str]]:
    """Everyone else, to choose one of."""
    return [(str(user.pk), user.name) for user in colleagues_of(without)]


class FactsForm(PersonForm):
    """Name, address, manager, and whether the person signs in."""

    name = forms.CharField(label=_("Name"), max_length=MOST_TEXT)
    kana = forms.CharField(label=_("Reading of the name"), max_length=MOST_TEXT, required=False)
    email = forms.EmailField(label=_("E-mail address"), max_length=MOST_TEXT, required=False)
    manager = forms.TypedChoiceField(label=_("Manager"), coerce=int, empty_value=None)
    can_sign_in = forms.BooleanField(label=_("May sign in"), required=False)

    def start(self, user: User) -> dict[str, Any]:
        """The facts as they are."""
        fields = ("name", "kana", "email", "can_sign_in")
        return {**{name: getattr(user, name) for name in fields}, "manager": user.manager_id}

    def prepare(self) -> None:
        """Nothing; anybody else can be the manager."""
        field = self.fields["manager"]
        assert isinstance(field, forms.TypedChoiceField)
        field.required = False
        choices = people_choices(self.user)
        present = self.user.manager
        if present is not None and str(present.pk) not in dict(choices):
            choices.append((str(present.pk), present.name))
        field.choices = [("", _("Nobody")), *choices]

    def write(self, actor: Actor) -> None:
        """Nothing; the facts are written."""
        data = dict(self.cleaned_data)
        manager = User.objects.get(pk=data.pop("manager")) if data["manager"] else None
        data.pop("manager", None)
        person_writes.person_update(user=self.user, actor=actor, manager=manager, **data)


class RoleForm(PersonForm):
    """A role from a day on."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    starts_on = DayField(label=_("From"))

    def start(self, user: User) -> dict[str, Any]:
        """From today."""
        return {"starts_on": today()}

    def write(self, actor: Actor) -> None:
        """Nothing; the role is given."""
        role_grant(
            user=self.user,
            role=Role(self.cleaned_data["role"]),
            starts_on=self.cleaned_data["starts_on"],
            actor=actor,
        )


class RoleEndForm(PersonForm):
    """A role that ends today."""

    role = forms.ChoiceField(choices=Role.choices)

    def write(self, actor: Actor) -> None:
        """Nothing; the role is taken away."""
        role_revoke(user=self.user, role=Role(self.cleaned_data["role"]), actor=actor)


class DepartmentForm(PersonForm):
    """A department from a day on; one that is new comes into being."""

    department = forms.CharField(
        label=_("Department"),
        max_length=MOST_TEXT,
        widget=forms.TextInput(attrs={"list": "departments", "autocomplete": "off"}),
    )
    starts_on = DayField(label=_("From"))

    def start(self, user: User) -> dict[str, Any]:
        """From today."""
        return {"starts_on": today()}

    def write(self, actor: Actor) -> None:
        """Nothing; the person is moved."""
        person_writes.department_set(user=self.user, actor=actor, **self.cleaned_data)


class TeamsForm(PersonForm):
    """The teams that a person is in, and a new one."""

    teams = forms.MultipleChoiceField(
        label=_("Teams"), required=False, widget=forms.CheckboxSelectMultiple
    )
    another = forms.CharField(label=_("A new team"), max_length=60, required=False)

    def start(self, user: User) -> dict[str, Any]:
        """The teams as they are."""
        return {"teams": teams_now(user)}

    def prepare(self) -> None:
        """Nothing; every team can be ticked."""
        field = self.fields["teams"]
        assert isinstance(field, forms.MultipleChoiceField)
        labels = Team.objects.order_by("label").values_list("label", flat=True)
        field.choices = [(label, label) for label in labels]

    def write(self, actor: Actor) -> None:
        """Nothing; the person is in these teams."""
        data = self.cleaned_data
        wanted = [*data["teams"], *([data["another"]] if data["another"] else [])]
        person_writes.teams_set(user=self.user, teams=wanted, actor=actor)


class DeputyForm(PersonForm):
    """Who stands in, and until when."""

    deputy = forms.TypedChoiceField(label=_("Deputy"), coerce=int)
    starts_on = DayField(label=_("From"))
    ends_on = DayField(label=_("Until and including"), required=False)

    def start(self, user: User) -> dict[str, Any]:
        """From today."""
        return {"starts_on": today()}

    def prepare(self) -> None:
        """Nothing; anybody else can stand in."""
        field = self.fields["deputy"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [("", "—"), *people_choices(self.user)]

    def write(self, actor: Actor) -> None:
        """Nothing; the deputy is named."""
        last: date | None = self.cleaned_data["ends_on"]
        person_writes.deputy_set(
            user=self.user,
            deputy=User.objects.get(pk=self.cleaned_data["deputy"]),
            starts_on=self.cleaned_data["starts_on"],
            ends_before=last + ONE_DAY if last else None,
            actor=actor,
        )


class NumberForm(PersonForm):
    """An entry to be taken away."""

    number = forms.IntegerField()


class DeputyEndForm(NumberForm):
    """A deputy who stands in no longer."""

    def write(self, actor: Actor) -> None:
        """Nothing; the deputy is ended."""
        person_writes.deputy_end(user=self.user, actor=actor, **self.cleaned_data)


class AbsenceForm(PersonForm):
    """Days away."""

    starts_on = DayField(label=_("First day"))
    ends_on = DayField(label=_("Last day"))
    note = forms.CharField(label=_("Note"), max_length=MOST_TEXT, required=False)

    def write(self, actor: Actor) -> None:
        """Nothing; the absence is entered."""
        person_writes.absence_add(user=self.user, actor=actor, **self.cleaned_data)


class AbsenceRemoveForm(NumberForm):
    """An absence that is not to be."""

    def write(self, actor: Actor) -> None:
        """Nothing; the absence is removed."""
        person_writes.absence_remove(user=self.user, actor=actor, **self.cleaned_data)


class InvitationOpenForm(PersonForm):
    """A new link for someone who has not signed in yet."""

    def write(self, actor: Actor) -> Invitation:
        """The invitation, to be mailed."""
        return invitation_open(user=self.user, actor=actor)


class InvitationRevokeForm(PersonForm):
    """A link that shall lead nowhere."""

    done = _("The invitation is taken back; its link leads nowhere any more.")

    def write(self, actor: Actor) -> None:
        """Nothing; the invitation is revoked."""
        invitation_revoke(user=self.user, actor=actor)


class ReopenForm(PersonForm):
    """Someone who comes back."""

    done = _("The account is open again. Give roles and send an invitation.")

    def write(self, actor: Actor) -> None:
        """Nothing; the account is open."""
        account_reopen(user=self.user, actor=actor)


class ProfileForm(PersonForm):
    """One's own name and language."""

    name = forms.CharField(label=_("Name"), max_length=MOST_TEXT)
    kana = forms.CharField(label=_("Reading of the name"), max_length=MOST_TEXT, required=False)
    language = forms.ChoiceField(label=_("Language"), required=False)

    def start(self, user: User) -> dict[str, Any]:
        """The facts as they are."""
        return {name: getattr(user, name) for name in ("name", "kana", "language")}

    def prepare(self) -> None:
        """Nothing; every language can be chosen."""
        field = self.fields["language"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("As the browser says")), *settings.LANGUAGES]

    def write(self, actor: Actor) -> None:
        """Nothing; the profile is written."""
        person_writes.profile_update(user=self.user, actor=actor, **self.cleaned_data)


# The parts of the two pages: what each address below them writes.
OWN_PARTS: dict[str, type[PersonForm]] = {
    "profile": ProfileForm,
    "deputy": DeputyForm,
    "deputy-end": DeputyEndForm,
    "absence": AbsenceForm,
    "absence-remove": AbsenceRemoveForm,
}
PERSON_PARTS: dict[str, type[PersonForm]] = {
    "facts": FactsForm,
    "role": RoleForm,
    "role-end": RoleEndForm,
    "department": DepartmentForm,
    "teams": TeamsForm,
    "deputy": DeputyForm,
    "deputy-end": DeputyEndForm,
    "absence": AbsenceForm,
    "absence-remove": AbsenceRemoveForm,
    "invitation": InvitationOpenForm,
    "invitation-revoke": InvitationRevokeForm,
    "reopen": ReopenForm,
}
SHOWN_OWN = ("profile", "deputy", "absence")
SHOWN = ("facts", "role", "department", "teams", "deputy", "absence")


class InviteForm(forms.Form):
    """A person who does not sign in yet."""

    name = forms.CharField(label=_("Name"), max_length=MOST_TEXT)
    email = forms.EmailField(label=_("E-mail address"), max_length=MOST_TEXT)
    roles = forms.MultipleChoiceField(
        label=_("Roles"), choices=Role.choices, widget=forms.CheckboxSelectMultiple
    )
    department = forms.CharField(
        label=_("Department"),
        max_length=MOST_TEXT,
        required=False,
        widget=forms.TextInput(attrs={"list": "departments", "autocomplete": "off"}),
    )
    team = forms.CharField(
        label=_("Team"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"list": "teams", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plain_widgets(self)

    def write(self, actor: Actor) -> Invitation:
        """The invitation, to be mailed."""
        data = self.cleaned_data
        return person_invite(
            name=data["name"],
            email=data["email"],
            roles=[Role(role) for role in data["roles"]],
            department=data["department"],
            teams=[data["team"]] if data["team"] else [],
            actor=actor,
        )


def known_places() -> dict[str, list[str]]:
    """Names of departments and teams, to be suggested while typing."""
    return {
        "departments": list(Department.objects.order_by("name").values_list("name", flat=True)),
        "teams": list(Team.objects.order_by("label").values_list("label", flat=True)),
    }


class LeavingForm(forms.Form):
    """Who takes over each kind of thing, and whether the account closes."""

    LEAVES, MOVES = "leaves", "moves"
    how = forms.ChoiceField(
        choices=[
            (LEAVES, _("Leaves the company: the account closes")),
            (MOVES, _("Moves inside the company: the account stays")),
        ],
        initial=LEAVES,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, user: User, names: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["how"].label = _("What happens")
        self._names = [name for name, _label in names]
        choices = [("", _("Choose a person")), *people_choices(user)]
        for name, label in names:
            self.fields[name] = forms.TypedChoiceField(
                label=label, choices=choices, required=False, coerce=int, empty_value=None
            )
        plain_widgets(self)

    def clean(self) -> dict[str, Any] | None:
        """The form's values; whoever leaves needs a successor for everything."""
        if self.cleaned_data.get("how") == self.LEAVES:
            for name in self._names:
                if not self.cleaned_data.get(name) and name not in self.errors:
                    self.add_error(name, _("Choose who takes this over."))
        return None

    @property
    def closes(self) -> bool:
        """Whether the account closes."""
        return bool(self.cleaned_data["how"] == self.LEAVES)

    def successors(self) -> dict[str, User]:
        """Who takes over each kind."""
        chosen = {name: self.cleaned_data[name] for name in self._names if self.cleaned_data[name]}
        people = User.objects.in_bulk(chosen.values())
        return {name: people[number] for name, number in chosen.items()}
