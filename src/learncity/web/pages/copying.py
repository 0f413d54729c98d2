"""A class or a whole term copied into another: as a list that is checked before it is written."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from learncity.apps.classes.queries import cloning
from learncity.apps.classes.types import TermValue
from learncity.apps.imports import services as imports
from learncity.apps.imports.types import ImportState
from learncity.apps.organizations import queries as organizations
from learncity.apps.roles.access import Duty
from learncity.apps.roles.types import Act
from learncity.kernel import formats, tables
from learncity.kernel.access import only
from learncity.kernel.errors import DomainError
from learncity.kernel.ids import uuid7
from learncity.kernel.texts import LANGUAGES
from learncity.web.acts import by_desk

from .desk import scope


class CopyForm(forms.Form):
    """From which term into which; or one class."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    course_class = forms.SlugField(widget=forms.HiddenInput, required=False)
    of_term = forms.ChoiceField(label=gettext_lazy("From the term"), required=False)
    into = forms.ChoiceField(label=gettext_lazy("Into the term"))
    owner = forms.ChoiceField(label=gettext_lazy("Whose classes"))

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        known = cloning.terms()
        self._names = {t.key: str(t.name) for t in known}
        choices = [(t.key, _named(t)) for t in known]
        fields["into"].choices = choices
        fields["of_term"].choices = choices
        # The latest term is copied into, from the one before it.
        fields["of_term"].initial = choices[1][0] if len(choices) > 1 else None
        if self["course_class"].value():
            del fields["of_term"]
        own = scope(request)
        if own is None:
            del fields["owner"]
        else:
            found = organizations.organizations(own).values()
            fields["owner"].choices = [(str(o.id), str(o.name)) for o in found]

    def clean(self) -> dict[str, Any]:
        """A term is copied into another one."""
        said = super().clean() or {}
        if said.get("of_term") and said.get("of_term") == said.get("into"):
            self.add_error("into", _("Choose another term than the one you copy from."))
        return said

    def name_of(self, key: str) -> str:
        """What a term is called."""
        return self._names[key]


def _named(term: TermValue) -> str:
    days = f"{formats.day(term.starts_on)} – {formats.day(term.ends_on)}"
    return f"{term.name} ({days})"


@only(Duty(Act.RUN_CLASSES))
def copy_term(request: HttpRequest) -> HttpResponse:
    """Say what is copied where; what comes of it is shown before anything is written."""
    initial = {"id": uuid7(), "course_class": request.GET.get("class", "")}
    form = CopyForm(request, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            value = _send(request, form)
        except DomainError as refusal:
            form.add_error(None, str(refusal.says))
        else:
            if value is not None:
                return redirect("web:import", value)
    return render(request, "web/copy.html", {"form": form}, status=422 if form.errors else 200)


def _send(request: HttpRequest, form: CopyForm) -> UUID | None:
    """Send the copies as a list and have it checked; nothing when there is nothing to copy."""
    said, own = form.cleaned_data, scope(request)
    owner_id = None if own is None else UUID(said["owner"])
    found = cloning.copies(
        into=said["into"],
        of_term=said.get("of_term", ""),
        class_keys=[said["course_class"]] if said["course_class"] else [],
        provider_ids=None if owner_id is None else {owner_id},
    )
    if not found.rows:
        form.add_error("into", _nothing(found.already))
        return None
    by, at = by_desk(request), timezone.now()
    content = tables.download("csv", "copy", found.head, found.rows).content
    value = imports.send(
        import_id=said["id"],
        kind="classes",
        owner_id=owner_id,
        list_name=_("Copies into %(term)s") % {"term": form.name_of(said["into"])},
        file_name="",
        content=[content],
        language=LANGUAGES[0],
        giver="",
        spoken=get_language() or "",
        by=by,
        at=at,
    )
    if value.state == ImportState.SENT:
        columns = [(name, name) for name in found.head]
        imports.check(import_id=value.id, columns=columns, by=by, at=at)
    return value.id


def _nothing(already: int) -> str:
    if not already:
        return _("There is no class to copy.")
    says = ngettext(
        "Everything is copied already: %(n)s class.",
        "Everything is copied already: %(n)s classes.",
        already,
    )
    return says % {"n": formats.number(already)}
