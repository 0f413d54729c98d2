"""What a checked list would change, and what its rows want that is taken: shown and fetched."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from learncity.apps.imports import queries
from learncity.apps.imports.access import keeps_list
from learncity.apps.imports.types import ImportState, ImportValue
from learncity.kernel import formats, tables
from learncity.kernel.access import only
from learncity.kernel.outcomes import Change, Clash

from .find import page_number, pages

SIZE = 50


def preview(request: HttpRequest, value: ImportValue) -> dict[str, Any]:
    """What the page of a checked list shows besides its counts; the files are read once each."""
    kind = queries.kinds()[value.kind]
    if not kind.is_shared or value.state != ImportState.CHECKED or not value.has_files:
        return {}
    number, total = page_number(request), queries.count_changes(value.id)
    changes = queries.changes(value.id, begin=(number - 1) * SIZE, count=SIZE)
    clashes = queries.clashes(value.id, count=SIZE)
    return {
        "change_columns": [{"label": label} for label in _change_head()],
        "changes": [{"cells": _change_cells(value, change)} for change in changes],
        "change_pages": pages(request, number, total, SIZE),
        "clash_columns": [{"label": label} for label in _clash_head()],
        "clashes": [{"cells": _clash_cells(clash)} for clash in clashes],
        "more_clashes": formats.number(value.clashes) if value.clashes > SIZE else "",
        "change_files": _files(value, "changes") if total else [],
        "clash_files": _files(value, "clashes") if clashes else [],
        "is_same": not (value.new or value.changed or value.wrong),
    }


def _files(value: ImportValue, what: str) -> list[dict[str, str]]:
    return [
        {"label": kind.upper(), "url": reverse("web:import_details", args=[value.id, what, kind])}
        for kind in tables.KINDS
    ]


def _change_head() -> list[str]:
    return [_("Key"), _("Column"), _("Until now"), _("In the list"), _("Row")]


def _change_cells(value: ImportValue, change: Change) -> list[Any]:
    label = queries.kinds()[value.kind].label_of(change.column)
    return [
        change.key,
        str(label),
        {"text": change.before or "–", "words": True},
        {"text": change.after or "–", "words": True},
        {"text": formats.number(change.row), "numeric": True},
    ]


def _clash_head() -> list[str]:
    return [_("Class"), _("Wants"), _("First time"), _("How often"), _("Taken by"), _("Row")]


def _wanted(clash: Clash) -> str:
    words = _("Room %(name)s") if clash.what == "room" else _("Teacher %(name)s")
    return words % {"name": clash.name}


def _when(clash: Clash) -> str:
    hours = f"{formats.clock(clash.begins)}–{formats.clock(clash.ends)}"
    return f"{formats.day(clash.begins)} {hours}"


def _clash_cells(clash: Clash) -> list[Any]:
    return [
        clash.key,
        _wanted(clash),
        _when(clash),
        {"text": formats.number(clash.times), "numeric": True},
        clash.other,
        {"text": formats.number(clash.row), "numeric": True},
    ]


@only(keeps_list)
@never_cache
def import_details(request: HttpRequest, import_id: UUID, what: str, kind: str) -> HttpResponse:
    """All changes, or all clashes, of a checked list as a spreadsheet."""
    value = queries.find(import_id)
    if value is None or not queries.kinds()[value.kind].is_shared or kind not in tables.KINDS:
        raise Http404
    rows: Sequence[Sequence[Any]]
    if what == "changes":
        head = _change_head()
        rows = [[c.key, c.column, c.before, c.after, c.row] for c in queries.changes(import_id)]
    elif what == "clashes":
        head = _clash_head()
        rows = [
            [c.key, _wanted(c), c.begins, c.times, c.other, c.row]
            for c in queries.clashes(import_id)
        ]
    else:
        raise Http404
    return tables.download(kind, what, head, rows)
