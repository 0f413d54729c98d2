"""Who asks, and what they may do: closed by default, the same decisions as on the pages."""

import pytest
from django.utils import timezone

from learncity.apps.people import queries as people
from learncity.apps.people import services as people_services
from learncity.rest.api import api
from learncity.rest.limits import FAIR, Fair
from learncity.rest.openapi import operations_of

from .conftest import OTHER_CLASS, OWN_CLASS, Program, key_of, program

API = "/api/v1"
SOME = "01a2004c-0898-74c1-a877-54b127d3fb1d"

# Everything that may be called without a key. A new operation is closed unless it is added here.
OPEN_TO_ANYBODY = {
    "get_city",
    "list_places",
    "get_place",
    "get_place_figures",
    "list_venues",
    "get_venue",
    "get_provider",
    "list_categories",
    "list_courses",
    "get_course",
    "list_subjects",
    "list_skills",
    "list_programmes",
    "get_programme",
    "list_classes",
    "get_class",
    "get_tonight",
    "list_organizations",
    "get_organization",
    "list_agreements",
    "get_coverage",
    "verify_code",
}
SIGNED_IN = [
    ("get", "/me"),
    ("get", "/me/classes"),
    ("get", "/me/record"),
    ("get", "/me/messages"),
    ("get", "/me/assertions"),
    ("post", "/me/assertions"),
    ("post", f"/me/assertions/{SOME}/objection"),
    ("get", "/me/places/ABCD-EFGH-JK"),
    ("delete", "/me/places/ABCD-EFGH-JK"),
    ("post", f"/classes/{OWN_CLASS}/applications"),
    ("get", "/me/wishes"),
    ("post", "/me/wishes"),
    ("delete", f"/me/wishes/{SOME}"),
    ("get", "/me/identifiers"),
    ("post", "/me/identifiers"),
    ("delete", f"/me/identifiers/{SOME}"),
    ("get", "/me/consents"),
    ("post", "/me/consents/results-to-employer"),
    ("delete", "/me/consents/results-to-employer"),
    ("get", "/me/requests"),
    ("post", "/me/requests"),
    ("get", "/me/requests/ABCD-EFGH-JK"),
    ("delete", "/me/requests/ABCD-EFGH-JK"),
    ("get", "/me/data"),
    ("get", "/me/households"),
    ("post", "/me/households"),
    ("post", f"/me/households/{SOME}/invitations"),
    ("delete", f"/me/households/{SOME}/membership"),
    ("post", f"/me/households/{SOME}/head"),
    ("get", "/me/invitations"),
    ("post", f"/me/invitations/{SOME}/answer"),
    ("delete", f"/me/invitations/{SOME}"),
    ("get", "/me/work"),
    ("post", "/me/work"),
    ("get", "/me/mandates"),
    ("post", "/me/mandates"),
    ("post", f"/me/mandates/{SOME}/answer"),
    ("delete", f"/me/mandates/{SOME}"),
    ("get", "/me/roles"),
    ("delete", f"/me/roles/{SOME}"),
    ("post", f"/me/roles/{SOME}/stand-ins"),
    ("delete", f"/me/roles/{SOME}/stand-in"),
    ("get", "/me/acts"),
    ("post", f"/me/acts/{SOME}/dispute"),
]
OWN_COURSE, CHANGE = "/desk/courses/small-shop-bookkeeping", f"/desk/class-changes/{SOME}"
DESK = [
    ("get", "/desk/classes"),
    ("get", "/desk/figures"),
    ("get", "/desk/demand"),
    ("get", f"/desk/classes/{OWN_CLASS}/roster"),
    ("patch", f"/desk/classes/{OWN_CLASS}"),
    ("post", f"/desk/classes/{OWN_CLASS}/cancellation"),
    ("get", "/desk/courses"),
    ("post", "/desk/courses"),
    ("post", "/desk/classes"),
    ("get", "/desk/meetings"),
    ("post", "/desk/class-changes/preview"),
    ("post", "/desk/class-changes"),
    ("post", "/desk/course-drafts"),
    ("get", f"{OWN_COURSE}/edition"),
    ("patch", f"{OWN_COURSE}/edition"),
    ("post", f"{OWN_COURSE}/submission"),
    ("delete", f"{OWN_COURSE}/submission"),
    ("post", f"{OWN_COURSE}/withdrawal"),
    ("delete", f"{OWN_COURSE}/programmes/own-small-business"),
]
# For whoever runs classes anywhere.
LISTS = [
    ("get", "/desk/imports"),
    ("post", "/desk/imports"),
    ("get", CHANGE),
    ("delete", CHANGE),
]
REVIEWED = "/office/courses/small-shop-bookkeeping"
PROGRAMME = "/office/programmes/own-small-business"
# For the city's office alone; of nobody who is there.
OFFICE = [
    ("get", "/desk/roles"),
    ("post", "/desk/roles"),
    ("delete", f"/desk/roles/{SOME}"),
    ("get", "/desk/role-reviews"),
    ("post", "/desk/role-reviews"),
    ("get", f"/desk/role-reviews/{SOME}"),
    ("post", f"/desk/role-reviews/{SOME}/verdicts"),
    ("get", "/office/disputes"),
    ("post", f"/office/disputes/{SOME}/resolution"),
    ("post", "/office/mandates"),
    ("get", "/office/astray"),
    ("get", "/office/trail"),
    ("post", "/office/astray"),
    ("get", "/office/courses"),
    ("get", REVIEWED),
    ("post", f"{REVIEWED}/publication"),
    ("post", f"{REVIEWED}/return"),
    ("post", "/office/programmes"),
    ("get", PROGRAMME),
    ("patch", PROGRAMME),
    ("delete", PROGRAMME),
    ("put", f"{PROGRAMME}/courses/online-shop"),
    ("delete", f"{PROGRAMME}/courses/online-shop"),
    ("post", "/desk/people/search"),
    ("post", "/desk/people"),
    ("get", f"/desk/people/{SOME}"),
    ("post", f"/desk/people/{SOME}/corrections"),
    ("post", f"/desk/people/{SOME}/identifiers"),
    ("post", f"/desk/people/{SOME}/identifiers/{SOME}/reveal"),
    ("delete", f"/desk/people/{SOME}/identifiers/{SOME}"),
    ("post", f"/desk/people/{SOME}/consents"),
    ("post", f"/desk/people/{SOME}/requests"),
    ("post", f"/desk/people/{SOME}/merges"),
    ("delete", f"/desk/people/{SOME}/merges/{SOME}"),
    ("post", f"/desk/people/{SOME}/merges/{SOME}/answer"),
    ("get", "/desk/people/merge-proposals"),
    ("get", f"/desk/imports/{SOME}"),
    ("get", f"/desk/imports/{SOME}/changes"),
    ("post", f"/desk/imports/{SOME}/check"),
    ("post", f"/desk/imports/{SOME}/application"),
    ("get", f"/desk/imports/{SOME}/failed-rows"),
    ("get", "/desk/requests"),
    ("get", "/desk/requests/ABCD-EFGH-JK"),
    ("post", "/desk/requests/ABCD-EFGH-JK/answer"),
    ("post", "/desk/requests/ABCD-EFGH-JK/extension"),
    ("post", "/desk/requests/ABCD-EFGH-JK/completion"),
]
CENTRE = "/desk/organizations/qiaotou-learning-centre/assertions"
# In the name of an organization: its own staff, and not even the city's office.
SPEAKS = [
    ("get", CENTRE),
    ("post", CENTRE),
    ("post", f"{CENTRE}/{SOME}/withdrawal"),
]
# A party of the agreement, and the city's office.
DEEDS = "/desk/agreements/workers-study-2026/promises/3/deeds"
KEEPS = [("post", DEEDS)]
# A body for each operation that asks for one.
BODIES = {
    "/me/wishes": {"words": "erhu", "place": "gusu"},
    "/me/identifiers": {"kind": "PASSPORT", "issuer": "VN", "number": "C1234567"},
    "/me/households": {"kind": "CLAN", "name": "Wang"},
    f"/me/households/{SOME}/invitations": {"address": "+8615400000002"},
    f"/me/households/{SOME}/head": {"membership": SOME},
    f"/me/invitations/{SOME}/answer": {"accept": True},
    "/me/mandates": {
        "address": "+8615400000002", "purposes": ["CLASSES"], "last_day": "2020-01-01",
    },
    f"/me/mandates/{SOME}/answer": {"accept": True},
    f"/office/disputes/{SOME}/resolution": {"is_upheld": True, "note": "x"},
    "/office/mandates": {
        "kind": "DELEGATE", "principal": "+8615400000002", "delegate": "+8615400000001",
        "purposes": ["CLASSES"], "last_day": "2020-01-01", "paper": "x",
    },
    "/office/astray": {"chosen": [{"thing": "SEAT", "id": SOME}], "places": ["gusu"]},
    "/desk/people/search": {"text": "wang"},
    "/desk/people": {"id": SOME, "name": "测试"},
    f"/desk/people/{SOME}/corrections": {"name": "测试", "reason": "DOCUMENT"},
    f"/desk/people/{SOME}/identifiers": {
        "kind": "PASSPORT", "issuer": "VN", "number": "C1234567"
    },
    f"/desk/people/{SOME}/identifiers/{SOME}/reveal": {"reason": "CLAIM"},
    f"/desk/people/{SOME}/merges": {
        "other": SOME[:-1] + "e", "reason": "PERSON_SAYS"
    },
    f"/desk/people/{SOME}/merges/{SOME}/answer": {"confirm": False},
    f"/me/roles/{SOME}/stand-ins": {"address": "+8615400000002", "last_day": "2099-01-01"},
    "/desk/roles": {
        "address": "+8615400000002", "role": "READER", "organization": "wenqu-library",
    },
    "/desk/role-reviews": {"organization": "wenqu-library"},
    f"/desk/role-reviews/{SOME}/verdicts": {"role": SOME, "keep": True},
    f"/desk/people/{SOME}/consents": {
        "purpose": "results-to-employer", "decision": "GIVEN", "version": 1, "on": "2026-11-02",
        "channel": "COUNTER", "paper": "Binder 7",
    },
    f"/desk/people/{SOME}/requests": {
        "kind": "ACCESS", "on": "2026-11-02", "channel": "LETTER", "paper": "Letter 31",
    },
    "/desk/imports": {"id": SOME, "list_name": "Union", "text": "name,key\nAn,1\n"},
    f"/desk/imports/{SOME}/check": {"columns": {"name": "name"}},
    "/me/consents/results-to-employer": {"version": 1},
    "/me/requests": {"kind": "ACCESS"},
    "/desk/requests/ABCD-EFGH-JK/answer": {"granted": True, "words": "Yes."},
    "/desk/requests/ABCD-EFGH-JK/extension": {"words": "Later."},
    "/me/work": {"post": "Rider", "pattern": "IRREGULAR", "since": "2026-01-01"},
    "/me/assertions": {"key": "post", "value": "Rider"},
    f"/me/assertions/{SOME}/objection": {"text": "Not right"},
    CENTRE: {
        "who": "+8615400000001", "key": "volunteer", "value": 8, "evidence": "Roster",
        "code_until": "2099-01-01",
    },
    f"{CENTRE}/{SOME}/withdrawal": {"text": "Mistake"},
    DEEDS: {"day": "2026-06-01", "amount": 4, "evidence": "Room book"},
    "/desk/class-changes/preview": {
        "classes": [OWN_CLASS], "wish": {"kind": "seats", "seats": 1},
    },
    "/desk/class-changes": {
        "id": SOME, "classes": [OWN_CLASS], "wish": {"kind": "seats", "seats": 1},
    },
    "/desk/course-drafts": {
        "organization": "qiaotou-learning-centre", "category": "HOBBIES", "title": {"en": "Mine"},
    },
    f"{OWN_COURSE}/edition": {"needs": {"en": "Nothing"}},
    f"{OWN_COURSE}/withdrawal": {"reason": "It is over"},
    f"{REVIEWED}/publication": {"mark": "0" * 32},
    f"{REVIEWED}/return": {"reason": "Say more"},
    "/office/programmes": {"title": {"en": "Sent"}, "lead": "city-learning-office"},
    PROGRAMME: {"mode": "ONLINE"},
    f"{PROGRAMME}/courses/online-shop": {"is_needed": False, "place": 1},
    "/desk/courses": {
        "items": [{
            "key": "sent", "provider": "qiaotou-learning-centre", "category": "HOBBIES",
            "title": {"en": "Sent"},
        }]
    },
    "/desk/classes": {
        "items": [{
            "key": "sent-1", "course": "small-shop-bookkeeping", "mode": "ONLINE",
            "link": "https://meet.example/", "starts": "2031-03-05", "times": 2, "seats": 9,
            "weekly": [{"day": "WED", "begins": "18:30", "ends": "20:00"}],
        }]
    },
}  # fmt: skip
SEATS = {"data": {"seats": 90, "waiting_limit": 90}, "content_type": "application/json"}


