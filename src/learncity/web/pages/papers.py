"""Papers at the city office: consents and requests that came by letter or at the counter."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from learncity.apps.people import services as people
from learncity.apps.privacy import queries, services
from learncity.apps.privacy.types import (
    CHANNEL_NAMES,
    KIND_NAMES,
    Channel,
    ConsentLine,
    Decision,
    RequestKind,
)
from learncity.apps.roles.access import Duty, of_person
from learncity.apps.roles.types import Act
from learncity.kernel import formats
from learncity.kernel.access import only
from learncity.kernel.errors import DomainError
from learncity.web.acts import day_field

from .people import by, kept_card

_DECISIONS = {
    Decision.GIVEN: gettext_lazy("Agrees"),
    Decision.WITHDRAWN: gettext_lazy("Takes it back"),
}


class _PaperForm(forms.Form):
    """Where the paper is, how it came, and on which day."""

    on = day_field(gettext_lazy("Day on which it was signed"))
    channel = forms.ChoiceField(
        label=gettext_lazy("How it came"),
        widget=forms.RadioSelect,
        choices=list(CHANNEL_NAMES.items()),
        initial=Channel.COUNTER,
    )
    paper = forms.CharField(
        label=gettext_lazy("Where the paper is kept"),
        help_text=gettext_lazy("Such as the number of the binder and the sheet. No name."),
        max_length=80,
    )

    def paper_said(self) -> dict[str, Any]:
        """What both services ask of a paper."""
        said = self.cleaned_data
        return {"on": said["on"], "paper": said["paper"], "channel": Channel(said["channel"])}


class ConsentForm(_PaperForm):
    """What was agreed to, or taken back."""

    field_order = ("text", "decision")

    text = forms.ChoiceField(
        label=gettext_lazy("What the paper is about"),
        help_text=gettext_lazy("The version stands at the foot of the paper."),
    )
    decision = forms.ChoiceField(
        label=gettext_lazy("What the person says"),
        widget=forms.RadioSelect,
        choices=list(_DECISIONS.items()),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].choices = [  # type: ignore[attr-defined]
            (
                f"{text.key} {text.version}",
                _("%(purpose)s, version %(n)s, from %(day)s")
                % {"purpose": text.name, "n": text.version, "day": formats.day(text.since, "long")},
            )
            for text in queries.texts(at=timezone.now())
        ]


class RequestForm(_PaperForm):
    """What is asked, in the words of the paper."""

    field_order = ("kind", "words")

    kind = forms.ChoiceField(
        label=gettext_lazy("What the person asks for"),
        widget=forms.RadioSelect,
        choices=list(KIND_NAMES.items()),
    )
    words = forms.CharField(
        label=gettext_lazy("What exactly, in their words"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].label = _("Day on which it came")
        self.fields["on"].help_text = _("The time for the answer is counted from this day.")


@only(Duty(Act.KEEP_PEOPLE, on=of_person))
@never_cache
def paper_consent(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Enter what somebody agreed to, or took back, on paper; see what they said until now."""
    card = kept_card(person_id)
    form = ConsentForm(request.POST or None, initial={"on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        purpose, _space, version = form.cleaned_data["text"].partition(" ")
        try:
            services.enter_consent(
                person_id=card.id,
                purpose=purpose,
                decision=Decision(form.cleaned_data["decision"]),
                version=int(version),
                **form.paper_said(),
                by=by(request),
                at=timezone.now(),
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal.says))
        else:
            return redirect("web:paper_consent", card.id)
    people.note_person_read(person_id=card.id, by=by(request), how="CONSENTS")
    context = {
        "card": card,
        "form": form,
        "heading": _("Enter a consent on paper"),
        "button": _("Enter it"),
        "rows": [_said(line) for line in queries.ledger(card.id)],
    }
    return render(request, "web/paper.html", context, status=422 if form.errors else 200)


def _said(line: ConsentLine) -> dict[str, Any]:
    """One entry of the ledger, with its paper."""
    how = str(CHANNEL_NAMES[line.channel]) if line.channel else _("said by themselves")
    day = formats.day(timezone.localtime(line.at), "long")
    return {
        "label": _("%(purpose)s, version %(n)s") % {"purpose": line.purpose, "n": line.version},
        "value": _DECISIONS[line.decision],
        "note": " · ".join(part for part in (day, how, line.paper) if part),
    }


@only(Duty(Act.KEEP_PEOPLE, on=of_person))
@never_cache
def paper_request(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Enter a request that came on paper; its clock starts on the day it came."""
    card = kept_card(person_id)
    form = RequestForm(request.POST or None, initial={"on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            made = services.enter_request(
                person_id=card.id,
                kind=RequestKind(form.cleaned_data["kind"]),
                words=form.cleaned_data["words"],
                **form.paper_said(),
                by=by(request),
                at=timezone.now(),
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal.says))
        else:
            return redirect("web:request_case", made.number)
    context = {
        "card": card,
        "form": form,
        "heading": _("Enter a request on paper"),
        "button": _("Enter it"),
    }
    return render(request, "web/paper.html", context, status=422 if form.errors else 200)
