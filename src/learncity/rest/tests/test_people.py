"""People through the API: for the office, masked, and never twice; one's own numbers."""

import pytest
from django.utils import timezone

from learncity.apps.people import queries as people
from learncity.apps.people import services
from learncity.apps.people.factories import make_person
from learncity.apps.places import queries as places
from learncity.apps.roles.factories import make_grant
from learncity.apps.roles.types import Role
from learncity.kernel.acting import SYSTEM
from learncity.kernel.ids import uuid7
from learncity.kernel.models import AuditEntry, RepeatedRequest

from .conftest import program

API = "/api/v1"
PASSPORT = {"kind": "PASSPORT", "issuer": "VN", "number": "C 1234567"}
ID = {"kind": "NATIONAL_ID", "issuer": "VN", "number": "058094123456"}


def new_person(**said):
    return {"id": str(uuid7()), "name": "Lê Thị Ánh", "born": 1990} | said


def register(operator, **said):
    answer = operator.post(f"{API}/desk/people", new_person(**said))
    assert answer.status_code == 201, answer.content
    return answer.json()


def search(operator, text, **said):
    return operator.post(f"{API}/desk/people/search", {"text": text, **said}).json()


def test_my_numbers_are_masked_added_once_and_taken_away(worker):
    first = worker.post(f"{API}/me/identifiers", ID)
    again = worker.post(f"{API}/me/identifiers", ID)

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert (first.json()["tail"], first.json()["stated_by_the_person"]) == ("3456", True)
    listed = worker.get(f"{API}/me/identifiers")
    assert listed.json()["items"] == [first.json()]
    assert "058094123456" not in listed.content.decode()
    for _ in range(2):
        gone = worker.delete(f"{API}/me/identifiers/{first.json()['id']}")
        assert (gone.status_code, gone.json()) == (200, {"items": []})


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"number": "12"}, "identifier_invalid"),
        ({"issuer": ""}, "issuer_missing"),
        ({"kind": "PHONE", "number": "15400000077"}, "identifier_invalid"),
    ],
)
def test_a_number_that_cannot_be_is_refused_by_its_code(worker, said, code):
    answer = worker.post(f"{API}/me/identifiers", PASSPORT | said)

    assert (answer.status_code, answer.json()["code"]) == (409, code)


def test_a_number_of_another_is_refused_without_saying_whose(worker, staff):
    worker.post(f"{API}/me/identifiers", ID)
    refused = staff.post(f"{API}/me/identifiers", ID)

    assert (refused.status_code, refused.json()["code"]) == (409, "identifier_taken")
    mine = worker.get(f"{API}/me/identifiers").json()["items"][0]["id"]
    assert staff.delete(f"{API}/me/identifiers/{mine}").status_code == 404
    assert mine not in refused.content.decode()


def test_that_a_number_is_somebody_elses_is_told_so_often_and_no_more(
    operator, worker, staff, settings
):
    limits = settings.ACCOUNT_RATE_LIMITS
    settings.ACCOUNT_RATE_LIMITS = limits | {"meet_number": "2/h/key"}
    worker.post(f"{API}/me/identifiers", ID)
    person = register(operator)
    path = f"{API}/desk/people/{person['id']}/identifiers"
    for client, where in ((operator, path), (staff, f"{API}/me/identifiers")):
        said = [client.post(where, ID).json()["code"] for _ in range(3)]
        assert said == ["identifier_taken"] * 2 + ["too_many_taken"]
    free = operator.post(path, PASSPORT)
    assert (free.status_code, free.json()["code"]) == (409, "too_many_taken")
    new = operator.post(f"{API}/desk/people", new_person(identifiers=[ID]))
    assert (new.status_code, new.json()["code"]) == (409, "too_many_taken")
    assert AuditEntry.objects.filter(action="people.number_taken").count() == 4


def test_somebody_is_registered_once_and_found_by_name_and_number(operator):
    said = new_person(identifiers=[ID], home="weiting", groups=["migrant-worker"], hometown="Huế")
    made = operator.post(f"{API}/desk/people", said)
    again = operator.post(f"{API}/desk/people", said)

    assert (made.status_code, again.status_code) == (201, 201)
    assert made.json() == again.json()
    person = made.json()
    assert (person["id"], person["home"]["key"], person["hometown"]) == (
        said["id"], "weiting", "Huế",
    )  # fmt: skip
    assert [g["group"]["key"] for g in person["groups"]] == ["migrant-worker"]
    for text in ("le thi anh", "058 094 123 456"):
        (line,) = search(operator, text)["items"]
        assert (line["id"], line["identifiers"][0]["tail"]) == (said["id"], "3456")
    taken = operator.post(f"{API}/desk/people", new_person(identifiers=[ID]))
    assert (taken.status_code, taken.json()["code"]) == (409, "identifier_taken")


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"home": "atlantis"}, 404),
        ({"groups": ["astronaut"]}, 404),
        ({"name": ""}, 422),
        ({"name": " "}, 409),
        ({"language": "fr"}, 422),
        ({"id": "x"}, 422),
    ],
)
def test_what_cannot_be_registered_makes_nobody(operator, said, status):
    made = new_person(**said)
    assert operator.post(f"{API}/desk/people", made).status_code == status
    assert search(operator, "le thi anh")["items"] == []


