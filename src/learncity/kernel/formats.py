"""Dates, times, money and numbers as readers of each language expect them."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, get_currency_precision
from django.utils import timezone

from .texts import content_language

_PATTERNS = {  # weekday always, because people plan by it; a date alone is history
    "zh-Hans": {
        "day": "M月d日 EEE",
        "long": "y年M月d日 EEEE",
        "month": "y年M月",
        "weekday": "EEEE",
        "date": "y年M月d日",
    },
    "vi": {
        "day": "EEE, d/M",
        "long": "EEEE, d/M/y",
        "month": "M/y",
        "weekday": "EEEE",
        "date": "d/M/y",
    },
    "en": {
        "day": "EEE d MMM",
        "long": "EEEE d MMMM y",
        "month": "MMMM y",
        "weekday": "EEEE",
        "date": "d MMMM y",
    },
}  # fmt: skip


@lru_cache(maxsize=8)
def _locale(tag: str) -> Locale:
    return Locale.parse(tag.replace("-", "_"))


def _local(value: date | datetime) -> date | datetime:
    if isinstance(value, datetime):
        return timezone.localtime(value)
    return value


def day(value: date | datetime, style: str = "day") -> str:
    """``11月25日 周三``, ``Th 4, 25/11``, ``Wed 25 Nov``.

    Args:
        style: ``day``, ``long`` with the year, ``weekday`` alone, or ``date`` without it.
    """
    local = _local(value)
    on = local.date() if isinstance(local, datetime) else local
    return _day(on, style, content_language())


@lru_cache(maxsize=4096)
def _day(on: date, style: str, tag: str) -> str:
    return format_date(on, _PATTERNS[tag][style], locale=_locale(tag))


def month(value: date | datetime) -> str:
    """``2026年11月``, ``11/2026``, ``November 2026``."""
    return day(value, "month")


def clock(value: datetime) -> str:
    """``18:30`` by the city's clock."""
    return format(timezone.localtime(value), "%H:%M")


def money(minor: int, currency: str) -> str:
    """An amount given in the currency's smallest unit: 2000 CNY is ``¥20.00``."""
    return _money(minor, currency, content_language())


@lru_cache(maxsize=1024)
def _money(minor: int, currency: str, tag: str) -> str:
    amount = Decimal(minor).scaleb(-get_currency_precision(currency))
    return format_currency(amount, currency, locale=_locale(tag))


def number(value: int) -> str:
    """``12,345`` or ``12.345``."""
    return format_decimal(value, locale=_locale(content_language()))
