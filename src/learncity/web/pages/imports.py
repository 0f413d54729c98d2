"""Lists at the city office: sent as a file or pasted, checked, previewed, imported, mended.

Every page works again and again: while a list is being read the page asks itself anew.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from learncity.apps.imports import queries, services
from learncity.apps.imports.types import (
    COUNTRIES,
    RUNNING,
    STATE_NAMES,
    ImportState,
    ImportValue,
    ListTooLarge,
    ListUnreadable,
    Mistake,
    reason_of,
)
from learncity.apps.people import queries as people
from learncity.apps.people.access import account
from learncity.apps.people.types import DUPLICATE_NAMES
from learncity.apps.roles.access import Duty, in_city
from learncity.apps.roles.types import Act
from learncity.kernel import formats, tables
from learncity.kernel.access import only
from learncity.kernel.acting import By, Via
from learncity.kernel.errors import DomainError
from learncity.kernel.ids import uuid7
from learncity.kernel.texts import LANGUAGES, django_language

# A page that waits asks itself anew after so many seconds.
_PAUSE = 2
_TAGS = {ImportState.DONE: "done", ImportState.REFUSED: "you", ImportState.REMOVED: "",
         ImportState.STOPPED: "you"}  # fmt: skip
# From these a reader may go back to the columns.
_BEGUN_ANEW = (ImportState.CHECKED, ImportState.REFUSED, ImportState.STOPPED)


class ListForm(forms.Form):
    """A list: which, and the file or its pasted rows."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=gettext_lazy("What the rows are"))
    list_name = forms.CharField(
        label=gettext_lazy("Which list it is"),
        help_text=gettext_lazy(
            "The same words each time, such as the name of the union: so its rows are known again."
        ),
        max_length=80,
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "XLSX or CSV, up to 20 MB, the names of the columns in the first row."
        ),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt,.tsv"}),
    )
    rows = forms.CharField(
        label=gettext_lazy("Or paste the rows"),
        help_text=gettext_lazy("Copied from a spreadsheet, with the names of the columns."),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocomplete": "off"}),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("We write to them in"),
        help_text=gettext_lazy("Where a row does not say it."),
    )
    country = forms.ChoiceField(
        label=gettext_lazy("Their phone numbers are of"),
        help_text=gettext_lazy("Where a number, or an ID number, does not say it."),
        choices=[("CN", gettext_lazy("China")), ("VN", gettext_lazy("Viet Nam"))],
        initial=COUNTRIES[0],
        required=False,
    )
    giver = forms.CharField(
        label=gettext_lazy("Who gave out their numbers"),
        help_text=gettext_lazy("The union, employer or school, where no column says it."),
        max_length=80,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["kind"].choices = [(key, kind.label) for key, kind in queries.kinds().items()]
        names = dict(settings.LANGUAGES)
        fields["language"].choices = [(tag, names[django_language(tag)]) for tag in LANGUAGES]

    def clean(self) -> dict[str, Any]:
        """One of file and rows must be there."""
        said = super().clean() or {}
        if not said.get("file") and not said.get("rows", "").strip() and not self.errors:
            self.add_error("file", _("Choose a file, or paste the rows."))
        return said

    def content(self) -> tuple[str, Iterable[bytes]]:
        """The name of what was sent, and its bytes."""
        file = self.cleaned_data["file"]
        if file:
            return file.name, file.chunks()
        return "", [self.cleaned_data["rows"].encode()]


class ColumnsForm(forms.Form):
    """What each column of a list holds."""

    def __init__(self, value: ImportValue, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = queries.kinds()[value.kind]
        theirs = {name: ours for ours, name in value.columns.items()}
        choices = [("", _("Not read")), *((k, kind.labels[k]) for k in kind.columns.all)]
        self._names = {f"c{n}": name for n, name in enumerate(value.header)}
        for key, name in self._names.items():
            self.fields[key] = forms.ChoiceField(
                label=name, choices=choices, required=False, initial=theirs.get(name, "")
            )

    def columns(self) -> list[tuple[str, str]]:
        """Our name of a column and the file's, of those that are read."""
        return [(self.cleaned_data[k], name) for k, name in self._names.items()
                if self.cleaned_data[k]]  # fmt: skip


def _by(request: HttpRequest) -> By:
    return By(account(request).person_id, Via.DESK)


@only(Duty(Act.KEEP_PEOPLE, on=in_city))
@never_cache
def imports(request: HttpRequest) -> HttpResponse:
    """The lists that were sent, newest first."""
    found = queries.latest()
    names = people.persons({one.by_id for one in found})
    labels = (_("List"), _("Rows"), _("State"), _("New"), _("Changed"), _("Left out"), _("Who"),
              _("When"))  # fmt: skip
    numeric = {_("New"), _("Changed"), _("Left out")}
    context = {
        "columns": [{"label": label, "numeric": label in numeric} for label in labels],
        "rows": [
            {
                "url": reverse("web:import", args=[one.id]),
                "cells": [
                    one.list_name,
                    str(queries.kinds()[one.kind].label),
                    {"text": STATE_NAMES[one.state], "kind": _TAGS.get(one.state)},
                    *({"text": formats.number(n), "numeric": True}
                      for n in (one.new, one.changed, one.wrong)),
                    {"text": names[one.by_id].name if one.by_id in names else "–"},
                    f"{formats.day(one.at)} {formats.clock(one.at)}",
                ],
            }
            for one in found
        ],
    }  # fmt: skip
    return render(request, "web/imports.html", context)


@only(Duty(Act.KEEP_PEOPLE, on=in_city))
@csrf_exempt
@never_cache
def send_list(request: HttpRequest) -> HttpResponse:
    """Send a list: the one form that takes a file.

    Who asks is known before a byte is read; then this view lets the file in, and only then may the
    form's token be looked for.
    """
    request.upload_handlers = [TemporaryFileUploadHandler(request)]
    return _send(request)


@csrf_protect
def _send(request: HttpRequest) -> HttpResponse:
    form = ListForm(
        request.POST or None,
        request.FILES or None,
        initial={"id": uuid7(), "language": LANGUAGES[0]},
    )
    refusal = None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        name, content = form.content()
        try:
            value = services.send(
                import_id=said["id"],
                kind=said["kind"],
                list_name=said["list_name"],
                file_name=name,
                content=content,
                language=said["language"],
                country=said["country"],
                giver=said["giver"],
                spoken=get_language() or "",
                by=_by(request),
                at=timezone.now(),
            )
        except (ListUnreadable, ListTooLarge) as error:
            form.add_error("file" if name else "rows", str(error.says))
        except DomainError as error:
            refusal = error
        else:
            return redirect("web:import", value.id)
    context = {"form": form, "refusal": refusal, "steps": _steps(1), "number": 1}
    return render(request, "web/import_new.html", context, status=_status(form, refusal))


def _status(form: forms.Form, refusal: DomainError | None) -> int:
    return 422 if refusal or form.errors else 200


def _steps(number: int) -> list[dict[str, str]]:
    labels = (_("File"), _("Columns"), pgettext("list", "Check"), _("Result"))
    states = ["done"] * (number - 1) + ["current"] + [""] * (4 - number)
    return [{"label": la, "state": s} for la, s in zip(labels, states, strict=True)]


def _found(import_id: UUID) -> ImportValue:
    value = queries.find(import_id)
    if value is None:
        raise Http404
    return value


@only(Duty(Act.KEEP_PEOPLE, on=in_city))
@never_cache
def one_import(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """One list, at whatever step it is."""
    value = _found(import_id)
    is_asked = value.state in _BEGUN_ANEW and value.has_files and "columns" in request.GET
    if value.state == ImportState.SENT or is_asked:
        return _columns_page(request, value, ColumnsForm(value))
    return _page(request, value)


def _columns_page(
    request: HttpRequest, value: ImportValue, form: ColumnsForm, refusal: DomainError | None = None
) -> HttpResponse:
    context = {"value": value, "form": form, "refusal": refusal, "steps": _steps(2), "number": 2}
    return render(request, "web/import_columns.html", context, status=_status(form, refusal))


def _page(
    request: HttpRequest, value: ImportValue, refusal: DomainError | None = None
) -> HttpResponse:
    kind, is_over = (
        queries.kinds()[value.kind],
        value.state in (ImportState.DONE, ImportState.REMOVED, ImportState.STOPPED),
    )
    columns: list[str] = []
    rows: list[list[str]] = []
    if value.state == ImportState.CHECKED and value.has_files:
        columns, rows = queries.first_rows(value)
        services.note_rows_seen(import_id=value.id, by=_by(request))
    number = 4 if is_over or value.state == ImportState.APPLYING else 3
    context = {
        "value": value,
        "refusal": refusal,
        "steps": _steps(number),
        "number": number,
        "pause": _PAUSE if value.state in RUNNING else 0,
        "done": _done(value),
        "figures": _figures(value)
        if value.state != ImportState.STOPPED or value.new or value.changed else [],
        "reason": reason_of(value.code, value.line) if value.code else "",
        "mistake_columns": [
            {"label": _("Column")}, {"label": _("What is wrong")},
            {"label": _("Rows"), "numeric": True},
        ],
        "mistakes": _counted(kind.labels, (m for m in value.mistakes if not m.is_in)),
        "notes": _counted(kind.labels, (m for m in value.mistakes if m.is_in)),
        "unread": _(", ").join(value.unread),
        "row_columns": [{"label": kind.labels[column]} for column in columns],
        "rows": [{"cells": cells} for cells in rows],
        "fetched": [
            {"label": k.upper(), "url": reverse("web:failed_rows", args=[value.id, k])}
            for k in tables.KINDS
        ] if value.wrong and queries.has_failed_rows(value.id) else [],
        "alike": _alike(value)
        if value.state in (ImportState.DONE, ImportState.STOPPED) else [],
    }  # fmt: skip
    return render(request, "web/import.html", context, status=422 if refusal else 200)


def _counted(
    labels: Mapping[str, str | Promise], mistakes: Iterable[Mistake]
) -> list[dict[str, Any]]:
    return [
        {"cells": [labels.get(m.column, m.column) or _("the whole row"),
                   {"text": m.says, "words": True},
                   {"text": formats.number(m.rows), "numeric": True}]}
        for m in mistakes
    ]  # fmt: skip


def _done(value: ImportValue) -> str:
    said = ngettext("%(n)s row read", "%(n)s rows read", value.rows)
    return said % {"n": formats.number(value.rows)}


def _figures(value: ImportValue) -> list[dict[str, str]]:
    counted = (
        (_("New"), value.new),
        (_("Changed"), value.changed),
        (_("Same as before"), value.same),
        (_("Left out"), value.wrong),
        (_("Look like somebody else"), value.alike),
    )
    return [{"label": label, "figure": formats.number(n)} for label, n in counted]


def _alike(value: ImportValue) -> list[dict[str, str]]:
    """Whom the list brought who may be there already; each leads to the two side by side."""
    pairs = people.resemblances(value.list_name, since=value.at)
    names = people.persons({pk for pair in pairs for pk in (pair.person_id, pair.other_id)})
    return [
        {
            "name": names[pair.person_id].name or _("No name yet"),
            "why": str(DUPLICATE_NAMES[pair.by]),
            "url": reverse("web:merge_preview", args=[pair.other_id, pair.person_id]),
        }
        for pair in pairs
    ]


@only(Duty(Act.KEEP_PEOPLE, on=in_city))
@require_POST
def say_columns(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Say what the columns hold, and have the rows checked."""
    value = _found(import_id)
    form = ColumnsForm(value, request.POST)
    if not form.is_valid():
        return _columns_page(request, value, form)
    try:
        services.check(
            import_id=import_id, columns=form.columns(), by=_by(request), at=timezone.now()
        )
    except DomainError as error:
        return _columns_page(request, value, form, error)
    return redirect("web:import", import_id)


@only(Duty(Act.KEEP_PEOPLE, on=in_city))
@require_POST
def apply_list(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Have a checked list written."""
    value = _found(import_id)
    try:
        services.apply(import_id=import_id, by=_by(request), at=timezone.now())
    except DomainError as error:
        return _page(request, value, error)
    return redirect("web:import", import_id)


@only(Duty(Act.KEEP_PEOPLE, on=in_city))
@require_POST
def remove_list(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Delete the files of a list now."""
    value = _found(import_id)
    try:
        services.remove(import_id=import_id, by=_by(request), at=timezone.now())
    except DomainError as error:
        return _page(request, value, error)
    return redirect("web:import", import_id)


@only(Duty(Act.KEEP_PEOPLE, on=in_city))
@never_cache
def failed_rows(request: HttpRequest, import_id: UUID, kind: str) -> HttpResponse:
    """The rows that were left out, as they were sent, each with what is wrong; written down."""
    if kind not in tables.KINDS or not queries.has_failed_rows(import_id):
        raise Http404
    services.note_rows_fetched(import_id=import_id, by=_by(request), kind=kind.upper())
    head, *rows = queries.failed_rows(import_id)
    return tables.download(kind, "left-out", head, rows)
