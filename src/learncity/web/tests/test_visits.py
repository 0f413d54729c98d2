"""Support looks at the site as somebody: told, written down, short, and changing nothing."""

import re
import threading
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import IntegrityError, InternalError, connection, transaction
from django.test import Client
from django.utils import timezone

from learncity.apps.classes import queries as classes
from learncity.apps.classes import services as classes_services
from learncity.apps.households.factories import make_mandate
from learncity.apps.notices import queries as notices
from learncity.apps.people import queries as people
from learncity.apps.people.factories import make_person
from learncity.apps.people.models import SeenInPerson
from learncity.apps.people.types import Addresses, Assurance, Document, NotSeenByOneself
from learncity.apps.privacy import services as privacy
from learncity.apps.record import queries as record
from learncity.apps.security import queries, services
from learncity.apps.security.models import SupportVisit
from learncity.apps.security.types import (
    LONGEST_VISIT,
    NobodyThere,
    NoReason,
    NotToVisit,
    VisitRunning,
)
from learncity.kernel import audit
from learncity.kernel.acting import By, Via
from learncity.kernel.models import AuditEntry

WORKER = "+8615400000001"
OWN_CLASS = "bookkeeping-qiaotou-wed"


@pytest.fixture(autouse=True)
def _fresh(request):
    if "committed" not in request.fixturenames:
        request.getfixturevalue("db")
        cache.clear()


def begin(client, address=WORKER, reason="She cannot find her receipt."):
    sent = {"visit-address": address, "visit-reason": reason}
    return client.post("/operate/support/visit/", sent)


@pytest.fixture
def visiting(signed_in, city):
    """The operator's browser, looking as the worker."""
    client = signed_in("demo-operator")
    assert begin(client).url == "/me/"
    return client


def by(account):
    return By(account.person_id, Via.DESK)


def test_support_sees_what_the_person_sees_under_a_banner(visiting, account_of):
    name = account_of("demo-worker").person.name
    page = visiting.get("/me/").content.decode()

    assert f"{name}" in page
    assert 'action="/support/end/"' in page
    for path in (
        "/",
        "/find/",
        "/me/messages/",
        "/me/record/",
        "/help/",
        "/me/profile/",
        "/nowhere/",
    ):
        assert 'action="/support/end/"' in visiting.get(path).content.decode(), path


def test_ending_it_makes_one_oneself_again(visiting):
    assert visiting.post("/support/end/").url == "/operate/support/"
    assert visiting.get("/operate/").status_code == 200
    assert 'action="/support/end/"' not in visiting.get("/me/").content.decode()


def test_the_person_is_told_with_name_and_reason_and_sees_it_later(visiting, account_of):
    person_id = account_of("demo-worker").person_id
    (message,) = notices.inbox(person_id)
    assert "She cannot find her receipt." in message.body
    assert account_of("demo-operator").person.name in message.body

    theirs = Client()
    theirs.force_login(account_of("demo-worker"))
    page = theirs.get("/me/security/").content.decode()
    assert "She cannot find her receipt." in page
    assert account_of("demo-operator").person.name in page


def test_beginning_ending_and_each_page_are_in_the_trail_under_the_operators_name(
    visiting, account_of
):
    visiting.get("/me/record/?before=1")
    visiting.get("/classes/bookkeeping-qiaotou-wed/")
    visiting.post("/me/profile/", {"name": "x"})
    visiting.post("/support/end/")
    trail = list(reversed(audit.latest(5)))

    assert [e.action for e in trail] == [
        "security.visit_began", "security.page_seen", "security.page_seen", "security.page_seen",
        "security.visit_ended",
    ]  # fmt: skip
    assert {e.actor_id for e in trail} == {account_of("demo-operator").person_id}
    assert {e.subject for e in trail} == {f"person {account_of('demo-worker').person_id}"}
    assert [e.detail["page"] for e in trail[1:4]] == [
        "GET me/record/", "GET classes/<slug:class_key>/", "POST me/profile/",
    ]  # fmt: skip


