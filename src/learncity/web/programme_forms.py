"""The forms of programmes: at the city's office, and for whoever has a course in one."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learncity.apps.catalogue import queries, services
from learncity.apps.catalogue.types import (
    AUDIENCE_NAMES,
    COURSE_MODE_NAMES,
    PartnerRole,
    ProgrammeValue,
)
from learncity.apps.organizations import queries as organizations
from learncity.kernel.acting import By
from learncity.web.acts import ActForm, Words, after, day_field, last_day, named
from learncity.web.course_forms import several


def _who() -> list[tuple[str, str]]:
    return [(o.key, str(o.name)) for o in organizations.all_organizations()]


class BeginForm(ActForm):
    """A new programme."""

    title = gettext_lazy("Begin a programme")
    lead: str | Promise = gettext_lazy(
        "Everybody can read it at once. Its courses are put in one by one."
    )
    button = gettext_lazy("Begin")

    called = Words(label=gettext_lazy("What it is called"))
    summary = Words(label=gettext_lazy("Where it leads"), long=True)
    led_by = forms.ChoiceField(label=gettext_lazy("Who leads it"))
    made = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["led_by"].choices = _who()  # type: ignore[attr-defined]

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """Begin it; its key is in ``made``."""
        data = self.cleaned_data
        self.made = services.begin_programme(
            title=data["called"], summary=data["summary"], lead=data["led_by"], by=by
        )


class EditForm(BeginForm):
    """What a programme says; who leaves a field as it was writes nothing of it."""

    title = gettext_lazy("Change the programme")
    lead: str | Promise = ""
    button = gettext_lazy("Save")
    belongs = {"days_impossible": "last", "not_listed": "subjects"}

    audiences = several(gettext_lazy("For whom"), AUDIENCE_NAMES)
    subjects = several(gettext_lazy("Fields"), {})
    mode = forms.ChoiceField(
        label=gettext_lazy("How it is taught"), required=False,
        choices=[("", gettext_lazy("Not said")), *named(COURSE_MODE_NAMES)],
    )  # fmt: skip
    first = day_field(gettext_lazy("First day"), required=False)
    last = day_field(gettext_lazy("Last day"), required=False)
    # What stood there when the form was shown.
    was = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, found: ProgrammeValue, **kwargs: Any) -> None:
        shown = {
            "title": dict(found.title), "summary": dict(found.summary),
            "lead": next((p.key for p in found.partners if p.role == PartnerRole.LEAD), ""),
            "audiences": [a.value for a in found.audiences],
            "subjects": [s.key for s in found.subjects],
            "mode": found.mode.value if found.mode else None,
            "since": _day(found.since), "until": _day(found.until),
        }  # fmt: skip
        kwargs["initial"] = shown | {
            "called": shown["title"], "led_by": shown["lead"], "first": found.since,
            "last": last_day(found.until) if found.until else None,
            "was": json.dumps(shown, ensure_ascii=False),
        }  # fmt: skip
        super().__init__(*args, **kwargs)
        names = {s.key: s.name for s in (*queries.subjects(), *found.subjects)}
        fields: Any = self.fields
        fields["subjects"].choices = [(key, str(name)) for key, name in names.items()]
        fields["summary"].required = False
        known = fields["led_by"].choices
        if not shown["lead"]:
            fields["led_by"].choices = [("", gettext_lazy("Nobody")), *known]
            fields["led_by"].required = False
        elif shown["lead"] not in dict(known):
            # It has ended; another is not chosen by saving the rest.
            fields["led_by"].choices = [(shown["lead"], str(found.partners[0].name)), *known]

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """Write what was changed."""
        data = self.cleaned_data
        said = {
            "title": data["called"], "summary": data["summary"] or {}, "lead": data["led_by"],
            "audiences": data["audiences"], "subjects": data["subjects"],
            "mode": data["mode"] or None, "since": _day(data["first"]),
            "until": _day(after(data["last"])),
        }  # fmt: skip
        services.write_programme(key=key, said=said, shown=self._was(said), by=by)

    def _was(self, said: Mapping[str, Any]) -> dict[str, Any] | None:
        """What was shown, as the page sent it back; ``None`` when it is not of this form."""
        try:
            was = json.loads(self.cleaned_data["was"])
        except ValueError:
            return None
        is_whole = isinstance(was, dict) and {*was} == {*said}
        return was if is_whole and all(isinstance(was[n], dict) for n in _TEXTS) else None


_TEXTS = ("title", "summary")


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


class CourseForm(ActForm):
    """A course of a programme: where it stands, and whether it is needed."""

    button = gettext_lazy("Put it in")

    kind = forms.ChoiceField(
        label=gettext_lazy("What it is in the programme"), widget=forms.RadioSelect,
        choices=[("NEEDED", gettext_lazy("It belongs to it")),
                 ("FREE", gettext_lazy("Free choice"))],
    )  # fmt: skip
    place = forms.IntegerField(
        label=gettext_lazy("Where it stands"), min_value=1, max_value=9999, required=False,
        help_text=gettext_lazy("1 is first. Empty: where it stands now, or at the end."),
    )  # fmt: skip

    def __init__(self, *args: Any, course: str, words: str, out_url: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.course, self.title = course, words
        if out_url:
            self.button = gettext_lazy("Save")
            self.way = {"url": out_url, "label": _("Take it out")}

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """Put it there."""
        data = self.cleaned_data
        services.put_course(
            key=key, course=self.course, is_needed=data["kind"] == "NEEDED", place=data["place"],
            by=by, at=at,
        )  # fmt: skip


class OutForm(ActForm):
    """Take a course out of a programme."""

    title = gettext_lazy("Take the course out of the programme")
    button = gettext_lazy("Take it out")

    def __init__(self, *args: Any, course: str, words: str, programme: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.course = course
        self.lead = _(
            "“%(course)s” is still found and taught, but “%(programme)s” no longer names it."
        ) % {"course": words, "programme": programme}

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """Take it out."""
        services.take_course_out(key=key, course=self.course, by=by)


class EndForm(ActForm):
    """Nobody finds it any more."""

    title = gettext_lazy("Withdraw the programme")
    lead = gettext_lazy("Nobody finds it any more. Its courses and classes go on.")
    button = gettext_lazy("Withdraw")

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """End it."""
        services.end_programme(key=key, by=by, at=at)
