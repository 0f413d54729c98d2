"""A person's own data: what they agree to, a copy of everything, requests, erasure."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from learncity.apps.people.access import account
from learncity.apps.privacy import queries, services
from learncity.apps.privacy.types import (
    ERASURE_WORDS,
    KIND_NAMES,
    STATE_NAMES,
    Decision,
    RequestKind,
    RequestNotFound,
    RequestState,
    RequestValue,
    RetentionValue,
)
from learncity.apps.security.access import confirmed
from learncity.kernel import formats
from learncity.kernel.access import signed_in
from learncity.kernel.acting import By, Via
from learncity.kernel.errors import DomainError, NotFound
from learncity.kernel.personal_data import OnErasure
from learncity.kernel.texts import content_language

DONE = {
    "agreed": gettext_lazy("Written down. You can take it back here at any time."),
    "taken": gettext_lazy("You took it back. It counts from now on."),
    "copy": gettext_lazy("Your copy is being made. It is here in a moment; we write to you."),
    "asked": gettext_lazy("We have your request. Every step is told to you."),
    "back": gettext_lazy("You took your request back."),
}
TAGS = {RequestState.DONE: "done", RequestState.REFUSED: "you"}


class AskForm(forms.Form):
    """What somebody wants to be done with their data; erasing has a page of its own."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What you ask for"),
        choices=[
            (kind.value, KIND_NAMES[kind]) for kind in RequestKind if kind != RequestKind.ERASURE
        ],
    )
    words = forms.CharField(
        label=gettext_lazy("What exactly"),
        help_text=gettext_lazy("For example, what is wrong and what it should say."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


def _by(request: HttpRequest) -> By:
    return By(account(request).person_id, Via.WEB)


@signed_in
def my_privacy(request: HttpRequest) -> HttpResponse:
    """What I agree to, a copy of my data, my requests, and what is kept how long."""
    return _page(request, AskForm())


def _page(request: HttpRequest, form: AskForm, refusal: DomainError | None = None) -> HttpResponse:
    person_id, at = account(request).person_id, timezone.now()
    context = {
        "form": form,
        "refusal": refusal,
        "done": DONE.get(request.GET.get("done", ""), ""),
        "purposes": queries.purposes(person_id, at=at),
        "copies": [
            {
                "until": copy.until,
                "files": [
                    {"label": kind.upper(), "url": reverse("web:my_copy", args=[copy.id, kind])}
                    for kind in ("pdf", "json")
                ],
            }
            for copy in queries.copies(person_id, at=at)
        ],
        "requests": [request_row(r) for r in queries.requests_of(person_id)],
        "kept": [
            {"label": r.label, "keeps": r.keeps, "time": kept_words(r)}
            for r in queries.retention(at=at)
        ],
    }
    status = 422 if refusal or form.errors else 200
    response = render(request, "web/my_privacy.html", context, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


def kept_words(kept: RetentionValue) -> str:
    """How long something is kept; what has no time of its own, until or beyond erasure."""
    if kept.days is None:
        stays = kept.on_erasure == OnErasure.PSEUDONYMOUS
        return str(ERASURE_WORDS[kept.on_erasure]) if stays else _("Kept until erasure.")
    if kept.days == 0:
        return _("Deleted as soon as it is over.")
    said = ngettext("Deleted after %(n)s day.", "Deleted after %(n)s days.", kept.days)
    return said % {"n": formats.number(kept.days)}


def request_row(request: RequestValue) -> dict[str, Any]:
    """One of my requests, how far it is, and until when."""
    due = ""
    if request.state == RequestState.RECEIVED:
        due = _("Answer by %(day)s.") % {"day": formats.day(request.answer_by, "long")}
    elif request.state == RequestState.GRANTED:
        due = _("Done by %(day)s.") % {"day": formats.day(request.done_by, "long")}
    return {
        "value": request,
        "name": KIND_NAMES[request.kind],
        "state": STATE_NAMES[request.state],
        "look": TAGS.get(request.state, ""),
        "due": due,
    }


def _back(done: str) -> HttpResponse:
    return redirect(f"{reverse('web:my_privacy')}?done={done}")


@signed_in
@require_POST
def decide(request: HttpRequest, key: str) -> HttpResponse:
    """Agree to a purpose, or take it back: one step each, on the same page."""
    given = request.POST.get("say") == "yes"
    version = request.POST.get("version", "")
    try:
        services.decide(
            person_id=account(request).person_id,
            purpose=key,
            decision=Decision.GIVEN if given else Decision.WITHDRAWN,
            version=int(version) if version.isascii() and version.isdigit() else 0,
            by=_by(request),
            at=timezone.now(),
        )
    except NotFound as unknown:
        raise Http404 from unknown
    except DomainError as refusal:
        return _page(request, AskForm(), refusal)
    return _back("agreed" if given else "taken")


@signed_in
@require_POST
def want_copy(request: HttpRequest) -> HttpResponse:
    """Have a copy of everything made, in the language of the page."""
    services.want_copy(
        person_id=account(request).person_id, language=content_language(), at=timezone.now()
    )
    return _back("copy")


@confirmed
@signed_in
def my_copy(request: HttpRequest, copy_id: UUID, kind: str) -> HttpResponse:
    """My own copy as a file; that of another is not there."""
    person_id = account(request).person_id
    found = queries.find_copy(copy_id, kind, person_id=person_id, at=timezone.now())
    if found is None:
        raise Http404
    types = {"json": "application/json", "pdf": "application/pdf"}
    response = HttpResponse(found, content_type=types[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="my-data.{kind}"'
    response.headers["Cache-Control"] = "no-store"
    return response


@signed_in
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Ask something about one's own data."""
    form = AskForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    try:
        services.ask(
            person_id=account(request).person_id,
            kind=RequestKind(form.cleaned_data["kind"]),
            words=form.cleaned_data["words"],
            by=_by(request),
            at=timezone.now(),
        )
    except DomainError as refusal:
        return _page(request, form, refusal)
    return _back("asked")


@signed_in
def erase_me(request: HttpRequest) -> HttpResponse:
    """Say what erasing means, ask once more, and take the request in."""
    person_id, at = account(request).person_id, timezone.now()
    refusal, due = None, None
    if request.method == "POST":
        try:
            services.ask(
                person_id=person_id, kind=RequestKind.ERASURE, words="", by=_by(request), at=at
            )
        except DomainError as error:
            refusal = error
        else:
            return _back("asked")
    try:
        due = queries.due_for(person_id, RequestKind.ERASURE, at=at)
    except DomainError as error:
        refusal = error
    context = {"refusal": refusal, "due": due}
    return render(request, "web/erase_me.html", context, status=422 if refusal else 200)


@signed_in
@require_POST
def take_back(request: HttpRequest, number: str) -> HttpResponse:
    """Take one of one's own requests back."""
    try:
        services.take_back(
            number=number,
            person_id=account(request).person_id,
            by=_by(request),
            at=timezone.now(),
        )
    except RequestNotFound as unknown:
        raise Http404 from unknown
    except DomainError as refusal:
        return _page(request, AskForm(), refusal)
    return _back("back")
