"""Courses at the desk of their provider, and their review at the city's office."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from learncity.apps.catalogue import queries
from learncity.apps.catalogue.access import edits_course, reviews
from learncity.apps.catalogue.types import (
    COURSE_STATE_NAMES,
    PART_NAMES,
    CourseState,
    EditionValue,
    Part,
    SkillValue,
    Standing,
)
from learncity.apps.organizations import queries as organizations
from learncity.apps.organizations.types import OrganizationValue
from learncity.apps.roles.access import Duty, actor_of, organizations_for
from learncity.apps.roles.types import Act
from learncity.kernel import formats, tables
from learncity.kernel.access import only
from learncity.kernel.templatetags.kernel import words as marked
from learncity.web import course_forms
from learncity.web import course_words as say
from learncity.web.acts import ActForm, act
from learncity.web.clash_words import clash_name
from learncity.web.course_changes import changed_rows, languages_of, tongue

from .find import page_number, pages

SIZE = 50
# More than the largest city has.
_ALL = 1_000_000
# The office's figures look so many days back.
_LATELY = 90
_LOOKS = {
    CourseState.PUBLISHED: "done",
    CourseState.RETURNED: "you",
    CourseState.WITHDRAWN: "you",
}
_OPTIONAL = {Part.ACCESS: "access", Part.MATERIALS: "materials"}
_DESK_ACTS: dict[str, type[ActForm]] = {
    "send-in": course_forms.SendInForm,
    "choose": course_forms.ChooseForm,
    "take-back": course_forms.TakeBackForm,
    "withdraw": course_forms.WithdrawForm,
}
_REVIEW_ACTS: dict[str, type[ActForm]] = {
    "publish": course_forms.PublishForm,
    "send-back": course_forms.SendBackForm,
}


def state_tag(state: CourseState) -> dict[str, str]:
    """Where a course stands, as a tag."""
    return {"text": str(COURSE_STATE_NAMES[state]), "kind": _LOOKS.get(state, "")}


def age_words(since: datetime, at: datetime) -> str:
    """For how many days something waits."""
    days = (at - since).days
    if days < 1:
        return _("less than a day")
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": formats.number(days)}


def share_words(lacking: int, total: int) -> str:
    """How much is not translated, as a share and the two numbers behind it."""
    if not total:
        return "–"
    share = -(-lacking * 100 // total)
    return _("%(share)s %% (%(n)s of %(all)s)") % {
        "share": share, "n": formats.number(lacking), "all": formats.number(total)
    }  # fmt: skip


def share_figure(lacking: int, total: int) -> dict[str, str]:
    """How much is not translated, large, and below it the two numbers behind it."""
    if not total:
        return {"figure": "–"}
    said = {"n": formats.number(lacking), "all": formats.number(total)}
    return {
        "figure": _("%(n)s %%") % {"n": formats.number(-(-lacking * 100 // total))},
        "trend": _("%(n)s of %(all)s") % said,
    }


@only(Duty(Act.EDIT_COURSES))
def desk_courses(request: HttpRequest) -> HttpResponse:
    """My organization's courses, where each stands, and how much is not translated."""
    mine = organizations_for(actor_of(request), Act.EDIT_COURSES)
    if request.GET.get("as") in tables.KINDS:
        return _sheet(request.GET["as"], queries.of_providers(mine, limit=_ALL)[0])
    number = page_number(request)
    found, total = queries.of_providers(mine, offset=(number - 1) * SIZE, limit=SIZE)
    shares = queries.translated_shares()
    wanted = [pair for pk, pair in shares.items() if mine is None or pk in mine]
    lacking, texts = (sum(column) for column in zip(*wanted, strict=True)) if wanted else (0, 0)
    return render(
        request,
        "web/desk_courses.html",
        {
            "figures": [
                {"label": _("Courses"), "figure": formats.number(total)},
                {"label": _("Not yet translated"), **share_figure(lacking, texts)},
            ],
            "columns": [{"label": _("Course")}, {"label": _("Offered by")}, {"label": _("State")}],
            "rows": [
                {"url": reverse("web:desk_course", args=[e.key]),
                 "cells": [str(e.published.title), str(e.published.provider_name),
                           state_tag(e.state)]}
                for e in found
            ],
            "pages": pages(request, number, total, SIZE),
            "exports": exports(),
        },
    )  # fmt: skip


def exports() -> list[dict[str, str]]:
    """The same rows as a spreadsheet, at the address of the page."""
    return [{"label": kind.upper(), "url": f"?as={kind}"} for kind in tables.KINDS]


def _sheet(kind: str, found: Sequence[EditionValue]) -> HttpResponse:
    head = [_("Key"), _("Course"), _("Offered by"), _("State"), _("Last written"), _("Sent in")]
    rows = [
        [e.key, str(e.published.title), str(e.published.provider_name),
         str(COURSE_STATE_NAMES[e.state]),
         timezone.localtime(e.edited_at) if e.edited_at else "",
         timezone.localtime(e.submitted_at) if e.submitted_at else ""]
        for e in found
    ]  # fmt: skip
    return tables.download(kind, "courses", head, rows)