def test_the_office_reads_the_trail_with_names_and_no_more_queries(
    visiting, account_of, django_assert_max_num_queries
):
    visiting.get("/me/record/")
    visiting.post("/support/end/")
    visiting.get("/operate/")

    with django_assert_max_num_queries(16):
        page = visiting.get("/operate/").content.decode()

    assert page.count(account_of("demo-worker").person.name) == 3
    assert str(account_of("demo-worker").person_id) not in page


def test_support_acts_for_nobody_neither_as_itself_nor_as_the_visited(signed_in, account_of, city):
    worker, operator = account_of("demo-worker"), account_of("demo-operator")
    mother, other = make_person("Mother"), make_person("Other")
    of_worker = make_mandate(mother, worker.person_id)
    of_operator = make_mandate(other, operator.person_id)
    client = signed_in("demo-operator")
    classes_of = f"/api/v1/classes/{OWN_CLASS}"
    assert client.get(classes_of, headers={"Acting-For": str(of_operator)}).status_code == 200
    assert client.post(f"/me/mandates/{of_operator}/act/").status_code == 302
    begin(client)

    assert client.get("/me/").status_code == 200
    assert client.post(f"/me/mandates/{of_worker}/act/").status_code == 403
    for mandate in (of_worker, of_operator):
        answer = client.get(classes_of, headers={"Acting-For": str(mandate)})
        assert (answer.status_code, answer.json()["code"]) == (403, "may_not_act")
    assert client.post("/support/end/").url == "/operate/support/"
    # And what the operator did for somebody before is over.
    assert client.get("/me/record/").status_code == 200


def _paths():
    some = "01a2004c-0898-74c1-a877-54b127d3fb1d"
    from tests.architecture.test_access import _views

    for route, _view in _views():
        if not route.startswith(("support/end", "sign-out")):
            filled = re.sub(r"<uuid:\w+>", some, route)
            filled = filled.replace("<slug:class_key>", OWN_CLASS).replace("<str:kind>", "csv")
            yield "/" + re.sub(r"<\w+:?\w*>", "some-key", filled)


def test_nothing_unsafe_goes_through_on_any_page_or_operation(visiting):
    wrong = []
    for path in _paths():
        for method in ("post", "put", "patch", "delete"):
            answer = getattr(visiting, method)(path)
            if answer.status_code != 403:
                wrong.append(f"{method} {path}: {answer.status_code}")
    assert wrong == []


def test_no_page_opens_what_a_role_opens_even_when_the_visited_has_it(signed_in, account_of):
    client = signed_in("demo-operator")
    begin(client, account_of("demo-provider").phone)

    for path in ("/desk/", "/operate/", f"/desk/classes/{OWN_CLASS}/", "/operate/support/",
                 "/me/security/app/", "/api/v1/desk/classes",
                 f"/api/v1/desk/classes/{OWN_CLASS}/roster"):  # fmt: skip
        assert client.get(path).status_code == 403, path
    assert client.get("/api/v1/me").json()["phone"] == account_of("demo-provider").phone


def test_support_does_not_fetch_the_whole_copy_of_somebodys_data(signed_in, account_of):
    person_id, at = account_of("demo-worker").person_id, timezone.now()
    copy = privacy.want_copy(person_id=person_id, language="en", at=at)
    privacy.make_copy(copy_id=copy.id, at=at)
    address = f"/me/privacy/copies/{copy.id}.json"
    assert signed_in("demo-worker").get(address).status_code == 200

    client = signed_in("demo-operator")
    begin(client)

    assert client.get(address).status_code == 403


def test_support_does_not_read_a_message_for_somebody(visiting, account_of):
    person_id = account_of("demo-worker").person_id
    (message,) = notices.inbox(person_id)

    assert visiting.get(f"/me/messages/{message.id}/").status_code == 200
    assert notices.unread(person_id) == 1


