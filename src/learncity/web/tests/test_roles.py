"""Roles on the pages: given, ended, lent, reviewed; an officer's office."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone, translation

from learncity.apps.notices import queries as notices
from learncity.apps.people import queries as people
from learncity.apps.people import services as people_services
from learncity.apps.people.factories import make_person
from learncity.apps.people.models import Person
from learncity.apps.people.types import IdentifierKind, Number
from learncity.apps.places import queries as places
from learncity.apps.privacy import services as privacy
from learncity.apps.privacy.types import RequestKind
from learncity.apps.roles import queries, services
from learncity.apps.roles.factories import make_grant
from learncity.apps.roles.models import Grant
from learncity.apps.roles.types import Act, Ending, Role
from learncity.kernel import formats
from learncity.kernel.acting import SYSTEM, By, Via

pytestmark = pytest.mark.django_db
CENTRE, NIGHT, OFFICE = "qiaotou-learning-centre", "lamplight-night-school", "city-learning-office"
WORKER = "+8615400000001"
EN = {"HTTP_ACCEPT_LANGUAGE": "en"}


@pytest.fixture
def manager(client, city):
    """A browser of the centre's manager."""
    return with_role(client, Role.MANAGER, CENTRE)


def with_role(client, role, key=OFFICE, region=None):
    person = make_person("Manager Mei", account=True, language="en")
    make_grant(person, role, key, region=region)
    account = people.find_account(person)
    client.force_login(account)
    client.person_id = account.person_id
    client.defaults |= EN
    return client


def give(client, **said):
    data = {"who": WORKER, "role": "STAFF", "organization": CENTRE, "reason": "New"} | said
    return client.post("/desk/roles/new/", data)


def held_by(key):
    person = people.ids_by_key([key])[key]
    return queries.actor(person)


def test_a_manager_gives_and_ends_a_role(manager):
    assert give(manager).status_code == 302
    assert held_by("demo-worker").may(Act.RUN_CLASSES)
    page = manager.get("/desk/roles/").content.decode()
    assert "Manager Mei" in page
    (grant,) = Grant.objects.filter(person__key="demo-worker")
    one = manager.get(f"/desk/roles/{grant.id}/").content.decode()
    assert "New" in one
    assert "run classes" in one

    assert manager.post(f"/desk/roles/{grant.id}/").status_code == 302
    assert not held_by("demo-worker").may(Act.RUN_CLASSES)
    assert "Taken away" in manager.get("/desk/roles/?state=over").content.decode()


@pytest.mark.parametrize(
    "said",
    [{"organization": NIGHT}, {"role": "OPERATOR"}, {"role": "OFFICER", "region": "gusu"},
     {"who": "+8615499999999"}, {"who": "nothing"}, {"last": "2020-01-01"}],
)  # fmt: skip
def test_what_a_manager_cannot_give_is_refused_and_what_was_typed_stays(manager, said):
    answer = give(manager, **said)

    assert answer.status_code == 422
    assert 'value="New"' in answer.content.decode()
    assert not held_by("demo-worker").held


def test_a_given_role_is_said_and_the_first_of_the_list_and_given_once(manager):
    answer = give(manager)
    page = manager.get(answer.url)
    assert page.context["rows"][0]["chosen"]
    assert "has the role Staff at" in page.content.decode()

    again = give(manager)
    assert again.status_code == 422
    assert list(again.context["form"].errors) == ["role"]
    assert Grant.objects.filter(person__key="demo-worker").count() == 1
    assert list(give(manager, last="2020-01-01").context["form"].errors) == ["last"]


def test_a_role_ended_on_its_first_day_says_so(manager):
    give(manager)
    (grant,) = Grant.objects.filter(person__key="demo-worker")
    asked = manager.get(f"/desk/roles/{grant.id}/?sure=end").content.decode()
    assert "Yes, end it" in asked
    assert held_by("demo-worker").held
    manager.post(f"/desk/roles/{grant.id}/")
    listed = manager.get("/desk/roles/?state=over").content.decode()
    with translation.override("en"):
        today = formats.day(timezone.localdate(), "date")
    assert f"{today}, ended the same day" in listed