def send(client, method, path, **kwargs):
    if method == "patch" and path not in BODIES:
        kwargs = SEATS | kwargs
    if method in ("post", "put", "patch"):
        # A body is the same for every organization and agreement.
        known = path.replace("lamplight-night-school", "qiaotou-learning-centre")
        body = BODIES.get(known.replace("riders-learn", "workers-study-2026"))
        if body is not None:
            kwargs = {"data": body, "content_type": "application/json"} | kwargs
    return getattr(client, method)(API + path, **kwargs)


def test_only_listed_operations_are_open_to_anybody():
    closed = {"Key", "Session"}
    found = {
        operation.view_func.__name__
        for operation in operations_of(api)
        if {type(way).__name__ for way in operation.auth_callbacks} != closed
    }
    assert found == OPEN_TO_ANYBODY


def test_the_lists_here_are_all_closed_operations():
    closed = {op.view_func.__name__ for op in operations_of(api)} - OPEN_TO_ANYBODY
    assert len(closed) == len(SIGNED_IN + DESK + LISTS + OFFICE + SPEAKS + KEEPS)


@pytest.mark.parametrize(("method", "path"), SIGNED_IN + DESK + LISTS + OFFICE + SPEAKS + KEEPS)
def test_a_stranger_is_asked_for_a_key(client, city, method, path):
    answer = send(client, method, path)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json()["code"] == "not_signed_in"


