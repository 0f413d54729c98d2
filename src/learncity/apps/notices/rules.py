"""Putting a message into the person's words. Pure."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext, override

from learncity.kernel import formats
from learncity.kernel.texts import Text, django_language

from .types import Kind


def worded(kind: Kind, values: Mapping[str, Any], language: str) -> tuple[str, str]:
    """Title and body in a language (BCP 47 tag)."""
    with override(django_language(language)):
        shown = {name: _shown(value, language) for name, value in values.items()}
        return gettext(kind.title) % shown, gettext(kind.body) % shown


def _shown(value: Any, language: str) -> str:
    if isinstance(value, Text):
        return value.best(language)
    if isinstance(value, datetime):
        return f"{formats.day(value)} {formats.clock(value)}"
    if isinstance(value, date):
        return formats.day(value)
    return str(value)
