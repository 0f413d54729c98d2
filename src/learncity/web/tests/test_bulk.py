"""Many classes at a desk: chosen, looked at, done, undone; the calendar; rooms; copies."""

import pytest
from django.utils import timezone

from learncity.apps.catalogue.models import Course
from learncity.apps.classes import queries
from learncity.apps.classes.models import BulkAct, CourseClass, Session
from learncity.apps.classes.queries import bulk
from learncity.apps.imports import services as imports
from learncity.apps.imports.models import Import
from learncity.apps.organizations import queries as organizations
from learncity.apps.people import queries as people
from learncity.apps.people.factories import make_person
from learncity.apps.roles.factories import make_grant
from learncity.apps.roles.types import Role
from learncity.kernel.ids import uuid7

ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}
KEY, THEIRS = "bookkeeping-qiaotou-wed", "lamplight-night-school"


def text(answer):
    return answer.content.decode()


@pytest.fixture
def desk(signed_in):
    return signed_in("demo-provider")


def post(client, step="", keys=KEY, **said):
    values = {"id": str(uuid7()), "keys": keys, "kind": "seats", "seats": "3", "step": step, **said}
    return client.post("/desk/bulk/", values, **ENGLISH)


def seats():
    return queries.find_class(KEY).card.seats.total


def test_seats_are_changed_step_by_step_and_undone(desk):
    before = seats()
    page = text(desk.post("/desk/bulk/", {"chosen": [KEY]}, **ENGLISH))
    assert "1 class" in page
    page = text(post(desk, "look"))
    assert "Nothing is done yet" in page
    assert seats() == before
    answer = post(desk, "do")
    assert (answer.status_code, seats()) == (302, before + 3)
    assert "It can be undone until" in text(desk.get(answer.url, **ENGLISH))
    assert desk.post(f"{answer.url}undo/").status_code == 302
    assert seats() == before
    assert desk.post(f"{answer.url}undo/").status_code == 422


def test_a_title_in_another_language_is_marked_and_no_markup_is_read(desk):
    course = CourseClass.objects.get(key=KEY).course_id
    Course.objects.filter(pk=course).update(title={"vi": "Sổ sách <quán>"})
    page = text(desk.post("/desk/bulk/", {"chosen": [KEY]}, **ENGLISH))
    assert '<span lang="vi">Sổ sách &lt;quán&gt;</span>' in page
    assert "&lt;span" not in page


def test_all_of_the_list_are_chosen_with_its_filters(desk):
    page = text(desk.post("/desk/bulk/", {"all": "1", "q": "dim-sum"}, **ENGLISH))
    assert "4 classes" in page


def test_classes_of_others_are_not_touched(desk):
    other = CourseClass.objects.exclude(provider__key="qiaotou-learning-centre").first()
    assert post(desk, "do", keys=other.key).status_code == 302
    assert BulkAct.objects.count() == 0
    post(desk, "do", keys=f"{KEY} {other.key}")
    assert [line["key"] for line in BulkAct.objects.get().lines] == [KEY]


def test_what_was_done_is_seen_by_who_did_it_and_the_city(desk, client, signed_in):
    address = post(desk, "do").url
    person = make_person(account=True)
    make_grant(person, Role.STAFF, THEIRS)
    client.force_login(people.find_account(person))
    assert (client.get(address).status_code, client.post(f"{address}undo/").status_code) == (
        404, 404,
    )  # fmt: skip
    assert signed_in("demo-operator").get(address).status_code == 200


def test_what_can_still_be_undone_is_found_again_at_the_desk(desk, client, signed_in):
    address = post(desk, "do").url
    link = f'href="{address}"'
    page = text(desk.get("/desk/", **ENGLISH))
    assert "Change the seats, until" in page
    assert link in page
    # Nor is it lost where no class fits what was looked for.
    assert link in text(desk.get("/desk/?q=nowhere"))

    person = make_person(account=True)
    make_grant(person, Role.STAFF, THEIRS)
    client.force_login(people.find_account(person))
    assert link not in text(client.get("/desk/"))
    assert link not in text(signed_in("demo-operator").get("/desk/"))

    desk = signed_in("demo-provider")
    assert desk.post(f"{address}undo/").status_code == 302
    assert link not in text(desk.get("/desk/"))


