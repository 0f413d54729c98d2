"""What people are told when the office says that two records are theirs, or are not."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_noop

from learncity.apps.people import queries as people
from learncity.apps.people.types import PersonCorrected, RecordsMerged

from .services import tell
from .types import Kind, NewMessage

JOINED = Kind(
    "people.joined",
    gettext_noop("The city office joined two records"),
    gettext_noop(
        "The city office holds that two of its records are you, and reads them as one from now "
        "on. If this is not right, say so at the city office: it can be undone exactly."
    ),
)
SEPARATED = Kind(
    "people.separated",
    gettext_noop("The city office separated two records"),
    gettext_noop(
        "Two records that the city office read as one are separate again, each as it was. If this "
        "is not right, say so at the city office."
    ),
)
CORRECTED = Kind(
    "people.corrected",
    gettext_noop("The city office corrected what it keeps of you"),
    gettext_noop(
        "The city office changed your name, year of birth, home town or language. Look at it under "
        "Me. If this is not right, say so at the city office."
    ),
)


def tell_of_records(news: Sequence[RecordsMerged]) -> None:
    """Tell those of both records who sign in with their own; three statements."""
    ids = {UUID(str(pk)) for n in news for pk in (n.kept_id, n.other_id)}
    persons, reached = people.persons(ids), people.with_account(ids) - people.erased(ids)
    messages = []
    for n in news:
        kind = JOINED if n.is_joined else SEPARATED
        for pk in (UUID(str(n.kept_id)), UUID(str(n.other_id))):
            if pk in reached:
                language, key = persons[pk].language, f"{n.merge_id}:{pk}"
                messages.append(NewMessage(pk, language, kind, key, {}, _moment(n.at), "/me/"))
    tell(messages)


def tell_of_corrections(news: Sequence[PersonCorrected]) -> None:
    """Tell whoever signs in as the person, by whichever record; four statements."""
    records = people.records_of({UUID(str(n.person_id)) for n in news})
    ids = {pk for found in records.values() for pk in found}
    persons, reached = people.persons(ids), people.with_account(ids) - people.erased(ids)
    tell(
        [
            NewMessage(pk, persons[pk].language, CORRECTED, f"{n.correction_id}:{pk}", {},
                       _moment(n.at), "/me/")
            for n in news
            for pk in sorted(records[UUID(str(n.person_id))] & reached)
        ]
    )  # fmt: skip


def _moment(value: datetime | str) -> datetime:
    """A moment of an event: as it was published, or as the outbox keeps it."""
    found = parse_datetime(value) if isinstance(value, str) else value
    assert found is not None
    return found
