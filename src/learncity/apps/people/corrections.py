"""The office corrects what it keeps of somebody. Called through services."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from learncity.kernel import audit, outbox
from learncity.kernel.acting import By
from learncity.kernel.ids import uuid7
from learncity.kernel.texts import LANGUAGES

from . import queries
from .models import Person
from .rules import tidy
from .types import CorrectionReason, NameMissing, OwnCorrection, PersonCorrected, PersonNotFound


@transaction.atomic
def correct(
    *,
    person_id: UUID,
    name: str,
    born: int | None,
    hometown: str,
    language: str | None = None,
    reason: CorrectionReason,
    by: By,
    at: datetime,
) -> tuple[str, ...]:
    """Set a person's name, year of birth, home town and language as they are right.

    The person is told that it was done, and the audit trail which of them were changed and why; the
    values stand in neither. Said again, it changes nothing and tells nobody.

    Args:
        language: ``None`` leaves what is there.

    Returns:
        The names of what was changed.

    Raises:
        NameMissing: the name is empty.
        PersonNotFound: there is no such person, or they were erased.
        OwnCorrection: it is whoever acts, by whichever record of theirs.
    """
    name = tidy(name)
    if not name:
        raise NameMissing
    rows = Person.objects.select_for_update(no_key=True)
    person = rows.filter(pk=person_id, erased_at=None).first()
    if person is None:
        raise PersonNotFound(str(person_id))
    if by.person_id and by.person_id in queries.all_ids(person_id):
        raise OwnCorrection
    said = {"name": name, "born": born, "hometown": tidy(hometown, 80)}
    if language in LANGUAGES:
        said["language"] = language
    changed = tuple(field for field, value in said.items() if getattr(person, field) != value)
    if not changed:
        return ()
    for field in changed:
        setattr(person, field, said[field])
    person.call(name)
    person.save(update_fields=[*said, "name_order", "name_words"])
    outbox.publish(PersonCorrected(uuid7(), person_id, at))
    audit.note(
        "people.corrected", f"person {person_id}", by=by, fields=" ".join(changed),
        reason=reason.value,
    )  # fmt: skip
    return changed
