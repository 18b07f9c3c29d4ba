"""Everyone known, looked up the ways in which files name people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from teichaku.accounts.models import User, UserIdentity
from teichaku.accounts.names import folded_email, folded_name, is_full_name


class Directory:
    """All people, read in two queries, as one system's files see them."""

    def __init__(self, system: str) -> None:
        users = {user.pk: user for user in User.objects.all()}
        self.by_identity: dict[str, User] = {}
        self._by_text: dict[str, set[User]] = defaultdict(set)
        texts: dict[int, set[str]] = defaultdict(set)
        for identity in UserIdentity.objects.all():
            texts[identity.user_id].add(identity.external_id)
            if identity.system == system:
                user = users[identity.user_id]
                self.by_identity[identity.external_id] = user
                self._by_text[folded_name(identity.external_id)].add(user)
        self.by_email = {user.email: user for user in users.values() if user.email}
        self._by_name: dict[str, set[User]] = defaultdict(set)
        for user in users.values():
            # Someone known by nothing but a number of one system is nobody in another system.
            if is_full_name(user.name) or user.name not in texts[user.pk]:
                self._by_name[folded_name(user.name)].add(user)

    def named(self, name: str) -> User | None:
        """The only person of that full name."""
        return _only(self._by_name.get(folded_name(name), ()))

    def has_namesakes(self, name: str) -> bool:
        """Whether several people have that full name."""
        return len(self._by_name.get(folded_name(name), ())) > 1

    def known_as(self, name: str) -> User | None:
        """The only person whom this system's files so far named by name instead of by id."""
        return _only(self._by_text.get(folded_name(name), ())) if is_full_name(name) else None

    def owner(self, text: str) -> User | None:
        """Whom an owner column means: by id of the system, then e-mail, then full name."""
        return (
            self.by_identity.get(text) or self.by_email.get(folded_email(text)) or self.named(text)
        )


def _only(users: Iterable[User]) -> User | None:
    found = list(users)
    return found[0] if len(found) == 1 else None
