"""Finding leads by what people type: part of a name, a reading, a company, an address."""

from __future__ import annotations

import unicodedata

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Replace
from django.urls import reverse

from teichaku.console.spellings import spellings
from teichaku.core.menus import Hit
from teichaku.leads.models import Company, Lead
from teichaku.leads.names import company_name_key
from teichaku.leads.selectors import lead_find
from teichaku.scoring.models import Score

SPACES = (" ", "\u3000")


def leads_find(user: AbstractBaseUser, text: str, limit: int) -> list[Hit]:
    """At most ``limit`` leads that match, highest total first."""
    total = Score.objects.filter(pk=OuterRef("pk")).values("total")
    found = leads_matching(text).select_related("company__root").alias(total=Subquery(total))
    ordered = found.order_by(F("total").desc(nulls_last=True), "pk")
    return [
        Hit(
            title=str(lead),
            detail=lead.company.root.name if lead.company else lead.email,
            address=reverse("console:lead", args=[lead.uid]),
        )
        for lead in ordered[:limit]
    ]


def leads_matching(text: str) -> QuerySet[Lead]:
    """The root leads whose name, reading, company or address has every word of the text.

    Widths, kinds of kana and spaces within names make no difference. The whole text may also be
    the id by which another system knows the lead.
    """
    condition = Q()
    for word in text.split():
        condition &= _word_matches(word)
    known = lead_find(text)
    if known:
        condition |= Q(pk=known.root)
    bare = {f"bare_{field}": _without_spaces(field) for field in ("name", "kana")}
    return Lead.objects.filter(root=F("pk")).alias(**bare).filter(condition)


def _word_matches(word: str) -> Q:
    folded = unicodedata.normalize("NFKC", word).casefold()
    found = Q()
    for spelling in spellings(word):
        found |= _field_matches("name", spelling)
        if not _has_kanji(folded):
            found |= _field_matches("kana", spelling)
    if folded.isascii():
        found |= Q(email_key__contains=folded)
    key = company_name_key(word)
    if key:
        found |= Q(company__in=Company.objects.filter(root__name_key__contains=key).values("pk"))
    return found


def _field_matches(field: str, spelling: str) -> Q:
    # The first letter alone rules out most rows at a fraction of the price of taking out spaces.
    first, whole = f"{field}__icontains", f"bare_{field}__icontains"
    return Q(**{first: spelling[0]}) & Q(**{whole: spelling})


def _has_kanji(text: str) -> bool:
    return any("\u3400" <= letter <= "\u9fff" for letter in text)


def _without_spaces(field: str) -> F | Replace:
    bare: F | Replace = F(field)
    for space in SPACES:
        bare = Replace(bare, Value(space), Value(""), output_field=TextField())
    return bare
