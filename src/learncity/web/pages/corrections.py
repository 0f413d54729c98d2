"""The office corrects what it keeps of somebody: name, year of birth, home town, language."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from learncity.apps.people import queries, services
from learncity.apps.people.types import CORRECTION_REASON_NAMES, CorrectionReason, NameMissing
from learncity.apps.roles.access import Duty, of_person
from learncity.apps.roles.types import Act
from learncity.kernel.access import only
from learncity.kernel.errors import DomainError
from learncity.kernel.texts import LANGUAGES, django_language

from .people import by, kept_card


class CorrectionForm(forms.Form):
    """What is right, and why it is changed."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("As in the document, with all marks."),
        max_length=120,
        error_messages={"required": NameMissing.says},
    )
    born = forms.IntegerField(label=gettext_lazy("Year of birth"), required=False, min_value=1900)
    hometown = forms.CharField(
        label=gettext_lazy("Where they come from"), max_length=80, required=False
    )
    language = forms.ChoiceField(label=gettext_lazy("We write to them in"))
    reason = forms.ChoiceField(
        label=gettext_lazy("Why do you correct it?"),
        help_text=gettext_lazy(
            "What you change and why is written down with your name; the person is told."
        ),
        widget=forms.RadioSelect,
        choices=[(r.value, label) for r, label in CORRECTION_REASON_NAMES.items()],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = dict(settings.LANGUAGES)
        choices = [(tag, names[django_language(tag)]) for tag in LANGUAGES]
        self.fields["language"].choices = choices  # type: ignore[attr-defined]

    def clean_born(self) -> int | None:
        """Nobody is born later than today."""
        born: int | None = self.cleaned_data["born"]
        if born and born > timezone.localdate().year:
            raise forms.ValidationError(gettext_lazy("This year is still to come."))
        return born


@only(Duty(Act.KEEP_PEOPLE, on=of_person))
@never_cache
def correct(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """What is kept of somebody, to be set right; the look is written down."""
    card = kept_card(person_id)
    initial = {
        "name": card.name,
        "born": card.born,
        "hometown": card.hometown,
        "language": queries.persons([card.id])[card.id].language,
    }
    form = CorrectionForm(request.POST or None, initial=initial)
    refusal = None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            services.correct(
                person_id=card.id,
                name=said["name"],
                born=said["born"],
                hometown=said["hometown"],
                language=said["language"],
                reason=CorrectionReason(said["reason"]),
                by=by(request),
                at=timezone.now(),
            )
        except DomainError as error:
            refusal = error
        else:
            return redirect("web:person", card.id)
    if request.method != "POST":
        services.note_person_read(person_id=card.id, by=by(request), how="PAGE")
    context = {"card": card, "form": form, "refusal": refusal}
    status = 422 if refusal or form.errors else 200
    return render(request, "web/person_correct.html", context, status=status)
