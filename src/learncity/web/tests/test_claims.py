"""An office wrote an address down: whoever proves it says the year of birth before it is theirs."""

import pytest
from django.core.cache import cache
from django.db.models import PROTECT
from django.utils import timezone

from learncity.apps.classes import services as classes
from learncity.apps.classes.factories import OPENING, make_class
from learncity.apps.people import queries, services
from learncity.apps.people.factories import make_person
from learncity.apps.people.models import Account, Person, Resemblance
from learncity.apps.people.types import (
    Addresses,
    DuplicateBy,
    IdentifierKind,
    MergeReason,
    Number,
)
from learncity.kernel.acting import COMMAND, By, Via
from learncity.kernel.ids import uuid7
from learncity.kernel.models import AuditEntry

from .test_sign_in import ask, code_for, enter

PHONE, CLAIM = "+8615499990071", "/sign-in/claim/"


@pytest.fixture(autouse=True)
def _fresh(db):
    cache.clear()


def known(born=1958, phone=PHONE, name="Known Nora"):
    """Somebody an office wrote down with an address."""
    person = make_person(name, born=born)
    number = Number(IdentifierKind.PHONE, "", phone)
    services.add_identifier(person_id=person, number=number, by=COMMAND, at=timezone.now())
    return person


def sign_in(client, **more):
    ask(client, PHONE, **more)
    return enter(client, code_for(PHONE), **more)


def account():
    return Account.objects.get(phone=PHONE)


def say(client, year, **more):
    return client.post(CLAIM, {"born": year, "answer": "yes", **more})


def test_whoever_knows_the_year_finds_what_the_office_wrote_down(client):
    person = known()
    target = "/classes/bookkeeping-qiaotou-wed/apply/"
    answer = sign_in(client, next=target)
    assert answer.url.startswith(f"{CLAIM}?next=")
    fresh = account().person_id
    assert fresh != person
    for path in (CLAIM, "/me/", "/me/numbers/"):
        page = client.get(path).content.decode()
        assert "Known Nora" not in page
        assert "1958" not in page.replace("如 1958", "")

    assert say(client, "1958", next=target).url == target
    assert account().person_id == person
    assert not Person.objects.filter(pk=fresh).exists()
    assert "Known Nora" in client.get("/me/profile/").content.decode()
    assert client.get(CLAIM).url == "/me/"
    client.post("/sign-out/")
    assert sign_in(client).url == "/me/"


@pytest.mark.parametrize("said", [["1957", "1956", "1955"], ["", "x", "no"]])
def test_whoever_does_not_gets_a_record_of_their_own_and_the_office_sees_both(client, said):
    person = known()
    sign_in(client)
    for year in said[:2]:
        answer = say(client, year)
        assert answer.status_code == 422
    last = client.post(CLAIM, {"answer": "no"}) if said[2] == "no" else say(client, said[2])
    assert last.status_code == 200
    assert 'name="born"' not in last.content.decode()

    own = account().person_id
    assert own != person
    for one, other in ((own, person), (person, own)):
        (alike,) = queries.possible_duplicates(one).shown
        assert (alike.card.id, alike.by) == (other, DuplicateBy.NUMBER)
    # Nobody is asked again, and the year alone does not open it any more.
    assert say(client, "1958").url == "/me/"
    assert not services.claim_record(account_id=account().pk, said="1958", at=timezone.now())
    client.post("/sign-out/")
    assert sign_in(client).url == "/me/"
    assert account().person_id == own
    assert list(
        AuditEntry.objects.filter(action__startswith="people.record")
        .order_by("id")
        .values_list("action", "subject")
    ) == [
        *[("people.record_missed", f"person {person}")] * (3 if said[0] else 0),
        ("people.record_declined", f"person {person}"),
    ]


def test_three_years_may_be_said_on_whatever_day_in_whatever_browser(client):
    person = known()
    sign_in(client)
    assert [say(client, y).status_code for y in ("1990", "1991")] == [422, 422]
    client.cookies.clear()
    cache.clear()
    assert sign_in(client).url.startswith(CLAIM)
    assert say(client, "1992").status_code == 200
    assert Resemblance.objects.count() == 1
    assert say(client, "1958").url == "/me/"
    assert account().person_id != person
    missed = AuditEntry.objects.filter(action="people.record_missed", subject=f"person {person}")
    assert missed.count() == 3


def test_whoever_was_merged_meanwhile_is_joined_by_the_office(client):
    person, third = known(), make_person()
    sign_in(client)
    services.merge(
        keep=third, other=account().person_id, reason=MergeReason.PERSON_SAYS,
        by=By(uuid7(), Via.DESK), at=timezone.now(),
    )  # fmt: skip

    assert say(client, "1958").status_code in (200, 422)
    assert account().person_id != person
    assert Resemblance.objects.filter(other_id=person).exists()


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Nguyễn Thị Hương", "nguyen thi huong"),
        ("Known Nora", "  KNOWN   Nora "),
        ("阿卜杜拉·买买提", "阿卜杜拉买买提"),
        ("王小明", "王 小明"),
    ],
)
def test_where_the_office_knows_no_year_the_name_is_asked(client, written, said):
    person = known(born=None, name=written)
    assert sign_in(client).url.startswith(CLAIM)
    assert account().person_id != person
    assert written not in client.get(CLAIM).content.decode()

    assert client.post(CLAIM, {"name": "李秀英", "answer": "yes"}).status_code == 422
    assert client.post(CLAIM, {"name": "·", "answer": "yes"}).status_code == 422
    assert client.post(CLAIM, {"name": said, "answer": "yes"}).url == "/me/"
    assert account().person_id == person


def test_a_name_opens_nothing_where_a_year_is_known(client):
    person = known()
    sign_in(client)
    assert client.post(CLAIM, {"name": "Known Nora", "answer": "yes"}).status_code == 422
    assert not services.claim_record(account_id=account().pk, said="Known Nora", at=timezone.now())
    assert account().person_id != person


def test_nobody_is_asked_where_the_office_knows_neither(client):
    person = known(born=None)
    Person.objects.filter(pk=person).update(name="")
    assert sign_in(client).url == "/me/"
    assert account().person_id != person
    (alike,) = queries.possible_duplicates(account().person_id).shown
    assert (alike.card.id, alike.by) == (person, DuplicateBy.NUMBER)


def test_what_was_done_meanwhile_goes_along(client):
    person = known()
    sign_in(client)
    fresh = account().person_id
    key = make_class()
    classes.apply(class_key=key, person_id=fresh, by=By(fresh, Via.WEB), at=OPENING)
    say(client, "1958")
    assert account().person_id == person
    assert queries.same_person([fresh]) == {fresh: person}


def test_only_a_proven_address_claims_a_record(db):
    person = known()
    made = services.account_for(address=Addresses(PHONE, None), language="en")
    assert made.person_id != person
    assert not services.claim_record(account_id=made.pk, said="1958", at=timezone.now())
    assert not services.decline_record(account_id=made.pk, at=timezone.now())


def test_a_record_that_goes_takes_nothing_along():
    """Whatever leads to a person keeps them from being deleted."""
    relations = [r for r in Person._meta.related_objects if r.on_delete is not PROTECT]
    assert relations == []
