"""Template filters for content and formats. A template builtin."""

from datetime import date, datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from learncity.kernel import formats
from learncity.kernel.texts import Text, content_language

register = template.Library()


@register.filter
def words(text: Text) -> SafeString | str:
    """The reader's words; marked with their language when it is another one."""
    wanted = content_language()
    shown = text.language(wanted)
    if shown == wanted:
        return text.best(wanted)
    return format_html('<span lang="{}">{}</span>', shown, text.best(shown))


@register.filter
def day(value: date | datetime, style: str = "day") -> str:
    """A date with its weekday."""
    return formats.day(value, style) if value else ""


@register.filter
def clock(value: datetime) -> str:
    """Hours and minutes by the city's clock."""
    return formats.clock(value) if value else ""


@register.filter
def number(value: int) -> str:
    """A number with the reader's separators."""
    return formats.number(value)


@register.filter
def money(minor: int, currency: str) -> str:
    """An amount in its smallest unit, written for the reader."""
    return formats.money(minor, currency)