@only(Duty(Act.EDIT_COURSES))
def new_course(request: HttpRequest) -> HttpResponse:
    """Begin a course of an organization of mine."""
    form = course_forms.BeginForm(request.POST or None)
    mine = organizations_for(actor_of(request), Act.EDIT_COURSES)
    known = (
        organizations.all_organizations()
        if mine is None
        else organizations.organizations(mine).values()
    )
    form.fields["organization"].choices = [(o.key, str(o.name)) for o in known]  # type: ignore[attr-defined]
    back = reverse("web:desk_courses")
    return act(
        request, form, key="", back=back, back_label=_("Courses"),
        then=lambda: reverse("web:desk_course", args=[form.made]),
    )  # fmt: skip


def _found(key: str) -> EditionValue:
    found = queries.find_edition(key)
    if found is None:
        raise Http404
    return found


@only(edits_course)
def desk_course(request: HttpRequest, key: str) -> HttpResponse:
    """A course as a list of tasks: what is done, what is missing; then send it in."""
    found = _found(key)
    can_change = found.state != CourseState.IN_REVIEW
    lacking, texts = found.untranslated
    return render(
        request,
        "web/desk_course.html",
        {
            "course": found.shown,
            "tag": state_tag(found.state),
            "reason": found.reason if found.state == CourseState.RETURNED else "",
            "rows": [_task(found, part, can_change) for part in Part],
            "untranslated": share_words(lacking, texts) if lacking else "",
            "public_url": reverse("web:course", args=[key]) if found.published.is_shown else "",
            "act_urls": {
                "send_in": reverse("web:desk_course_act", args=[key, "send-in"])
                if found.is_open and can_change and not found.missing and not found.clashes
                else "",
                "choose": reverse("web:desk_course_act", args=[key, "choose"])
                if found.clashes and can_change else "",
                "take_back": reverse("web:desk_course_act", args=[key, "take-back"])
                if not can_change else "",
                "withdraw": reverse("web:desk_course_act", args=[key, "withdraw"])
                if found.published.state == CourseState.PUBLISHED else "",
            },
            "is_changed": found.is_open and found.published.state != CourseState.DRAFT,
            "clashes": say.listed(clash_name(clash) for clash in found.clashes),
            "programmes": [
                {"url": reverse("web:programme", args=[one]), "name": marked(title),
                 "out_url": reverse("web:leave_programme", args=[key, one])}
                for one, title in queries.programmes_of(found.published.id)
            ],
        },
    )  # fmt: skip


def _task(found: EditionValue, part: Part, can_change: bool) -> dict[str, Any]:
    if part in found.missing:
        tag, kind = _("Still missing"), "you"
    elif part in _OPTIONAL and not found.said[_OPTIONAL[part]]:
        tag, kind = _("May stay empty"), ""
    else:
        tag, kind = _("Done"), "done"
    row = {"label": PART_NAMES[part], "value": "", "tag": tag, "kind": kind}
    if can_change:
        row["change_url"] = reverse("web:course_part", args=[found.key, part.slug])
    return row


@only(edits_course)
def course_part(request: HttpRequest, key: str, part: str) -> HttpResponse:
    """One part of a course, to be filled in."""
    chosen = next((p for p in Part if p.slug == part), None)
    if chosen is None:
        raise Http404
    found = _found(key)
    form = course_forms.FORMS[chosen](request.POST or None, said=found.said)
    back = reverse("web:desk_course", args=[key])
    return act(request, form, key=key, back=back, back_label=str(found.shown.title), then=back)


@only(edits_course)
def desk_course_act(request: HttpRequest, key: str, name: str) -> HttpResponse:
    """Send a course in, take it back, withdraw it."""
    return _act(request, key, name, _DESK_ACTS, reverse("web:desk_course", args=[key]))


def _act(
    request: HttpRequest, key: str, name: str, acts: dict[str, type[ActForm]], back: str,
    then: str = "",
) -> HttpResponse:  # fmt: skip
    if name not in acts:
        raise Http404
    found = _found(key)
    data = request.POST if request.method == "POST" else None
    form: ActForm = (
        course_forms.ChooseForm(data, found=found)
        if name == "choose"
        else acts[name](data, initial={"seen": request.GET.get("seen", "")})
    )
    label = str(found.shown.title)
    return act(request, form, key=key, back=back, back_label=label, then=then or back)


