"""The API for other systems: events in, errors as problem documents, a signed webhook."""

from __future__ import annotations

import hmac
import json
from typing import Annotated, Any
from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError
from ninja.errors import ValidationError as NotUnderstood
from ninja.security import HttpBearer
from pydantic import Field, WithJsonSchema

from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.tracking.limits import Limit
from teichaku.tracking.models import Token
from teichaku.tracking.selectors import webhook_of
from teichaku.tracking.sent_events import (
    MOST_ROWS,
    EventIn,
    EventOut,
    EventResult,
    event_sent,
    events_take,
)
from teichaku.tracking.tokens import READ, WRITE, signature_of, token_found, webhook_secret

REQUESTS_MOST = 300  # in a minute, for each token
OLDEST_S = 300
_per_token = Limit(REQUESTS_MOST)
PROBLEM = "application/problem+json"


class TokenAuth(HttpBearer):
    """``Authorization: Bearer TOKEN``."""

    def authenticate(self, request: HttpRequest, token: str) -> Token | None:
        """The token, if it is in force."""
        return token_found(token)


class EventsIn(Schema):
    """Up to 1,000 events; each is judged by itself, so they are read one by one."""

    events: Annotated[
        list[Any],
        Field(min_length=1, max_length=MOST_ROWS),
        WithJsonSchema(
            {
                "type": "array",
                "minItems": 1,
                "maxItems": MOST_ROWS,
                "items": EventIn.model_json_schema(),
            }
        ),
    ]


class EventsOut(Schema):
    """What became of the events, in the order in which they came."""

    created: int
    duplicates: int
    refused: int
    results: list[EventResult]


class Problem(Schema):
    """What is wrong (RFC 9457)."""

    title: str
    status: int
    detail: str


api = NinjaAPI(
    title="Teichaku",
    version="1",
    description="Events of other systems, for the same leads and scores as those of the tag.",
    docs_url=None,  # the pages that would show it load scripts of others
    urls_namespace="api-1",
    auth=TokenAuth(),
)
ERRORS = {401: Problem, 403: Problem, 413: Problem, 422: Problem, 429: Problem}


@api.post("/events", response={200: EventsOut, **ERRORS}, summary="Send events")
def events_post(request: HttpRequest, body: EventsIn) -> EventsOut:
    """Record events. Sending one again (the same ``external_id``) changes nothing."""
    return _taken(_token(request, WRITE), body.events)


@api.get(
    "/events/{external_id}", response={200: EventOut, 404: Problem, **ERRORS}, summary="One event"
)
def event_get(request: HttpRequest, external_id: str) -> EventOut:
    """Show an event that this system sent."""
    found = event_sent(_token(request, READ).source, external_id)
    if found is None:
        raise HttpError(404, "This system sent no event of that id.")
    return found


@api.post(
    "/webhooks/{uid}",
    response={200: EventsOut, 400: Problem, **ERRORS},
    auth=None,
    summary="Send events, signed",
)
def webhook_post(request: HttpRequest, uid: UUID) -> EventsOut:
    """Record events sent by a webhook: the same body, signed with ``X-Teichaku-Signature``."""
    token = _signed(request, uid)
    _limit(token)
    try:
        rows = json.loads(request.body)["events"]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise HttpError(400, 'The body is a JSON object such as {"events": [ … ]}.') from None
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_ROWS:
        raise HttpError(422, f"Send between 1 and {MOST_ROWS} events at a time.")
    return _taken(token, rows)


def _taken(token: Token, rows: list[Any]) -> EventsOut:
    actor = Actor(kind="integration", name=token.name)
    results = events_take(rows=rows, source=token.source, actor=actor)
    counts = [one.status for one in results]
    return EventsOut(
        created=counts.count("created"),
        duplicates=counts.count("duplicate"),
        refused=counts.count("refused"),
        results=results,
    )


def _token(request: HttpRequest, scope: str) -> Token:
    """The token of the request, which may do this and has not done too much of it."""
    token: Token = request.auth  # type: ignore[attr-defined]
    if scope not in token.scopes:
        raise HttpError(403, f"This token lacks the scope {scope}. Issue one that has it.")
    _limit(token)
    return token


def _limit(token: Token) -> None:
    if not _per_token.passes(token.pk):
        raise HttpError(
            429, f"At most {REQUESTS_MOST} requests a minute. Send more events with each of them."
        )


def _signed(request: HttpRequest, uid: UUID) -> Token:
    """The webhook whose secret signed the request just now; 401 for anything else."""
    token = webhook_of(uid)
    secret = webhook_secret(token) if token else None
    timestamp = request.headers.get("X-Teichaku-Timestamp", "")
    given = request.headers.get("X-Teichaku-Signature", "").encode("utf-8", "replace")
    # An old request that somebody kept says nothing any more; a younger one says nothing new, as
    # its events are there already.
    fresh = timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 12
    fresh = fresh and abs(clock.now().timestamp() - int(timestamp)) <= OLDEST_S
    wanted = signature_of(secret or "", timestamp, request.body).encode()
    if token is None or secret is None or not fresh or not hmac.compare_digest(wanted, given):
        raise AuthenticationError
    return token


def _problem(request: HttpRequest, status: int, title: str, detail: str) -> HttpResponse:
    answer = api.create_response(
        request, {"title": title, "status": status, "detail": detail}, status=status
    )
    answer.headers["Content-Type"] = PROBLEM
    if status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    if status == 429:
        answer.headers["Retry-After"] = str(_per_token.wait_s())
    return answer


@api.exception_handler(HttpError)
def _refused(request: HttpRequest, error: HttpError) -> HttpResponse:
    return _problem(request, error.status_code, "Refused", str(error))


@api.exception_handler(AuthenticationError)
def _unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    detail = "No token or signature that is in force came with the request."
    return _problem(request, 401, "Not signed in", detail)


@api.exception_handler(NotUnderstood)
def _not_understood(request: HttpRequest, error: NotUnderstood) -> HttpResponse:
    detail = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors)
    return _problem(request, 422, "Not understood", detail[:1_000])


@api.exception_handler(RequestDataTooBig)
def _too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return _problem(request, 413, "Too large", "Send fewer events with each request.")