@pytest.mark.parametrize(("method", "path"), SIGNED_IN)
def test_a_key_opens_what_is_ones_own(worker, method, path):
    assert send(worker, method, path).status_code in (200, 201, 404, 409)


@pytest.mark.parametrize(("method", "path"), DESK + LISTS + OFFICE + SPEAKS + KEEPS)
def test_a_resident_has_no_desk(worker, method, path):
    answer = send(worker, method, path)

    assert answer.status_code == 403
    assert answer.json()["code"] == "forbidden"


@pytest.mark.parametrize(("method", "path"), OFFICE)
def test_only_operators_are_the_office(staff, worker, operator, method, path):
    assert send(staff, method, path).status_code == 403
    assert send(worker, method, path).status_code == 403
    assert send(operator, method, path).status_code in (200, 201, 404, 409)


@pytest.mark.parametrize(("method", "path"), DESK)
def test_staff_and_operators_have_a_desk(staff, operator, method, path):
    for client in (staff, operator):
        assert send(client, method, path).status_code in (200, 201)


@pytest.mark.parametrize(("method", "path"), SPEAKS)
def test_only_its_staff_speaks_for_an_organization(staff, operator, method, path):
    assert send(operator, method, path).status_code == 403
    assert send(staff, method, path).status_code in (200, 404)
    other = path.replace("qiaotou-learning-centre", "lamplight-night-school")
    assert send(staff, method, other).status_code == 403