def test_a_review_says_its_last_day_as_the_message_does_and_asks_before_an_end(manager, settings):
    give(manager)
    began = manager.post("/desk/roles/reviews/", {"organization": CENTRE})
    last = timezone.localdate() + timedelta(days=settings.ROLE_REVIEW_TAKES)
    with translation.override("en"):
        said, told = formats.day(last, "date"), formats.day(last)
    assert f"not kept by {said}" in manager.get(began.url).content.decode()
    assert f"by {said}" in manager.get("/desk/roles/").content.decode()
    assert told in notices.inbox(manager.person_id)[0].body

    (worker,) = Grant.objects.filter(person__key="demo-worker")
    asked = manager.get(f"{began.url}?end={worker.id}").content.decode()
    assert f'name="role" value="{worker.id}"' in asked
    (mine,) = Grant.objects.filter(person_id=manager.person_id)
    assert "Yes, end it" not in manager.get(f"{began.url}?end={mine.id}").content.decode()


def test_a_manager_of_the_office_ends_no_operator(client, city):
    chief = with_role(client, Role.MANAGER, OFFICE)
    (operator,) = Grant.objects.filter(role=Role.OPERATOR)
    review = services.open_review(organization_key=OFFICE, by=SYSTEM, at=timezone.now())

    assert chief.post(f"/desk/roles/{operator.id}/").status_code == 403
    said = {"role": str(operator.id), "keep": "0"}
    assert chief.post(f"/desk/roles/reviews/{review}/", said).status_code == 403
    assert f"/desk/roles/{operator.id}/" not in chief.get("/desk/roles/").content.decode()


def test_an_operator_makes_an_officer(signed_in, city):
    office = signed_in("demo-operator")
    said = {"role": "OFFICER", "organization": OFFICE, "region": "gusu"}
    assert give(office, **said).status_code == 302
    assert held_by("demo-worker").regions(Act.KEEP_PEOPLE)
    assert give(office, role="OFFICER", organization=OFFICE).status_code == 422


def test_a_review_is_walked_through(manager):
    give(manager)
    began = manager.post("/desk/roles/reviews/", {"organization": CENTRE})
    page = manager.get(began.url).content.decode()
    assert "Somebody else has to decide this." in page  # of one's own
    (worker,) = Grant.objects.filter(person__key="demo-worker")
    (staff,) = Grant.objects.filter(person__key="demo-provider")
    manager.post(began.url, {"role": str(worker.id), "keep": "0"})
    manager.post(began.url, {"role": str(staff.id), "keep": "1"})

    assert not held_by("demo-worker").held
    assert held_by("demo-provider").may(Act.RUN_CLASSES)
    assert manager.post("/desk/roles/reviews/", {"organization": NIGHT}).status_code == 404


def test_somebody_stands_in_and_lays_it_down(manager, signed_in):
    (mine,) = Grant.objects.filter(person_id=manager.person_id)
    last = (timezone.localdate() + timedelta(days=7)).isoformat()
    form = f"/me/roles/{mine.id}/stand-in/"
    assert manager.post(form, {"who": WORKER}).status_code == 422
    assert manager.post(form, {"who": WORKER, "last": last}).status_code == 302
    lent = Grant.objects.get(person__key="demo-worker")
    assert "stands in for Manager Mei" in manager.get("/desk/roles/").content.decode()
    assert "Who stands in for me" in manager.get("/me/roles/").content.decode()

    worker = signed_in("demo-worker")
    worker.defaults |= EN
    assert "You stand in for Manager Mei." in worker.get("/me/roles/").content.decode()
    assert worker.get(f"/me/roles/{lent.id}/lay-down/").status_code == 200
    assert worker.post(f"/me/roles/{lent.id}/lay-down/").status_code == 302
    assert not held_by("demo-worker").held
    # And of a role of somebody else one can do neither.
    assert worker.get(form).status_code == 404
    assert worker.post(f"/me/roles/{mine.id}/lay-down/").status_code == 404


