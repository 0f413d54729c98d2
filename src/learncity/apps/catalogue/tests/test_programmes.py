"""Programmes at the office: begun, changed, filled with courses, left by their providers, ended."""

import threading

import pytest
from django.db import connection
from django.utils import timezone

from learncity.apps.catalogue import programmes, queries, services
from learncity.apps.catalogue.indexing import follow_names
from learncity.apps.catalogue.models import Course, ProgrammeCourse
from learncity.apps.catalogue.types import (
    CourseIsDraft,
    CourseIsHeld,
    CourseIsWithdrawn,
    CourseNotFound,
    DaysImpossible,
    NotListed,
    PartnerRole,
    ProgrammeNotFound,
)
from learncity.apps.notices import queries as notices
from learncity.apps.organizations.types import OrganizationNotFound
from learncity.apps.people.factories import make_person
from learncity.kernel import audit
from learncity.kernel.acting import By, Via

KEY, OWN = "own-small-business", "small-shop-bookkeeping"
TITLE = {"en": "Green city", "zh-Hans": "绿色城市"}


@pytest.fixture
def office(account_of):
    return By(account_of("demo-operator").person_id, Via.DESK)


@pytest.fixture
def key(city, office):
    return services.begin_programme(
        title=TITLE, summary={"en": "Together"}, lead="city-learning-office", by=office
    )


def put(key, course, by, *, is_needed=True, place=None):
    services.put_course(
        key=key, course=course, is_needed=is_needed, place=place, by=by, at=timezone.now()
    )


def courses_of(key):
    return [(c.key, needed) for c, needed in queries.find_programme(key, hidden=True).courses]


def partners_of(key):
    return {p.key: p.role for p in queries.find_programme(key).partners}


def acts():
    return [(e.action, e.detail.get("course", "")) for e in reversed(audit.latest(20))]


def other_courses():
    """One of another provider than the demo's, and one more."""
    rows = Course.objects.filter(is_shown=True).exclude(key=OWN).order_by("key")
    first = rows.exclude(provider=Course.objects.get(key=OWN).provider).first()
    return first, rows.exclude(pk=first.pk).exclude(provider=first.provider).first()


def test_a_programme_is_begun_with_who_leads_it_and_a_key_of_its_own(key, office):
    again = services.begin_programme(
        title=TITLE, summary={}, lead="city-learning-office", by=office
    )
    nameless = services.begin_programme(
        title={"vi": "Xanh"}, summary={}, lead="city-learning-office", by=office
    )

    assert key == "green-city"
    assert again.startswith("green-city-")
    assert nameless.startswith("city-learning-office-")
    assert partners_of(key) == {"city-learning-office": PartnerRole.LEAD}
    with pytest.raises(OrganizationNotFound):
        services.begin_programme(title=TITLE, summary={}, lead="nowhere", by=office)


def test_courses_are_put_in_ordered_and_taken_out_with_their_providers(key, office):
    other, third = other_courses()
    put(key, OWN, office)
    put(key, other.key, office, is_needed=False, place=1)
    put(key, third.key, office, place=99)
    assert courses_of(key) == [(other.key, False), (OWN, True), (third.key, True)]
    put(key, third.key, office, place=2)
    # Without a place it stays where it stands.
    put(key, third.key, office, is_needed=False)
    assert courses_of(key) == [(other.key, False), (third.key, False), (OWN, True)]
    assert partners_of(key)[other.provider.key] == PartnerRole.PARTNER

    for _twice in range(2):
        services.take_course_out(key=key, course=other.key, by=office)
    assert courses_of(key) == [(third.key, False), (OWN, True)]
    assert other.provider.key not in partners_of(key)
    assert acts()[-1] == ("catalogue.programme_course_out", other.key)
    assert acts()[-2][0] == "catalogue.programme_edited"


def test_a_lead_and_a_host_stay_when_their_course_is_taken_out(key, office):
    provider = Course.objects.get(key=OWN).provider.key
    services.write_programme(key=key, said={"lead": provider}, by=office)
    put(key, OWN, office)
    services.take_course_out(key=key, course=OWN, by=office)

    assert partners_of(key) == {provider: PartnerRole.LEAD}


def test_who_led_it_takes_part_on_with_a_course(key, office):
    other, _third = other_courses()
    services.write_programme(key=key, said={"lead": other.provider.key}, by=office)
    put(key, other.key, office)
    services.write_programme(key=key, said={"lead": "city-learning-office"}, by=office)

    assert partners_of(key) == {
        "city-learning-office": PartnerRole.LEAD,
        other.provider.key: PartnerRole.PARTNER,
    }


def test_what_the_public_does_not_see_is_refused_and_says_why(key, office):
    for change, why in (
        ({"state": "DRAFT"}, CourseIsDraft),
        ({"state": "WITHDRAWN"}, CourseIsWithdrawn),
        ({"state": "PUBLISHED", "is_held": True}, CourseIsHeld),
        ({"ended_at": timezone.now()}, CourseNotFound),
    ):
        Course.objects.filter(key=OWN).update(**change)
        with pytest.raises(why):
            put(key, OWN, office)
    assert courses_of(key) == []


