"""Forms about roles: giving one, letting somebody stand in, laying one down."""

from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learncity.apps.assertions.access import may_look
from learncity.apps.people import queries as people
from learncity.apps.places import queries as places
from learncity.apps.roles import queries, services
from learncity.apps.roles.access import actor_of, organizations_for
from learncity.apps.roles.types import (
    ACT_NAMES,
    DUTIES,
    ROLE_NAMES,
    SCOPES,
    Act,
    Ending,
    Role,
    Scope,
)
from learncity.kernel.acting import By
from learncity.kernel.dated import begin_of, day_of
from learncity.kernel.errors import DomainError

from .acts import ActForm, after, day_field
from .pages.households import address_field, parsed
from .partner_forms import organization_choices, place_choices


class PeriodForm(ActForm):
    """Somebody, from when to when."""

    who = address_field(label=gettext_lazy("Phone number or e-mail address they sign in with"))
    first = day_field(gettext_lazy("From"), required=False)
    last = day_field(gettext_lazy("Last day"), required=False)

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._request = request
        self.person_id: UUID | None = None

    def clean_who(self) -> str:
        """Somebody must sign in with it; asking is counted, so that nobody tries numbers out."""
        said: str = self.cleaned_data["who"]
        if not may_look(self._request):
            raise forms.ValidationError(_("You asked for many people. Wait an hour."))
        self.person_id = people.find_by_address(parsed(said))
        if self.person_id is None:
            raise forms.ValidationError(
                _("Nobody signs in with this yet. Ask them to sign in once, then come back.")
            )
        return said

    def since(self, at: datetime) -> datetime:
        """From the beginning of the first day, or from now."""
        first: date | None = self.cleaned_data["first"]
        return begin_of(first) if first and first > day_of(at) else at

    def until(self) -> datetime | None:
        """The moment at which the last day is over."""
        last = after(self.cleaned_data["last"])
        return begin_of(last) if last else None


class HasItAlready(DomainError):
    """Nothing was given: they hold the role for all of this time."""

    code = "has_it_already"
    says = gettext_lazy("They have this role already. Nothing was changed.")


class GiveForm(PeriodForm):
    """A role for somebody."""

    title = gettext_lazy("Give a role")
    button = gettext_lazy("Give it")
    belongs = MappingProxyType(
        {"own_role": "who", "region_needed": "region", "no_time": "last", "already_held": "role",
         "has_it_already": "role",         "has_ended": "organization"}
    )  # fmt: skip
    made: UUID | None = None
    field_order = ("who", "role", "organization", "region", "first", "last", "reason")

    role = forms.ChoiceField(label=gettext_lazy("Role"))
    organization = forms.ChoiceField(label=gettext_lazy("At"))
    region = forms.ChoiceField(
        label=gettext_lazy("Region"), required=False, help_text=gettext_lazy("Of an officer.")
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"), required=False, max_length=300,
        help_text=gettext_lazy("Whoever looks at the roles later reads it."),
    )  # fmt: skip

    def __init__(self, *args: Any, request: HttpRequest, path: str, **kwargs: Any) -> None:
        super().__init__(*args, request=request, **kwargs)
        actor = actor_of(request)
        in_city = actor.everywhere(Act.GIVE_ROLES)
        choices = [r for r in Role if in_city or SCOPES[r] == Scope.ORGANIZATION]
        self.fields["role"].choices = [  # type: ignore[attr-defined]
            (role.value, f"{ROLE_NAMES[role]} – {duties_words(role)}") for role in choices
        ]
        mine = organizations_for(actor, Act.GIVE_ROLES)
        self.fields["organization"].choices = organization_choices(mine)  # type: ignore[attr-defined]
        if in_city:
            regions = place_choices(path)
            self.fields["region"].choices = [("", "–"), *regions]  # type: ignore[attr-defined]
        else:
            del self.fields["region"]

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """Give it."""
        data, region = self.cleaned_data, self.cleaned_data.get("region")
        assert self.person_id
        before = {g.id for g in queries.of_person(self.person_id, at=at)}
        self.made = services.give(
            person_id=self.person_id, role=Role(data["role"]),
            organization_key=data["organization"],
            place_id=places.ids_by_key([region])[region] if region else None,
            since=self.since(at), until=self.until(), reason=data["reason"], by=by, at=at,
        )  # fmt: skip
        if self.made in before:
            raise HasItAlready(self.made)


def duties_words(role: Role) -> str:
    """What a role lets one do, in words and in their order."""
    return _(", ").join(str(name) for a, name in ACT_NAMES.items() if a in DUTIES[role])


class StandInForm(PeriodForm):
    """Somebody who stands in for me."""

    title = gettext_lazy("Let somebody stand in for you")
    lead = gettext_lazy(
        "They may do all that this role lets you do, under their own name, until the day you say. "
        "You keep the role."
    )
    button = gettext_lazy("Let them stand in")
    belongs = MappingProxyType(
        {"own_role": "who", "no_time": "last", "already_held": "who", "cannot_stand_in": "who"}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["last"].required = True

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """Let them."""
        until = self.until()
        assert self.person_id
        assert until
        services.let_stand_in(
            grant_id=UUID(key), person_id=self.person_id, since=self.since(at), until=until,
            by=by, at=at,
        )  # fmt: skip


class LayDownForm(ActForm):
    """A role that one no longer wants."""

    title = gettext_lazy("Lay this role down?")
    lead = gettext_lazy("You can then no longer do what it lets you do. Nothing you did is lost.")
    button = gettext_lazy("Lay it down")

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """Lay it down."""
        services.end(grant_id=UUID(key), ending=Ending.LAID_DOWN, by=by, at=at)
