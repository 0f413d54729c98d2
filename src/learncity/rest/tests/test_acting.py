"""A program acts for another with the header Acting-For, by the same decision as the pages."""

import json

import pytest
from django.utils import timezone

from learncity.apps.classes import queries as classes
from learncity.apps.households import queries, services
from learncity.apps.households.factories import make_household, make_mandate
from learncity.apps.households.types import Purpose
from learncity.apps.notices import queries as notices
from learncity.apps.people import queries as people
from learncity.apps.people.factories import make_person
from learncity.kernel.acting import By, Via
from learncity.rest.api import api
from learncity.rest.identity import Key
from learncity.rest.openapi import operations_of

from .conftest import OWN_CLASS, program

pytestmark = pytest.mark.django_db
API = "/api/v1"
APPLY = f"{API}/classes/{OWN_CLASS}/applications"

# What may be done for another, and for what purpose; everything else is one's own.
FOR = {
    "list_my_classes": Purpose.CLASSES,
    "get_my_place": Purpose.CLASSES,
    "give_place_back": Purpose.CLASSES,
    "get_class": Purpose.CLASSES,
    "apply_for_class": Purpose.CLASSES,
    "list_my_wishes": Purpose.CLASSES,
    "make_wish": Purpose.CLASSES,
    "take_wish_back": Purpose.CLASSES,
    "list_my_messages": Purpose.MESSAGES,
}


@pytest.fixture
def two(city):
    """A mother and her daughter, each with a program."""
    mother, daughter = (make_person(n, language="en", account=True) for n in ("Mother", "Daughter"))
    return mother, daughter


def client_of(person, **headers):
    found = program(people.find_account(person))
    found.defaults.update({f"HTTP_{k.upper()}": str(v) for k, v in headers.items()})
    return found


def post(client, path, **body):
    return client.post(f"{API}{path}", json.dumps(body), content_type="application/json")


def test_only_listed_operations_are_done_for_another():
    found = {
        operation.view_func.__name__: way.purpose
        for operation in operations_of(api)
        for way in operation.auth_callbacks
        if isinstance(way, Key) and way.purpose
    }
    assert found == FOR


def test_a_program_applies_for_its_principal(two):
    mother, daughter = two
    mandate = make_mandate(mother, daughter)
    acting, own = client_of(daughter, acting_for=mandate), client_of(daughter)

    answer = acting.post(APPLY)

    assert answer.status_code == 201
    receipt = answer.json()["receipt"]
    assert classes.find_enrolment(receipt, person_id=mother)
    assert [c["receipt"] for c in acting.get(f"{API}/me/classes").json()["items"]] == [receipt]
    assert own.get(f"{API}/me/classes").json()["items"] == []
    assert own.get(f"{API}/me/places/{receipt}").status_code == 404
    assert acting.get(f"{API}/classes/{OWN_CLASS}").json()["mine"]["receipt"] == receipt
    assert acting.delete(f"{API}/me/places/{receipt}").status_code == 200
    (facts,) = [client_of(mother).get(f"{API}/me/record").json()["items"]]
    assert {f["by_mandate"] for f in facts if f["kind"].startswith("classes.")} == {True}
    acts = client_of(mother).get(f"{API}/me/acts").json()["items"]
    assert [(a["deed"], a["by"], a["via"]) for a in acts] == [
        ("WITHDREW", "Daughter", "API"), ("APPLIED", "Daughter", "API"),
    ]  # fmt: skip


@pytest.mark.parametrize("how", ["ended", "purpose", "another", "nonsense"])
def test_a_header_that_gives_no_right_is_refused_and_nothing_is_done(two, how):
    mother, daughter = two
    purposes = [Purpose.MESSAGES if how == "purpose" else Purpose.CLASSES]
    mandate = make_mandate(mother, daughter, purposes=purposes)
    if how == "ended":
        services.end_mandate(
            mandate_id=mandate, person_id=mother, by=By(mother, Via.WEB), at=timezone.now()
        )
    if how == "another":
        mandate = make_mandate(make_person("Somebody"), make_person("Else"))
    if how == "nonsense":
        mandate = "nonsense"

    answer = client_of(daughter, acting_for=mandate).post(APPLY)

    assert (answer.status_code, answer.json()["code"]) == (403, "may_not_act")
    assert classes.find_class(OWN_CLASS).card.seats.taken == 0


def test_a_stranger_acts_for_nobody(two, client):
    mandate = make_mandate(*two)

    answer = client.get(f"{API}/classes/{OWN_CLASS}", headers={"Acting-For": str(mandate)})

    assert answer.json()["code"] == "may_not_act"


@pytest.mark.parametrize("path", ["/me", "/me/record", "/me/mandates", "/me/acts"])
def test_what_is_ones_own_alone_refuses_the_header(two, path):
    mother, daughter = two
    client = client_of(daughter, acting_for=make_mandate(mother, daughter, purposes=[*Purpose]))

    answer = client.get(f"{API}{path}")

    assert (answer.status_code, answer.json()["code"]) == (403, "may_not_act")


def test_the_pages_do_not_make_the_api_act(two, client):
    mother, daughter = two
    client.force_login(people.find_account(daughter))
    client.post(f"/me/mandates/{make_mandate(mother, daughter)}/act/")

    assert client.get(f"{API}/me").json()["name"] == "Daughter"


