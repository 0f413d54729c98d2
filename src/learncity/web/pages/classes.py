"""One class: its page, applying, the receipt, giving the place back."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learncity.apps.catalogue.types import LANGUAGE_NAMES
from learncity.apps.classes import queries, services
from learncity.apps.classes.access import class_for, place_for
from learncity.apps.classes.types import (
    ClassCard,
    ClassDetail,
    ClassNotFound,
    Enrolment,
    EnrolmentNotFound,
    Mode,
    NotOffered,
    SessionValue,
    State,
)
from learncity.apps.households.access import acting_of, by_of, for_classes, person_for
from learncity.apps.households.types import Purpose
from learncity.apps.people import services as people
from learncity.apps.people.access import at_least
from learncity.apps.people.types import Assurance, NameMissing
from learncity.kernel import formats
from learncity.kernel.access import everyone, only
from learncity.kernel.acting import Via
from learncity.kernel.errors import DomainError
from learncity.kernel.templatetags.kernel import words as marked
from learncity.kernel.texts import Text
from learncity.web import wishing, words
from learncity.web.exchange import structured
from learncity.web.pagecache import for_strangers

from .find import here_of


class NameForm(forms.Form):
    """Asked once, with the first application."""

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=120,
        error_messages={"required": NameMissing.says},
    )


@everyone
@for_strangers(seconds=5)
def course_class(request: HttpRequest, class_key: str) -> HttpResponse:
    """When, where, what it costs, how places are given, and the way in."""
    detail, mine = _detail(request, class_key)
    context = _context(request, detail, mine)
    if not detail.is_shown:
        return render(request, "web/class.html", context)
    context["structured"] = structured.of_class(detail, timezone.now())
    if mine is None:
        context["wish"] = wishing.offer_of_class(request, detail.card)
    return render(request, "web/class.html", context)


def _detail(request: HttpRequest, class_key: str) -> tuple[ClassDetail, Enrolment | None]:
    """The class with what this reader may see of it, and their own place in it."""
    try:
        return class_for(request, class_key)
    except ClassNotFound as error:
        raise Http404 from error


def _context(request: HttpRequest, detail: ClassDetail, mine: Enrolment | None) -> dict[str, Any]:
    at, card = timezone.now(), detail.card
    sessions = words.session_days(detail.sessions, at)
    return {
        "detail": detail,
        "card": card,
        "mine": mine,
        "course_url": words.course_url(card.course_key),
        "sum_rows": _sum_rows(request, detail, mine.applied_at if mine else at),
        "sessions": sessions,
        "is_open": card.is_open(at),
        "seats": words.seats_words(card.seats),
        "can_apply": card.is_open(at) and not card.seats.is_full and mine is None,
        "apply_url": reverse("web:apply", args=[card.key]),
        "apply_label": _("Apply for this class")
        if card.seats.free > 0
        else _("Join the waiting list"),
    }


def _sum_rows(request: HttpRequest, detail: ClassDetail, since: datetime) -> list[dict[str, Any]]:
    """What the class is, line by line, to somebody who is in it since then."""
    card = detail.card
    meets = _next_meeting(detail, since)
    hours = f"{formats.clock(meets.starts_at)}–{formats.clock(meets.ends_at)}" if meets else ""
    begins = meets.starts_at if meets else card.starts_at
    span = words.span_words(card)
    if begins > card.starts_at:
        span = _(" · ").join([words.begins_words(card, timezone.now()), span])
    where = _("Online")
    if card.mode != Mode.ONLINE:
        room = next((s.room_name for s in detail.sessions if s.room_name), Text())
        where = format_html(
            '<a href="{}">{}</a>',
            reverse("web:venue", args=[card.venue_key]),
            words.room_words(card.venue_name, room),
        )
    notes = [words.walk_words(card.venue_point, here_of(request))]
    if card.mode == Mode.BLENDED:
        notes.append(_("Some meetings are online, see below"))
    rows: list[dict[str, Any]] = [
        {
            "label": _("When"),
            "value": _("%(day)s, %(hours)s") % {"day": formats.day(begins, "long"), "hours": hours},
            "note": span,
        },
        {"label": _("Where"), "value": where, "note": _(" · ").join(n for n in notes if n)},
        {
            "label": _("Cost"),
            "value": words.price_words(card),
            "note": str(detail.fee_for) if card.fee_minor else "",
        },
        {"label": _("Teacher"), "value": _(", ").join(detail.instructors)},
        {"label": _("Taught in"), "value": LANGUAGE_NAMES.get(detail.language, "")},
        {"label": _("Good to know"), "value": marked(detail.note)},
        {
            "label": _("Seats"),
            "value": words.seats_words(card.seats),
            "free": max(card.seats.free, 0),
            "total": card.seats.total,
            "note": _("of %(n)s") % {"n": card.seats.total},
        },
    ]
    return [row for row in rows if row["value"]]


def _next_meeting(detail: ClassDetail, since: datetime) -> SessionValue | None:
    """The meeting that comes next to who joined then; of a class that is over the first."""
    coming = _coming(detail, since)
    return coming[0] if coming else (detail.sessions[0] if detail.sessions else None)


def _coming(detail: ClassDetail, since: datetime) -> list[SessionValue]:
    """The meetings that are not over and had not begun when somebody joined."""
    at = timezone.now()
    return [
        s for s in detail.sessions if s.ends_at > at and s.starts_at > since and not s.is_cancelled
    ]


@only(for_classes)
@at_least(Assurance.ADDRESS)
def apply(request: HttpRequest, class_key: str) -> HttpResponse:
    """Check what was chosen, and apply. Sending the form twice gives the same receipt."""
    name = person_for(request, Purpose.CLASSES).name
    form = NameForm(request.POST or None) if not name and not acting_of(request) else None
    refusal: DomainError | None = None
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            return redirect("web:receipt", _take_place(request, class_key, form).receipt)
        except ClassNotFound as error:
            raise Http404 from error
        except NotOffered:
            # The page itself may be gone meanwhile.
            return render(request, "web/error.html", {"kind": "not_offered"}, status=422)
        except DomainError as error:
            refusal = error
    detail, mine = _detail(request, class_key)
    if mine is not None:
        return redirect("web:receipt", mine.receipt)
    clash = _clash_words(request, detail)
    context = _context(request, detail, mine) | {"form": form, "refusal": refusal, "clash": clash}
    status = 422 if refusal or (form is not None and form.errors) else 200
    return render(request, "web/apply.html", context, status=status)


def _clash_words(request: HttpRequest, detail: ClassDetail) -> str:
    """Another class of the reader at the same time, to be told before they apply."""
    person_id, at = person_for(request, Purpose.CLASSES).id, timezone.now()
    found = queries.clash(detail, person_id=person_id, at=at)
    if found is None:
        return ""
    title, begins = found
    when = f"{formats.day(begins)} {formats.clock(begins)}"
    return _(
        "You already have a class at that time: %(title)s, %(when)s. You can apply all the same; "
        "if you cannot come to both, give one place back."
    ) % {"title": title, "when": when}


def _take_place(request: HttpRequest, class_key: str, form: NameForm | None) -> Enrolment:
    person_id = person_for(request, Purpose.CLASSES).id
    if form is not None:
        people.describe(person_id=person_id, name=form.cleaned_data["name"])
    return services.apply(
        class_key=class_key,
        person_id=person_id,
        by=by_of(request, Via.WEB),
        at=timezone.now(),
    )


@only(for_classes)
def receipt(request: HttpRequest, receipt: str) -> HttpResponse:
    """What became of an application, and what happens next. Prints on one page."""
    detail, enrolment = _mine(request, receipt)
    at = timezone.now()
    upcoming = _coming(detail, enrolment.applied_at)
    context = _context(request, detail, enrolment) | {
        "enrolment": enrolment,
        "title": _receipt_title(enrolment, detail.card),
        "next_text": _next_words(enrolment, detail.card, upcoming),
        "can_withdraw": enrolment.state != State.WITHDRAWN and at < detail.card.ends_at,
    }
    # Who has a place need not be told how many are left.
    context["sum_rows"] = [row for row in context["sum_rows"] if "total" not in row]
    return render(request, "web/receipt.html", context)


def _mine(request: HttpRequest, receipt: str) -> tuple[ClassDetail, Enrolment]:
    try:
        return place_for(request, receipt)
    except EnrolmentNotFound as error:
        raise Http404 from error


def _receipt_title(enrolment: Enrolment, card: ClassCard) -> str:
    if card.is_cancelled and enrolment.state != State.WITHDRAWN:
        return _("The class was cancelled")
    if enrolment.state == State.ENROLLED:
        return _("You have a place")
    if enrolment.state == State.WAITING:
        return _("You are number %(n)s on the waiting list") % {"n": enrolment.position}
    return _("You are no longer in this class")


def _next_words(enrolment: Enrolment, card: ClassCard, upcoming: list[Any]) -> str:
    if card.is_cancelled:
        return _("You need not come. Look for another class of the same course.")
    if enrolment.state == State.WITHDRAWN:
        return _("Nothing more to do. You can apply again as long as places are free.")
    if enrolment.state == State.WAITING:
        return _(
            "When a place becomes free, it is yours and we write to you. You need not come back "
            "and look. If you no longer want to wait, leave the list below."
        )
    if not upcoming:
        return _("The class is over. It stays in your record.")
    begins = f"{formats.day(upcoming[0].starts_at)} {formats.clock(upcoming[0].starts_at)}"
    return _(
        "Come on %(begins)s. Your name is on the list; you need to bring nothing printed. If you "
        "cannot come, give the place back, so that somebody who waits can have it."
    ) % {"begins": begins}


@only(for_classes)
def withdraw(request: HttpRequest, receipt: str) -> HttpResponse:
    """Ask once more, then give the place back."""
    detail, enrolment = _mine(request, receipt)
    refusal = None
    if request.method == "POST":
        try:
            services.withdraw(
                receipt=receipt,
                person_id=person_for(request, Purpose.CLASSES).id,
                by=by_of(request, Via.WEB),
                at=timezone.now(),
            )
        except DomainError as error:
            refusal = error
        else:
            return redirect("web:receipt", receipt)
    if enrolment.state == State.WITHDRAWN:
        return redirect("web:receipt", receipt)
    context = {"enrolment": enrolment, "card": detail.card, "refusal": refusal}
    return render(request, "web/withdraw.html", context, status=422 if refusal else 200)
