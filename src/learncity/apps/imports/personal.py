"""What this room keeps about persons."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learncity.kernel.personal_data import Basis, Erased, Line, OnErasure, RecordClass, register

from . import services
from .models import Import


def _sent(ids: Collection[UUID]) -> Mapping[UUID, Sequence[Line]]:
    found: dict[UUID, list[Line]] = {}
    mine = Q(by_id__in=ids) | Q(applied_by_id__in=ids)
    for one in Import.objects.filter(mine).order_by("-at", "-id"):
        line = {_("When"): one.at, _("List"): one.list_name}
        # How the file was called is of whoever sent it.
        if one.by_id in ids:
            found.setdefault(one.by_id, []).append({**line, _("File"): one.file_name})
        elif one.applied_by_id:
            found.setdefault(one.applied_by_id, []).append(line)
    return found


def _files(before: datetime) -> int:
    now = timezone.now()
    services.sweep_strays(before=now - timedelta(days=1))
    return services.forget_files(before=before, at=now)


def _nameless(erased: Erased) -> int:
    """How somebody called their file goes with them."""
    mine = Import.objects.filter(by_id=erased.person_id).exclude(file_name="")
    return mine.update(file_name="")


register(
    RecordClass(
        "imports.list",
        (Import,),
        gettext_lazy("Lists that the office was sent"),
        gettext_lazy(
            "The file, the rows that were left out and what the file and its columns are called;"
            " who sent it and who had it imported stays on record."
        ),
        Basis.DUTY,
        OnErasure.PSEUDONYMOUS,
        days=7,
        export=_sent,
        erase=_nameless,
        sweep=_files,
        stays={
            **dict.fromkeys(
                ("imports_import.list_name", "imports_import.giver"),
                gettext_lazy("What the office calls the list, and who gave out its numbers."),
            ),
            **dict.fromkeys(
                ("imports_import.header", "imports_import.columns"),
                gettext_lazy(
                    "What the columns of the file are called, until the file is deleted; a row"
                    " with long numbers or addresses is not taken for their names."
                ),
            ),
            "imports_import.mistakes": gettext_lazy(
                "Which of our columns had which kind of mistake; no value."
            ),
        },
    )
)
