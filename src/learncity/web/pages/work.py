"""One's own work: employer, post, shifts; since when, and what it was before."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learncity.apps.assertions import queries, services
from learncity.apps.assertions.types import PATTERN_NAMES, Pattern, WorkValue
from learncity.apps.organizations import queries as organizations
from learncity.apps.organizations.types import OrganizationKind
from learncity.apps.people.access import account
from learncity.kernel.access import signed_in
from learncity.kernel.acting import By, Via
from learncity.kernel.errors import DomainError
from learncity.web.acts import day_field
from learncity.web.dated_words import days_words


class WorkForm(forms.Form):
    """Where somebody works, as what, in which shifts, since when."""

    employer_key = forms.ChoiceField(label=gettext_lazy("Employer"), required=False)
    employer = forms.CharField(
        label=gettext_lazy("Or its name, if it is not in the list"), max_length=200, required=False
    )
    post = forms.CharField(
        label=gettext_lazy("Post"),
        help_text=gettext_lazy("What you do there, such as assembly or delivery."),
        max_length=200,
        required=False,
    )
    pattern = forms.ChoiceField(
        label=gettext_lazy("Shifts"),
        widget=forms.RadioSelect,
        required=False,
        choices=[("", gettext_lazy("I would rather not say")), *PATTERN_NAMES.items()],
    )
    since = day_field(gettext_lazy("Since when"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = organizations.register(on=timezone.localdate(), kind=OrganizationKind.ENTERPRISE)
        self.fields["employer_key"].choices = [  # type: ignore[attr-defined]
            ("", _("Not in the list")),
            *((o.key, str(o.name)) for o in found),
        ]


def work_words(work: WorkValue) -> str:
    """Employer, post and shifts in one line."""
    shifts = str(PATTERN_NAMES[work.pattern]) if work.pattern else ""
    employer = str(work.at.name) if work.at else work.employer
    return " · ".join(part for part in (employer, work.post, shifts) if part)


def work_rows(works: list[WorkValue]) -> list[dict[str, str]]:
    """What somebody says of their work, the latest first: words, and from when to when."""
    return [{"words": work_words(w), "days": days_words(w.since, w.until)} for w in works]


@signed_in
def my_work(request: HttpRequest) -> HttpResponse:
    """Say where I work from a day on; see what I said before."""
    person_id = account(request).person_id
    works = queries.work_of(person_id)
    form = WorkForm(request.POST or None, initial=_initial(works))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            services.state_work(
                person_id=person_id,
                employer=said["employer"],
                employer_key=said["employer_key"] or None,
                post=said["post"],
                pattern=Pattern(said["pattern"]) if said["pattern"] else None,
                since=said["since"],
                by=By(person_id, Via.WEB),
                at=timezone.now(),
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal.says))
        else:
            return redirect("web:my_work")
    context = {"form": form, "rows": work_rows(works)}
    return render(request, "web/my_work.html", context, status=422 if form.errors else 200)


def _initial(works: list[WorkValue]) -> dict[str, Any]:
    """The work of today, to be corrected; a new one begins today.

    What is said from different days on is one form: left as it is, nothing of it ends.
    """
    now = [w for w in works if w.until is None]
    if not now:
        return {"since": timezone.localdate()}
    employed = next((w for w in now if w.employer or w.at), now[0])
    return {
        "employer_key": employed.at.key if employed.at else "",
        "employer": "" if employed.at else employed.employer,
        "post": next((w.post for w in now if w.post), ""),
        "pattern": next((w.pattern for w in now if w.pattern), ""),
        "since": max((w.since for w in now if w.since), default=timezone.localdate()),
    }