def test_the_database_refuses_a_page_that_would_write(visiting, monkeypatch, account_of):
    """A page of tomorrow that writes when it is looked at; control: it does for the person."""
    from learncity.web.pages import mine

    def forgetful(*args, **kwargs):
        SeenInPerson.objects.update(ended_at=timezone.now())
        return []

    monkeypatch.setattr(mine.record, "facts_of", forgetful)

    refused = visiting.get("/me/record/")
    assert refused.status_code == 403
    assert 'action="/support/end/"' in refused.content.decode()
    theirs = Client()
    theirs.force_login(account_of("demo-worker"))
    assert theirs.get("/me/record/").status_code == 200
    assert visiting.get("/me/").status_code == 200


def test_after_thirty_minutes_it_is_over(visiting, account_of):
    over = timezone.now() - timedelta(seconds=1)
    SupportVisit.objects.update(began_at=over - LONGEST_VISIT, ends_at=over)

    assert visiting.get("/operate/").status_code == 200
    (visit,) = queries.visits_to(account_of("demo-worker").person_id)
    assert visit.ended_at == visit.ends_at
    assert audit.latest(1)[0].action == "security.visit_ended"


def test_signing_out_ends_it(visiting, account_of):
    visiting.post("/sign-out/")
    (visit,) = queries.visits_to(account_of("demo-worker").person_id)
    assert visit.ended_at is not None


def test_who_is_no_operator_any_longer_looks_no_longer(visiting, account_of):
    from learncity.apps.roles.models import Grant

    roles = Grant.objects.filter(person_id=account_of("demo-operator").person_id)
    roles.update(until=timezone.now())

    assert 'action="/support/end/"' not in visiting.get("/me/").content.decode()
    assert SupportVisit.objects.get().ended_at is not None


@pytest.mark.parametrize(
    ("address", "reason", "refusal"),
    [
        ("+8615400000005", "x y", NotToVisit),
        ("+8615499999999", "x y", NobodyThere),
        (WORKER, "  ", NoReason),
    ],
)
def test_whom_and_why(account_of, city, address, reason, refusal):
    operator = account_of("demo-operator")

    with pytest.raises(refusal):
        services.begin_visit(
            address=Addresses(address, None), reason=reason, by=by(operator), at=timezone.now()
        )
    assert not SupportVisit.objects.exists()


def test_never_another_operator(account_of, city):
    from learncity.apps.roles.factories import make_grant
    from learncity.apps.roles.types import Role

    operator, other = account_of("demo-operator"), account_of("demo-worker")
    make_grant(other.person_id, Role.OPERATOR, "city-learning-office")

    with pytest.raises(NotToVisit):
        services.begin_visit(
            address=Addresses(WORKER, None), reason="x y", by=by(operator), at=timezone.now()
        )


def test_an_address_that_nobody_proved_is_nobodys(account_of, city):
    from learncity.apps.people.models import Account

    Account.objects.filter(phone=WORKER).update(verified_at=None)
    with pytest.raises(NobodyThere):
        services.begin_visit(
            address=Addresses(WORKER, None), reason="x y", by=by(account_of("demo-operator")),
            at=timezone.now(),
        )  # fmt: skip


def test_the_factor_must_be_minutes_old_not_hours(signed_in, settings):
    from .test_security import age, set_up_app

    settings.SECOND_FACTOR = "operators"
    client = signed_in("demo-operator")
    set_up_app(client)
    age(client, 1)

    assert client.get("/operate/").status_code == 200
    assert client.get("/operate/support/").url.startswith("/sign-in/second/")
    assert begin(client).url.startswith("/sign-in/second/")
    assert not SupportVisit.objects.exists()


@pytest.mark.parametrize("who", ["demo-worker", "demo-provider"])
def test_only_an_operator_looks_as_somebody(signed_in, who):
    assert begin(signed_in(who), "+8615400000002").status_code == 403
    assert not SupportVisit.objects.exists()


