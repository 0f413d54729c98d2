"""The office's desk for requests about data, and the page of how long things are kept."""

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from learncity.apps.classes import queries as classes
from learncity.apps.classes.types import State
from learncity.apps.people import queries as people
from learncity.apps.people.access import account
from learncity.apps.people.types import PersonValue
from learncity.apps.privacy import queries, services
from learncity.apps.privacy.types import (
    BASIS_WORDS,
    CHANNEL_NAMES,
    ERASURE_WORDS,
    KIND_NAMES,
    REASON_NAMES,
    STATE_NAMES,
    RefusalReason,
    RequestKind,
    RequestValue,
)
from learncity.apps.roles.access import (
    Duty,
    actor_of,
    covers,
    in_city,
    of_person,
    of_request,
    regions_for,
)
from learncity.apps.roles.types import Act
from learncity.kernel import formats, tables
from learncity.kernel.access import only
from learncity.kernel.acting import By, Via
from learncity.kernel.errors import DomainError
from learncity.web.acts import Question, sure

from .find import page_number, pages
from .privacy import TAGS, kept_words

SIZE = 50
_LANGUAGES = dict(settings.LANGUAGES)
# Days left at which the colour says so.
SOON = 2


class ShownForm(forms.Form):
    """Which requests; its address is the view."""

    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[("", gettext_lazy("Not done yet")), ("over", gettext_lazy("Over"))],
    )


class AnswerForm(forms.Form):
    """What the person shall read, and why it is refused when it is."""

    words = forms.CharField(
        label=gettext_lazy("What the person shall read"),
        help_text=gettext_lazy("In their language. It is sent to them as a message."),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("Reason, when you refuse"),
        required=False,
        choices=[("", "–"), *[(reason.value, REASON_NAMES[reason]) for reason in RefusalReason]],
    )


@only(Duty(Act.ANSWER_REQUESTS))
def worklist(request: HttpRequest) -> HttpResponse:
    """Requests, the next due first, with what is overdue on top."""
    found, at = _chosen(request), timezone.now()
    number, counts = page_number(request), queries.counts(at=at, home_ids=_homes(request))
    shown = found[(number - 1) * SIZE : number * SIZE]
    query = request.GET.urlencode()
    context = {
        "figures": [
            {"label": _("Not done yet"), "figure": formats.number(counts["open"])},
            {"label": _("Overdue"), "figure": formats.number(counts["overdue"])},
            {"label": _("Due within two days"), "figure": formats.number(counts["soon"])},
            {"label": _("Answered"), "figure": formats.number(counts["answered"])},
            {"label": _("Answered or done late"), "figure": formats.number(counts["late"])},
        ],
        "guessed": queries.guessed_countries(),
        "form": ShownForm(request.GET or None),
        "sentence": ngettext("%(n)s request", "%(n)s requests", len(found))
        % {"n": formats.number(len(found))},
        "exports": [
            {"label": kind.upper(), "url": f"{reverse('web:requests_export', args=[kind])}?{query}"}
            for kind in tables.KINDS
        ],
        "columns": [
            {"label": _("Number")}, {"label": _("Due")}, {"label": _("State")},
            {"label": _("Asked for")}, {"label": _("Received")},
            {"label": _("Days old"), "numeric": True},
        ],
        "rows": [_row(r, timezone.localdate(at)) for r in shown],
        "pages": pages(request, number, len(found), SIZE),
    }  # fmt: skip
    return render(request, "web/requests.html", context)


def _chosen(request: HttpRequest) -> list[RequestValue]:
    return queries.worklist(closed=request.GET.get("state") == "over", home_ids=_homes(request))


def _homes(request: HttpRequest) -> frozenset[UUID] | None:
    """The regions whose people's requests this reader answers; ``None`` for the whole city."""
    return regions_for(actor_of(request), Act.ANSWER_REQUESTS)