def test_a_course_withdrawn_later_stays_and_can_be_moved(key, office):
    other, _third = other_courses()
    put(key, OWN, office)
    put(key, other.key, office)
    Course.objects.filter(key=OWN).update(state="WITHDRAWN")
    put(key, OWN, office, place=2)

    assert [one for one, _ in courses_of(key)] == [other.key, OWN]
    assert [c.key for c, _ in queries.find_programme(key).courses] == [other.key]


def test_what_it_says_is_changed_field_by_field_and_noted_once(key, office):
    shown = {"title": TITLE, "mode": None}
    services.write_programme(key=key, said={"mode": "ONLINE"}, by=office)
    # Who saw it before and writes a title leaves the mode as it is now.
    said = {"title": TITLE | {"vi": "Xanh"}, "mode": None}
    for _twice in range(2):
        services.write_programme(key=key, said=said, shown=shown, by=office)

    found = queries.find_programme(key)
    assert (found.title["vi"], found.mode) == ("Xanh", "ONLINE")
    assert [one for one, _ in acts()].count("catalogue.programme_edited") == 2
    with pytest.raises(DaysImpossible):
        services.write_programme(
            key=key, said={"since": "2030-02-01", "until": "2030-02-01"}, by=office
        )
    with pytest.raises(NotListed):
        services.write_programme(key=key, said={"subjects": ["nowhere"]}, by=office)
    with pytest.raises(OrganizationNotFound):
        services.write_programme(key=key, said={"lead": "nowhere"}, by=office)


def test_a_withdrawn_programme_is_gone_and_its_courses_are_not(key, office):
    put(key, OWN, office)
    for _twice in range(2):
        services.end_programme(key=key, by=office, at=timezone.now())

    assert queries.find_programme(key) is None
    assert queries.find_course(OWN) is not None
    assert [one for one, _ in acts()].count("catalogue.programme_ended") == 1
    with pytest.raises(ProgrammeNotFound):
        put(key, OWN, office)
    with pytest.raises(ProgrammeNotFound):
        services.end_programme(key="nowhere", by=office, at=timezone.now())


def test_a_course_is_found_by_the_name_of_its_programme_as_long_as_it_stands_there(key, office):
    def found():
        return OWN in [c.key for c in queries.search(text="绿色城市").items]

    put(key, OWN, office)
    assert found()
    services.take_course_out(key=key, course=OWN, by=office)
    assert not found()
    put(key, OWN, office)
    services.end_programme(key=key, by=office, at=timezone.now())
    follow_names()
    assert not found()


def test_the_providers_staff_are_told_of_a_course_that_is_put_in(key, office, account_of):
    staff = account_of("demo-provider").person_id
    put(key, OWN, office)
    put(key, OWN, office, is_needed=False)
    told = [m for m in notices.inbox(staff) if "绿色城市" in m.body or "Green city" in m.body]
    assert len(told) == 1
    assert told[0].url == f"/desk/courses/{OWN}/"


def leave_while_another_is_put_in(monkeypatch, *, locked):
    """The office has read the programme when a provider takes a course out; its courses then."""
    office, provider = (By(make_person(), Via.DESK) for _ in range(2))
    other, _third = other_courses()
    put(KEY, OWN, office)
    put(KEY, other.key, office)
    services.take_course_out(key=KEY, course=other.key, by=office)
    read = programmes.stated_programmes

    def leave():
        services.take_course_out(key=KEY, course=OWN, by=provider)
        connection.close()

    rival = threading.Thread(target=leave)

    def read_then_lose_the_turn(keys):
        found = read(keys)
        if threading.current_thread() is not rival:
            rival.start()
            # Held up by the lock; without it, done by then.
            rival.join(2)
            assert rival.is_alive() == locked
        return found

    monkeypatch.setattr(programmes, "stated_programmes", read_then_lose_the_turn)
    if not locked:
        monkeypatch.setattr(programmes.locks, "hold_one_of", lambda *args: None)
    put(KEY, other.key, office)
    rival.join()
    rows = ProgrammeCourse.objects.filter(programme__key=KEY)
    return set(rows.values_list("course__key", flat=True)) & {OWN, other.key}, other.key


def test_who_leaves_while_another_course_is_put_in_is_out(committed, monkeypatch):
    courses, other = leave_while_another_is_put_in(monkeypatch, locked=True)

    assert courses == {other}


def test_control_without_the_lock_it_is_put_back(committed, monkeypatch):
    """If this fails, the race above was never a race and proves nothing."""
    courses, other = leave_while_another_is_put_in(monkeypatch, locked=False)

    assert courses == {OWN, other}
