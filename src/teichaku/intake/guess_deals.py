"""Drafts of deals, their stages and what was done about them."""

from __future__ import annotations

from django.utils.translation import gettext as _

from teichaku.intake.guess_columns import Fit
from teichaku.intake.guess_draft import Draft, draft_of
from teichaku.intake.guess_values import Column, Sample
from teichaku.intake.guess_words import activity_kind_of, may_be_closed, stage_of, value_key
from teichaku.intake.header_words import HEADER_WORDS

_WON_DATES = frozenset(["wondate", "wonat", "受注日", "成約日", "契約日", "契約締結日", "成立日"])
_ENDINGS = frozenset(
    word
    for word in HEADER_WORDS["deals"]["closed_on"].replace("|", " ").split()
    if word != "完了日"
)
_FIELD_COLUMNS = "name field fieldname fieldevent 項目 項目名 フィールド 変更項目"
_STAGE_FIELDS = "dealstage stagename stage フェーズ ステージ 商談フェーズ 取引ステージ 案件フェーズ"
_CHANGED_FIELD, _STAGE_NAMES = frozenset(_FIELD_COLUMNS.split()), frozenset(_STAGE_FIELDS.split())
_TRUE_WORDS = frozenset({"true", "1", "yes", "はい"})


def deals_draft(fit: Fit, sample: Sample) -> Draft | None:
    """A draft of deals, None where nothing makes the rows deals."""
    if not fit.matches.keys() & {"stage", "amount", "close_on", "closed_on"}:
        return None
    if not fit.telling("external_id", "stage", "amount", "close_on", "closed_on", "name"):
        return None
    draft = draft_of(fit, sample)
    _ends_put(draft, sample)
    stage = fit.column("stage")
    if stage is None:
        if not _all_won(draft, sample) and not _by_flags(draft, sample):
            text = _("No column tells the stage, so every deal would come in as open.")
            draft.need("no_stage", text, stops=True)
    else:
        _stages_read(draft, sample, stage)
    _closing_day_put(draft, fit)
    if "external_id" not in draft.columns and not _id_put(draft, sample):
        return None
    return draft


def _ends_put(draft: Draft, sample: Sample) -> None:
    """受注日 and 失注日 are both the day of the end: together where a deal has one of them."""
    ends = tuple(
        column
        for column in sample.columns
        if column.key in _ENDINGS and column.filled and column.dates >= 0.5
    )
    if len(ends) < 2:
        return
    both = [
        row
        for row in zip(*(column.cells for column in ends), strict=True)
        if sum(map(bool, row)) > 1
    ]
    if both:
        text = _("Several columns are the day of the end (%(columns)s); %(first)s is used.")
        names = ", ".join(column.name for column in ends)
        draft.need("two_columns", text % {"columns": names, "first": draft.columns["closed_on"][0]})
        return
    draft.put("closed_on", ends, _("a deal has one of these days"))


def _all_won(draft: Draft, sample: Sample) -> bool:
    """A file without stages in which every row has a day on which it was won."""
    closed = draft.columns.get("closed_on", ())
    if len(closed) != 1:
        return False
    column = sample.column(closed[0])
    if column.key not in _WON_DATES or len(column.filled) < len(column.cells):
        return False
    draft.constants["stage"] = "won"
    draft.needs = [need for need in draft.needs if need.code != "no_stage"]
    if "created_on" not in draft.columns:
        why = _("nothing says when it began, so it counts from the day it was won")
        draft.put("created_on", (column,), why)
    text = _("Every row has a %(column)s and none a stage: all are taken as won.")
    draft.need("all_won", text % {"column": column.name})
    return True


def _by_flags(draft: Draft, sample: Sample) -> bool:
    """Deals whose outcome only a yes/no column tells."""
    flag = next((c for c in sample.columns if c.key in ("iswon", "isclosedwon") and c.filled), None)
    if flag is None:
        return False
    draft.put("stage", (flag,), _("yes means won"))
    words = sample.words.get(flag.name, [])
    draft.values["stage"] = {
        text: "won" if text.casefold() in _TRUE_WORDS else "open" for text in words
    }
    return True