def _due(request: RequestValue, today: date) -> dict[str, str]:
    """The next due day, in a colour and a word."""
    if not request.is_open:
        return {"text": "–"}
    day, left = formats.day(request.next_due), request.days_left(today)
    if left < 0:
        return {"text": _("Overdue"), "kind": "you", "note": day}
    if left <= SOON:
        return {"text": _("Due soon"), "kind": "you", "note": day}
    return {"text": _("In time"), "kind": "done", "note": day}


def _row(request: RequestValue, today: date) -> dict[str, Any]:
    received = timezone.localtime(request.received_at)
    return {
        "id": request.number,
        "url": reverse("web:request_case", args=[request.number]),
        "cells": [
            request.number,
            _due(request, today),
            {"text": STATE_NAMES[request.state], "kind": TAGS.get(request.state, "")},
            {"text": KIND_NAMES[request.kind], "words": True},
            {"text": formats.day(received)},
            {"text": formats.number((today - received.date()).days), "numeric": True},
        ],
    }


@only(Duty(Act.ANSWER_REQUESTS))
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """The requests of the chosen view as a spreadsheet, without names and words."""
    head = [_("Number"), _("Asked for"), _("Received"), _("Country"), _("Answer by"),
            _("Done by"), _("Extended"), _("State"), _("Answered"), _("Done")]  # fmt: skip
    rows = [
        [r.number, KIND_NAMES[r.kind], timezone.localtime(r.received_at), r.country,
         r.answer_by, r.done_by, _("yes") if r.is_extended else _("no"), STATE_NAMES[r.state],
         timezone.localtime(r.answered_at) if r.answered_at else "",
         timezone.localtime(r.done_at) if r.done_at else ""]
        for r in _chosen(request)
    ]  # fmt: skip
    return tables.download(kind, "requests", head, rows)


@only(Duty(Act.ANSWER_REQUESTS, on=of_request))
def request_case(request: HttpRequest, number: str) -> HttpResponse:
    """One request with whose it is: answer, extend, finish. Each look is written down."""
    form, by, refusal = AnswerForm(request.POST or None), _by(request), None
    if request.method == "POST" and form.is_valid():
        try:
            _act(request.POST.get("act", ""), number, form.cleaned_data, by)
        except DomainError as error:
            refusal = error
        else:
            return redirect("web:request_case", number)
    found = queries.find_request(number)
    if found is None:
        raise Http404
    services.note_request_read(number=number, by=by)
    person = people.persons([found.person_id])[found.person_id]
    if request.GET.get("sure") == "finish" and request.method == "GET" and _may_erase(found):
        return sure(request, _erase_now(found, person))
    reach = people.addresses([found.person_id]).get(found.person_id)
    context = {
        "request_value": found,
        "name": KIND_NAMES[found.kind],
        "state": STATE_NAMES[found.state],
        "look": TAGS.get(found.state, ""),
        "form": form,
        "refusal": refusal,
        "is_erasure": found.kind == RequestKind.ERASURE,
        "is_correction": found.kind == RequestKind.CORRECTION,
        # Whoever answers requests mostly keeps people, too; whoever does not is shown no way there.
        "person_id": found.person_id
        if covers(actor_of(request), Act.KEEP_PEOPLE, of_person(person_id=found.person_id))
        else None,
        "rows": _facts(found, person, (reach.phone or reach.email) if reach else ""),
    }
    status = 422 if refusal or form.errors else 200
    return render(request, "web/request_case.html", context, status=status)


def _may_erase(found: RequestValue) -> bool:
    """Whether somebody can be erased at once: what they asked for was granted and not yet done."""
    return found.kind == RequestKind.ERASURE and found.is_open and found.answered_at is not None