@pytest.mark.parametrize(("method", "path"), KEEPS)
def test_a_party_and_the_office_note_what_was_done(staff, operator, method, path):
    assert send(staff, method, path).status_code == 200
    assert send(operator, method, path).status_code == 200
    assert (
        send(staff, method, path.replace("workers-study-2026", "riders-learn")).status_code == 403
    )


@pytest.mark.parametrize(
    ("method", "path"), [(m, p.replace(OWN_CLASS, OTHER_CLASS)) for m, p in DESK if OWN_CLASS in p]
)
def test_staff_run_only_the_classes_of_their_own_organization(staff, operator, method, path):
    assert send(staff, method, path).status_code == 403
    assert send(operator, method, path).status_code == 200


def test_staff_cannot_tell_a_class_of_others_from_none(staff, operator):
    assert staff.get(f"{API}/desk/classes/none/roster").status_code == 403
    assert operator.get(f"{API}/desk/classes/none/roster").status_code == 404


@pytest.mark.parametrize(
    "said", ["Bearer lc_wrong", "Bearer ", "Bearer", "Basic YTpi", "lc_wrong", ""]
)
def test_a_wrong_key_is_no_key(client, city, said):
    answer = client.get(f"{API}/me", headers={"Authorization": said})

    assert answer.status_code == 401


def test_a_wrong_key_is_refused_even_where_none_is_needed(client, city):
    answer = client.get(f"{API}/classes/{OWN_CLASS}", headers={"Authorization": "Bearer lc_wrong"})

    assert answer.status_code == 401


def test_a_revoked_key_opens_nothing(account_of, city):
    account = account_of("demo-worker")
    client = program(account)
    assert client.get(f"{API}/me").status_code == 200
    (token,) = people.tokens(account.id)

    people_services.revoke_token(account_id=account.id, token_id=token.id, at=timezone.now())

    assert client.get(f"{API}/me").status_code == 401


