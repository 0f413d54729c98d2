"""Assertions in words, and the form with which their value is typed."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learncity.apps.assertions import queries
from learncity.apps.assertions.types import (
    PATTERN_NAMES,
    AssertionValue,
    Key,
    Pattern,
    ValueType,
)
from learncity.kernel import formats
from learncity.kernel.templatetags.kernel import words as marked
from learncity.web.acts import ActForm, after, day_field, last_day, named
from learncity.web.dated_words import days_words

WEEK = [
    (1, gettext_lazy("Monday")), (2, gettext_lazy("Tuesday")), (3, gettext_lazy("Wednesday")),
    (4, gettext_lazy("Thursday")), (5, gettext_lazy("Friday")), (6, gettext_lazy("Saturday")),
    (7, gettext_lazy("Sunday")),
]  # fmt: skip


def value_words(key: Key, value: Any) -> str:
    """The value of an assertion as people read it."""
    if value is None:
        return ""
    if key.type == ValueType.DATE:
        return formats.day(datetime.fromisoformat(value).date(), "date")
    if key.type == ValueType.NUMBER:
        return _("%(n)s %(unit)s") % {"n": formats.number(value), "unit": key.unit}
    if key.type == ValueType.SHIFTS:
        week = dict(WEEK)
        days = _(", ").join(str(week[day]) for day in value["days"])
        pattern = str(PATTERN_NAMES[Pattern(value["pattern"])])
        return _("%(pattern)s: %(days)s") % {"pattern": pattern, "days": days} if days else pattern
    return str(value)


def assertion_words(said: AssertionValue) -> dict[str, Any]:
    """An assertion as the pages show it: what, who says so, since when, on what it rests."""
    key = queries.key_named(said.key)
    if said.withdrawn_at is not None:
        tag = {"text": _("Withdrawn"), "kind": ""}
    elif said.is_own:
        tag = {"text": _("Said by you alone"), "kind": ""}
    else:
        tag = {"text": _("Vouched for"), "kind": "done"}
    open_ = said.objection is not None and said.objection.answered_at is None
    return {
        "id": said.id,
        "label": key.label,
        "value": value_words(key, said.value),
        "by": marked(said.organization.name) if said.organization else "",
        "at": marked(said.at.name) if said.at and said.is_own else "",
        "days": days_words(said.since, said.until),
        "evidence": said.evidence,
        "link": said.link,
        "code": said.code,
        "code_until": formats.day(last_day(said.code_until), "long") if said.code_until else "",
        "said_at": formats.day(said.asserted_at, "date"),
        "because": said.withdrawn_because,
        "alive": said.withdrawn_at is None,
        "own": said.is_own,
        "objection": said.objection,
        "open": open_ and said.withdrawn_at is None,
        "tag": tag,
    }


class ValueForm(ActForm):
    """A key, its value in whatever form the key asks for, and from when to when."""

    key = forms.ChoiceField(label=gettext_lazy("Statement"))
    value = forms.CharField(
        label=gettext_lazy("Value"), required=False, max_length=200,
        help_text=gettext_lazy("A name, a number, or a day as 2026-11-30; for shifts, see below."),
    )  # fmt: skip
    pattern = forms.ChoiceField(
        label=gettext_lazy("Shifts"), required=False,
        choices=[("", gettext_lazy("Only for shifts")), *named(PATTERN_NAMES)],
    )  # fmt: skip
    days = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Days worked"), required=False, choices=WEEK, coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    since = day_field(gettext_lazy("From"), required=False)
    until = day_field(gettext_lazy("Last day"), required=False)

    def __init__(self, *args: Any, own: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].choices = [  # type: ignore[attr-defined]
            (key.name, _("%(what)s: %(value)s") % {"what": key.label, "value": key.value_label})
            for key in queries.all_keys()
            if key.own or not own
        ]  # fmt: skip

    def said(self) -> dict[str, Any]:
        """Key, value and days as the services take them."""
        data = self.cleaned_data
        key, typed = queries.key_named(data["key"]), data["value"].strip()
        value: Any = typed
        if key.type == ValueType.NUMBER:
            value = int(typed) if typed.isascii() and typed.isdecimal() else typed
        elif key.type == ValueType.SHIFTS:
            value = {"pattern": data["pattern"], "days": data["days"]}
        return {"key": key.name, "value": value, "since": data["since"],
                "until": after(data["until"])}  # fmt: skip
