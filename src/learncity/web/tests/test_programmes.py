"""Programmes at the city's office, and the provider's way out, as pages."""

import pytest

from learncity.apps.catalogue import queries
from learncity.apps.catalogue.models import Course
from learncity.kernel import audit

pytestmark = pytest.mark.usefixtures("city")
LIST, NEW = "/operate/programmes/", "/operate/new-programme/"


@pytest.fixture
def as_(client, account_of):
    client.defaults |= {"HTTP_ACCEPT_LANGUAGE": "en"}

    def sign_in(key):
        client.force_login(account_of(key))
        return client

    return sign_in


@pytest.fixture
def office(as_):
    return as_("demo-operator")


def body(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def begin(client):
    answer = client.post(NEW, {
        "called_0": "绿色城市", "called_2": "Green city", "summary_2": "To plant and to mend.",
        "led_by": "city-learning-office",
    })  # fmt: skip
    assert answer.url == f"{LIST}green-city/"
    return answer.url


def test_a_programme_is_begun_filled_changed_and_withdrawn(office):
    page = begin(office)
    assert "No course yet" in body(office, page)
    assert "Green city" in body(office, LIST)

    found = body(office, f"{page}add/?q=bookkeeping")
    assert f"{page}courses/small-shop-bookkeeping/" in found
    course = f"{page}courses/small-shop-bookkeeping/"
    assert "Take it out" not in body(office, course)
    assert office.post(course, {"kind": "NEEDED"}).url == page
    assert office.post(f"{page}courses/online-shop/", {"kind": "FREE", "place": "1"}).url == page
    public = body(office, "/programmes/green-city/")
    assert public.index("Courses that belong to it") < public.index("Free to choose")
    assert [c.key for c, _ in queries.find_programme("green-city").courses] == [
        "online-shop", "small-shop-bookkeeping",
    ]  # fmt: skip
    # What is in it already is not offered again.
    assert course not in body(office, f"{page}add/?q=bookkeeping")

    assert f"{course}out/" in body(office, course)
    assert office.post(f"{course}out/").url == page
    assert [c.key for c, _ in queries.find_programme("green-city").courses] == ["online-shop"]

    assert office.post(f"{page}end/").url == LIST
    assert "Green city" not in body(office, LIST)
    assert office.get("/programmes/green-city/").status_code == 404
    assert office.get(page).status_code == 404
    trail = body(office, "/operate/trail/")
    for words in ("Began a programme", "Put a course into a programme", "Withdrew a programme",
                  "course: online-shop", "programme green-city"):  # fmt: skip
        assert words in trail


def test_what_it_says_is_changed_and_days_are_checked(office):
    page = begin(office)
    edit = f"{page}edit/"
    said = office.get(edit).context["form"].initial
    told = {
        "was": said["was"], "called_0": "绿色城市", "called_1": "Thành phố xanh",
        "called_2": "Green city", "summary_2": "To plant and to mend.", "mode": "ONLINE",
        "led_by": "lamplight-night-school", "audiences": ["SENIORS"], "subjects": ["crafts"],
        "first": "2030-02-01", "last": "2030-01-31",
    }  # fmt: skip
    refused = office.post(edit, told)
    assert refused.status_code == 422
    assert "The last day is before the first" in refused.content.decode()

    assert office.post(edit, told | {"last": "2030-02-01"}).url == page
    found = queries.find_programme("green-city")
    assert found.title["vi"] == "Thành phố xanh"
    assert [p.key for p in found.partners] == ["lamplight-night-school"]
    assert (found.since.isoformat(), found.until.isoformat()) == ("2030-02-01", "2030-02-02")
    assert [s.key for s in found.subjects] == ["crafts"]
    # The same form sent from an older page takes nothing back.
    older = {"called_0": "绿色城市", "called_2": "Green city", "summary_2": "To plant.",
             "led_by": "city-learning-office", "was": said["was"]}  # fmt: skip
    assert office.post(edit, older).url == page
    found = queries.find_programme("green-city")
    assert found.summary["en"] == "To plant."
    assert (found.title["vi"], found.mode, found.partners[0].key) == (
        "Thành phố xanh", "ONLINE", "lamplight-night-school",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"state": "WITHDRAWN"}, "The course is withdrawn"),
        ({"state": "DRAFT"}, "is a draft"),
        ({"is_held": True}, "is suspended"),
    ],
)
def test_a_course_that_the_public_does_not_see_is_refused_with_why(office, change, why):
    page = begin(office)
    Course.objects.filter(key="small-shop-bookkeeping").update(**change)
    assert "small-shop-bookkeeping" not in body(office, f"{page}add/?q=bookkeeping")

    answer = office.post(f"{page}courses/small-shop-bookkeeping/", {"kind": "NEEDED"})
    assert answer.status_code == 422
    assert why in answer.content.decode()


def test_a_provider_sees_where_its_course_stands_and_takes_it_out(as_):
    client = as_("demo-provider")
    page = "/desk/courses/small-shop-bookkeeping/"
    out = f"{page}programmes/own-small-business/"
    assert out in body(client, page)
    assert "Take the course out" in body(client, out)
    assert client.post(out).url == page

    found = queries.find_programme("own-small-business", hidden=True)
    assert "small-shop-bookkeeping" not in [c.key for c, _ in found.courses]
    assert "programmes" not in body(client, page).split("<main")[1]
    latest = audit.latest(1)[0]
    assert (latest.action, latest.subject) == (
        "catalogue.programme_course_out", "programme own-small-business",
    )  # fmt: skip
    assert client.get(out).status_code == 404


def test_a_course_that_is_not_shown_is_marked_at_the_office(office):
    Course.objects.filter(key="online-shop").update(is_held=True)
    Course.objects.filter(key="labour-law").update(state="WITHDRAWN")
    page = body(office, f"{LIST}own-small-business/")

    assert "Not shown now" in page
    assert "Withdrawn" in page


def test_nobody_else_writes_programmes(as_):
    client = as_("demo-provider")
    for path in (LIST, NEW, f"{LIST}own-small-business/edit/", f"{LIST}own-small-business/end/"):
        assert client.post(path).status_code == 403