def test_following_next_shows_everybody_once(operator):
    seen, after = [], None
    while True:
        part = search(operator, "", limit=150, after=after)
        seen += [line["id"] for line in part["items"]]
        after = part["next"]
        if after is None:
            break
    assert len(seen) == len(set(seen)) > 300


def test_a_whole_number_is_read_for_a_reason_and_kept_nowhere(operator, account_of):
    person = register(operator, identifiers=[ID])
    number = person["identifiers"][0]
    path = f"{API}/desk/people/{person['id']}/identifiers/{number['id']}"

    assert operator.post(f"{path}/reveal", {}).status_code == 422
    answer = operator.post(f"{path}/reveal", {"reason": "CLAIM"})

    assert answer.json() == {"number": "058094123456"}
    assert answer.headers["Cache-Control"] == "no-store"
    entry = AuditEntry.objects.get(action="people.identifier_revealed")
    assert entry.actor_id == account_of("demo-operator").person_id
    assert entry.detail == {"reason": "CLAIM", "kind": "NATIONAL_ID"}
    kept = "".join(RepeatedRequest.objects.values_list("body", flat=True))
    assert "058094123456" not in kept + "".join(
        str(e.detail) + e.subject for e in AuditEntry.objects.all()
    )
    for _ in range(2):
        assert operator.delete(path).json() == {"items": []}


def test_two_records_are_merged_and_separated(operator, city):
    one, two = register(operator), register(operator, name="LE THI ANH", identifiers=[PASSPORT])
    path = f"{API}/desk/people/{one['id']}"
    shown = operator.get(path).json()
    assert [(d["id"], d["why"]) for d in shown["possible_duplicates"]] == [(two["id"], "NAME")]

    body = {"other": two["id"], "reason": "SAME_DOCUMENT"}
    made = [operator.post(f"{path}/merges", body) for _ in range(2)]
    assert [m.status_code for m in made] == [200, 200]
    merged = operator.get(f"{API}/desk/people/{two['id']}").json()
    assert merged["id"] == one["id"]
    assert [m["other"] for m in merged["merges"]] == [two["id"]]
    assert [i["tail"] for i in merged["identifiers"]] == ["4567"]

    for _ in range(2):
        apart = operator.delete(f"{path}/merges/{two['id']}").json()
        assert (apart["merges"], apart["identifiers"]) == ([], [])
    body = {"other": one["id"], "reason": "SAME_DOCUMENT"}
    itself = operator.post(f"{path}/merges", body)
    assert (itself.status_code, itself.json()["code"]) == (409, "cannot_merge_self")


def test_two_that_both_sign_in_are_merged_by_two_of_the_office(operator, city):
    one, two = make_person(account=True), make_person(account=True)
    clerk = make_person(account=True)
    make_grant(clerk, Role.OPERATOR, "city-learning-office")
    colleague = program(people.find_account(clerk))
    path = f"{API}/desk/people/{one}/merges"
    asked = operator.post(path, {"other": str(two), "reason": "SAME_DOCUMENT"})
    assert (asked.status_code, asked.json()["outcome"]) == (202, None)
    assert operator.get(f"{API}/desk/people/merge-proposals").json()["items"] == [asked.json()]
    assert operator.get(f"{API}/desk/people/{two}").json()["id"] == str(two)

    own = operator.post(f"{path}/{two}/answer", {"confirm": True})
    assert (own.status_code, own.json()["code"]) == (409, "own_proposal")
    said = colleague.post(f"{path}/{two}/answer", {"confirm": True})
    assert (said.status_code, said.json()["outcome"]) == (200, "CONFIRMED")
    assert operator.get(f"{API}/desk/people/{two}").json()["id"] == str(one)
    late = colleague.post(f"{path}/{two}/answer", {"confirm": False})
    assert (late.status_code, late.json()["code"]) == (409, "proposal_over")
    assert operator.get(f"{API}/desk/people/merge-proposals").json()["items"] == []


