"""Days, offices, committees and promises in words."""

from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from learncity.apps.organizations.types import (
    MONEY,
    POST_NAMES,
    UNIT_NAMES,
    CommitteeValue,
    OfficeValue,
    PromiseValue,
)
from learncity.kernel import formats
from learncity.kernel.templatetags.kernel import words as marked


def days_words(since: date | None, until: date | None) -> str:
    """From when to when, the last day included as people say it; empty when nothing is known."""
    first = formats.day(since, "date") if since else ""
    last = formats.day(until - timedelta(days=1), "date") if until else ""
    if since and until and until <= since + timedelta(days=1):
        return _("%(day)s, ended the same day") % {"day": first}
    if first and last:
        return _("%(first)s to %(last)s") % {"first": first, "last": last}
    if first:
        return _("since %(first)s") % {"first": first}
    return _("until %(last)s") % {"last": last} if last else ""


def office_words(office: OfficeValue) -> dict[str, Any]:
    """An office as the pages show it."""
    return {
        "name": marked(office.name),
        "address": marked(office.address),
        "hours": marked(office.hours),
        "phone": office.phone,
        "days": days_words(office.since, office.until),
    }


def committee_summary(found: CommitteeValue, on: date) -> dict[str, Any]:
    """A committee with those who are in it, and whether an election is due."""
    return {
        "name": marked(found.name),
        "members": [{"name": m.name, "post": POST_NAMES[m.post]} for m in found.in_office(on)],
        "overdue": found.overdue_since(on),
    }


def amount_words(amount: int | None, promise: PromiseValue) -> str:
    """An amount of a promise with its unit; empty without one."""
    if amount is None or promise.unit is None:
        return ""
    if promise.unit in MONEY:
        return formats.money(amount, promise.unit)
    return _("%(n)s %(unit)s") % {"n": formats.number(amount), "unit": UNIT_NAMES[promise.unit]}


def promise_state(promise: PromiseValue, on: date) -> dict[str, str]:
    """Whether a promise is kept, late or on its way."""
    if promise.is_kept:
        return {"text": _("Kept"), "kind": "done"}
    if promise.is_late(on):
        return {"text": _("Late"), "kind": "you"}
    return {"text": _("On its way"), "kind": ""}


def promise_words(promise: PromiseValue, on: date) -> dict[str, Any]:
    """A promise with how much of it was done, in words."""
    done = amount_words(promise.done, promise)
    wanted = amount_words(promise.amount, promise)
    return {
        "number": promise.number,
        "by": marked(promise.by.name),
        "text": marked(promise.text),
        "share": _("%(done)s of %(wanted)s") % {"done": done, "wanted": wanted} if wanted else "",
        "due": formats.day(promise.due, "long") if promise.due else "",
        "tag": promise_state(promise, on),
    }