def test_what_is_too_late_to_undo_or_did_nothing_is_not_offered(desk):
    address = post(desk, "do").url
    cancelled = post(desk, "do", kind="cancel", reason="Flood").url
    nothing = post(desk, "do").url
    left_alone = BulkAct.objects.latest("at")
    left_alone.lines[0]["is_done"] = False
    left_alone.save()
    page = text(desk.get("/desk/"))
    assert address in page
    assert nothing not in page
    assert cancelled not in page
    BulkAct.objects.update(at=timezone.now() - bulk.UNDO)
    assert address not in text(desk.get("/desk/"))


def test_what_is_missing_is_asked_for(desk):
    answer = post(desk, "look", kind="cancel")
    assert answer.status_code == 422
    assert "Fill this in." in text(answer)


def test_the_list_is_sifted_and_sorted_by_organization(signed_in):
    office = signed_in("demo-operator")
    page = text(office.get(f"/desk/?org={THEIRS}&sort=-provider&state=all", **ENGLISH))
    own = organizations.find_organization(THEIRS)
    n = CourseClass.objects.filter(provider_id=own.id).count()
    assert f"{n} classes" in page
    # The desk of one organization has nothing to choose.
    assert 'name="org"' in page
    assert 'name="org"' not in text(signed_in("demo-provider").get("/desk/"))


@pytest.mark.parametrize("sort", ["title", "-title", "free", "-waiting", "provider", "nonsense"])
def test_every_order_goes_through_every_class_once(signed_in, sort):
    office, seen = signed_in("demo-operator"), []
    for number in (1, 2, 3):
        page = text(office.get(f"/desk/?sort={sort}&state=all&page={number}"))
        seen += page.split('name="chosen" value="')[1:]
    keys = [part.partition('"')[0] for part in seen]
    assert len(keys) == len(set(keys)) == CourseClass.objects.count()


def test_a_week_says_which_room_is_taken_by_whom(desk):
    session = Session.objects.filter(course_class__key=KEY).order_by("starts_at").first()
    rival = Session.objects.filter(course_class__key="bookkeeping-zhenhe-thu").first()
    if rival is None:
        rival = Session.objects.exclude(course_class__key=KEY).filter(
            course_class__provider__key="qiaotou-learning-centre", room__isnull=False
        ).first()  # fmt: skip
    Session.objects.filter(pk=rival.pk).update(
        room=None, wanted_room=session.room_id, instructor=None,
        starts_at=session.starts_at, ends_at=session.ends_at,
    )  # fmt: skip
    week = session.starts_at.date().isoformat()
    page = text(desk.get(f"/desk/calendar/?week={week}", **ENGLISH))
    assert f"room taken by {KEY}" in page
    assert "Nobody" not in page
    assert desk.get(f"/desk/calendar/?week={week}&by=who").status_code == 200
    assert desk.get("/desk/calendar/?week=9999-99-99").status_code == 200
    assert KEY in text(desk.get("/desk/rooms/", **ENGLISH))
    here = f"/desk/classes/{rival.course_class.key}/room/"
    assert f"taken by {KEY}" in text(desk.get(here, **ENGLISH))
    assert desk.post(here, {"room": "none"}).status_code == 302
    assert "Every class has its room" in text(desk.get("/desk/rooms/", **ENGLISH))


def test_a_class_is_copied_by_way_of_a_list(desk, settings, tmp_path):
    from datetime import date

    from learncity.apps.classes.models import Term

    settings.IMPORTS_ROOT = tmp_path / "imports"
    Term.objects.create(
        key="spring", name={"en": "Spring"}, starts_on=date(2027, 3, 1), ends_on=date(2027, 6, 30)
    )
    own = str(organizations.find_organization("qiaotou-learning-centre").id)
    said = {"id": str(uuid7()), "course_class": KEY, "into": "spring", "owner": own}
    answer = desk.post("/desk/copy/", said, **ENGLISH)
    assert answer.status_code == 302, text(answer)
    # Pressed twice, it is one list.
    assert desk.post("/desk/copy/", said, **ENGLISH).url == answer.url
    pk = Import.objects.get().id
    assert imports.run(pk)
    desk.post(f"{answer.url}apply/")
    assert imports.run(pk)
    assert queries.find_class(f"{KEY}-spring") is not None
    again = desk.post("/desk/copy/", {**said, "id": str(uuid7())}, **ENGLISH)
    assert "Everything is copied already: 1 class." in text(again)
