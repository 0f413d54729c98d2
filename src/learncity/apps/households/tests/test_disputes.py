"""'This was not me' is heard at once, decided by somebody else, and told to both."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from learncity.apps.classes import queries as class_queries
from learncity.apps.classes import services as classes
from learncity.apps.classes.factories import OPENING, make_class
from learncity.apps.households import queries, services
from learncity.apps.households.factories import make_mandate
from learncity.apps.households.models import Dispute, Mandate
from learncity.apps.households.types import (
    ActNotFound,
    AlreadyDecided,
    MandateState,
    NoteNeeded,
    OwnCase,
    Purpose,
)
from learncity.apps.notices import queries as notices
from learncity.apps.people.factories import make_person
from learncity.apps.record import queries as record
from learncity.kernel import audit
from learncity.kernel.acting import By, Via

pytestmark = pytest.mark.django_db
LATER = OPENING + timedelta(hours=2)


@pytest.fixture
def case():
    """A daughter applied for her mother: mother, daughter, mandate, class, place, act."""
    mother, daughter = make_person("母亲"), make_person("女儿")
    mandate, key = make_mandate(mother, daughter), make_class()
    place = classes.apply(
        class_key=key, person_id=mother, by=By(daughter, Via.WEB, mandate), at=OPENING
    )
    (act,) = queries.acts_for(mother)
    return mother, daughter, mandate, key, place, act


def dispute(act, person, words="", at=LATER):
    return services.dispute(
        act_id=act.id, person_id=person, words=words, by=By(person, Via.WEB), at=at
    )


def resolve(pk, clerk, is_upheld, note="查过了"):
    services.resolve(
        dispute_id=pk, is_upheld=is_upheld, note=note, by=By(clerk, Via.DESK), at=LATER
    )


def may(daughter, mother):
    return queries.may_act(daughter, mother, Purpose.CLASSES, LATER)


def titles(person):
    return [m.title for m in notices.inbox(person)]


def test_a_dispute_suspends_at_once_and_lies_on_the_office_s_desk(case):
    mother, daughter, _, _, place, act = case

    pk = dispute(act, mother, "我没有\x00报名")

    assert not may(daughter, mother)
    (found,) = queries.disputes(at=LATER)
    assert (found.id, found.words, found.mandate) == (pk, "我没有报名", MandateState.SUSPENDED)
    assert found.act.reference == place.receipt
    assert any("母亲" in t for t in titles(daughter))
    assert next(f.kind for f in record.facts_of(mother)) == "households.act_disputed"
    assert dispute(act, mother) == pk
    assert queries.open_disputes() == 1


def test_only_the_principal_disputes(case):
    _, daughter, *_, act = case
    with pytest.raises(ActNotFound):
        dispute(act, daughter)
    assert queries.open_disputes() == 0


def test_the_disputed_place_stays_until_the_principal_gives_it_back(case):
    mother, _, _, key, place, act = case
    dispute(act, mother)
    assert class_queries.find_class(key).card.seats.taken == 1

    classes.withdraw(receipt=place.receipt, person_id=mother, by=By(mother, Via.WEB), at=LATER)

    assert class_queries.find_class(key).card.seats.taken == 0
    assert len(queries.acts_for(mother)) == 1


def test_upheld_the_mandate_ends_and_both_read_why(case):
    mother, daughter, mandate, _, _, act = case
    clerk, pk = make_person("职员"), dispute(act, mother)

    resolve(pk, clerk, True, "她没有同意")

    row = Mandate.objects.get(pk=mandate)
    assert (row.end, may(daughter, mother)) == ("UPHELD", False)
    for person in (mother, daughter):
        assert "她没有同意" in notices.inbox(person)[0].body
    assert queries.acts_for(mother)[0].is_upheld is True
    assert queries.open_disputes() == 0
    assert [d.note for d in queries.disputes(at=LATER, decided=True)] == ["她没有同意"]
    entry = next(e for e in audit.latest() if e.action == "households.dispute_decided")
    assert (entry.actor_id, entry.via) == (clerk, "DESK")
    with pytest.raises(AlreadyDecided):
        resolve(pk, clerk, False)


def test_not_upheld_the_mandate_is_as_before_unless_something_else_is_disputed(case):
    mother, daughter, mandate, _, place, act = case
    classes.withdraw(
        receipt=place.receipt, person_id=mother, by=By(daughter, Via.WEB, mandate), at=OPENING
    )
    second = queries.acts_for(mother)[0]
    clerk, pks = make_person("职员"), [dispute(a, mother) for a in (act, second)]

    resolve(pks[0], clerk, False)
    assert not may(daughter, mother)
    resolve(pks[1], clerk, False)

    assert may(daughter, mother)
    kinds = [f.kind for f in record.facts_of(mother)]
    assert kinds.count("households.dispute_not_upheld") == 2


def test_what_was_done_before_the_end_can_be_disputed_after_it(case):
    mother, _, mandate, _, _, act = case
    services.end_mandate(mandate_id=mandate, person_id=mother, by=By(mother, Via.WEB), at=OPENING)
    clerk, pk = make_person("职员"), dispute(act, mother)

    resolve(pk, clerk, True)

    assert Mandate.objects.get(pk=mandate).end == "BY_PRINCIPAL"


def test_nobody_decides_their_own_case_or_without_a_reason(case):
    mother, daughter, *_, act = case
    pk = dispute(act, mother)
    for concerned in (mother, daughter):
        with pytest.raises(OwnCase):
            resolve(pk, concerned, False)
    with pytest.raises(NoteNeeded):
        resolve(pk, make_person("职员"), True, "  ")
    assert queries.open_disputes() == 1


def test_the_database_alone_refuses_a_decision_without_a_reason(case):
    mother, *_, act = case
    dispute(act, mother)
    with pytest.raises(IntegrityError, match="households_dispute_decided_in_full"):
        Dispute.objects.update(resolved_at=LATER, is_upheld=True)


def test_the_worklist_costs_one_query_however_long(case, django_assert_num_queries):
    mother, daughter, mandate, _, place, _act = case
    classes.withdraw(
        receipt=place.receipt, person_id=mother, by=By(daughter, Via.WEB, mandate), at=OPENING
    )
    for one in queries.acts_for(mother):
        dispute(one, mother)

    with django_assert_num_queries(1):
        assert len(queries.disputes(at=LATER)) == 2
    with django_assert_num_queries(1):
        assert len(queries.acts_for(mother)) == 2
