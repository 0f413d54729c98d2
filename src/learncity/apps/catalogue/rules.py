"""What a course must say before anybody reviews it, and how much of it is translated."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from learncity.kernel.texts import LANGUAGES

from .types import Part

_TEXTS = ("title", "summary", "needs")


def missing(said: Mapping[str, Any]) -> Sequence[Part]:
    """The parts of a statement that are not complete; empty: it can be reviewed.

    A title and a summary in one language at least, a language of teaching, a subject, effort in
    one of its measures, what the learner pays. Skills, credits, access and materials may be empty.
    """
    lacks = {
        Part.DESCRIPTION: not (said.get("title") and said.get("summary")),
        Part.SUBJECT: not said.get("subject"),
        Part.EFFORT: not (said.get("effort_weekly") or said.get("effort_total")),
        Part.PRICE: "LEARNER" not in said.get("pays", {}),
        Part.LANGUAGES: not said.get("taught_in"),
    }
    return [part for part, is_lacking in lacks.items() if is_lacking]


def untranslated(said: Mapping[str, Any]) -> tuple[int, int]:
    """How many texts of a statement are missing in a language of the city, and of how many.

    A text that is empty in every language wants no translation.
    """
    texts = [*(said.get(name, {}) for name in _TEXTS)]
    texts += [material["title"] for material in said.get("materials", ())]
    return share(texts)


def share(texts: Iterable[Mapping[str, str]]) -> tuple[int, int]:
    """How many of these texts are missing in a language of the city, and of how many."""
    written = [text for text in texts if any(text.values())]
    lacking = sum(not text.get(tag) for text in written for tag in LANGUAGES)
    return lacking, len(written) * len(LANGUAGES)
