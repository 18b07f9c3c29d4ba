"""What a rulebook would do to open input tasks: said, and agreed to, before it is in force."""

from __future__ import annotations

import click
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from teichaku.core import clock
from teichaku.core.errors import Conflict
from teichaku.engine.rulebook.model import Rulebook
from teichaku.inputs.book import input_book
from teichaku.inputs.preview import RuleEffect, rules_preview


def effects_agreed(rulebook: Rulebook, *, yes: bool, quiet: bool) -> list[dict[str, object]]:
    """What becomes of the open input tasks of each rule that has any, as an object for programs.

    Where some end or move, it is said (on stderr when ``quiet``), and without ``yes`` asked about.
    """
    planned = input_book((clock.now(), rulebook))
    labels = {**input_book().labels, **planned.labels}
    effects = rules_preview(book=planned)
    touched = [effect for effect in effects if effect.void or effect.later]
    if touched:
        for line in _lines(touched, labels):
            click.echo(line, err=quiet)
        if not yes:
            _ask()
    return [effect._asdict() for effect in effects]


def _lines(effects: list[RuleEffect], labels: dict[str, str]) -> list[str]:
    said = [_("What this does to open input tasks:")]
    for effect in effects:
        open_ = ngettext("%d open task", "%d open tasks", effect.open) % effect.open
        done = []
        if effect.void:
            done.append(ngettext("%d ends", "%d end", effect.void) % effect.void)
        if effect.later:
            done.append(
                ngettext("%d is due later", "%d are due later", effect.later) % effect.later
            )
        label = labels.get(effect.rule_id, effect.rule_id)
        told = {"rule": label, "open": open_, "done": _(", ").join(done)}
        said.append("  " + _("%(rule)s: %(open)s, of which %(done)s") % told)
    return said


def _ask() -> None:
    """Nothing, once somebody has agreed; else ``Conflict``, and nothing is changed."""
    try:
        agreed = click.confirm(_("Put the rulebook in force?"), err=True)
    except click.Abort:
        agreed = False
        click.echo(err=True)
    if not agreed:
        raise Conflict(
            _("Nothing was changed. Where nobody can be asked, --yes agrees to what was said.")
        )