def test_the_holder_ends_what_they_lent(manager):
    (mine,) = Grant.objects.filter(person_id=manager.person_id)
    other, at = make_person(), timezone.now()
    lent = services.let_stand_in(
        grant_id=mine.id, person_id=other, since=at, until=at + timedelta(days=1),
        by=By(manager.person_id, Via.WEB), at=at,
    )  # fmt: skip
    assert manager.post(f"/me/roles/{lent}/end/").status_code == 302
    assert not queries.actor(other).held
    assert manager.post(f"/me/roles/{mine.id}/end/").status_code == 404


def test_a_reader_sees_figures_and_nothing_else(client, city):
    reader = with_role(client, Role.READER, CENTRE)
    page = reader.get("/").content.decode()
    assert 'href="/desk/figures/"' in page
    assert reader.get("/desk/figures/").status_code == 200
    assert reader.get("/desk/").status_code == 403


@pytest.mark.parametrize(
    ("role", "back"),
    [(Role.READER, ""), (Role.STAFF, "/desk/"), (Role.OFFICER, "/operate/"),
     (Role.OPERATOR, "/desk/")],
)  # fmt: skip
def test_the_way_back_leads_where_one_may_go(client, city, role, back):
    key = CENTRE if role in (Role.READER, Role.STAFF) else OFFICE
    reader = with_role(client, role, key, region="gusu" if role == Role.OFFICER else None)
    pages = [reader.get(path) for path in ("/desk/figures/", "/desk/agreements/")]
    seen = [page.content.decode() for page in pages if page.status_code == 200]
    ways = {way for page in seen for way in re.findall(r'class="back" href="([^"]+)"', page)}
    assert len(seen) == (1 if role == Role.READER else 2)
    assert ways == ({back} if back else set())
    assert all(reader.get(way).status_code == 200 for way in ways)


class TestOfficer:
    """Somebody for one district sees its people, requests and organizations, and no others."""

    @pytest.fixture
    def officer(self, client, city):
        return with_role(client, Role.OFFICER, region="gusu")

    def neighbour(self, name, region):
        person, at = make_person(name), timezone.now()
        home = places.ids_by_key([region])[region]
        people_services.settle({person: home}, by=SYSTEM, at=at)
        return person

    def test_the_office_is_theirs(self, officer):
        page = officer.get("/operate/").content.decode()
        assert "/operate/people/" in page
        assert "/operate/reforms/" not in page
        assert "What was done" not in page

    def test_people(self, officer):
        here, there = self.neighbour("Ann Here", "gusu"), self.neighbour("Ann There", "sip")
        found = officer.post("/operate/people/", {"q": "Ann"}).content.decode()
        assert "Ann Here" in found
        assert "Ann There" not in found
        assert officer.get(f"/operate/people/{here}/").status_code == 200
        assert officer.get(f"/operate/people/{there}/").status_code == 403
        assert officer.get(f"/operate/people/{here}/merge/{there}/").status_code == 403

    def test_namesakes_of_other_districts_are_counted_and_not_named(self, officer):
        here, near = self.neighbour("Ann Same", "gusu"), self.neighbour("Ann Same", "gusu")
        far = self.neighbour("Ann Same", "sip")
        Person.objects.filter(pk__in=[here, near, far]).update(born=1980)
        page = officer.get(f"/operate/people/{here}/").content.decode()
        assert f"/operate/people/{here}/merge/{near}/" in page
        assert str(far) not in page
        assert "1 possible record lies in another district." in page

    def test_whose_number_it_is_is_shown_of_ones_own_district_only(self, officer):
        here = self.neighbour("Ann Here", "gusu")
        for region, issuer in (("gusu", "058094123456"), ("sip", "058094123457")):
            holder = self.neighbour("Ann Holder", region)
            number = Number(IdentifierKind.NATIONAL_ID, "VN", issuer)
            people_services.add_identifier(
                person_id=holder, number=number, by=SYSTEM, at=timezone.now()
            )
            said = {"kind": "NATIONAL_ID VN", "issuer": "", "number": issuer}
            answer = officer.post(f"/operate/people/{here}/numbers/", said)
            assert answer.status_code == 422
            assert (str(holder) in answer.content.decode()) == (region == "gusu")

    def test_only_who_lives_there_is_registered(self, officer):
        from learncity.kernel.ids import uuid7

        said = {"id": uuid7(), "name": "New Person", "language": "en"}
        regions = places.ids_by_key(["gusu", "sip"])
        for home in ("", str(regions["sip"])):
            answer = officer.post("/operate/people/new/", said | {"home": home})
            assert answer.status_code == 422
        answer = officer.post("/operate/people/new/", said | {"home": str(regions["gusu"])})
        assert answer.status_code == 302

    def test_requests(self, officer):
        numbers = {}
        for region in ("gusu", "sip"):
            person = self.neighbour("Asks", region)
            numbers[region] = privacy.ask(
                person_id=person, kind=RequestKind.ACCESS, words="", by=By(person, Via.WEB),
                at=timezone.now(),
            ).number  # fmt: skip
        page = officer.get("/operate/requests/").content.decode()
        assert numbers["gusu"] in page
        assert numbers["sip"] not in page
        assert numbers["sip"] not in officer.get("/operate/requests.csv").content.decode()

    def test_organizations(self, officer):
        from learncity.apps.organizations.factories import make_organization

        make_organization("in-sip", place="sip")
        page = officer.get("/operate/organizations/").content.decode()
        assert CENTRE in page or "guihua-lane-senior-university" in page
        assert "in-sip" not in page
        assert officer.get("/operate/organizations/in-sip/").status_code == 403
        edit = officer.get("/operate/new-organization/").content.decode()
        assert 'value="gusu"' in edit
        assert 'value="sip"' not in edit


