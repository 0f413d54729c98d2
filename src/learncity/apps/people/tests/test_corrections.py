"""The office sets right what it keeps of somebody: audited without values, told to the person."""

from datetime import UTC, datetime

import pytest

from learncity.apps.people import queries, services
from learncity.apps.people.factories import make_person
from learncity.apps.people.models import Person
from learncity.apps.people.types import (
    CorrectionReason,
    MergeReason,
    NameMissing,
    OwnCorrection,
    PersonNotFound,
)
from learncity.kernel import audit
from learncity.kernel.acting import By, Via
from learncity.kernel.ids import uuid7
from learncity.kernel.models import OutboxEntry

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def office(db):
    return By(make_person("Clerk"), Via.DESK)


@pytest.fixture
def correct(office):
    def correct(person_id, **said):
        right = {"name": "王晓明", "born": 1961, "hometown": "Anhui", "language": "vi"}
        by = {"reason": CorrectionReason.DOCUMENT, "by": office, "at": AT}
        return services.correct(person_id=person_id, **right | by | said)

    return correct


def events():
    return OutboxEntry.objects.filter(event="people.PersonCorrected").count()


def test_what_is_right_is_kept_and_found(correct):
    person = make_person("王小明", born=1960)
    assert correct(person) == ("name", "born", "hometown", "language")
    kept = Person.objects.get(pk=person)
    assert (kept.name, kept.born, kept.hometown, kept.language) == ("王晓明", 1961, "Anhui", "vi")
    found = queries.find_people("wang xiaoming", region="CN", invented=True, limit=500)
    assert person in {card.id for card in found}


def test_the_trail_says_which_fields_and_why_and_no_value(correct, office):
    person = make_person("王小明", born=1960)
    correct(person, language=None, hometown="")
    (note,) = [n for n in audit.latest() if n.action == "people.corrected"]
    assert (note.actor_id, note.subject) == (office.person_id, f"person {person}")
    assert note.detail == {"fields": "name born", "reason": "DOCUMENT"}


def test_said_again_it_changes_nothing_and_tells_nobody(correct):
    person = make_person("王小明", born=1960)
    correct(person)
    before = events()
    assert correct(person) == ()
    assert events() == before == 1


def test_nobody_corrects_a_record_of_their_own(correct, office):
    other = make_person("Clerk too")
    services.merge(keep=office.person_id, other=other, reason=MergeReason.PERSON_SAYS,
                   by=By(None, Via.DESK), at=AT)  # fmt: skip
    for mine in (office.person_id, other):
        with pytest.raises(OwnCorrection):
            correct(mine)


def test_a_person_has_a_name_and_is_there(correct):
    with pytest.raises(NameMissing):
        correct(make_person("王小明"), name=" ")
    with pytest.raises(PersonNotFound):
        correct(uuid7())
    gone = make_person("王小明")
    services.forget(person_id=gone, at=AT)
    with pytest.raises(PersonNotFound):
        correct(gone)
