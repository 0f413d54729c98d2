"""Content in several languages: one JSON value a field, read in the reader's language.

Interface words are gettext's; this is for what cities write (titles, names, notes). A language that
is missing falls back in a fixed order and says so, so that a page can mark it.
Decision: docs/decisions/0007-languages-of-content.md.
"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import get_language

# BCP 47 tags of content. zh-Hant is carried for imported catalogues and shown to readers of
# Chinese, not offered as an interface language.
LANGUAGES = ("zh-Hans", "vi", "en")
ALL = (*LANGUAGES, "zh-Hant")

# Reader's language, then whatever they are likeliest to understand.
_FALLBACK = {
    "zh-Hans": ("zh-Hans", "zh-Hant", "en", "vi"),
    "vi": ("vi", "en", "zh-Hans", "zh-Hant"),
    "en": ("en", "zh-Hans", "zh-Hant", "vi"),
}
_DJANGO = {"zh-hans": "zh-Hans", "vi": "vi", "en": "en"}


def content_language(django_code: str | None = None) -> str:
    """The BCP 47 tag of Django's language code (default: the active one)."""
    return _DJANGO.get(django_code or get_language() or settings.LANGUAGE_CODE, "en")


def django_language(tag: str) -> str:
    """Django's code of a BCP 47 tag: ``zh-Hans`` is ``zh-hans`` there."""
    return tag.lower()


class Text(dict[str, str]):
    """The same words in several languages, by BCP 47 tag. Printed, it is the reader's."""

    def language(self, tag: str | None = None) -> str:
        """The tag that will be shown to a reader of ``tag`` (default: the active language)."""
        wanted = tag or content_language()
        if self.get(wanted):
            return wanted
        return next((other for other in _FALLBACK[wanted] if self.get(other)), wanted)

    def best(self, tag: str | None = None) -> str:
        """The words for a reader of ``tag``; empty when there are none in any language."""
        return self.get(self.language(tag), "")

    def __str__(self) -> str:
        return self.best()

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))


class TranslatedField(models.JSONField):
    """A ``Text`` in a jsonb column; only non-empty languages are stored."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", Text)
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Hand out a ``Text``."""
        loaded = super().from_db_value(value, expression, connection)
        return Text(loaded) if isinstance(loaded, dict) else loaded

    def get_prep_value(self, value: Any) -> Any:
        """Leave empty languages out."""
        if isinstance(value, Mapping):
            value = {tag: words for tag, words in value.items() if words}
        return super().get_prep_value(value)