@only(reviews)
def review_queue(request: HttpRequest) -> HttpResponse:
    """What waits for review, the longest first; and how the courses of each provider stand."""
    at = timezone.now()
    standings, shares = queries.standings(), queries.translated_shares()
    names = organizations.organizations(standings)
    order = sorted(
        standings, key=lambda pk: (standings[pk].oldest or at, -standings[pk].shown, names[pk].key)
    )
    rows = [(names[pk], standings[pk], shares.get(pk, (0, 0))) for pk in order]
    if request.GET.get("as") in tables.KINDS:
        return _standings_sheet(request.GET["as"], rows)
    return render(
        request,
        "web/review_queue.html",
        {
            "columns": [{"label": _("Course")}, {"label": _("Offered by")},
                        {"label": _("Waits for")}],
            "rows": [
                {"url": reverse("web:review", args=[e.key]),
                 "cells": [str(e.published.title), str(e.published.provider_name),
                           {"text": age_words(e.submitted_at, at) if e.submitted_at else ""}]}
                for e in queries.to_review()
            ],
            "figures": _review_figures(standings, at),
            "exports": exports(),
            "share_columns": [{"label": _("Offered by")},
                              *({"label": label, "numeric": True} for label in _standing_heads())],
            "share_rows": [
                {"url": reverse("web:provider", args=[one.key]),
                 "cells": [str(one.name), *(
                     {"text": text, "numeric": True}
                     for text in (
                         *(formats.number(n) for n in
                           (how.shown, how.drafts, how.waiting, how.returned)),
                         age_words(how.oldest, at) if how.oldest else "–", share_words(*share),
                     ))]}
                for one, how, share in rows
            ],
        },
    )  # fmt: skip


def _standing_heads() -> list[str]:
    return [_("Shown"), _("Drafts"), _("In review"), _("Sent back"), _("Longest wait"),
            _("Not yet translated")]  # fmt: skip


def _review_figures(standings: Mapping[UUID, Standing], at: datetime) -> list[dict[str, str]]:
    decided, waited = queries.decided(at - timedelta(days=_LATELY))
    oldest = min((one.oldest for one in standings.values() if one.oldest), default=None)
    found = {"label": _("Decided in %(n)s days") % {"n": _LATELY},
             "figure": formats.number(decided)}  # fmt: skip
    if waited is not None:
        found["trend"] = _("after %(age)s on average") % {"age": age_words(at - waited, at)}
    return [
        {"label": _("In review"),
         "figure": formats.number(sum(one.waiting for one in standings.values()))},
        {"label": _("Longest wait"), "figure": age_words(oldest, at) if oldest else "–"},
        found,
        {"label": _("Courses shown"),
         "figure": formats.number(sum(one.shown for one in standings.values()))},
    ]  # fmt: skip


def _standings_sheet(
    kind: str, rows: Sequence[tuple[OrganizationValue, Standing, tuple[int, int]]]
) -> HttpResponse:
    head = [_("Key"), _("Offered by"), _("Shown"), _("Drafts"), _("In review"), _("Sent back"),
            _("Waits since"), _("Not yet translated"), _("Texts")]  # fmt: skip
    lines = [
        [one.key, str(one.name), how.shown, how.drafts, how.waiting, how.returned,
         timezone.localtime(how.oldest) if how.oldest else "", *share]
        for one, how, share in rows
    ]  # fmt: skip
    return tables.download(kind, "review", head, lines)


@only(reviews)
def review(request: HttpRequest, key: str) -> HttpResponse:
    """A course as it would be published, beside what the public reads now."""
    found = _found(key)
    is_own = actor_of(request).person_id in found.written_by
    before = found.published if found.published.state != CourseState.DRAFT else None
    waits = found.state == CourseState.IN_REVIEW
    lacking, texts = found.untranslated
    skills = _skills(found)
    return render(
        request,
        "web/review.html",
        {
            "course": found.shown,
            "tag": state_tag(found.state),
            "waits": age_words(found.submitted_at, timezone.now())
            if waits and found.submitted_at else "",
            "texts": [
                {"lang": tag, "name": tongue(tag), "title": found.shown.title.get(tag, ""),
                 "summary": found.shown.summary.get(tag, ""),
                 "needs": found.shown.needs.get(tag, ""),
                 "materials": [m.title[tag] for m in found.shown.materials if tag in m.title]}
                for tag in languages_of(found.shown)
            ],
            "untranslated": share_words(lacking, texts) if lacking else "",
            "rows": say.about_rows(found.shown, skills),
            "pays_rows": say.pays_rows(found.shown),
            "materials": say.materials_rows(found.shown),
            "is_change": bool(before) and waits,
            "change_columns": [{"label": _("What changes")}, {"label": _("The public reads now")},
                               {"label": _("It would read")}],
            "changes": changed_rows(
                (before, queries.skills_of([before.id]).get(before.id, ())), (found.shown, skills)
            ) if before and waits else [],
            "is_own": is_own and waits,
            "clashes": say.listed(clash_name(clash) for clash in found.clashes) if waits else "",
            "publish_url": f"{reverse('web:review_act', args=[key, 'publish'])}?seen={found.mark}"
            if waits and not is_own and not found.clashes else "",
            "back_url": reverse("web:review_act", args=[key, "send-back"])
            if waits and not is_own else "",
        },
    )  # fmt: skip


def _skills(found: EditionValue) -> list[SkillValue]:
    keys = set(found.said.get("skills", ()))
    return [skill for skill in queries.skills() if skill.key in keys]


@only(reviews)
def review_act(request: HttpRequest, key: str, name: str) -> HttpResponse:
    """Publish a course, or send it back."""
    queue = reverse("web:review_queue")
    return _act(request, key, name, _REVIEW_ACTS, reverse("web:review", args=[key]), queue)
