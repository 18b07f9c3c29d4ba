"""What administrators see of letters to people outside, and decide about parked ones."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from teichaku.accounts.access import needs
from teichaku.accounts.actors import actor_of, person_of
from teichaku.notify.admin_views import MANAGE
from teichaku.notify.decisions import letters_give_up, letters_send_again
from teichaku.notify.letter_reasons import letter_explained
from teichaku.notify.models import Letter
from teichaku.notify.outgoing_pages import chosen_uids, outgoing_page
from teichaku.notify.selectors import letters_in


@require_safe
@needs(MANAGE)
def letter_list(request: HttpRequest) -> HttpResponse:
    """Letters to people outside: to whom, how far each came and why; never what it says."""
    page = outgoing_page(request, Letter, letters_in)
    context = {
        **page.context,
        "heading": _("Letters sent"),
        "decide": reverse("notify:letters_decide"),
        "lines": [
            (row, row.address, row.get_purpose_display(), letter_explained(row.reason))
            for row in page.rows
        ],
    }
    return render(request, "notify/letters.html", context)


@require_POST
@needs(MANAGE)
def letters_decide(request: HttpRequest) -> HttpResponse:
    """Back to the list, with one parked letter or all of them due again or given up."""
    actor, chosen = actor_of(person_of(request)), chosen_uids(request.POST.get("one", ""))
    if "again" in request.POST:
        count = letters_send_again(uids=chosen, actor=actor)
        text = ngettext("%(count)d letter is due again.", "%(count)d letters are due again.", count)
    else:
        count = letters_give_up(uids=chosen, actor=actor)
        text = ngettext(
            "%(count)d letter is not sent any more.",
            "%(count)d letters are not sent any more.",
            count,
        )
    messages.success(request, text % {"count": count})
    return redirect("notify:letter_list")
