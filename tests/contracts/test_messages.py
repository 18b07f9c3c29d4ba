"""Both languages are complete: what can be translated has a Japanese text that says as much."""

from __future__ import annotations

import gettext
import re
from pathlib import Path

from django.conf import settings
from tools.messages import messages

CATALOGUE = Path(settings.LOCALE_PATHS[0]) / "ja" / "LC_MESSAGES" / "django.mo"


def japanese() -> dict[str, str]:
    with CATALOGUE.open("rb") as file:
        known = gettext.GNUTranslations(file)._catalog
    # A plural is kept under its singular and a number, a text of a context behind the context.
    named = {key[0] if isinstance(key, tuple) else key: text for key, text in known.items()}
    return {key.rpartition("\x04")[2]: text for key, text in named.items() if key}


def test_every_text_has_a_japanese_one():
    known = japanese()
    missing = {f"{place}: {text}" for text, place in messages() if not known.get(text)}
    assert sorted(missing) == []


def test_a_japanese_text_asks_for_no_value_that_the_english_one_has_not():
    wrong = [text for text, said in japanese().items() if not values(said) <= values(text)]
    # The singular of a pair may leave its number out, which the Japanese text always says.
    assert [text for text in wrong if "%(count)s" not in japanese()[text]] == []


def values(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)", text)) | set(re.findall(r"{(\w+)}", text))
