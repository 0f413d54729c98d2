"""A class whose course the public does not see: strangers never, who is in it and its staff do."""

import pytest
from django.utils import timezone

from learncity.apps.catalogue.models import Course
from learncity.apps.classes import queries, services
from learncity.apps.classes.factories import make_class
from learncity.apps.classes.models import CourseClass
from learncity.apps.classes.types import NotOffered, Shown
from learncity.apps.organizations import services as organizations
from learncity.apps.organizations.models import Organization
from learncity.apps.people.factories import make_person
from learncity.kernel.acting import SYSTEM
from learncity.web import pagecache

pytestmark = pytest.mark.django_db
# The class is run by the organization whose staff demo-provider is.
COURSE, CLASS = "small-shop-bookkeeping", "bookkeeping-qiaotou-wed"
PAGE, API = f"/classes/{CLASS}/", "/api/v1/classes"
REASON = "nobody can apply"
UNSEEN = {
    "draft": {"state": "DRAFT"},
    "withdrawn": {"state": "WITHDRAWN"},
    "ended": {"ended_at": "2027-01-01T00:00Z"},
    "held": {"is_held": True},
}


def end(**how):
    Course.objects.filter(key=COURSE).update(**(how or UNSEEN["ended"]))
    pagecache.forget()


@pytest.fixture
def applied(signed_in, account_of):
    """Let somebody apply; the client of theirs and the receipt."""

    def applied(key):
        person_id = account_of(key).person_id
        held = services.apply(class_key=CLASS, person_id=person_id, by=SYSTEM, at=now())
        client = signed_in(key)
        client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
        return client, held.receipt

    return applied


def now():
    """A moment at which the class takes applications."""
    return CourseClass.objects.get(key=CLASS).closes_at - timezone.timedelta(hours=1)


@pytest.fixture(autouse=True)
def _free(city):
    late = timezone.now() + timezone.timedelta(days=7)
    CourseClass.objects.filter(key=CLASS).update(
        closes_at=late, opens_at=None, ends_at=late + timezone.timedelta(days=90), seats=90
    )
    pagecache.forget()


@pytest.mark.parametrize("how", UNSEEN.values(), ids=UNSEEN)
def test_it_is_not_there_for_strangers(client, how):
    paths = [PAGE, f"/classes/{CLASS}.jsonld", f"/classes/{CLASS}.ics", f"{API}/{CLASS}"]
    assert [client.get(path).status_code for path in paths] == [200] * 4

    end(**how)

    assert [client.get(path).status_code for path in paths] == [404] * 4


def test_lists_leave_it_out_and_count_without_it(client):
    path = f"{API}?limit=100&provider=" + CourseClass.objects.get(key=CLASS).provider.key
    before = client.get(path).json()
    assert CLASS in [one["key"] for one in before["items"]]

    end()

    after = client.get(path).json()
    assert CLASS not in [one["key"] for one in after["items"]]
    gone = CourseClass.objects.filter(course__key=COURSE, ends_at__gt=timezone.now())
    assert before["total"] - after["total"] == gone.count()


@pytest.mark.parametrize("key", ["demo-worker", "demo-provider"])
def test_somebody_else_who_signed_in_sees_it_only_as_its_staff(signed_in, key):
    end()
    client = signed_in(key)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"

    answer = client.get(PAGE)

    if key == "demo-worker":
        assert answer.status_code == 404
        assert client.get(f"{PAGE}apply/").status_code == 404
    else:
        said = answer.content.decode()
        assert REASON in said
        assert f"{PAGE}apply/" not in said
        assert CLASS in client.get("/desk/?size=100").content.decode()


def test_who_has_a_place_sees_it_with_the_reason(applied):
    client, receipt = applied("demo-worker")
    end()

    said = client.get(PAGE).content.decode()

    assert REASON in said
    assert receipt in said
    assert f"{PAGE}apply/" not in said
    assert f"/courses/{COURSE}/" not in said
    assert client.get(f"/me/places/{receipt}/").status_code == 200


def test_who_gave_the_place_back_still_reads_the_receipt(applied):
    client, receipt = applied("demo-worker")
    person_id = client.get("/me/").wsgi_request.user.person_id
    end()
    services.withdraw(receipt=receipt, person_id=person_id, by=SYSTEM, at=now())

    assert client.get(PAGE).status_code == 404
    assert client.get(f"/me/places/{receipt}/").status_code == 200


def test_who_applies_in_that_moment_is_told_why_not(signed_in):
    client = signed_in("demo-worker")
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    end()

    answer = client.post(f"{PAGE}apply/")

    assert answer.status_code == 422
    assert "not offered at present" in answer.content.decode()


@pytest.mark.parametrize("how", UNSEEN.values(), ids=UNSEEN)
def test_it_takes_nobody(how):
    key, someone = make_class(), make_person()
    at = CourseClass.objects.get(key=key).closes_at - timezone.timedelta(hours=1)
    end(**how)

    assert not queries.class_now(key, person_id=None)[0].card.is_open(at)
    with pytest.raises(NotOffered):
        services.apply(class_key=key, person_id=someone, by=SYSTEM, at=at)


def test_of_a_shown_course_a_class_of_somebody_suspended_is_open_nowhere(client):
    """Another organization runs it: API, lists, facets and its page say the same."""
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    one, at = CourseClass.objects.get(key=CLASS), timezone.now()
    other = Organization.objects.exclude(pk=one.course.provider_id).order_by("key").first()
    CourseClass.objects.filter(pk=one.pk).update(provider=other)
    # It is the only one of its course that takes applications.
    CourseClass.objects.filter(course=one.course).exclude(pk=one.pk).update(cancelled_at=at)
    free = queries.Wanted(choices={queries.Facet.SEATS: frozenset({"FREE"})})

    def open_to_all():
        pagecache.forget()
        listed = client.get(f"{API}?open=true&limit=100&course={COURSE}").json()
        hits = queries.find(free, at=timezone.now(), limit=200).hits
        return {
            "API": client.get(f"{API}/{CLASS}").json()["is_open"],
            "list of the API": CLASS in [c["key"] for c in listed["items"]],
            "in the list of a course": any(
                c["key"] == CLASS and c["is_open"]
                for c in client.get(f"{API}?course={COURSE}").json()["items"]
            ),
            "count": queries.count_classes(
                at=timezone.now(), shown=Shown.OPEN, course_id=one.course_id
            )
            == 1,
            "next": one.course_id in queries.next_classes([one.course_id], at=timezone.now()),
            "facet": one.course_id in [hit.course_id for hit in hits],
            "page": REASON not in client.get(PAGE).content.decode(),
            "page of the course": "Not offered at present"
            not in client.get(f"/courses/{COURSE}/").content.decode(),
        }

    before = open_to_all()
    assert all(before.values()), before
    organizations.suspend(key=other.key, reason="Fire doors", evidence="", by=SYSTEM, at=at)
    assert client.get(f"/courses/{COURSE}/").status_code == 200
    after = open_to_all()
    assert not any(after.values()), after
    with pytest.raises(NotOffered):
        services.apply(class_key=CLASS, person_id=make_person(), by=SYSTEM, at=at)
