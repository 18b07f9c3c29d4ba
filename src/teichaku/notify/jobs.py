"""Work of the room outside requests: planning what goes out, and sending what is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from teichaku.core.canonical import Json
from teichaku.notify.deliveries import deliveries_send
from teichaku.notify.letter_sending import letters_send
from teichaku.notify.planning import deliveries_plan, deliveries_replan

EVERY_S = 60  # what falls due within one round goes out in one message


def plan(payload: Mapping[str, Json]) -> None:
    """Nothing; the notifications that were created have their way out."""
    deliveries_plan(notification_ids=_ids(payload["notifications"]))


def replan(payload: Mapping[str, Json]) -> None:
    """Nothing; what waits for some people waits as they wish and work now."""
    deliveries_replan(user_ids=_ids(payload["users"]))


def replan_all(payload: Mapping[str, Json]) -> None:
    """Nothing; what waits for anybody waits as the company works now."""
    deliveries_replan(user_ids=None)


def deliver(payload: Mapping[str, Json]) -> None:
    """Nothing; what is due was sent, or waits for another try."""
    deliveries_send()


def letters(payload: Mapping[str, Json]) -> None:
    """Nothing; the letters that are due were sent, or wait for another try."""
    letters_send()


def letters_together(payloads: Sequence[Mapping[str, Json]]) -> None:
    """Nothing; the same for all that was asked for meanwhile, in one go."""
    letters_send()


def _ids(value: Json) -> list[int]:
    assert isinstance(value, list)
    return [int(str(one)) for one in value]
