"""Owners that a file calls by surname alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.utils.translation import gettext as _

from teichaku.intake.guess_draft import Draft
from teichaku.intake.guess_values import Sample

LONGEST_SURNAME = 3


def owners_named(drafts: Iterable[Draft], sample: Sample, people: Collection[str]) -> None:
    """Nothing; surnames that one colleague alone has stand for that colleague."""
    for draft in drafts:
        columns = draft.columns.get("owner", ())
        if len(columns) != 1:
            continue
        texts = sample.words.get(columns[0], [])
        values, unclear = full_names(texts, people)
        if values:
            draft.values.setdefault("owner", {}).update(values)
        if unclear:
            text = _(
                "These owners are surnames: %(owners)s. Say once under values: owner who they"
                " are, or bring in the people first."
            )
            draft.need("surnames", text % {"owners": ", ".join(unclear[:20])})


def full_names(texts: Iterable[str], people: Collection[str]) -> tuple[dict[str, str], list[str]]:
    """Who is meant by each surname, and the surnames that nobody or several people have."""
    known = {_bare(name) for name in people}
    by_surname: dict[str, set[str]] = {}
    for name in people:
        parts = name.split()
        if len(parts) > 1:
            by_surname.setdefault(_surname(parts), set()).add(name)
    values: dict[str, str] = {}
    unclear: list[str] = []
    for text in texts:
        if _bare(text) in known or not _is_surname(text):
            continue
        meant = by_surname.get(text.removesuffix("さん").strip(), set())
        if len(meant) == 1:
            values[text] = next(iter(meant))
        else:
            unclear.append(text)
    return values, unclear


def _surname(parts: list[str]) -> str:
    return parts[0] if not parts[0].isascii() else parts[-1]


def _is_surname(text: str) -> bool:
    """One short Japanese word: a department or a full name without a blank is longer."""
    plain = text.removesuffix("さん").strip()
    return (
        bool(plain)
        and not plain.isascii()
        and len(plain.split()) == 1 <= len(plain) <= LONGEST_SURNAME
    )


def _bare(name: str) -> str:
    return "".join(name.split())