def _stages_read(draft: Draft, sample: Sample, stage: Column) -> None:
    draft.stages_named(sample, stage)
    _flagged_stages_read(draft, sample, stage)
    words = sample.words.get(stage.name, [])
    known = {text: draft.values.get("stage", {}).get(text, stage_of(text)) for text in words}
    unclear = [text for text in words if not known[text] and may_be_closed(text)]
    if unclear:
        text = _(
            "These stages may be the end of a deal: %(stages)s. Say under values: stage which are"
            " won and which lost; else they count as open."
        )
        draft.need("unclear_stages", text % {"stages": ", ".join(unclear)})
    elif words and not any(known.values()):
        text = _(
            "No stage is known as won or lost: %(stages)s. Say under values: stage which are;"
            " else all count as open."
        )
        draft.need("no_outcomes", text % {"stages": ", ".join(words[:20])})


def _flagged_stages_read(draft: Draft, sample: Sample, stage: Column) -> None:
    """A stage whose rows all say won (or closed and not won) means just that."""
    won = next((c for c in sample.columns if c.key in ("iswon", "isclosedwon")), None)
    closed = next((c for c in sample.columns if c.key == "isclosed"), None)
    if won is None or closed is None:
        return
    seen: dict[str, set[tuple[bool, bool]]] = {}
    for text, is_won, is_closed in zip(stage.cells, won.cells, closed.cells, strict=True):
        flags = (is_won.casefold() in _TRUE_WORDS, is_closed.casefold() in _TRUE_WORDS)
        seen.setdefault(text, set()).add(flags)
    for text, flags_seen in sorted(seen.items()):
        if not text or stage_of(text):
            continue
        if flags_seen == {(True, True)}:
            draft.values.setdefault("stage", {})[text] = "won"
        elif flags_seen == {(False, True)}:
            draft.values.setdefault("stage", {})[text] = "lost"


def _closing_day_put(draft: Draft, fit: Fit) -> None:
    """One day that is expected while a deal is open and the day of the end afterwards."""
    expected = fit.column("close_on")
    if expected is None or "closed_on" in draft.columns or "stage" not in draft.columns:
        return
    draft.put("closed_on", (expected,), _("of deals that are won or lost, the day of their end"))
    draft.only["closed_on"] = {"stage": ("won", "lost")}


def _id_put(draft: Draft, sample: Sample) -> bool:
    """What tells deals apart where no column is their id: their lead, or their name."""
    why = _("no column is the deal's own id, and no value stands twice")
    for names in (("lead",), ("name",), ("name", "company"), ("contact", "company", "name")):
        if not all(name in draft.columns for name in names):
            continue
        columns = tuple(sample.column(draft.columns[name][0]) for name in names)
        rows = list(zip(*(column.cells for column in columns), strict=True))
        if rows and all(map(any, rows)) and len(set(rows)) >= 0.99 * len(rows):
            draft.put("external_id", columns, why)
            text = _("No column is the deal's id; %(columns)s tells deals apart.")
            said = ", ".join(column.name for column in columns)
            draft.need("no_deal_id", text % {"columns": said})
            return True
    return False


def stages_draft(fit: Fit, sample: Sample) -> Draft | None:
    """A draft of the history of stages, None where the rows are no history."""
    deal, stage = fit.column("deal"), fit.column("stage")
    if deal is None or stage is None or "at" not in fit.matches:
        return None
    if deal.unique > 0.95 and len(deal.filled) > 20 and fit.marks < 1:
        return None
    draft = draft_of(fit, sample)
    which = next((c for c in sample.columns if c.key in _CHANGED_FIELD and c.filled), None)
    if which is not None and which.name != stage.name:
        words = sample.words.get(which.name, [])
        wanted = tuple(text for text in words if value_key(text) in _STAGE_NAMES)
        if not wanted and stage.key not in _STAGE_NAMES:
            return None
        if wanted:
            draft.where[which.name] = wanted
    draft.stages_named(sample, stage)
    return draft


def activities_draft(fit: Fit, sample: Sample) -> Draft | None:
    """A draft of activities, None where nothing was done by anybody."""
    if "at" not in fit.matches or not fit.matches.keys() & {"kind", "outcome", "next_action"}:
        return None
    draft = draft_of(fit, sample)
    kind = fit.column("kind")
    if kind is not None:
        known = {text: activity_kind_of(text) for text in sample.words.get(kind.name, [])}
        meant = {text: name for text, name in known.items() if name and name != text}
        if meant:
            draft.values["kind"] = meant
    return draft
