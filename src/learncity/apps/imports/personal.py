"""What this room keeps about persons."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learncity.kernel.personal_data import Basis, Erased, Line, OnErasure, RecordClass, register

from . import services
from .models import Import


def _sent(ids: Collection[UUID]) -> Mapping[UUID, Sequence[Line]]:
    found: dict[UUID, list[Line]] = {}
    for one in Import.objects.filter(by_id__in=ids).order_by("-at", "-id"):
        line = {_("When"): one.at, _("List"): one.list_name, _("File"): one.file_name}
        found.setdefault(one.by_id, []).append(line)
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
        gettext_lazy("The file and the rows that were left out; who sent it stays on record."),
        Basis.DUTY,
        OnErasure.PSEUDONYMOUS,
        days=7,
        export=_sent,
        erase=_nameless,
        sweep=_files,
        stays={
            f"imports_import.{column}": gettext_lazy(
                "What the list and its columns are called; of nobody in it."
            )
            for column in ("list_name", "giver", "header", "columns", "mistakes")
        },
    )
)