def test_a_made_up_visit_in_the_session_opens_nothing(signed_in, account_of):
    operator = account_of("demo-operator")
    visit = services.begin_visit(
        address=Addresses(WORKER, None), reason="x y", by=by(operator), at=timezone.now()
    )
    client = signed_in("demo-provider")
    session = client.session
    session["visit"] = str(visit.id)
    session.save()

    assert client.get("/api/v1/me").json()["phone"] == account_of("demo-provider").phone


# The database alone


@pytest.mark.parametrize(
    ("changed", "promise"),
    [
        ({"ends_at": timedelta(minutes=31)}, "security_visit_is_short"),
        ({"ends_at": timedelta(0)}, "security_visit_is_short"),
        ({"reason": "  "}, "security_visit_has_a_reason"),
        ({"operator": "person"}, "security_visit_is_to_somebody_else"),
    ],
)
def test_the_database_alone_refuses(changed, promise):
    at, person, operator = timezone.now(), make_person(), make_person()
    row = {"operator_id": operator, "person_id": person, "reason": "x y", "began_at": at}
    row["ends_at"] = at + changed.get("ends_at", timedelta(minutes=5))
    row["reason"] = changed.get("reason", "x y")
    if "operator" in changed:
        row["operator_id"] = person

    with pytest.raises(IntegrityError, match=promise), transaction.atomic():
        SupportVisit.objects.create(**row)


def test_the_database_alone_refuses_a_second_visit_at_a_time():
    at, operator = timezone.now(), make_person()
    row = {"operator_id": operator, "reason": "x y", "began_at": at, "ends_at": at + LONGEST_VISIT}
    SupportVisit.objects.create(person_id=make_person(), **row)

    with pytest.raises(IntegrityError, match="security_one_visit_at_a_time"), transaction.atomic():
        SupportVisit.objects.create(person_id=make_person(), **row)


def _rush(monkeypatch, locked):
    """Six visits of one operator begin at once; what became of them."""
    operator = people.find_account(make_person("值班员", account=True))
    visited = [people.find_account(make_person(account=True)) for _ in range(6)]
    together, found = threading.Barrier(6, timeout=60), []
    if not locked:  # all of them go on at once from where the lock would be
        monkeypatch.setattr(services.locks, "hold", lambda *args: together.wait())

    def run(account):
        if locked:
            together.wait()
        try:
            services.begin_visit(
                address=Addresses(account.phone, None), reason="x y", by=by(operator),
                at=timezone.now(),
            )  # fmt: skip
            found.append("began")
        except VisitRunning:
            found.append("refused")
        except IntegrityError:
            found.append("broke")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[account]) for account in visited]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(found)


def test_of_visits_that_begin_at_once_one_does_and_the_others_are_told(committed, monkeypatch):
    assert _rush(monkeypatch, locked=True) == ["began", *["refused"] * 5]


def test_control_without_the_lock_the_others_run_into_the_constraint(committed, monkeypatch):
    assert "broke" in _rush(monkeypatch, locked=False)


# Seen at a desk


def note(account, operator, document=Document.PASSPORT):
    return services.note_seen(
        address=Addresses(account.phone, None), document=document, by=by(operator),
        at=timezone.now(),
    )  # fmt: skip


def test_being_seen_at_a_desk_is_the_highest_assurance_until_it_is_taken_back(account_of, city):
    mine, operator = account_of("demo-worker"), account_of("demo-operator")
    assert people.assurance(mine.person_id) == Assurance.ADDRESS

    note(mine, operator)
    note(mine, operator, Document.IDENTITY_CARD)
    assert people.assurance(mine.person_id) == Assurance.IN_PERSON
    assert people.seen(mine.person_id).document == Document.PASSPORT
    (fact,) = record.facts_of(mine.person_id, before=None, limit=10)
    assert (fact.kind, fact.own) == ("security.seen_in_person", False)

    where = Addresses(mine.phone, None)
    ended = [services.end_seen(address=where, by=by(operator), at=timezone.now()) for _ in range(2)]
    assert ended == [True, False]
    assert people.assurance(mine.person_id) == Assurance.ADDRESS
    assert len(record.facts_of(mine.person_id, before=None, limit=10)) == 2


