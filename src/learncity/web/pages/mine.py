"""What belongs to the signed-in person: their page, classes, record, messages, profile."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from learncity.apps.assertions import queries as assertions
from learncity.apps.classes import queries as classes
from learncity.apps.classes.queries import MyClass
from learncity.apps.classes.types import State
from learncity.apps.households import services as households
from learncity.apps.households.access import (
    acting_of,
    by_of,
    for_classes,
    for_messages,
    for_profile,
    person_for,
    whose,
)
from learncity.apps.households.types import Purpose
from learncity.apps.notices import queries as notices
from learncity.apps.notices import services as notices_services
from learncity.apps.people import queries as people
from learncity.apps.people import services as people_services
from learncity.apps.people.access import account, stating_numbers
from learncity.apps.people.types import NameMissing
from learncity.apps.places import queries as places
from learncity.apps.record import queries as record
from learncity.apps.roles.access import actor_of
from learncity.apps.security.access import stepped_up, visit_of
from learncity.kernel import formats
from learncity.kernel.access import only, signed_in
from learncity.kernel.acting import By, Via
from learncity.kernel.errors import DomainError, NotFound
from learncity.kernel.templatetags.kernel import words as marked
from learncity.web import words

from .people import number_words
from .people_forms import NumberForm, group_choices, home_choices
from .work import work_rows

STATE_NAMES = {
    State.ENROLLED: (gettext_lazy("You have a place"), "done"),
    State.WAITING: (gettext_lazy("On the waiting list"), ""),
    State.WITHDRAWN: (gettext_lazy("No longer in it"), ""),
}


@only(for_classes)
def me(request: HttpRequest) -> HttpResponse:
    """The next session on top, then what is new."""
    at, person = timezone.now(), person_for(request, Purpose.CLASSES)
    mine = classes.my_classes(person.id, at=at)
    reads = whose(request, Purpose.MESSAGES)
    held = [m for m in mine if m.enrolment.state == State.ENROLLED and m.card.next_at]
    return render(
        request,
        "web/me.html",
        {
            "name": person.name,
            "next": held[0] if held else None,
            "rows": [my_row(m, at) for m in mine if m.card.next_at and m not in held[:1]][:5],
            "items": _inbox_items(reads, limit=3) if reads else [],
            "reads": reads is not None,
            "has_roles": bool(actor_of(request).held),
            "question": asked_home(person.id, person.home_id)
            if whose(request, Purpose.PROFILE)
            else None,
        },
    )


def my_row(mine: MyClass, at: datetime) -> words.Row:
    """One of my classes in a list; leads to the receipt."""
    card, enrolment = mine.card, mine.enrolment
    facts = [words.where_words(card), _("Receipt %(n)s") % {"n": enrolment.receipt}]
    row = words.Row(reverse("web:receipt", args=[enrolment.receipt]), marked(card.title), facts)
    label, row.kind = STATE_NAMES[enrolment.state]
    row.tag = str(label)
    if card.is_cancelled and enrolment.state != State.WITHDRAWN:
        row.tag, row.kind = _("Cancelled"), "you"
    elif enrolment.state == State.WAITING:
        row.tag = _("Number %(n)s on the waiting list") % {"n": enrolment.position}
    if card.next_at and enrolment.state != State.WITHDRAWN:
        row.time, row.day = formats.clock(card.next_at), formats.day(card.next_at)
    return row


@only(for_classes)
def my_classes(request: HttpRequest) -> HttpResponse:
    """Everything the person applied for: coming, over, given back."""
    at = timezone.now()
    mine = classes.my_classes(person_for(request, Purpose.CLASSES).id, at=at)
    alive = [m for m in mine if m.enrolment.state != State.WITHDRAWN]
    return render(
        request,
        "web/my_classes.html",
        {
            "coming": [my_row(m, at) for m in alive if m.card.next_at],
            "over": [my_row(m, at) for m in alive if not m.card.next_at],
            "given_back": [my_row(m, at) for m in mine if m.enrolment.state == State.WITHDRAWN],
        },
    )


@signed_in
def my_record(request: HttpRequest) -> HttpResponse:
    """Everything that ever happened, newest first, each with its source."""
    before = None
    if "before" in request.GET:
        before = _cursor(request.GET["before"])
    facts = record.facts_of(account(request).person_id, before=before, limit=51)
    entries = [
        {
            "date": f"{formats.day(f.at, 'long')} {formats.clock(f.at)}",
            "title": f.label,
            "url": f.url,
            "text": marked(f.subject) if f.subject else "",
            "source": _source_words(f),
        }
        for f in facts[:50]
    ]
    last = facts[49] if len(facts) > 50 else None
    older = f"?before={last.at.timestamp()}_{last.id}" if last else ""
    return render(request, "web/my_record.html", {"entries": entries, "older": older})


def _cursor(text: str) -> tuple[datetime, UUID]:
    moment, _sign, last = text.partition("_")
    try:
        return datetime.fromtimestamp(float(moment), timezone.get_current_timezone()), UUID(last)
    except (ValueError, OverflowError, OSError) as error:
        raise Http404 from error


_VIA = {
    "WEB": gettext_lazy("in the browser"),
    "API": gettext_lazy("through a program"),
    "DESK": gettext_lazy("at the desk"),
    "COMMAND": gettext_lazy("by the city's import"),
    "SYSTEM": gettext_lazy("by the system"),
}


def _source_words(fact: Any) -> str:
    way = _VIA.get(fact.via, fact.via)
    who = _("by yourself, %(way)s") if fact.own else _("by somebody else, %(way)s")
    if fact.mandated:
        who = _("by somebody who acts for you, %(way)s")
    return (who % {"way": way}) + (f" · {fact.place}" if fact.place else "")


def _inbox_items(person_id: UUID, *, limit: int, offset: int = 0) -> list[dict[str, Any]]:
    return [
        {
            "url": reverse("web:message", args=[m.id]),
            "title": m.title,
            "text": m.body,
            "date": f"{formats.day(m.created_at)} {formats.clock(m.created_at)}",
            "unread": not m.is_read,
            "lang": m.language,
        }
        for m in notices.inbox(person_id, limit=limit, offset=offset)
    ]


@only(for_messages)
def inbox(request: HttpRequest) -> HttpResponse:
    """Messages, newest first. Who reads those of another is noted."""
    person_id = person_for(request, Purpose.MESSAGES).id
    households.note_look(by=by_of(request, Via.WEB), person_id=person_id, at=timezone.now())
    return render(request, "web/inbox.html", {"items": _inbox_items(person_id, limit=100)})


@only(for_messages)
def message(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """One message; opening it marks it as read, unless somebody else opens it."""
    person_id, at = person_for(request, Purpose.MESSAGES).id, timezone.now()
    found = notices.find_message(message_id, person_id=person_id)
    if found is None:
        raise Http404
    if acting_of(request):
        households.note_look(by=by_of(request, Via.WEB), person_id=person_id, at=at)
    elif visit_of(request) is None:  # support that looks has not read it for them
        notices_services.mark_read(person_id=person_id, message_ids=[message_id], at=at)
    sent = f"{formats.day(found.created_at, 'long')} {formats.clock(found.created_at)}"
    return render(request, "web/message.html", {"message": found, "sent": sent})


class ProfileForm(forms.Form):
    """How the person is called, written to, and where they live."""

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        help_text=gettext_lazy("As the teacher should read it out."),
        max_length=120,
        error_messages={"required": NameMissing.says},
    )
    language = forms.ChoiceField(label=gettext_lazy("We write to you in"))
    home = forms.ChoiceField(label=gettext_lazy("Where you live"), required=False)
    hometown = forms.CharField(
        label=gettext_lazy("Where you come from"),
        help_text=gettext_lazy("Your home town, in your own words."),
        max_length=80,
        required=False,
    )

    groups = forms.MultipleChoiceField(
        label=gettext_lazy("What describes you"),
        help_text=gettext_lazy("Some classes and subsidies are for certain groups."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        homes: list[tuple[str, str]],
        groups: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        tags = {"zh-hans": "zh-Hans"}
        self.fields["language"].choices = [  # type: ignore[attr-defined]
            (tags.get(code, code), name) for code, name in settings.LANGUAGES
        ]
        self.fields["home"].choices = homes  # type: ignore[attr-defined]
        self.fields["groups"].choices = groups  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Question:
    """Where somebody lives whose region was divided: nobody is moved by default."""

    words: str
    parts: list[tuple[str, str]]


def asked_home(person_id: UUID, home_id: UUID | None) -> Question | None:
    """The question to somebody whose region was divided since they said that they live there.

    One query; three when there is a question.
    """
    heirs = places.heirs(home_id) if home_id else None
    if home_id is None or heirs is None or heirs.sole:
        return None
    said_at = people.residences_of(person_id)[0].since
    if timezone.localdate(said_at) >= heirs.on:
        return None
    named = places.places([home_id, *heirs.places])
    said = {"place": named[home_id].name, "day": formats.day(heirs.on, "date")}
    return Question(
        _("%(place)s was divided on %(day)s. Where do you live now?") % said,
        [(str(pk), str(named[pk].name)) for pk in heirs.places],
    )


@only(for_profile)
def profile(request: HttpRequest) -> HttpResponse:
    """See and change what is kept of oneself; keys for one's own programs.

    Who acts for another sees name, language and home: no address, no number, no group, no key.
    """
    person, acting = person_for(request, Purpose.PROFILE), acting_of(request)
    initial = {"name": person.name, "language": person.language, "home": str(person.home_id or "")}
    groups = [] if acting else group_choices()
    if not acting:
        initial["hometown"] = account(request).person.hometown
    own = [] if acting else [m.group.key for m in people.memberships_of(person.id)]
    question = asked_home(person.id, person.home_id)
    homes = home_choices(request)
    if question:
        homes = [*question.parts, *(home for home in homes if home not in question.parts)]
    form = ProfileForm(
        request.POST or None, initial=initial | {"groups": own}, homes=homes, groups=groups
    )
    if request.method == "POST" and form.is_valid():
        try:
            _keep(request, person.id, form.cleaned_data)
        except DomainError as refusal:  # nothing in the name can be shown; or it is over
            form.add_error("name", str(refusal.says))
    if request.method == "POST" and form.is_valid():
        if question and person.home_id and form.cleaned_data["home"] == str(person.home_id):
            people_services.confirm_home(
                person_id=person.id,
                place_id=person.home_id,
                by=by_of(request, Via.WEB),
                at=timezone.now(),
            )
        response = redirect(reverse("web:profile") + "?saved=1")
        if acting:
            return response  # the browser is the delegate's
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            form.cleaned_data["language"].lower(),
            max_age=60 * 60 * 24 * 365,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
        return response
    context = {
        "form": form,
        "saved": formats.clock(timezone.now()) if "saved" in request.GET else "",
        "acting": acting,
        "reach": None if acting else account(request).addresses(),
        "numbers": [] if acting else [number_words(i) for i in people.identifiers_of(person.id)],
        "works": [] if acting else work_rows(assertions.work_of(person.id)),
        "tokens": [] if acting else people.tokens(account(request).id),
        "divided": question.words if question else "",
    }
    return render(request, "web/profile.html", context, status=422 if form.errors else 200)


def _keep(request: HttpRequest, person_id: UUID, said: dict[str, Any]) -> None:
    """What the form says; of home town and groups nothing when somebody acts for the person."""
    by, at = by_of(request, Via.WEB), timezone.now()
    name, language = said["name"], said["language"]
    home_id = UUID(said["home"]) if said["home"] else None
    if acting_of(request):
        households.describe(
            person_id=person_id, name=name, language=language, home_id=home_id, by=by, at=at
        )
        return
    people_services.change_profile(
        person_id=person_id,
        name=name,
        language=language,
        home_id=home_id,
        hometown=said["hometown"],
        group_keys=said["groups"],
        by=by,
        at=at,
    )


@signed_in
@never_cache
def my_numbers(request: HttpRequest) -> HttpResponse:
    """One's own numbers, masked; add one, or end one."""
    person_id = account(request).person_id
    form = NumberForm(request.POST if request.method == "POST" else None, is_own=True)
    refusal = None
    if request.method == "POST" and form.is_valid():
        me, number = By(person_id, Via.WEB), form.cleaned_data["parsed"]
        try:
            with stating_numbers(request, by=me, of=person_id):
                people_services.add_own_identifier(
                    person_id=person_id, number=number, by=me, at=timezone.now()
                )
        except DomainError as error:
            refusal = error
        else:
            return redirect("web:my_numbers")
    numbers = [(i, number_words(i)) for i in people.identifiers_of(person_id)]
    context = {"form": form, "refusal": refusal, "numbers": numbers}
    status = 422 if refusal or form.errors else 200
    return render(request, "web/my_numbers.html", context, status=status)


@signed_in
@require_POST
def end_my_number(request: HttpRequest, identifier_id: UUID) -> HttpResponse:
    """Take a number of one's own away."""
    person_id = account(request).person_id
    try:
        people_services.end_identifier(
            person_id=person_id,
            identifier_id=identifier_id,
            by=By(person_id, Via.WEB),
            at=timezone.now(),
        )
    except NotFound as error:
        raise Http404 from error
    return redirect("web:my_numbers")


@signed_in
@stepped_up
@require_POST
def issue_token(request: HttpRequest) -> HttpResponse:
    """Make a key for one's own program and show it this once."""
    secret = people_services.issue_token(
        account_id=account(request).id, label=request.POST.get("label", "")
    )
    response = render(request, "web/token.html", {"secret": secret})
    response.headers["Cache-Control"] = "no-store"
    return response


@signed_in
@require_POST
def revoke_token(request: HttpRequest, token_id: UUID) -> HttpResponse:
    """End one of one's own keys."""
    people_services.revoke_token(
        account_id=account(request).id, token_id=token_id, at=timezone.now()
    )
    return redirect("web:profile")
