"""Lists at a desk: sent as a file or pasted, checked, previewed, imported, mended.

Every page works again and again: while a list is being read the page asks itself anew.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from learncity.apps.imports import queries, services
from learncity.apps.imports.access import check_sender, keeps_list, kinds_for, may_keep, sends_lists
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
from learncity.apps.organizations import queries as organizations
from learncity.apps.people import queries as people
from learncity.apps.people.access import account
from learncity.apps.people.types import DUPLICATE_NAMES
from learncity.apps.roles.access import actor_of, organizations_for
from learncity.apps.roles.types import Act, Actor
from learncity.kernel import formats, tables
from learncity.kernel.access import only
from learncity.kernel.acting import By, Via
from learncity.kernel.errors import DomainError
from learncity.kernel.ids import uuid7
from learncity.kernel.texts import LANGUAGES

from .import_forms import ColumnsForm, ListForm
from .import_preview import preview

# A page that waits asks itself anew after so many seconds.
_PAUSE = 2
_TAGS = {ImportState.DONE: "done", ImportState.REFUSED: "you", ImportState.REMOVED: "",
         ImportState.STOPPED: "you"}  # fmt: skip
# From these a reader may go back to the columns.
_BEGUN_ANEW = (ImportState.CHECKED, ImportState.REFUSED, ImportState.STOPPED)


def _by(request: HttpRequest) -> By:
    return By(account(request).person_id, Via.DESK)


@only(sends_lists)
@never_cache
def imports(request: HttpRequest) -> HttpResponse:
    """The lists that were sent, newest first."""
    actor = actor_of(request)
    own = organizations_for(actor, Act.RUN_CLASSES)
    found = [one for one in queries.latest(owner_ids=own) if may_keep(actor, one)]
    owners = organizations.organizations({one.owner_id for one in found if one.owner_id})
    names = people.persons({one.by_id for one in found})
    labels = (_("List"), _("What it holds"), _("Whose"), _("State"), _("New"), _("Changed"),
              _("Left out"), _("Who"), _("When"))  # fmt: skip
    numeric = {_("New"), _("Changed"), _("Left out")}
    context = {
        "columns": [{"label": label, "numeric": label in numeric} for label in labels],
        "rows": [
            {
                "url": reverse("web:import", args=[one.id]),
                "cells": [
                    one.list_name,
                    str(queries.kinds()[one.kind].label),
                    str(owners[one.owner_id].name) if one.owner_id else _("The city"),
                    {"text": STATE_NAMES[one.state], "kind": _TAGS.get(one.state)},
                    *({"text": formats.number(n), "numeric": True}
                      for n in (one.new, one.changed, one.wrong)),
                    {"text": names[one.by_id].name if one.by_id in names else "–"},
                    f"{formats.day(one.at)} {formats.clock(one.at)}",
                ],
            }
            for one in found
        ],
        "ways": _ways(actor),
        "back": _back(actor),
    }  # fmt: skip
    return render(request, "web/imports.html", context)


def _back(actor: Actor) -> dict[str, str]:
    """From the lists back to the office, or to the desk of an organization."""
    if actor.everywhere(Act.OPERATE):
        return {"url": reverse("web:operate"), "label": _("City office")}
    return {"url": reverse("web:desk"), "label": _("Desk")}


def _ways(actor: Actor) -> list[dict[str, Any]]:
    """The kinds of lists that this reader may send."""
    return [
        {"url": f"{reverse('web:send_list')}?kind={key}", "label": kind.label, "key": key}
        for key, kind in kinds_for(actor).items()
    ]


@only(sends_lists)
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
    actor = actor_of(request)
    allowed = kinds_for(actor)
    kind = (request.POST or request.GET).get("kind", "")
    if kind in queries.kinds() and kind not in allowed:
        raise PermissionDenied
    kind = kind if kind in allowed else next(iter(allowed))
    form = ListForm(
        kind,
        actor,
        request.POST or None,
        request.FILES or None,
        initial={"id": uuid7(), "kind": kind, "language": LANGUAGES[0]},
    )
    refusal = None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        name, content = form.content()
        owner_id = UUID(said["owner"]) if said.get("owner") else None
        try:
            check_sender(actor, said["kind"], owner_id)
            value = services.send(
                import_id=said["id"],
                kind=said["kind"],
                owner_id=owner_id,
                list_name=said["list_name"],
                file_name=name,
                content=content,
                language=said.get("language", LANGUAGES[0]),
                country=said.get("country", COUNTRIES[0]),
                giver=said.get("giver", ""),
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
    context = {"form": form, "refusal": refusal, "steps": _steps(1), "number": 1, "kind": kind,
               "ways": _ways(actor), "label": allowed[kind].label}  # fmt: skip
    return render(request, "web/import_new.html", context, status=_status(form, refusal))


def _status(form: forms.Form, refusal: DomainError | None) -> int:
    return 422 if refusal or form.errors else 200


def _steps(number: int) -> list[dict[str, str]]:
    labels = (_("File"), _("Columns"), pgettext("list", "Check"), _("Result"))
    states = ["done"] * (number - 1) + ["current"] + [""] * (4 - number)
    return [{"label": la, "state": s} for la, s in zip(labels, states, strict=True)]


def _found(request: HttpRequest, import_id: UUID) -> ImportValue:
    value = queries.find(import_id)
    if value is None:
        raise Http404
    if not may_keep(actor_of(request), value):
        raise PermissionDenied
    return value


@only(keeps_list)
@never_cache
def one_import(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """One list, at whatever step it is."""
    value = _found(request, import_id)
    is_asked = value.state in _BEGUN_ANEW and value.has_files and "columns" in request.GET
    if value.state == ImportState.SENT or is_asked:
        return _columns_page(request, value, ColumnsForm(value))
    return _page(request, value)


def _columns_page(
    request: HttpRequest, value: ImportValue, form: ColumnsForm, refusal: DomainError | None = None
) -> HttpResponse:
    kind = queries.kinds()[value.kind]
    needed = [_(" or ").join(str(kind.label_of(c)) for c in group) for group in kind.columns.needed]
    context = {"value": value, "form": form, "refusal": refusal, "steps": _steps(2), "number": 2,
               "needed": _(", ").join(needed) if kind.is_shared else ""}  # fmt: skip
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
        "is_shared": kind.is_shared,
        "figures": _figures(value, kind.is_shared)
        if value.state != ImportState.STOPPED or value.new or value.changed else [],
        "reason": reason_of(value.code, value.line) if value.code else "",
        "mistake_columns": [
            {"label": _("Column")}, {"label": _("What is wrong")},
            {"label": _("Rows"), "numeric": True},
        ],
        "mistakes": _counted(kind, (m for m in value.mistakes if not m.is_in)),
        "notes": _counted(kind, (m for m in value.mistakes if m.is_in)),
        "unread": _(", ").join(value.unread),
        "row_columns": [{"label": kind.label_of(column)} for column in columns],
        "rows": [{"cells": cells} for cells in rows],
        "fetched": [
            {"label": k.upper(), "url": reverse("web:failed_rows", args=[value.id, k])}
            for k in tables.KINDS
        ] if value.wrong and queries.has_failed_rows(value.id) else [],
        "alike": _alike(value)
        if value.state in (ImportState.DONE, ImportState.STOPPED) and not kind.is_shared else [],
        **preview(request, value),
    }  # fmt: skip
    return render(request, "web/import.html", context, status=422 if refusal else 200)


def _counted(kind: queries.Kind, mistakes: Iterable[Mistake]) -> list[dict[str, Any]]:
    return [
        {"cells": [str(kind.label_of(m.column)) if m.column else _("the whole row"),
                   {"text": m.says, "words": True},
                   {"text": formats.number(m.rows), "numeric": True}]}
        for m in mistakes
    ]  # fmt: skip


def _done(value: ImportValue) -> str:
    said = ngettext("%(n)s row read", "%(n)s rows read", value.rows)
    return said % {"n": formats.number(value.rows)}


def _figures(value: ImportValue, is_shared: bool) -> list[dict[str, str]]:
    counted = (
        (_("New"), value.new),
        (_("Changed"), value.changed),
        (_("Same as before"), value.same),
        (_("Left out"), value.wrong),
        (_("Rooms and teachers taken"), value.clashes)
        if is_shared
        else (_("Look like somebody else"), value.alike),
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


@only(keeps_list)
@require_POST
def say_columns(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Say what the columns hold, and have the rows checked."""
    value = _found(request, import_id)
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


@only(keeps_list)
@require_POST
def apply_list(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Have a checked list written."""
    value = _found(request, import_id)
    try:
        services.apply(import_id=import_id, by=_by(request), at=timezone.now())
    except DomainError as error:
        return _page(request, value, error)
    return redirect("web:import", import_id)


@only(keeps_list)
@require_POST
def remove_list(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Delete the files of a list now."""
    value = _found(request, import_id)
    try:
        services.remove(import_id=import_id, by=_by(request), at=timezone.now())
    except DomainError as error:
        return _page(request, value, error)
    return redirect("web:import", import_id)


@only(keeps_list)
@never_cache
def failed_rows(request: HttpRequest, import_id: UUID, kind: str) -> HttpResponse:
    """The rows that were left out, as they were sent, each with what is wrong; written down."""
    _found(request, import_id)
    if kind not in tables.KINDS or not queries.has_failed_rows(import_id):
        raise Http404
    services.note_rows_fetched(import_id=import_id, by=_by(request), kind=kind.upper())
    head, *rows = queries.failed_rows(import_id)
    return tables.download(kind, "left-out", head, rows)
