"""Drafts of leads, companies, colleagues and what leads did."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from teichaku.intake.guess_columns import Fit
from teichaku.intake.guess_draft import Draft, draft_of
from teichaku.intake.guess_values import Column, Sample
from teichaku.intake.guess_words import (
    NOT_DONE_BY_LEADS,
    event_type_of,
    marketo_type_of,
    role_word,
    value_key,
)
from teichaku.intake.header_keys import header_key
from teichaku.intake.header_words import CARD_DATES, FAIR_DATES

_MQL_FILES = ("mql", "qualifiedlead", "qualified_lead", "marketing_qualified")
# Columns or pieces of a file's name that say what all events of a file are.
_ONE_TYPE = {
    "page_view": "datehit pagehit pageview ページ閲覧 アクセスログ 閲覧履歴",
    "email_click": "clickemail emailclick クリックログ メールクリック",
    "email_open": "openemail emailopen 開封ログ メール開封",
    "form_submit": "formresult formsubmission フォーム送信 コンバージョン",
    "seminar_attend": "セミナー参加",
    "seminar_register": "セミナー申込",
}


def leads_draft(fit: Fit, sample: Sample, file_name: str) -> Draft | None:
    """A draft of leads, None where the rows name nobody."""
    if not _names_people(fit):
        return None
    draft = draft_of(fit, sample)
    if not draft.complete:
        return None
    _mql_put(draft, sample, file_name)
    return draft


def _names_people(fit: Fit) -> bool:
    """Whether the rows are about people: an address, a person's name, or an id with a history."""
    if "email" in fit.matches or fit.telling("name"):
        return True
    if "name" in fit.matches:
        return bool(fit.matches.keys() & {"phone", "title", "department", "kana", "company"})
    own = fit.column("external_id")
    told = fit.matches.keys() & {"source", "created_at", "mql_at", "stage", "company", "owner"}
    telling = fit.telling("source", "created_at", "mql_at", "stage", "owner")
    return own is not None and own.unique >= 0.99 and len(told) > 1 and telling > 0


def _mql_put(draft: Draft, sample: Sample, file_name: str) -> None:
    """A file of MQLs: each row became one when it was first met."""
    if "mql_at" in draft.columns or "created_at" not in draft.columns:
        return
    external = draft.columns.get("external_id", ("",))[0]
    by_file = any(word in file_name.casefold() for word in _MQL_FILES)
    if by_file or header_key(external).startswith("mql"):
        why = _("the file is a list of MQLs, and no other day says since when")
        draft.put("mql_at", (sample.column(draft.columns["created_at"][0]),), why)


def companies_draft(fit: Fit, sample: Sample) -> Draft | None:
    """A draft of companies, None where the rows name none."""
    if not fit.telling("name", "corporate_number", "industry", "employees"):
        return None
    if not fit.matches.keys() & {"name", "corporate_number", "domain"}:
        return None
    return draft_of(fit, sample)


def users_draft(fit: Fit, sample: Sample) -> Draft | None:
    """A draft of colleagues, None where nothing makes the people colleagues."""
    telling = fit.telling("external_id", "name", "role", "team", "manager")
    if not fit.matches.keys() & {"email", "name"}:
        return None
    if not (telling or fit.marks or (fit.named and "email" in fit.matches)):
        return None
    draft = draft_of(fit, sample)
    role = fit.column("role")
    if role is not None:
        words = sample.words.get(role.name, [])
        known = {text: role_word(text) for text in words}
        unknown = [text for text, name in known.items() if name is None]
        if unknown or not words:
            del draft.columns["role"]
            text = _(
                "These roles are not known: %(roles)s. Write under values: role which of ours they"
                " are, and under columns role: %(column)s."
            )
            said = {"roles": ", ".join(unknown[:20]), "column": role.name}
            draft.need("unknown_roles", text % said)
        else:
            draft.values["role"] = {text: name for text, name in known.items() if name}
    return draft


def events_draft(fit: Fit, sample: Sample, file_name: str) -> Draft | None:
    """A draft of what leads did, None where the rows tell nothing of the kind."""
    if not {"lead", "at"} <= fit.matches.keys():
        return None
    draft = draft_of(fit, sample)
    kind = fit.column("type")
    if kind is None:
        one = _one_type(sample, file_name)
        if one is None:
            return None
        draft.constants["type"] = one
    elif not _types_read(draft, sample, kind):
        return None
    return draft


def _one_type(sample: Sample, file_name: str) -> str | None:
    keys = {column.key for column in sample.columns}
    name = header_key(file_name)
    for kind, words in _ONE_TYPE.items():
        if any(word in keys or word in name for word in words.split()):
            return kind
    return None


