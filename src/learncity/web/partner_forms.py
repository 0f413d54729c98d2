"""The forms with which the city's office keeps its register of organizations."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from learncity.apps.organizations import queries, services
from learncity.apps.organizations.types import (
    KIND_NAMES,
    POST_NAMES,
    REGISTER_NAMES,
    OrganizationKind,
    Post,
    Register,
)
from learncity.apps.places import queries as places
from learncity.kernel.acting import By

from .acts import ActForm, Words, after, day_field, named


def place_choices(path: str, within: Collection[UUID] | None = None) -> list[tuple[str, str]]:
    """The places of a region by key, each below the one it lies in; only those of ``within``."""
    depth = path.count(".")
    return [
        (place.key, f"{'– ' * (place.path.count('.') - depth)}{place.name}")
        for place in places.below(path)
        if within is None or place.id in within
    ]


def organization_choices(ids: Collection[UUID] | None = None) -> list[tuple[str, str]]:
    """The living organizations, by key: these, or all for ``None``; one query."""
    found = queries.all_organizations() if ids is None else queries.organizations(ids).values()
    return sorted((o.key, f"{o.name} ({o.key})") for o in found if o.ended_at is None)


class OrganizationForm(ActForm):
    """What the register says of an organization."""

    title = _("Edit the organization")

    kind = forms.ChoiceField(label=_("Kind"), choices=named(KIND_NAMES))
    name = Words(label=pgettext_lazy("thing", "Name"))
    about = Words(label=_("What it does"), required=False, long=True)
    place = forms.ChoiceField(label=_("Seat"))
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    since = day_field(_("Founded"), required=False)
    register = forms.ChoiceField(
        label=_("Registered under"), required=False, choices=[("", _("No number")),
                                                             *named(REGISTER_NAMES)],
    )  # fmt: skip
    registration = forms.CharField(
        label=_("Number"), max_length=20, required=False,
        help_text=_("Its check digit is computed, so that a mistyped number is seen at once."),
    )  # fmt: skip

    def __init__(
        self, *args: Any, path: str, within: Collection[UUID] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = place_choices(path, within)  # type: ignore[attr-defined]

    def said(self) -> dict[str, Any]:
        """What the services take."""
        data = self.cleaned_data
        return {
            "kind": OrganizationKind(data["kind"]),
            "name": data["name"],
            "about": data["about"],
            "place_id": places.ids_by_key([data["place"]])[data["place"]],
            "phone": data["phone"],
            "since": data["since"],
            "register": Register(data["register"]) if data["register"] else None,
            "registration": data["registration"],
        }

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """Change it."""
        services.change_organization(key=key, by=by, at=at, **self.said())


class FoundForm(OrganizationForm):
    """A new organization, with the key that stands in its address."""

    title = _("Enter an organization")
    field_order = ("key",)

    key = forms.SlugField(
        label=_("Key"), max_length=80,
        help_text=_("Small letters, digits and dashes. It stands in the address for ever."),
    )  # fmt: skip

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """Found it."""
        services.found_organization(key=self.cleaned_data["key"], by=by, at=at, **self.said())


class ParentForm(ActForm):
    """Whom it belongs to from a day on."""

    title = _("Whom it belongs to")
    lead = _("What held before stays known.")

    parent = forms.ChoiceField(label=_("Belongs to"), required=False)
    since = day_field(_("From"), required=False, help_text=_("Leave it empty for: always."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].choices = [  # type: ignore[attr-defined]
            ("", _("Nobody")), *organization_choices()
        ]  # fmt: skip

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """Set the parent."""
        data = self.cleaned_data
        services.set_parent(
            key=key, parent_key=data["parent"] or None, since=data["since"], by=by, at=at
        )


class CoverForm(ActForm):
    """A place that it is there for."""

    title = _("Cover a place")

    place = forms.ChoiceField(label=_("Place"))
    since = day_field(_("From"), required=False, help_text=_("Leave it empty for: always."))
    until = day_field(_("Last day"), required=False)

    def __init__(
        self, *args: Any, path: str, within: Collection[UUID] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = place_choices(path, within)  # type: ignore[attr-defined]

    def place_id(self) -> Any:
        """The id of the chosen place."""
        key = self.cleaned_data["place"]
        return places.ids_by_key([key])[key]

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """Note that it covers the place."""
        data = self.cleaned_data
        services.cover(
            key=key, place_id=self.place_id(), since=data["since"], until=after(data["until"]),
            by=by, at=at,
        )  # fmt: skip


class UncoverForm(CoverForm):
    """A place that it is no longer there for."""

    title = _("No longer cover a place")

    since = None  # type: ignore[assignment]
    until = day_field(_("Last day"))

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """Note that it no longer covers the place."""
        until = after(self.cleaned_data["until"])
        assert until is not None
        services.stop_covering(key=key, place_id=self.place_id(), until=until, by=by, at=at)


class OfficeForm(ActForm):
    """Where it receives people."""

    title = _("Open an office")

    name = Words(label=pgettext_lazy("thing", "Name"))
    address = Words(label=_("Address"))
    hours = Words(label=_("Open"), required=False)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    since = day_field(_("From"), required=False)

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """Open it."""
        services.open_office(key=key, place_id=None, until=None, by=by, at=at, **self.cleaned_data)


class CloseForm(ActForm):
    """An office that closes."""

    title = _("Close an office")

    office = forms.UUIDField(widget=forms.HiddenInput)
    until = day_field(_("Last day"))

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """Close it."""
        until = after(self.cleaned_data["until"])
        assert until is not None
        services.close_office(
            key=key, office_id=self.cleaned_data["office"], until=until, by=by, at=at
        )


class CommitteeForm(ActForm):
    """A new board or committee."""

    title = _("Enter a board or committee")

    committee = forms.SlugField(
        label=_("Key"), max_length=80,
        help_text=_("Small letters, digits and dashes. It stands in the address for ever."),
    )  # fmt: skip
    name = Words(label=pgettext_lazy("thing", "Name"))
    is_public = forms.BooleanField(
        label=_("Show its members on the organization’s page"), required=False, initial=True
    )

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """Found it."""
        data = self.cleaned_data
        services.found_committee(
            key=data["committee"], organization_key=key, name=data["name"],
            is_public=data["is_public"], by=by, at=at,
        )  # fmt: skip


class EndForm(ActForm):
    """An organization that is no more."""

    title = _("End the organization")
    lead = _("Its history stays. What belongs to it goes to its successor, or to nobody.")
    button = _("End it")

    last = day_field(_("Last day"))
    successor = forms.ChoiceField(label=_("Successor"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["successor"].choices = [  # type: ignore[attr-defined]
            ("", _("None")), *organization_choices()
        ]  # fmt: skip

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """End it."""
        data = self.cleaned_data
        on = after(data["last"])
        assert on is not None
        services.end_organization(
            key=key, on=on, successor_key=data["successor"] or None, by=by, at=at
        )


class TermForm(ActForm):
    """A committee was elected."""

    title = _("Elected for a term")

    since = day_field(_("From"))
    until = day_field(_("Next election by"))

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """Begin the term."""
        services.begin_term(key=key, by=by, at=at, **self.cleaned_data)


class MemberForm(ActForm):
    """Somebody comes into a committee."""

    title = _("Enter a member")

    name = forms.CharField(label=_("Name"), max_length=120)
    post = forms.ChoiceField(label=_("Post"), choices=named(POST_NAMES), initial=Post.MEMBER)
    since = day_field(_("From"))

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """Let them take office."""
        data = self.cleaned_data
        services.take_office(
            key=key, name=data["name"], person_id=None, post=Post(data["post"]),
            since=data["since"], until=None, by=by, at=at,
        )  # fmt: skip


class LeaveForm(ActForm):
    """Somebody leaves a committee."""

    title = _("A member leaves")

    member = forms.UUIDField(widget=forms.HiddenInput)
    until = day_field(_("Last day"))

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """Let them leave."""
        until = after(self.cleaned_data["until"])
        assert until is not None
        services.leave(key=key, member_id=self.cleaned_data["member"], until=until, by=by, at=at)
