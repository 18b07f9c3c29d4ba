"""The editions of the made-up company's rulebook: from recording to warning to refusing."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

from teichaku.core.actors import Actor
from teichaku.engine.rulebook.load import load
from teichaku.rulebook.models import Activation
from teichaku.rulebook.services import revision_activate, revision_save

FILE: Final = "demo-rulebook.yaml"

# Per edition: the share of the history after which it takes effect, why, and what it changes.
EDITIONS: Final = (
    (0.05, "展示会後のリードの放置をなくすため、はじめての運用ルールを定める", ()),
    (
        0.4,
        "料金ページの閲覧は商談につながりやすいと分かったため、配点を上げる。登録前チェックは注意にする",
        (
            ('"/plans/**"]}, points: 8', '"/plans/**"]}, points: 12'),
            ("deal.create\n    mode: shadow", "deal.create\n    mode: warn"),
            ("deal.stage.proposal\n    mode: shadow", "deal.stage.proposal\n    mode: warn"),
        ),
    ),
    (
        0.7,
        "注意が出ても紐づけない商談が残るため、新規の商談は紐づけを必須にする",
        (("deal.create\n    mode: warn", "deal.create\n    mode: block"),),
    ),
)  # fmt: skip


def editions() -> list[tuple[float, str, str]]:
    """Per edition: after which share of the history it takes effect, why, and its document."""
    document = (files("teichaku.console") / FILE).read_text(encoding="utf-8")
    found = []
    for share, reason, changes in EDITIONS:
        for old, new in changes:
            if document.count(old) != 1:
                raise ValueError(f"{FILE} holds {old!r} not exactly once")
            document = document.replace(old, new)
        found.append((share, reason, document))
    return found


def edition_activate(*, document: str, reason: str, actor: Actor) -> Activation:
    """The activation: from now on this edition is in force."""
    revision = revision_save(rulebook=load(document), document=document, actor=actor)
    return revision_activate(revision=revision, actor=actor, reason=reason)
