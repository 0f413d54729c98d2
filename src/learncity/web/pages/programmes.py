"""Programmes at the city's office, and the way out of one for whoever offers a course in it."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from learncity.apps.catalogue import queries
from learncity.apps.catalogue.access import edits_course, reviews
from learncity.apps.catalogue.types import (
    AUDIENCE_NAMES,
    COURSE_MODE_NAMES,
    PARTNER_ROLE_NAMES,
    CourseState,
    CourseValue,
    ProgrammeValue,
)
from learncity.kernel.access import only
from learncity.web import course_words as say
from learncity.web import programme_forms as forms
from learncity.web.acts import act
from learncity.web.dated_words import days_words

from .course_desk import share_words, state_tag

# So many courses are shown that one may put in.
_FOUND = 20


@only(reviews)
def office_programmes(request: HttpRequest) -> HttpResponse:
    """All programmes that are not withdrawn."""
    return render(
        request,
        "web/office_programmes.html",
        {
            "columns": [{"label": pgettext("of several institutions", "Programme")},
                        {"label": _("Who leads it")}, {"label": _("From when to when")},
                        {"label": _("Not yet translated")}],
            "rows": [
                {"url": reverse("web:office_programme", args=[p.key]),
                 "cells": [str(p.title), str(p.partners[0].name) if p.partners else "–",
                           {"text": _days(p)}, {"text": _lacking(p)}]}
                for p in queries.programmes()
            ],
        },
    )  # fmt: skip


def _days(found: ProgrammeValue) -> str:
    return days_words(found.since, found.until) if found.since or found.until else ""


def _lacking(found: ProgrammeValue) -> str:
    """How much of its own words is not translated, or nothing."""
    lacking, texts = queries.share([found.title, found.summary])
    return share_words(lacking, texts) if lacking else ""


def _found(key: str) -> ProgrammeValue:
    found = queries.find_programme(key, hidden=True)
    if found is None:
        raise Http404
    return found


@only(reviews)
def new_programme(request: HttpRequest) -> HttpResponse:
    """Begin a programme."""
    form = forms.BeginForm(request.POST or None)
    return act(
        request, form, key="", back=reverse("web:office_programmes"), back_label=_("Programmes"),
        then=lambda: reverse("web:office_programme", args=[form.made]),
    )  # fmt: skip


@only(reviews)
def office_programme(request: HttpRequest, key: str) -> HttpResponse:
    """A programme with all of its courses, those too that the public does not see."""
    found = _found(key)
    rows: list[dict[str, Any]] = [
        {"label": _("Where it leads"), "value": say.translated(found.summary)},
        {"label": _("For"), "value": say.listed(AUDIENCE_NAMES[a] for a in found.audiences)},
        {"label": _("Fields"), "value": say.listed(s.name for s in found.subjects)},
        {"label": _("Taught"), "value": COURSE_MODE_NAMES[found.mode] if found.mode else ""},
        {"label": _("From when to when"), "value": _days(found)},
        *({"label": PARTNER_ROLE_NAMES[p.role], "value": str(p.name)} for p in found.partners),
    ]
    return render(
        request,
        "web/office_programme.html",
        {
            "programme": found,
            "rows": [row for row in rows if row["value"]],
            "untranslated": _lacking(found),
            "columns": [{"label": _("Course")}, {"label": _("Offered by")},
                        {"label": _("What it is in the programme")}, {"label": _("State")}],
            "courses": [_row(key, n, *one) for n, one in enumerate(found.courses, 1)],
        },
    )  # fmt: skip


def _row(key: str, number: int, course: CourseValue, is_needed: bool) -> dict[str, Any]:
    kind = _("It belongs to it") if is_needed else _("Free choice")
    return {
        "url": reverse("web:programme_course", args=[key, course.key]),
        "cells": [f"{number}. {course.title}", str(course.provider_name), {"text": kind},
                  _shown_tag(course)],
    }  # fmt: skip


def _shown_tag(course: CourseValue) -> dict[str, str]:
    """Why the public does not see it, or that it does."""
    if course.state == CourseState.PUBLISHED and not course.is_shown:
        return {"text": _("Not shown now"), "kind": "you"}
    return state_tag(course.state)


@only(reviews)
def edit_programme(request: HttpRequest, key: str) -> HttpResponse:
    """Change what a programme says."""
    found = _found(key)
    back = reverse("web:office_programme", args=[key])
    form = forms.EditForm(request.POST or None, found=found)
    return act(request, form, key=key, back=back, back_label=str(found.title), then=back)


@only(reviews)
def end_programme(request: HttpRequest, key: str) -> HttpResponse:
    """Withdraw a programme."""
    found = _found(key)
    return act(
        request, forms.EndForm(_data(request)), key=key,
        back=reverse("web:office_programme", args=[key]), back_label=str(found.title),
        then=reverse("web:office_programmes"),
    )  # fmt: skip


@only(reviews)
def add_course(request: HttpRequest, key: str) -> HttpResponse:
    """Look for a course to put in: of any institution, of those that the public sees."""
    found, text = _found(key), request.GET.get("q", "").strip()[:100]
    within = {course.key for course, _needed in found.courses}
    page = queries.search(text=text, limit=_FOUND) if text else None
    return render(
        request,
        "web/add_course.html",
        {
            "programme": found,
            "text": text,
            "columns": [{"label": _("Course")}, {"label": _("Offered by")}],
            "rows": [
                {"url": reverse("web:programme_course", args=[key, c.key]),
                 "cells": [str(c.title), str(c.provider_name)]}
                for c in (page.items if page else ()) if c.key not in within
            ],
        },
    )  # fmt: skip


@only(reviews)
def programme_course(request: HttpRequest, key: str, course: str) -> HttpResponse:
    """Put a course in, or elsewhere in the order; one that is in can be taken out."""
    found = _found(key)
    here = next(((n, one) for n, one in enumerate(found.courses, 1) if one[0].key == course), None)
    words = str(here[1][0].title) if here else _title(course)
    form = forms.CourseForm(
        request.POST or None, course=course, words=words,
        out_url=reverse("web:course_out", args=[key, course]) if here else "",
        initial={"kind": "NEEDED" if here is None or here[1][1] else "FREE",
                 "place": here[0] if here else None},
    )  # fmt: skip
    back = reverse("web:office_programme", args=[key])
    return act(request, form, key=key, back=back, back_label=str(found.title), then=back)


def _title(course: str) -> str:
    found = queries.find_edition(course)
    if found is None:
        raise Http404
    return str(found.published.title)


@only(reviews)
def course_out(request: HttpRequest, key: str, course: str) -> HttpResponse:
    """Take a course out."""
    found = _found(key)
    form = forms.OutForm(
        _data(request), course=course, words=_title(course), programme=str(found.title)
    )
    back = reverse("web:office_programme", args=[key])
    return act(request, form, key=key, back=back, back_label=str(found.title), then=back)


@only(edits_course)
def leave_programme(request: HttpRequest, key: str, programme: str) -> HttpResponse:
    """Take one's own course out: nothing stands in a programme against its provider's will."""
    course = queries.find_edition(key)
    names = dict(queries.programmes_of(course.published.id)) if course else {}
    if course is None or programme not in names:
        raise Http404
    words = str(course.published.title)
    form = forms.OutForm(_data(request), course=key, words=words, programme=str(names[programme]))
    back = reverse("web:desk_course", args=[key])
    return act(request, form, key=programme, back=back, back_label=words, then=back)


def _data(request: HttpRequest) -> QueryDict | None:
    """What was sent; of a form without fields too, which an empty one of others is."""
    return request.POST if request.method == "POST" else None
