"""What the engine refuses: the place, what was expected there, the nearest valid word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True)
class Problem:
    """One defect of a document: where it is, what was expected there, the nearest valid word."""

    line: int
    column: int
    path: str
    code: str
    message_ja: str
    message_en: str
    key: str = ""
    nearest: str = ""

    def message(self, lang: str) -> str:
        """One sentence with line, key, expectation and nearest valid word in ``ja`` or ``en``."""
        place = f"{self.line}行目 {self.path}" if lang == "ja" else f"line {self.line}, {self.path}"
        text = self.message_ja if lang == "ja" else self.message_en
        if not self.nearest:
            return f"{place}: {text}"
        hint = (
            f"「{self.nearest}」ではありませんか。"
            if lang == "ja"
            else f"Did you mean “{self.nearest}”?"
        )
        return f"{place}: {text} {hint}"


class RulebookError(Exception):
    """The document is not a rulebook; ``problems`` lists every defect found, in order of line."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (p.line, p.column)))
        super().__init__("\n".join(p.message("en") for p in self.problems))


def nearest(word: str, valid: Sequence[str]) -> str:
    """The closest valid word, or '' when nothing is close."""
    found = get_close_matches(word, valid, n=1, cutoff=0.6)
    return found[0] if found else ""
