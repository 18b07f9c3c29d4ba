"""Pages about files to hand out, and the page that hands one out to anybody."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from teichaku.accounts.access import needs, open_to_all
from teichaku.accounts.actors import actor_of, person_of
from teichaku.core.errors import TeichakuError
from teichaku.tracking.assets import TYPES, asset_archive, asset_path, asset_save
from teichaku.tracking.cookies import visitor_note, visitor_uid, visitor_uid_new
from teichaku.tracking.downloads import (
    Asking,
    asset_newest,
    asset_url,
    download_record,
    downloads_counted,
)
from teichaku.tracking.forms import AssetForm
from teichaku.tracking.limits import Limit
from teichaku.tracking.models import Asset
from teichaku.tracking.selectors import asset_by_uid, assets_shown
from teichaku.tracking.visitors import AGENT_LENGTH

MANAGE = "tracking.manage"
MOST_DOWNLOADS = 600  # in a minute, of all; what goes beyond is handed out uncounted
_downloads = Limit(MOST_DOWNLOADS)


@require_safe
@needs(MANAGE)
def asset_list(request: HttpRequest) -> HttpResponse:
    """Every file that is handed out, with how often it was."""
    assets = assets_shown()
    counted = downloads_counted(assets)
    lines = [(asset, asset_newest(asset), *counted[asset.pk]) for asset in assets]
    return render(request, "tracking/assets.html", {"lines": lines})


@require_http_methods(["GET", "POST"])
@needs(MANAGE)
def asset_new(request: HttpRequest) -> HttpResponse:
    """The form of a new file; once it is there, its page."""
    form = AssetForm(request.POST or None, request.FILES or None)
    asset = _saved(request, form) if request.method == "POST" else None
    if asset is not None:
        return redirect("tracking:asset", asset.uid)
    status = 422 if form.errors else 200
    return render(request, "tracking/asset_new.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@needs(MANAGE)
def asset_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One file: its link, its versions, how often it was handed out, and the form to renew it."""
    asset = _asset(uid)
    form = AssetForm(request.POST or None, request.FILES or None, asset=asset)
    if request.method == "POST" and _saved(request, form, asset) is not None:
        return redirect("tracking:asset", asset.uid)
    people, others = downloads_counted([asset])[asset.pk]
    context = {
        "asset": asset,
        "link": asset_url(asset),
        "versions": asset.versions.order_by("-number"),
        "people": people,
        "others": others,
        "form": form,
    }
    status = 422 if form.errors else 200
    return render(request, "tracking/asset.html", context, status=status)


@require_POST
@needs(MANAGE)
def asset_put_away(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Back to the list, without the file."""
    try:
        asset_archive(asset=_asset(uid), actor=actor_of(person_of(request)))
    except TeichakuError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The file was put away. Who got it stays on record."))
    return redirect("tracking:asset_list")


@csrf_exempt  # it changes nothing for anybody who is signed in, and visitors have no session
@require_http_methods(["GET", "HEAD", "POST"])
@open_to_all
def asset_offer(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The page with the button, which alone hands the file out: programs that follow links get
    nothing and identify nobody.
    """
    asset = _asset(uid)
    version = asset_newest(asset)
    if version is None:
        raise Http404
    if request.method != "POST":
        context = {"asset": asset, "version": version, "once": uuid4()}
        return render(request, "tracking/asset_offer.html", context)
    kind = TYPES[Path(version.name).suffix.lower()]
    try:
        file = asset_path(version).open("rb")
    except OSError:
        raise Http404 from None
    answer = FileResponse(file, as_attachment=True, filename=version.name, content_type=kind)
    _note(request, asset, answer)
    return answer


def _note(request: HttpRequest, asset: Asset, answer: FileResponse) -> None:
    """Nothing; the download is on record, unless the browser asks not to be measured."""
    if request.headers.get("DNT") == "1" or request.headers.get("Sec-GPC") == "1":
        return
    if not _downloads.passes(asset.pk):
        return
    uid = visitor_uid(request) or visitor_uid_new()
    asking = Asking(
        visitor=uid,
        once=_uid(request.POST.get("once", "")),
        agent=request.headers.get("User-Agent", "").replace("\x00", "")[:AGENT_LENGTH],
        hint=request.headers.get("Sec-Purpose", "")[:20],
        from_page=request.headers.get("Origin", "").endswith(f"//{request.get_host()}"),
        link=request.GET.get("k", "")[:500],
    )
    download_record(asset=asset, asking=asking)
    visitor_note(answer, request, uid)


def _uid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return uuid4()


def _saved(request: HttpRequest, form: AssetForm, asset: Asset | None = None) -> Asset | None:
    """The asset once the file is kept; None with the reason on the form."""
    if not form.is_valid():
        return None
    try:
        saved = asset_save(
            title=asset.title if asset else form.cleaned_data["title"],
            sent=form.cleaned_data["file"],
            actor=actor_of(person_of(request)),
            asset=asset,
        )
    except TeichakuError as error:
        form.add_error("file" if asset else None, str(error))
        return None
    messages.success(request, _("The file is saved."))
    return saved


def _asset(uid: UUID) -> Asset:
    asset = asset_by_uid(uid)
    if asset is None:
        raise Http404
    return asset