def _types_read(draft: Draft, sample: Sample, kind: Column) -> bool:
    words = sample.words.get(kind.name, [])
    read = marketo_type_of if kind.key == "activitytypeid" else event_type_of
    known = {text: read(text) for text in words}
    done = [text for text in words if value_key(text) not in NOT_DONE_BY_LEADS]
    if kind.key == "activitytypeid":
        done = [text for text in words if known[text]]
    if not done:
        return False
    meant = {text: name for text, name in known.items() if name and name != text}
    if meant:
        draft.values["type"] = meant
    if len(done) < len(words):
        draft.where[kind.name] = tuple(done)
        text = _("Left out, for leads did not do it: %(types)s.")
        left = ", ".join(text for text in words if text not in done)
        draft.need("not_done_by_leads", text % {"types": left})
    return True


def met_drafts(leads: Draft, sample: Sample, source: str) -> list[Draft]:
    """Cards exchanged and visits at exhibitions, as events of the leads in the same rows."""
    drafts = []
    for kind, words in (("card_exchange", CARD_DATES), ("exhibition", FAIR_DATES)):
        day = next(
            (c for c in sample.columns if c.key in words.split() and c.filled and c.dates >= 0.5),
            None,
        )
        if day is not None and _lead_key_put(leads, sample):
            draft = Draft("events", constants={"type": kind, "source": source})
            lead = tuple(sample.column(name) for name in leads.columns["external_id"])
            draft.put("lead", lead, _("what tells the leads of this file apart"))
            draft.put("at", (day,), _("the day of it"))
            draft.filled = (*leads.columns["external_id"], day.name)
            if kind == "exhibition":
                _fair_details_put(draft, sample)
            drafts.append(draft)
    return drafts


def _fair_details_put(draft: Draft, sample: Sample) -> None:
    for name, words in (
        ("campaign", "展示会名 イベント名 exhibition event eventname"),
        ("rank", "名刺ランク ランク rank 見込み度 ホット度 評価"),
    ):
        found = next((c for c in sample.columns if c.key in words.split() and c.filled), None)
        if found is not None:
            draft.put(name, (found,), _("the name says so"))


def _lead_key_put(leads: Draft, sample: Sample) -> bool:
    """Whether leads of the file have an id that their events can name: else their address."""
    if "external_id" not in leads.columns:
        if "email" not in leads.columns:
            return False
        why = _("the leads have no id of their own, and their events have to name them")
        leads.put("external_id", (sample.column(leads.columns["email"][0]),), why)
    return True


def company_beside(main: Draft, fits: Mapping[str, Fit], sample: Sample) -> Draft | None:
    """The companies in a file of leads or deals, where it tells more of them than their name."""
    fit = fits["companies"]
    more = {"corporate_number", "industry", "employees"} & fit.matches.keys()
    name = main.columns.get("company")
    told = [c for field in more if (c := fit.column(field)) is not None and c.filled]
    if not name or not told:
        return None
    draft = Draft("companies")
    used = {column for columns in main.columns.values() for column in columns} - set(name)
    draft.put("name", (sample.column(name[0]),), _("the company of the same row"))
    for field, match in fit.matches.items():
        column = match.columns[0]
        if field not in ("name", "external_id") and column.name not in used:
            draft.put(field, match.columns, _("told of the company in the same row"))
    draft.filled = (name[0],)
    return draft


def lead_beside(deals: Draft, fits: Mapping[str, Fit], sample: Sample) -> Draft | None:
    """The person in each row of a file of deals, where an address or an id tells who it is."""
    fit = fits["leads"]
    email = fit.column("email")
    if email is None or not email.filled or "lead" in deals.columns:
        return None
    draft = Draft("leads")
    why = _("told of the person in the same row")
    draft.put("external_id", (email,), _("the address tells who it is"))
    draft.put("email", (email,), why)
    used = {column for columns in deals.columns.values() for column in columns}
    contact = deals.columns.get("contact")
    if contact:
        draft.put("name", (sample.column(contact[0]),), why)
    for name in ("name", "kana", "phone", "title", "department"):
        match = fit.matches.get(name)
        if match and name not in draft.columns and match.columns[0].name not in used:
            draft.put(name, match.columns, why)
    if "company" in deals.columns:
        draft.put("company", (sample.column(deals.columns["company"][0]),), why)
    draft.filled = (email.name,)
    deals.put("lead", (email,), why)
    deals.columns.pop("email", None)
    return draft