def test_every_look_is_written_down(operator, account_of):
    person = make_person("被看者")
    me = account_of("demo-operator").person_id
    search(operator, "被看者")
    operator.get(f"{API}/desk/people/{person}")

    trail = AuditEntry.objects.filter(actor_id=me).order_by("at", "id")
    assert [(e.action, e.subject, e.detail) for e in trail] == [
        ("people.searched", "people", {"found": 1, "how": "API"}),
        ("people.person_read", f"person {person}", {"how": "API"}),
    ]


# Beside the two that look for the key and the roles.


def test_looking_costs_the_same_however_many_there_are(operator, django_assert_num_queries):
    for limit in (1, 60):
        # people, who is merged, accounts, numbers, places, audit
        with django_assert_num_queries(2 + 6):
            assert len(search(operator, "", limit=limit)["items"]) == limit


def test_one_person_costs_few_queries(operator, django_assert_num_queries):
    person = register(operator, identifiers=[ID], home="weiting")
    with django_assert_num_queries(2 + 13):
        operator.get(f"{API}/desk/people/{person['id']}")
    assert people.find_account(person["id"]) is None


def post(client, path, **body):
    return client.post(f"{API}{path}", body)


def test_work_is_said_dated_and_seen_at_the_desk(worker, operator, account_of):
    first = {"post": "Rider", "pattern": "IRREGULAR", "since": "2026-01-01"}
    then = {"organization": "liqiao-precision", "pattern": "THREE_SHIFT", "since": "2026-03-01"}
    assert post(worker, "/me/work", **first).status_code == 200
    said = post(worker, "/me/work", **then).json()["items"]
    assert [(w["since"], w["until"], w["pattern"]) for w in said] == [
        ("2026-03-01", None, "THREE_SHIFT"), ("2026-01-01", "2026-03-01", "IRREGULAR"),
    ]  # fmt: skip
    assert said[0]["organization"]["key"] == "liqiao-precision"
    assert worker.get(f"{API}/me/work").json()["items"] == said
    me = account_of("demo-worker").person_id
    assert operator.get(f"{API}/desk/people/{me}").json()["work"] == said
    for body, code in (({"since": "2026-01-01"}, "work_missing"),
                       (first | {"since": "2099-01-01"}, "bad_dates")):  # fmt: skip
        answer = post(worker, "/me/work", **body)
        assert (answer.status_code, answer.json()["code"]) == (409, code)
    unknown = post(worker, "/me/work", **first | {"organization": "none"})
    assert unknown.status_code == 404


@pytest.fixture
def officer(city):
    """A program of an officer of one district."""
    person = make_person("Officer", account=True)
    make_grant(person, Role.OFFICER, "city-learning-office", region="gusu")
    return program(people.find_account(person))


def living_in(region, name, **said):
    person = make_person(name, **said)
    home = places.ids_by_key([region])[region]
    services.settle({person: home}, by=SYSTEM, at=timezone.now())
    return person


def test_registering_an_id_that_is_taken_shows_nobody_of_another_district(officer):
    here, there = living_in("gusu", "Ann Here"), living_in("sip", "Ann There")

    refused = officer.post(f"{API}/desk/people", new_person(id=str(there), home="gusu"))
    assert refused.status_code == 403
    assert "Ann There" not in refused.content.decode()
    assert not AuditEntry.objects.filter(subject=f"person {there}").exists()

    shown = officer.post(f"{API}/desk/people", new_person(id=str(here), home="gusu"))
    assert (shown.status_code, shown.json()["name"]) == (201, "Ann Here")
    read = AuditEntry.objects.get(subject=f"person {here}", action="people.person_read")
    assert read.detail["how"] == "API"
    made = officer.post(f"{API}/desk/people", new_person(home="gusu"))
    assert made.status_code == 201


def test_possible_duplicates_of_other_districts_are_counted_and_not_named(officer, operator):
    here = living_in("gusu", "Ann Same", born=1980)
    near, far = living_in("gusu", "Ann Same", born=1980), living_in("sip", "Ann Same", born=1980)

    shown = officer.get(f"{API}/desk/people/{here}")
    assert [d["id"] for d in shown.json()["possible_duplicates"]] == [str(near)]
    assert shown.json()["possible_duplicates_elsewhere"] == 1
    assert str(far) not in shown.content.decode()
    everybody = operator.get(f"{API}/desk/people/{here}").json()
    assert {d["id"] for d in everybody["possible_duplicates"]} == {str(near), str(far)}
    assert everybody["possible_duplicates_elsewhere"] == 0
