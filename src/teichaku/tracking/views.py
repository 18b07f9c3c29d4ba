"""Pages about sites and what they bring."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from teichaku.accounts.access import needs
from teichaku.accounts.actors import actor_of, person_of
from teichaku.core.errors import TeichakuError
from teichaku.tracking.filtered import reasons_counted, visitor_clear, visitors_filtered
from teichaku.tracking.forms import SiteForm
from teichaku.tracking.models import Site
from teichaku.tracking.selectors import beacon_parked, site_of, visitor_by_id
from teichaku.tracking.site_figures import (
    DAY,
    beacons_parked,
    counts_of,
    lag_of,
    last_beacon,
    site_lines,
)
from teichaku.tracking.sites import site_archive, site_save
from teichaku.tracking.snippets import notice_address, notice_snippet, tag_snippet
from teichaku.tracking.turning import beacon_retry

MANAGE = "tracking.manage"


@require_safe
@needs(MANAGE)
def site_list(request: HttpRequest) -> HttpResponse:
    """Every site with when it was last heard of and the counts of a day."""
    return render(request, "tracking/sites.html", {"lines": site_lines()})


@require_http_methods(["GET", "POST"])
@needs(MANAGE)
def site_edit(request: HttpRequest, uid: UUID | None = None) -> HttpResponse:
    """The form of a site, a new one without ``uid``; once saved, its page."""
    site = _site(uid) if uid else None
    form = SiteForm(request.POST if request.method == "POST" else None, site=site)
    if request.method == "POST" and form.is_valid():
        try:
            site = site_save(values=form.values(), actor=actor_of(person_of(request)), site=site)
        except TeichakuError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The site is saved."))
            return redirect("tracking:site", site.uid)
    status = 422 if form.errors else 200
    return render(request, "tracking/site_edit.html", {"form": form, "site": site}, status=status)


@require_safe
@needs(MANAGE)
def site_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What to embed, whether it is heard of, and what was counted."""
    site = _site(uid)
    context = {
        "site": site,
        "tag": tag_snippet(site),
        "notice": notice_address(site),
        "notice_link": notice_snippet(site),
        "last_at": last_beacon(site),
        "lag": lag_of(site),
        "counts": counts_of(site, DAY),
        "parked": beacons_parked(site),
    }
    return render(request, "tracking/site.html", context)


@require_safe
@needs(MANAGE)
def site_heard(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The part of the page that says when the site was last heard of."""
    site = _site(uid)
    context = {"site": site, "last_at": last_beacon(site)}
    return render(request, "tracking/heard.html", context)


@require_POST
@needs(MANAGE)
def site_put_away(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Back to the list, without the site."""
    try:
        site_archive(site=_site(uid), actor=actor_of(person_of(request)))
    except TeichakuError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The site was put away. What it brought stays."))
    return redirect("tracking:site_list")


@require_POST
@needs(MANAGE)
def beacon_again(request: HttpRequest, uid: UUID, number: int) -> HttpResponse:
    """Back to the site, with a parked beacon turned into events or parked as before."""
    beacon = beacon_parked(_site(uid), number)
    if beacon is None:
        raise Http404
    if beacon_retry(beacon=beacon, actor=actor_of(person_of(request))):
        messages.success(request, _("It could be read now and was recorded."))
    else:
        messages.error(request, _("It still cannot be read."))
    return redirect("tracking:site", uid)


@require_safe
@needs(MANAGE)
def filtered(request: HttpRequest) -> HttpResponse:
    """What the bot filter left out, and why."""
    reason, before = request.GET.get("reason", "")[:20], request.GET.get("before", "")
    place = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    lines, more = visitors_filtered(reason, place)
    context = {
        "reason": reason,
        "reasons": reasons_counted(),
        "lines": lines,
        "more": more,
        "last": lines[-1].visitor.pk if lines else None,
    }
    return render(request, "tracking/filtered.html", context)


@require_POST
@needs(MANAGE)
def visitor_is_person(request: HttpRequest, number: int) -> HttpResponse:
    """Back to the list, with the visitor's events counting from now on."""
    visitor = visitor_by_id(number)
    if visitor is None:
        raise Http404
    count = visitor_clear(visitor=visitor, actor=actor_of(person_of(request)))
    text = ngettext(
        "Taken for a person's from now on; %(count)d event counts now.",
        "Taken for a person's from now on; %(count)d events count now.",
        count,
    )
    messages.success(request, text % {"count": count})
    return redirect("tracking:filtered")


def _site(uid: UUID) -> Site:
    site = site_of(uid)
    if site is None:
        raise Http404
    return site
