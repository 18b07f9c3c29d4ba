"""Pages about the secrets by which other systems send events."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from teichaku.accounts.access import needs
from teichaku.accounts.actors import actor_of, person_of
from teichaku.core.addresses import absolute
from teichaku.core.errors import TeichakuError
from teichaku.tracking.forms import TokenForm
from teichaku.tracking.models import Token
from teichaku.tracking.selectors import token_of, tokens_shown
from teichaku.tracking.tokens import SCOPES, token_issue, token_revoke

TOKENS = "tracking.tokens"


@require_http_methods(["GET", "POST"])
@needs(TOKENS)
def token_list(request: HttpRequest) -> HttpResponse:
    """Every token, and the form for a new one; the secret of one just issued, this once."""
    form = TokenForm(request.POST if request.method == "POST" else None)
    issued: tuple[Token, str] | None = None
    if request.method == "POST" and form.is_valid():
        try:
            issued = token_issue(values=form.values(), actor=actor_of(person_of(request)))
            form = TokenForm()
        except TeichakuError as error:
            form.add_error(None, str(error))
    context = {
        "form": form,
        "lines": [(token, [SCOPES[one] for one in token.scopes]) for token in tokens_shown()],
        "token": issued[0] if issued else None,
        "secret": issued[1] if issued else "",
        "address": _address(issued[0]) if issued else "",
    }
    status = 422 if form.errors else 200
    answer = render(request, "tracking/tokens.html", context, status=status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@require_POST
@needs(TOKENS)
def token_end(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Back to the list, with the token revoked."""
    token = token_of(uid)
    if token is None:
        raise Http404
    try:
        token_revoke(token=token, actor=actor_of(person_of(request)))
    except TeichakuError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Revoked. Nobody gets in by it any more."))
    return redirect("tracking:token_list")


def _address(token: Token) -> str:
    """Where events are sent to with it."""
    if token.kind == Token.Kind.WEBHOOK:
        return absolute(reverse("api-1:webhook_post", args=[token.uid]))
    return absolute(reverse("api-1:events_post"))
