"""What is said of me, by whom, and what I say myself."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learncity.apps.assertions import queries, services
from learncity.apps.assertions.types import (
    AssertionValue,
)
from learncity.apps.people.access import account
from learncity.kernel.access import signed_in
from learncity.kernel.acting import By, Via
from learncity.web.acts import ActForm, act
from learncity.web.assertion_words import ValueForm, assertion_words


class OwnForm(ValueForm):
    """What a person says of their own work."""

    title = gettext_lazy("Say something of my work")
    lead = gettext_lazy(
        "It helps to suggest classes at hours that suit you. For a grant your employer or union "
        "vouches for it."
    )

    def __init__(self, *args: Any, person_id: UUID, **kwargs: Any) -> None:
        super().__init__(*args, own=True, **kwargs)
        self._person_id = person_id

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """State it."""
        by = By(self._person_id, Via.WEB)
        services.state(person_id=self._person_id, at_key=None, **self.said(), by=by, at=at)


@signed_in
def my_assertions(request: HttpRequest) -> HttpResponse:
    """All that is said of me, by whom; what I say myself is shown as such."""
    found = [assertion_words(said) for said in queries.of_person(account(request).person_id)]
    return render(
        request,
        "web/my_assertions.html",
        {
            "alive": [said for said in found if said["alive"]],
            "gone": [said for said in found if not said["alive"]],
        },
    )


@signed_in
def state(request: HttpRequest) -> HttpResponse:
    """Say something of my own work."""
    form = OwnForm(request.POST or None, person_id=account(request).person_id)
    back = reverse("web:my_assertions")
    return act(request, form, key="", back=back, back_label=_("What is said of me"), then=back)


class ObjectForm(ActForm):
    """What the person says against it, or no longer says themself."""

    title: str | Promise = gettext_lazy("Object to this")
    lead: str | Promise = gettext_lazy("The organization is told, and withdraws it or answers you.")
    button: str | Promise = gettext_lazy("Object")

    text = forms.CharField(
        label=gettext_lazy("What is not right"), max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def __init__(self, *args: Any, said: AssertionValue, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._said = said
        if said.is_own:
            self.title, self.button = gettext_lazy("Withdraw this?"), gettext_lazy("Withdraw it")
            self.lead = ""
            self.fields["text"].label = gettext_lazy("Why")
            self.fields["text"].max_length = 500  # type: ignore[attr-defined]

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """Object, or withdraw one's own."""
        said, text = self._said, self.cleaned_data["text"]
        by = By(said.person_id, Via.WEB)
        if said.is_own:
            services.withdraw(
                assertion_id=said.id, organization_key=None, person_id=said.person_id,
                because=text, by=by, at=at,
            )  # fmt: skip
        else:
            services.object_to(
                assertion_id=said.id, person_id=said.person_id, text=text, by=by, at=at
            )


@signed_in
def object_to(request: HttpRequest, assertion_id: UUID) -> HttpResponse:
    """Object to what an organization said of me, or withdraw what I said myself."""
    said = queries.find_of_person(assertion_id, person_id=account(request).person_id)
    if said is None:
        raise Http404
    form = ObjectForm(request.POST or None, said=said)
    back = reverse("web:my_assertions")
    return act(request, form, key="", back=back, back_label=_("What is said of me"), then=back)
