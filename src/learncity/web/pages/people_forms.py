"""What a form about a person asks: a number, a registration, a reason."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learncity.apps.people import queries as people
from learncity.apps.people import services
from learncity.apps.people.types import (
    ADDRESSES,
    KIND_NAMES,
    MERGE_REASON_NAMES,
    REASON_NAMES,
    IdentifierKind,
    MergeReason,
    NameMissing,
    Number,
    ReasonMissing,
    RevealReason,
)
from learncity.apps.places import queries as places
from learncity.kernel.errors import DomainError
from learncity.web.reader import reader_of

# As everywhere a number is typed without the code of its country.
REGION = "CN"
NATIONAL_IDS = {
    "CN": gettext_lazy("Chinese ID number"),
    "VN": gettext_lazy("Vietnamese ID number"),
}


def home_choices(
    request: HttpRequest, *, within: frozenset[UUID] | None = None
) -> list[tuple[str, str]]:
    """The regions of the city, to choose a home from; one query.

    Args:
        within: only these, and one of them it must be.
    """
    reader = reader_of(request)
    regions = places.below(reader.city_place.path)[1:] if reader.city_place else []
    if within is not None:
        return [(str(p.id), str(p.name)) for p in regions if p.id in within]
    return [("", _("I would rather not say")), *((str(p.id), str(p.name)) for p in regions)]


def group_choices() -> list[tuple[str, str]]:
    """The groups of the city; one query."""
    return [(g.key, str(g.name)) for g in people.groups()]


class NumberForm(forms.Form):
    """A number of identity: what it is, who gave it out, its signs."""

    kind = forms.ChoiceField(label=gettext_lazy("What kind of number"))
    issuer = forms.CharField(
        label=gettext_lazy("Who gave it out"),
        help_text=gettext_lazy(
            "For a passport the country in two letters, such as VN; for a union, an employer or a "
            "school its name; otherwise leave it empty."
        ),
        max_length=80,
        required=False,
    )
    number = forms.CharField(label=gettext_lazy("Number"), max_length=60)

    def __init__(self, *args: Any, is_own: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # An address of one's own is proven by signing in with it.
        left_out = ADDRESSES if is_own else set()
        self.fields["kind"].choices = kind_choices(left_out)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """With ``parsed``: the number as it is kept."""
        said = super().clean() or {}
        if "number" in said and "kind" in said:
            try:
                said["parsed"] = parse(said["kind"], said["number"], said.get("issuer", ""))
            except DomainError as wrong:
                field = "issuer" if wrong.code == "issuer_missing" else "number"
                self.add_error(field, str(wrong.says))
        return said


def kind_choices(left_out: Collection[IdentifierKind]) -> list[tuple[str, str]]:
    """What a number can be; a national ID says its country, so that nobody types a code of it."""
    ids = [(f"NATIONAL_ID {country}", str(name)) for country, name in NATIONAL_IDS.items()]
    others = [k for k in IdentifierKind if k != IdentifierKind.NATIONAL_ID and k not in left_out]
    return [*ids, *((k.value, str(KIND_NAMES[k])) for k in others)]


def parse(choice: str, number: str, issuer: str) -> Number:
    """The number as it is kept, checked as of today; ``choice`` is one of ``kind_choices``."""
    kind, _space, country = choice.partition(" ")
    return services.parse_number(
        IdentifierKind(kind),
        number,
        issuer=country or issuer,
        today=timezone.localdate(),
        region=REGION,
        invented=settings.DEMO,
    )


class RegisterForm(forms.Form):
    """Somebody without an account, as the clerk at the desk hears it."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    name = forms.CharField(
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("As in the document, with all marks."),
        max_length=120,
        error_messages={"required": NameMissing.says},
    )
    born = forms.IntegerField(
        label=gettext_lazy("Year of birth"), required=False, min_value=1900, max_value=2100
    )
    language = forms.ChoiceField(label=gettext_lazy("We write to them in"))
    phone = forms.CharField(
        label=gettext_lazy("Phone number"),
        help_text=gettext_lazy(
            "Whoever signs in with it later finds this record. Where a year of birth is known, "
            "they are asked for it first."
        ),
        max_length=40,
        required=False,
    )
    kind = forms.ChoiceField(label=gettext_lazy("What kind of number"), required=False)
    issuer = forms.CharField(
        label=NumberForm.base_fields["issuer"].label,
        help_text=NumberForm.base_fields["issuer"].help_text,
        max_length=80,
        required=False,
    )
    number = forms.CharField(label=gettext_lazy("Number"), max_length=60, required=False)
    home = forms.ChoiceField(label=gettext_lazy("Where they live"), required=False)
    hometown = forms.CharField(
        label=gettext_lazy("Where they come from"), max_length=80, required=False
    )
    groups = forms.MultipleChoiceField(
        label=gettext_lazy("Groups"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(
        self, *args: Any, homes: Sequence[Any], groups: Sequence[Any], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        kinds = kind_choices(ADDRESSES)
        choices = {
            "language": [
                ({"zh-hans": "zh-Hans"}.get(c, c), name) for c, name in settings.LANGUAGES
            ],
            "kind": [("", _("No document")), *kinds],
            "home": homes,
            "groups": groups,
        }
        for name, offered in choices.items():
            self.fields[name].choices = offered  # type: ignore[attr-defined]
        # An officer registers whoever lives in their region.
        self.fields["home"].required = "" not in dict(homes)

    def clean(self) -> dict[str, Any]:
        """With ``numbers``: those that were given, as they are kept."""
        said = super().clean() or {}
        numbers = []
        if said.get("phone"):
            numbers += self._number(IdentifierKind.PHONE.value, said["phone"], "", "phone")
        if said.get("kind"):
            number, issuer = said.get("number", ""), said.get("issuer", "")
            numbers += self._number(said["kind"], number, issuer, "number")
        said["numbers"] = numbers
        return said

    def _number(self, choice: str, text: str, issuer: str, field: str) -> list[Number]:
        try:
            return [parse(choice, text, issuer)]
        except DomainError as wrong:
            where = "issuer" if wrong.code == "issuer_missing" else field
            self.add_error(where, str(wrong.says))
            return []

    def home_id(self) -> UUID | None:
        """The chosen home."""
        home = self.cleaned_data["home"]
        return UUID(home) if home else None


class ReasonForm(forms.Form):
    """Why a whole number is read."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why do you need the whole number?"),
        help_text=gettext_lazy("Your look and its reason are written down with your name."),
        widget=forms.RadioSelect,
        choices=[(r.value, label) for r, label in REASON_NAMES.items()],
        error_messages={"required": ReasonMissing.says},
    )

    def chosen(self) -> RevealReason:
        """The reason."""
        return RevealReason(self.cleaned_data["reason"])


class MergeForm(forms.Form):
    """How the office knows that two records are one person."""

    reason = forms.ChoiceField(
        label=gettext_lazy("How do you know?"),
        widget=forms.RadioSelect,
        choices=[(r.value, label) for r, label in MERGE_REASON_NAMES.items()],
    )

    def chosen(self) -> MergeReason:
        """The reason."""
        return MergeReason(self.cleaned_data["reason"])


class SearchForm(forms.Form):
    """Whom to look for; sent as a form, so that no name or number stands in an address."""

    q = forms.CharField(
        label=gettext_lazy("Name, phone, e-mail or whole number"), max_length=120, required=False
    )
    after = forms.UUIDField(widget=forms.HiddenInput, required=False)
