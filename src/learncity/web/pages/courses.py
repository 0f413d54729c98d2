"""What there is to learn, thing by thing: a course, courses beside each other, a subject, a
programme, a provider."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from learncity.apps.catalogue import queries as catalogue
from learncity.apps.catalogue.types import (
    AUDIENCE_NAMES,
    CATEGORY_NAMES,
    COURSE_MODE_NAMES,
    LEVEL_NAMES,
    PARTNER_ROLE_NAMES,
    CourseValue,
    ProgrammeValue,
)
from learncity.apps.classes import queries as classes
from learncity.apps.classes.types import ClassCard
from learncity.apps.organizations import queries as organizations
from learncity.apps.organizations.types import KIND_NAMES, AgreementState
from learncity.kernel.access import everyone
from learncity.kernel.dated import day_of
from learncity.kernel.templatetags.kernel import words as marked
from learncity.web import course_words as say
from learncity.web import wishing, words
from learncity.web.dated_words import (
    committee_summary,
    days_words,
    office_words,
    promise_words,
)
from learncity.web.exchange import structured
from learncity.web.pagecache import for_strangers
from learncity.web.turns import in_turn

from .find import SIZE, _found_words, _rows, here_of, page_number, pages

# More beside each other nobody reads.
MOST = 4


@everyone
@for_strangers(seconds=10)
def course(request: HttpRequest, key: str) -> HttpResponse:
    """What a course is, and its classes that are not over."""
    found = catalogue.find_course(key)
    if found is None:
        raise Http404
    at, here = timezone.now(), here_of(request)
    cards = classes.classes_of_course(found.id, at=at)
    skills = catalogue.skills_of([found.id]).get(found.id, ())
    return render(
        request,
        "web/course.html",
        {
            "course": found,
            "title": say.translated(found.title),
            "summary": say.translated(found.summary),
            "category": CATEGORY_NAMES[found.category],
            "category_url": reverse("web:category", args=[found.category.slug]),
            "provider_url": reverse("web:provider", args=[found.provider_key]),
            "compare_url": f"{reverse('web:compare')}?{urlencode({'course': key})}",
            "sum_rows": say.about_rows(found, skills),
            "pays_rows": say.pays_rows(found),
            "materials": say.materials_rows(found),
            "programmes": [
                {"url": reverse("web:programme", args=[in_key]), "title": marked(title)}
                for in_key, title in catalogue.programmes_of(found.id)
            ],
            "open": [words.class_row(c, here, at) for c in cards if c.is_open(at)],
            "closed": [words.class_row(c, here, at) for c in cards if not c.is_open(at)],
            "structured": structured.of_course(found, cards, at),
            "wish": wishing.offer_of_course(request, found, cards),
        },
    )


@everyone
@in_turn
def compare(request: HttpRequest) -> HttpResponse:
    """Up to four courses beside each other, whichever their kinds; what is not known is a dash.

    The address carries those that were chosen, also through a search for another one.
    """
    keys = list(dict.fromkeys(key[:80] for key in request.GET.getlist("course")))[:MOST]
    found = catalogue.find_courses(keys)
    kept = [course.key for course in found]
    text = request.GET.get("q", "").strip()[:100]
    more: list[dict[str, Any]] = []
    if len(found) < MOST and (found or text):
        # Until something is looked for, what is like the first.
        category = None if text else found[0].category
        others = catalogue.search(text=text, category=category, limit=SIZE).items
        more = [
            {"url": _compare_url([*kept, c.key]), "title": marked(c.title),
             "provider": c.provider_name}
            for c in others
            if c.key not in kept
        ][:8]  # fmt: skip
    return render(
        request,
        "web/compare.html",
        {
            "columns": [{"label": _("Question")}]
            + [{"label": marked(c.title), "words": True} for c in found],
            "rows": _compared(found),
            "courses": [
                {"url": words.course_url(c.key), "title": marked(c.title),
                 "less_url": _compare_url([k for k in kept if k != c.key])}
                for c in found
            ],
            "more": more,
            "can_add": len(found) < MOST,
            "text": text,
            "carried": [("course", key) for key in kept],
        },
    )  # fmt: skip


def _compare_url(keys: list[str]) -> str:
    return f"{reverse('web:compare')}?{urlencode([('course', key) for key in keys])}"


def _compared(found: list[CourseValue]) -> list[dict[str, Any]]:
    """One row a question, one cell a course; rows that nobody answers are left out."""
    if not found:
        return []
    at = timezone.now()
    ids = [course.id for course in found]
    coming, skills = classes.next_classes(ids, at=at), catalogue.skills_of(ids)
    lines: list[tuple[str, list[Any]]] = [
        (_("Next start"), [_starts(coming.get(c.id), at) for c in found]),
        (_("You pay"), [say.learner_words(c) for c in found]),
    ]
    table = [{r["label"]: r["value"] for r in say.about_rows(c, skills.get(c.id, ()))}
             for c in found]  # fmt: skip
    labels = dict.fromkeys(label for one in table for label in one)
    lines += [(label, [one.get(label, "") for one in table]) for label in labels]
    return [
        {"cells": [label, *({"text": cell or "–", "words": True} for cell in cells)]}
        for label, cells in lines
        if any(cells)
    ]


def _starts(card: ClassCard | None, at: datetime) -> str:
    return words.begins_words(card, at) if card else _("No class open now")


@everyone
@for_strangers(seconds=15)
@in_turn
def subject(request: HttpRequest, key: str) -> HttpResponse:
    """The courses of a subject; an address of before leads to the one of today."""
    found = catalogue.find_subject(key)
    if found is None:
        raise Http404
    if found.key != key:
        return HttpResponsePermanentRedirect(reverse("web:subject", args=[found.key]))
    number = page_number(request)
    page = catalogue.of_subject(found.id, offset=(number - 1) * SIZE, limit=SIZE)
    return render(
        request,
        "web/subject.html",
        {
            "name": marked(found.name),
            "category": CATEGORY_NAMES[found.category],
            "category_url": reverse("web:category", args=[found.category.slug]),
            "sentence": _found_words(page.total, ""),
            "rows": _rows(request, page.items),
            "pages": pages(request, number, page.total),
        },
    )


@everyone
@for_strangers(seconds=30)
def programmes(request: HttpRequest) -> HttpResponse:
    """What several institutions teach together."""
    rows = [
        words.Row(
            reverse("web:programme", args=[p.key]),
            marked(p.title),
            [str(p.partners[0].name) if p.partners else "",
             say.listed(AUDIENCE_NAMES[a] for a in p.audiences)],
        )
        for p in catalogue.programmes()
    ]  # fmt: skip
    for row in rows:
        row.facts = [fact for fact in row.facts if fact]
    return render(request, "web/programmes.html", {"rows": rows})


@everyone
@for_strangers(seconds=15)
def programme(request: HttpRequest, key: str) -> HttpResponse:
    """A programme: where it leads, who is in it, its courses in their order."""
    found = catalogue.find_programme(key)
    if found is None:
        raise Http404
    return render(
        request,
        "web/programme.html",
        {
            "title": say.translated(found.title),
            "plain_title": found.title,
            "summary": say.translated(found.summary),
            "sum_rows": _programme_rows(found),
            "partners": [
                {"url": reverse("web:provider", args=[p.key]), "name": marked(p.name),
                 "role": PARTNER_ROLE_NAMES[p.role]}
                for p in found.partners
            ],
            "needed": [_part(c) for c, needed in found.courses if needed],
            "free": [_part(c) for c, needed in found.courses if not needed],
        },
    )  # fmt: skip


def _part(course: CourseValue) -> words.Row:
    facts = [str(course.provider_name), str(LEVEL_NAMES[course.level]), say.effort_words(course)]
    return words.Row(
        words.course_url(course.key), marked(course.title), [fact for fact in facts if fact]
    )


def _programme_rows(found: ProgrammeValue) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {"label": _("For"), "value": say.listed(AUDIENCE_NAMES[a] for a in found.audiences)},
        {"label": _("Fields"), "value": say.listed(s.name for s in found.subjects)},
        {"label": _("Taught"), "value": COURSE_MODE_NAMES[found.mode] if found.mode else ""},
        {"label": _("From when to when"),
         "value": days_words(found.since, found.until) if found.since or found.until else ""},
    ]  # fmt: skip
    return [row for row in rows if row["value"]]


@everyone
@for_strangers(seconds=15)
def provider(request: HttpRequest, key: str) -> HttpResponse:
    """Who offers courses: what they are, where, and everything they teach."""
    found = organizations.find_organization(key)
    if found is None:
        raise Http404
    number = page_number(request)
    page = catalogue.search(provider_id=found.id, offset=(number - 1) * SIZE, limit=SIZE)
    sites = organizations.venues_of(found.id)
    on = day_of(timezone.now())
    kin = organizations.kin(found.id, on=on)
    return render(
        request,
        "web/provider.html",
        {
            "provider": found,
            "kind": KIND_NAMES[found.kind],
            "parent": kin.parent,
            "children": kin.children,
            "offices": [office_words(o) for o in organizations.offices(found.id, on=on)],
            "committees": [
                committee_summary(c, on) for c in organizations.committees_of(found.id, public=True)
            ],
            "agreements": [
                {
                    "subject": marked(a.subject),
                    "days": days_words(a.since, a.until),
                    "with": [party for party in a.parties if party.id != found.id],
                    "promises": [promise_words(p, on) for p in a.promises],
                }
                for a in organizations.agreements(organization_ids=[found.id])
                if a.state(on) == AgreementState.IN_FORCE
            ],
            "sites": [
                words.Row(reverse("web:venue", args=[v.key]), marked(v.name), [str(v.address)])
                for v in sites
            ],
            "rows": _rows(request, page.items),
            "pages": pages(request, number, page.total),
        },
    )
