"""Setting up a city from its file."""

from datetime import datetime
from pathlib import Path

from django.db import IntegrityError, transaction
from django.utils import timezone

from learncity.apps.classes.services import booked_twice
from learncity.kernel import audit
from learncity.kernel.acting import By
from learncity.kernel.blueprint_files import Document
from learncity.kernel.blueprints import Plan

from .engine import engine


def plan(*, path: Path, at: datetime, overwrite: bool = False) -> Plan:
    """What applying a blueprint file would do; writes nothing.

    Raises:
        Mistakes: the file cannot be applied; every mistake with file and line.
    """
    return engine().plan(
        Document.load(path), today=timezone.localtime(at).date(), overwrite=overwrite
    )


def apply(plan: Plan, *, by: By, at: datetime) -> None:
    """Do what the plan says, all or nothing, when it is what would be planned now as well.

    Raises:
        PlanIsOld: what the plan speaks of was changed since, by hand or by another application.
        Mistakes: by now the file cannot be applied.
        RoomTaken, InstructorTaken: a class of the file meets when the room or the instructor is
            taken by a class that the file does not state.
        SeatsInUse: a class of the file has fewer seats than people hold.
    """
    try:
        with transaction.atomic():
            engine().apply(plan, at=at)
            audit.note(
                "initiatives.blueprint_applied",
                f"blueprint {plan.key}",
                by=by,
                changes=len(plan.changes),
                conflicts=len(plan.conflicts),
            )
    except IntegrityError as error:
        raise booked_twice(error) from error