def test_lists_cost_no_more_with_more_roles(manager, django_assert_num_queries):
    manager.get("/desk/roles/")  # what is remembered for a while is asked once
    with django_assert_num_queries(9):
        manager.get("/desk/roles/")
    for _ in range(5):
        make_grant(make_person("More"), Role.STAFF, CENTRE)
    with django_assert_num_queries(9):
        manager.get("/desk/roles/")
    with django_assert_num_queries(5):
        assert b"More" in manager.get("/desk/roles/?as=csv").content


def test_a_page_of_roles_reads_its_part_alone_and_all_pages_show_everybody(
    manager, django_assert_num_queries
):
    people_of_it = [make_person(f"Paged {n:02}") for n in range(60)]
    given = [make_grant(person, Role.STAFF, CENTRE) for person in people_of_it]
    seen = []
    manager.get("/desk/roles/")  # what is remembered for a while is asked once
    for number in (1, 2):
        with django_assert_num_queries(9) as asked:
            page = manager.get(f"/desk/roles/?page={number}").content.decode()
        (read,) = [q["sql"] for q in asked if 'ORDER BY "organizations_organization"' in q["sql"]]
        assert "LIMIT 50" in read
        seen.append(re.findall(r"/desk/roles/([0-9a-f-]{36})/", page))
    assert len(seen[0]) == 50
    assert {str(pk) for pk in given} <= set(seen[0]) ^ set(seen[1])
    for over in given[:55]:
        services.end(grant_id=over, ending=Ending.TAKEN, by=SYSTEM, at=timezone.now())
    page = manager.get("/desk/roles/?state=over&page=2").content.decode()
    assert "55 roles" in page
    assert len(re.findall(r"/desk/roles/[0-9a-f-]{36}/", page)) == 5
    assert manager.get("/desk/roles/?page=999").status_code == 200


def test_an_ended_role_says_why(manager):
    grant = make_grant(make_person("Gone"), Role.READER, CENTRE)
    services.end(grant_id=grant, ending=Ending.TAKEN, by=SYSTEM, at=timezone.now())
    page = manager.get(f"/desk/roles/{grant}/").content.decode()
    assert "Taken away" in page
    assert "End this role" not in page
