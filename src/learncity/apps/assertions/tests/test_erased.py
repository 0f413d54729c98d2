"""What was said of an erased person is blanked as a whole, once; nothing else is ever changed."""

from datetime import date

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from learncity.apps.assertions import queries, services
from learncity.apps.assertions.models import Assertion, Objection
from learncity.apps.assertions.types import CodeState
from learncity.apps.people.factories import make_person
from learncity.apps.privacy import services as privacy
from learncity.apps.record import queries as record
from learncity.apps.record.models import Fact
from learncity.kernel.acting import SYSTEM

AT = timezone.now()
BLANK = {"value": None, "evidence": "", "link": "", "checksum": "", "withdrawn_because": ""}
GONE = BLANK | {"withdrawn_at": AT, "erased_at": AT}


@pytest.fixture
def said(city):
    """Somebody vouched for a post, and the person objected."""
    made = services.vouch(
        organization_key="liqiao-precision", person_id=make_person("某人"), key="post",
        value="某人做装配", since=None, until=None, evidence="某人的合同", link="https://example.org/",
        code_until=date(2099, 1, 1), by=SYSTEM, at=AT,
    )  # fmt: skip
    Objection.objects.create(assertion_id=made.id, text="我不是", at=AT)
    return made


def change(model, said, **fields):
    key = "pk" if model is Assertion else "assertion_id"
    with transaction.atomic():
        model.objects.filter(**{key: said.id}).update(**fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"evidence": ""},
        BLANK,
        BLANK | {"withdrawn_at": AT},
        {"erased_at": AT},
        GONE | {"evidence": "x"},
        GONE | {"code": "x"},
        GONE | {"since": date(2020, 1, 1)},
    ],
)
def test_the_database_alone_refuses_to_blank_in_part_or_change_beside(said, fields):
    with pytest.raises(DatabaseError):
        change(Assertion, said, **fields)


def test_the_database_alone_lets_it_be_blanked_as_a_whole_and_once(said):
    change(Assertion, said, **GONE)
    with pytest.raises(DatabaseError, match="only grows"):
        change(Assertion, said, erased_at=None)
    with pytest.raises(DatabaseError, match="only grows"):
        change(Assertion, said, evidence="again")


def test_an_objection_is_blanked_as_a_whole_and_once(said):
    for fields in ({"text": ""}, {"erased_at": AT}):
        with pytest.raises(DatabaseError):
            change(Objection, said, **fields)
    change(Objection, said, erased_at=AT, text="", answer="")
    with pytest.raises(DatabaseError, match="only grows"):
        change(Objection, said, text="x")


def test_after_erasing_its_desk_sees_that_something_was_said_and_no_more(said):
    privacy.erase(person_id=said.person_id, by=SYSTEM, at=AT)
    line = queries.find_of_organization(said.id, organization_id=said.organization.id)
    assert (line.name, line.assertion.value, line.assertion.evidence) == ("", None, "")
    assert line.assertion.key == "post"
    assert queries.find_verified(said.code, on=AT.date()).state == CodeState.WITHDRAWN
    assert Objection.objects.get(assertion_id=said.id).text == ""


def test_the_record_gets_no_words_that_somebody_typed(said):
    (fact,) = record.facts_of(said.person_id)
    assert "某人" not in str(fact)
    assert Fact.objects.get(pk=fact.id).evidence == {"key": "post", "code": said.code}