def test_a_key_counts_more_than_the_session_beside_it(signed_in, account_of, city):
    browser, key = signed_in("demo-operator"), key_of(account_of("demo-worker"))

    me = browser.get(f"{API}/me", headers={"Authorization": f"Bearer {key}"}).json()
    refused = browser.get(f"{API}/desk/figures", headers={"Authorization": f"Bearer {key}"})
    wrong = browser.get(f"{API}/me", headers={"Authorization": "Bearer lc_wrong"})

    assert me["phone"] == "+8615400000001"
    assert refused.status_code == 403
    assert wrong.status_code == 401


# A browser's session


def browser_of(account):
    """A client that checks CSRF as a real server does."""
    client = Program(enforce_csrf_checks=True)
    client.force_login(account)
    return client


def test_a_session_reads_without_more(account_of, city):
    assert browser_of(account_of("demo-worker")).get(f"{API}/me").status_code == 200


def test_a_session_writes_only_with_its_csrf_token(account_of, open_class):
    client, path = (
        browser_of(account_of("demo-worker")),
        f"{API}/classes/{open_class()}/applications",
    )

    without = client.post(path)
    client.get("/me/profile/")  # a page with a form sets the cookie
    token = client.cookies["learncity_csrf"].value
    wrong = client.post(path, headers={"X-CSRFToken": "x" * 64})
    right = client.post(path, headers={"X-CSRFToken": token})

    assert [a.status_code for a in (without, wrong, right)] == [403, 403, 201]
    assert without.json()["code"] == "csrf_failed"


def test_a_key_writes_without_a_csrf_token(account_of, open_class):
    key = key_of(account_of("demo-worker"))
    client = Program(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {key}"})

    assert client.post(f"{API}/classes/{open_class()}/applications").status_code == 201


def test_a_stranger_who_writes_is_asked_for_a_key_and_not_for_csrf(city):
    client = Program(enforce_csrf_checks=True)

    assert client.post(f"{API}/classes/{OWN_CLASS}/applications").status_code == 401
    assert client.post(f"{API}/nothing").status_code == 404


def test_what_is_said_to_one_account_is_kept_by_no_cache(worker, client):
    assert worker.get(f"{API}/me").headers["Cache-Control"] == "no-store"
    assert worker.get(f"{API}/classes/{OWN_CLASS}").headers["Cache-Control"] == "no-store"
    assert "no-store" not in client.get(f"{API}/courses").headers.get("Cache-Control", "")


# Not too fast


@pytest.fixture
def fair(monkeypatch):
    """So slow that no turn comes back while a test runs."""
    monkeypatch.setattr(FAIR, "rate", 0.01)

    def burst(turns):
        monkeypatch.setattr(FAIR, "burst", turns)

    return burst


def test_who_asks_too_fast_has_to_wait(worker, staff, fair):
    fair(3)

    answers = [worker.get(f"{API}/me") for _ in range(4)]

    assert [a.status_code for a in answers] == [200, 200, 200, 429]
    assert answers[-1].headers["Retry-After"] == "100"
    assert answers[-1].json()["code"] == "too_many_requests"
    assert staff.get(f"{API}/me").status_code == 200


def test_strangers_are_counted_by_address_past_the_proxies(client, city, fair, settings):
    fair(1)
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

    def ask(forwarded):
        headers = {"X-Forwarded-For": forwarded}
        return client.get(f"{API}/categories", headers=headers).status_code

    assert [ask("9.9.9.9, 8.8.8.8"), ask("1.1.1.1, 8.8.8.8"), ask("9.9.9.9, 7.7.7.7")] == [
        200, 429, 200,
    ]  # fmt: skip


def test_a_made_up_address_is_not_believed_without_a_proxy(client, city, fair):
    fair(1)

    answers = [
        client.get(
            f"{API}/categories", headers={"X-Forwarded-For": f"9.9.9.{n}"}, REMOTE_ADDR="8.8.8.8"
        ).status_code
        for n in range(2)
    ]

    assert answers == [200, 429]


def test_turns_come_back_with_time():
    fair = Fair(burst=2, rate=10)

    taken = [fair.take("a", now) for now in (0, 0, 0, 0.05, 0.1, 0.1, 100, 100, 100)]

    assert taken == [True, True, False, False, True, False, True, True, False]
