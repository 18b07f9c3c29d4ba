"""The report as lines for a terminal: the same parts in the same order, without the rows."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from teichaku.checklist.diagnosis import Diagnosis
from teichaku.checklist.diagnosis_html import headline, kpi_tiles
from teichaku.checklist.diagnosis_items import items_view
from teichaku.checklist.diagnosis_matching import matching_view
from teichaku.checklist.diagnosis_words import count, long_day, person, yen, yen_short
from teichaku.checklist.pain_lists import PainList

OWNERS_SHOWN = 10


def diagnosis_text(found: Diagnosis) -> Iterator[str]:
    """The lines."""
    yield _("Diagnosis as of %(day)s") % {"day": long_day(found.as_of)}
    yield headline(found)
    yield from _part(1, _("Four lists that hurt"))
    for pain in found.lists:
        yield from _list(pain)
    yield from _part(2, _("How deals and leads were matched"))
    yield from _matching(found)
    yield from _part(3, _("The three shared KPIs, as a baseline"))
    for tile in kpi_tiles(found):
        yield f"  {tile.name}: {tile.value} ({tile.parts})"
    yield from _input(found)
    yield from _part(4, _("The 20 points of adoption, as far as files prove them"))
    items = items_view(found.checklist, found.claims)
    if items.claimed is not None:
        yield f"  {_('Claimed')} {items.claimed}/20  {_('Proven')} {items.proven}/20"
    for phase in items.phases:
        yield f"  {phase.title} {phase.score} ({phase.counts})"
    yield from _part(5, _("The first three things to fix"))
    for number, fix in enumerate(found.fixes, start=1):
        yield f"  {number}. {fix.what}"
        yield f"     {fix.why}"


def _part(number: int, title: str) -> Iterator[str]:
    yield ""
    yield f"{number}. {title}"


def _list(pain: PainList) -> Iterator[str]:
    if not pain.judged:
        yield f"  {pain.title}: {pain.needs}"
        return
    worth = []
    if pain.amount is not None:
        worth.append(yen(pain.amount))
    if pain.estimate is not None:
        worth.append(_("estimate %(rate)s") % {"rate": yen(pain.estimate.amount)})
    said = f" ({_(', ').join(worth)})" if worth else ""
    yield f"  {pain.title}: {count(pain.count)}{said}"
    yield f"    {pain.finding}"
    for line in pain.owners[:OWNERS_SHOWN]:
        amount = f"  {yen_short(line.amount)}" if line.amount else ""
        yield f"      {person(line.owner)}: {count(line.count)}{amount}"
    if len(pain.owners) > OWNERS_SHOWN:
        yield "      " + _("and %(n)s more people") % {"n": len(pain.owners) - OWNERS_SHOWN}


def _matching(found: Diagnosis) -> Iterator[str]:
    view = matching_view(found.matching)
    yield f"  {_('Deals')} {count(view.deals)}"
    yield f"  {_('With their lead')} {count(view.linked)}"
    for word, number in view.by_key:
        yield f"    {word} {count(number)}"
    yield f"  {_('Waiting for confirmation')} {count(view.waiting)}"
    yield f"  {_('Without a lead')} {count(view.unmatched)}"


def _input(found: Diagnosis) -> Iterator[str]:
    inputs = found.inputs
    if inputs.open:
        yield "  " + _("Of %(asked)s values in open deals, %(lacking)s are missing.") % {
            "asked": count(inputs.asked),
            "lacking": count(inputs.lacking),
        }
    for needs in (inputs.next_action_needs, inputs.lag_needs):
        if needs:
            yield f"  {needs}"