def test_nobody_is_seen_by_themselves(account_of, city):
    operator = account_of("demo-operator")
    with pytest.raises(NotSeenByOneself):
        note(operator, operator)
    with pytest.raises(IntegrityError, match="people_seen_by_somebody_else"), transaction.atomic():
        SeenInPerson.objects.create(
            person_id=operator.person_id, by_id=operator.person_id, document="PASSPORT",
            at=timezone.now(),
        )  # fmt: skip


def test_the_database_alone_refuses_a_second_living_note(account_of, city):
    row = {"person_id": make_person(), "by_id": make_person(), "document": "PASSPORT"}
    SeenInPerson.objects.create(at=timezone.now(), **row)
    with pytest.raises(IntegrityError, match="people_seen_once"), transaction.atomic():
        SeenInPerson.objects.create(at=timezone.now(), **row)


def test_without_an_account_nothing_is_assured(city):
    assert people.assurance(make_person()) == Assurance.NONE


def test_the_pages_of_support_note_and_take_back_and_help(signed_in, account_of):
    client, mine = signed_in("demo-operator"), account_of("demo-worker")

    seen = {"seen-address": WORKER, "seen-document": "PASSPORT"}
    assert client.post("/operate/support/seen/", seen).url.endswith("?done=seen")
    assert people.assurance(mine.person_id) == Assurance.IN_PERSON
    assert client.get("/operate/support/?done=seen").status_code == 200
    back = client.post("/operate/support/not-seen/", {"unseen-address": WORKER})
    assert back.url.endswith("?done=unseen")
    lost = client.post("/operate/support/lost/", {"lost-address": WORKER})
    assert lost.url.endswith("?done=lost")
    wrong = client.post("/operate/support/seen/", {"seen-address": "?", "seen-document": "X"})
    nobody = client.post("/operate/support/lost/", {"lost-address": "+8615499999999"})
    assert (wrong.status_code, nobody.status_code) == (422, 422)


def test_the_page_of_support_costs_so_many_queries(signed_in, django_assert_num_queries):
    client = signed_in("demo-operator")
    client.get("/operate/support/")
    with django_assert_num_queries(5):
        client.get("/operate/support/")


def test_what_is_asked_for_decides_by_who_one_is(rf, account_of, city):
    from learncity.apps.people.access import is_at_least

    request = rf.get("/")
    request.user = account_of("demo-worker")
    levels = (Assurance.NONE, Assurance.ADDRESS, Assurance.IDENTITY, Assurance.IN_PERSON)
    before = [is_at_least(level)(request) for level in levels]
    note(request.user, account_of("demo-operator"))
    after = [is_at_least(level)(request) for level in levels]

    assert (before, after) == ([True, True, False, False], [True] * 4)


def test_a_visit_leaves_the_places_of_the_person_alone(visiting, account_of, city):
    owner = account_of("demo-worker").person_id
    mine = classes_services.apply(
        class_key=OWN_CLASS, person_id=owner, by=By(owner, Via.WEB), at=timezone.now()
    )

    assert visiting.get(f"/me/places/{mine.receipt}/").status_code == 200
    assert visiting.post(f"/me/places/{mine.receipt}/withdraw/").status_code == 403
    assert classes.find_enrolment(mine.receipt, person_id=owner)[1].state == "ENROLLED"
    told = AuditEntry.objects.filter(action="security.page_seen").values_list("detail", flat=True)
    assert not [d for d in told if mine.receipt in str(d)]


def test_a_transaction_of_a_look_cannot_write(committed):
    """What the middleware leans on: control for the test above."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
        with pytest.raises(InternalError, match="read-only"):
            SeenInPerson.objects.update(ended_at=timezone.now())
        transaction.set_rollback(True)