def test_one_key_for_two_people_is_not_answered_with_the_place_of_the_other(two):
    mother, daughter = two
    mandate, key = make_mandate(mother, daughter), {"Idempotency-Key": "k"}
    first = client_of(daughter, acting_for=mandate).post(APPLY, headers=key)
    again = client_of(daughter, acting_for=mandate).post(APPLY, headers=key)
    other = client_of(daughter).post(APPLY, headers=key)

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_a_look_at_messages_through_a_program_is_noted(two):
    mother, daughter = two
    mandate = make_mandate(mother, daughter, purposes=[Purpose.MESSAGES])

    assert client_of(daughter, acting_for=mandate).get(f"{API}/me/messages").status_code == 200

    assert [a.deed for a in queries.acts_for(mother)] == ["READ_MESSAGES"]


def test_a_mandate_is_offered_accepted_disputed_and_decided_by_programs(two, operator):
    mother, daughter = (client_of(person) for person in two)
    last = timezone.localdate().replace(day=28).isoformat()
    if last <= timezone.localdate().isoformat():
        last = f"{timezone.localdate().year + 1}-01-01"
    phone = people.addresses([two[1]])[two[1]].phone
    offer = {"address": phone, "purposes": ["CLASSES"], "last_day": last}
    made = post(mother, "/me/mandates", **offer)
    assert made.status_code == 201
    assert post(mother, "/me/mandates", **offer).json()["code"] == "already_mandated"
    mandate = made.json()["id"]
    (seen,) = mother.get(f"{API}/me/mandates").json()["items"]
    assert (seen["other"], seen["state"], seen["last_day"]) == (
        f"+86 ··· {phone[-4:]}", "OFFERED", last,
    )  # fmt: skip

    assert post(daughter, f"/me/mandates/{mandate}/answer", accept=True).status_code == 200
    client_of(two[1], acting_for=mandate).post(APPLY)
    (act,) = mother.get(f"{API}/me/acts").json()["items"]
    dispute = post(mother, f"/me/acts/{act['id']}/dispute", words="no")
    assert dispute.status_code == 201
    (case,) = operator.get(f"{API}/office/disputes").json()["items"]
    assert (case["words"], case["mandate"]) == ("no", "SUSPENDED")
    decided = post(
        operator, f"/office/disputes/{case['id']}/resolution", is_upheld=False, note="agreed on"
    )

    assert decided.status_code == 200
    assert mother.get(f"{API}/me/mandates").json()["items"][0]["state"] == "ACTIVE"
    assert "agreed on" in notices.inbox(two[1])[0].body
    assert daughter.delete(f"{API}/me/mandates/{mandate}").status_code == 200
    assert mother.get(f"{API}/me/mandates").json()["items"] == []


def test_the_office_registers_through_a_program(two, operator):
    _mother, daughter = two
    phone = people.addresses([daughter])[daughter].phone
    year = timezone.localdate().year
    said = {
        "kind": "GUARDIAN", "principal": {"name": "Child", "born": year - 5}, "delegate": phone,
        "purposes": ["CLASSES"], "last_day": f"{year + 3}-01-01", "paper": "household register",
    }  # fmt: skip

    assert post(operator, "/office/mandates", **said).status_code == 201

    (mandate,) = client_of(daughter).get(f"{API}/me/mandates").json()["items"]
    assert (mandate["kind"], mandate["other"], mandate["is_mine_to_use"]) == (
        "GUARDIAN", "Child", True,
    )  # fmt: skip
    refused = post(operator, "/office/mandates", **said | {"delegate": "+8615499999998"})
    assert refused.json()["code"] == "nobody_at_address"


def test_a_household_through_a_program(two):
    mother, daughter = (client_of(person) for person in two)
    household = post(mother, "/me/households", kind="HOUSEHOLD", name="Wang").json()["id"]
    phone = people.addresses([two[1]])[two[1]].phone
    asked = post(mother, f"/me/households/{household}/invitations", address=phone, relation="child")
    assert asked.status_code == 201
    (invitation,) = daughter.get(f"{API}/me/invitations").json()["items"]
    assert invitation["household"] == "Wang"
    post(daughter, f"/me/invitations/{invitation['id']}/answer", accept=True)

    (found,) = daughter.get(f"{API}/me/households").json()["items"]
    assert [m["name"] for m in found["members"]] == ["Mother", "Daughter"]
    head = found["members"][1]["membership"]
    assert mother.delete(f"{API}/me/households/{household}/membership").status_code == 409
    assert post(mother, f"/me/households/{household}/head", membership=head).status_code == 200
    assert mother.delete(f"{API}/me/households/{household}/membership").status_code == 200
    stranger = client_of(make_person("Stranger", account=True))
    assert stranger.delete(f"{API}/me/households/{household}/membership").status_code == 404


def test_an_invitation_is_taken_back_through_a_program(two):
    mother, _ = two
    household, client = make_household(mother), client_of(mother)
    path = f"/me/households/{household}/invitations"
    made = post(client, path, address="somebody@example.org").json()["id"]

    assert client.delete(f"{API}/me/invitations/{made}").status_code == 200
    assert client.delete(f"{API}/me/invitations/{made}").status_code == 404
