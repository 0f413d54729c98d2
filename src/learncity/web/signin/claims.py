"""Whether a record that an office made is that of whoever just proved its address: asked once.

They are signed in to a record of their own meanwhile, and nothing of the other is shown.
"""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from learncity.apps.people import queries, services
from learncity.apps.people.access import account
from learncity.apps.people.types import ClaimBy
from learncity.kernel.access import signed_in

from .targets import safe, safe_next

WRONG = {
    ClaimBy.BORN: _(
        "This is not the year that the office wrote down. Try again, or go on without."
    ),
    ClaimBy.NAME: _(
        "This is not the name that the office wrote down. Try again, or go on without."
    ),
}


class BornForm(forms.Form):
    """One field: the year of birth."""

    born = forms.IntegerField(
        label=_("Year of birth"), min_value=1900, max_value=2100,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"),
                                     _("Enter four digits, such as 1958.")),
    )  # fmt: skip


class NameForm(forms.Form):
    """One field: the name."""

    name = forms.CharField(
        label=_("Your full name"), max_length=120, help_text=_("As it stands in your document."),
        error_messages={"required": _("Write your full name.")},
    )  # fmt: skip


_FORMS = {ClaimBy.BORN: BornForm, ClaimBy.NAME: NameForm}


def redirect_to_claim(request: HttpRequest, response: HttpResponse, user: Any) -> HttpResponse:
    """Where somebody goes who has signed in: by way of the question, if it is to be asked."""
    waiting = queries.waiting_record(user)
    if waiting is None:
        return response
    if queries.claimed_by(waiting) is None:
        # There is nothing to ask: the office sees the two, and joins them.
        services.decline_record(account_id=user.pk, at=timezone.now())
        return response
    target = safe(response.headers.get("Location", ""))
    query = f"?{urlencode({'next': target})}" if target else ""
    return redirect(reverse("web:claim") + query)


@signed_in
@never_cache
def claim(request: HttpRequest) -> HttpResponse:
    """Ask for the year of birth, or the name, of whoever an office wrote down at this address."""
    target, mine = safe_next(request, reverse("web:me")), account(request)
    waiting = queries.waiting_record(mine)
    asked = queries.claimed_by(waiting) if waiting else None
    if asked is None:
        return redirect(target)
    form = _FORMS[asked](request.POST if request.method == "POST" else None)
    is_over = False
    if request.method == "POST" and request.POST.get("answer") == "no":
        services.decline_record(account_id=mine.pk, at=timezone.now())
        is_over = True
    elif request.method == "POST" and form.is_valid():
        ((field, said),) = form.cleaned_data.items()
        if services.claim_record(account_id=mine.pk, said=str(said), at=timezone.now()):
            return redirect(target)
        form.add_error(field, WRONG[asked])
        is_over = queries.waiting_record(mine) is None
    status = 422 if form.errors and not is_over else 200
    by_name = asked == ClaimBy.NAME
    seen = {"form": form, "next": target, "is_over": is_over, "by_name": by_name}
    return render(request, "web/claim.html", seen, status=status)
