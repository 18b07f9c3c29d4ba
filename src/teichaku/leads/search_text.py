"""Finding leads by what people type: one folded text per person, kept with every write.

Widths, letter case, kinds of kana, older forms of characters and spaces make no difference. A
search looks through the texts alone, which are a fraction of the leads themselves.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection

from django.db.models import Q, QuerySet

from teichaku.core import bulk
from teichaku.leads.models import Company, Lead, SearchText
from teichaku.leads.names import company_name_key, old_forms_folded
from teichaku.leads.selectors import lead_find

AT_ONCE = 5_000
_TO_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}


def search_folded(text: str) -> str:
    """The text as it is compared, without any space."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(old_forms_folded(folded).translate(_TO_KATAKANA).split())


def leads_matching(text: str) -> QuerySet[SearchText]:
    """The texts of root leads with every word in name, reading, company or address."""
    condition = Q()
    for word in text.split():
        folded, bare = search_folded(word), search_folded(company_name_key(word))
        # What holds the whole word holds its part too, so the part alone is looked for.
        wanted = {bare} if bare and bare in folded else {folded, bare} - {""}
        found = Q()
        for part in sorted(wanted):
            found |= Q(text__contains=part)
        condition &= found
    return SearchText.objects.filter(condition)


def leads_found(text: str, most: int) -> tuple[list[int], bool]:
    """At most so many root leads that match, and whether there are more.

    The whole text may also be the id by which another system knows the lead.
    """
    found = list(leads_matching(text).values_list("pk", flat=True)[: most + 1])
    known = lead_find(text)
    if known and known.root not in found:
        found.insert(0, known.root)
    return found[:most], len(found) > most


def search_texts_write(leads: Collection[int]) -> None:
    """Nothing; the people for whom these leads stand are found by what is known of them now.

    Part of the caller's transaction.
    """
    for chunk in bulk.chunked(sorted(set(leads)), AT_ONCE):
        own = bulk.lookup(Lead, "id", chunk, ("id", "root"))
        merged = [lead for lead, root in own if lead != root]
        if merged:
            SearchText.objects.filter(pk__in=merged).delete()
        bulk.upsert(SearchText, "lead", ("text",), _texts({root for _, root in own}))


def _texts(roots: Collection[int]) -> list[bulk.Row]:
    members = bulk.lookup(Lead, "root", roots, ("root", "company", "name", "kana", "email_key"))
    companies = _company_keys({row[1] for row in members} - {None})
    parts: dict[int, dict[str, None]] = {root: {} for root in roots}
    for root, company, name, kana, email in members:
        texts = (search_folded(name), search_folded(kana), email, companies.get(company, ""))
        parts[root].update(dict.fromkeys(filter(None, texts)))
    return [(root, "\n".join(texts)) for root, texts in parts.items() if texts]


def _company_keys(companies: Collection[int]) -> dict[int, str]:
    roots: dict[int, int] = (
        dict(bulk.lookup(Company, "id", companies, ("id", "root"))) if companies else {}
    )
    keys: dict[int, str] = dict(bulk.lookup(Company, "id", set(roots.values()), ("id", "name_key")))
    folded = {root: search_folded(key) for root, key in keys.items()}
    return {company: folded[root] for company, root in roots.items()}
