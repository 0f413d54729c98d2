"""Courses and classes as lists: changed in a spreadsheet, they come in again as they went out."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from learncity.apps.catalogue import imports as courses
from learncity.apps.classes import queries as classes
from learncity.apps.roles.access import Duty
from learncity.apps.roles.types import Act
from learncity.kernel import tables
from learncity.kernel.access import only

from .desk import chosen


@only(Duty(Act.RUN_CLASSES))
def list_export(request: HttpRequest, what: str, kind: str) -> HttpResponse:
    """All courses of my organizations, or all classes of the chosen view, column by column."""
    view = chosen(request)
    if what == "courses":
        head, rows = courses.as_rows(view.provider_ids)
    elif what == "classes":
        head, rows = classes.as_rows(
            at=timezone.now(), shown=view.shown, provider_ids=view.provider_ids, text=view.text
        )
    else:
        raise Http404
    return tables.download(kind, what, head, rows)