def _erase_now(found: RequestValue, person: PersonValue) -> Question:
    held = classes.my_classes(person.id, at=timezone.now())
    places = sum(m.enrolment.state != State.WITHDRAWN and m.card.next_at is not None for m in held)
    return Question(
        title=_("Erase this person now?"),
        lead=person.name or _("no name"),
        text=_(
            "Places in coming classes that are given back: %(n)s. The account, name, addresses, "
            "numbers and messages are deleted; what they learned stays in the city’s counts "
            "without a name. Nobody can bring it back."
        )
        % {"n": formats.number(places)},
        yes=_("Yes, erase now"),
        no=_("No, wait"),
        back=reverse("web:request_case", args=[found.number]),
        back_label=str(KIND_NAMES[found.kind]),
        sends={"act": "finish"},
    )


def _act(act: str, number: str, said: dict[str, str], by: By) -> None:
    at, words = timezone.now(), said["words"]
    if act == "finish":
        services.finish(number=number, by=by, at=at)
    elif act == "extend":
        services.extend(number=number, words=words, by=by, at=at)
    elif act in ("grant", "refuse"):
        reason = RefusalReason(said["reason"]) if said["reason"] and act == "refuse" else None
        services.answer(
            number=number, granted=act == "grant", words=words, reason=reason, by=by, at=at
        )


def _facts(found: RequestValue, person: PersonValue, reach: str | None) -> list[dict[str, Any]]:
    due = _due(found, timezone.localdate())
    facts: list[dict[str, Any]] = [
        {"label": _("Who"), "value": person.name or _("no name"), "note": reach or ""},
        {"label": _("Language"), "value": _LANGUAGES[person.language.lower()]},
        {"label": _("What exactly"), "value": found.words or "–"},
        {"label": _("Received"), "value": _moment(found.received_at), "note": found.country},
        {"label": _("Answer by"), "value": formats.day(found.answer_by, "long")},
        {"label": _("Done by"), "value": formats.day(found.done_by, "long")},
    ]
    if found.is_open:
        facts[4 if found.answered_at is None else 5] |= {"tag": due["text"], "kind": due["kind"]}
    if found.channel:
        paper = {"label": _("On paper"), "value": CHANNEL_NAMES[found.channel], "note": found.paper}
        facts.append(paper)
    if found.is_extended:
        facts[5]["note"] = _("extended")
    if found.answered_at:
        facts.append({"label": _("Answered"), "value": _moment(found.answered_at)})
    if found.answer:
        facts.append({"label": _("Answer"), "value": found.answer})
    if found.reason:
        facts.append({"label": _("Reason"), "value": REASON_NAMES[found.reason]})
    if found.done_at:
        facts.append({"label": _("Done"), "value": _moment(found.done_at)})
    return facts


def _moment(at: Any) -> str:
    return f"{formats.day(at, 'long')} {formats.clock(at)}"


@only(Duty(Act.OPERATE, on=in_city))
def retention(request: HttpRequest) -> HttpResponse:
    """Every record class: what, how long, why, and when it was last tidied."""
    rows = [
        {
            "cells": [
                r.label,
                {"text": r.keeps, "words": True},
                {"text": kept_words(r), "words": True},
                {"text": BASIS_WORDS[r.basis], "note": str(r.source), "words": True},
                {"text": ERASURE_WORDS[r.on_erasure], "note": " ".join(r.stays), "words": True},
                {
                    "text": _moment(r.ran_at) if r.ran_at else "–",
                    "note": ""
                    if r.count is None
                    else _("lines deleted: %(n)s") % {"n": formats.number(r.count)},
                },
            ]
        }
        for r in queries.retention(at=timezone.now())
    ]
    columns = [
        {"label": _("What is kept")}, {"label": _("What stands in it")}, {"label": _("How long")},
        {"label": _("Why")}, {"label": _("When erased")}, {"label": _("Last tidied")},
    ]  # fmt: skip
    return render(request, "web/retention.html", {"columns": columns, "rows": rows})


def _by(request: HttpRequest) -> By:
    return By(account(request).person_id, Via.DESK)
