"""Whoever signs in is told that the office corrected what it keeps of them."""

from datetime import UTC, datetime

import pytest

from learncity.apps.notices import handlers
from learncity.apps.notices.models import Message
from learncity.apps.people import services
from learncity.apps.people.factories import make_person
from learncity.apps.people.types import MergeReason, PersonCorrected
from learncity.kernel.acting import By, Via
from learncity.kernel.ids import uuid7

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def test_the_person_is_told_once_by_whichever_record_they_sign_in_with():
    kept, other = make_person("王小明", born=1960), make_person("王小明", account=True)
    services.merge(keep=kept, other=other, reason=MergeReason.PERSON_SAYS, by=By(None, Via.DESK),
                   at=AT)  # fmt: skip
    event = PersonCorrected(uuid7(), kept, AT)
    for _ in range(2):
        handlers.tell_of_corrections([event])
    told = Message.objects.filter(kind="people.corrected")
    assert [m.person_id for m in told] == [other]
    assert "王" not in f"{told[0].title} {told[0].body}"
