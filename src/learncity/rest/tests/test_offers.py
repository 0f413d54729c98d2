"""A provider's program writes its courses and classes, by the rules by which lists are read."""

import pytest
from django.utils import timezone

from learncity.apps.catalogue.models import Course, Edition
from learncity.apps.classes import queries as classes
from learncity.apps.classes.models import CourseClass, Session
from learncity.kernel.models import AuditEntry

from .test_identity import BODIES

API = "/api/v1"
COURSES, CLASSES = f"{API}/desk/courses", f"{API}/desk/classes"
COURSE, CLASS = BODIES["/desk/courses"]["items"][0], BODIES["/desk/classes"]["items"][0]
IN_ROOM = CLASS | {"mode": "IN_PERSON", "link": None, "venue": "qiaotou-centre", "room": "203"}


def send(client, path, *items, **headers):
    return client.post(path, {"items": list(items)}, headers=headers)


def counts(answer):
    assert answer.status_code == 200, answer.content.decode()
    return tuple(answer.json()[name] for name in ("new", "changed", "same"))


def pointed(answer):
    assert (answer.status_code, answer.json()["code"]) == (409, "rows_refused")
    return [e["pointer"] for e in answer.json()["errors"]]


def test_courses_are_written_as_stated_and_again_change_nothing(staff):
    said = COURSE | {
        "title": {"zh-Hans": "会计", "vi": "Kế toán"}, "needs": {"vi": "Bút"}, "level": "ADVANCED",
        "audiences": ["SENIORS", "WOMEN"], "taught_in": ["vi", "zh-Hans"],
    }  # fmt: skip

    assert counts(send(staff, COURSES, said, COURSE | {"key": "second"})) == (2, 0, 0)
    when = Course.objects.get(key="sent").changed_at
    assert counts(send(staff, COURSES, said)) == (0, 0, 1)

    made = Course.objects.get(key="sent")
    assert made.changed_at == when
    assert (made.title, made.needs) == ({"zh-Hans": "会计", "vi": "Kế toán"}, {"vi": "Bút"})
    assert (made.level, made.audiences) == ("ADVANCED", ["SENIORS", "WOMEN"])
    assert made.taught_in == ["vi", "zh-Hans"]
    assert [c["key"] for c in staff.get(f"{API}/courses?q=ke+toan").json()["items"]]


def test_what_is_left_out_is_emptied(staff):
    send(staff, COURSES, COURSE | {"summary": {"en": "Long", "vi": "Dài"}, "taught_in": ["vi"]})

    assert counts(send(staff, COURSES, COURSE | {"summary": {"vi": "Dài"}})) == (0, 1, 0)

    now = Edition.objects.get(course__key="sent").stated
    assert (now["summary"], now["taught_in"]) == ({"vi": "Dài"}, [])


def test_what_a_provider_states_waits_for_review_and_what_the_office_states_does_not(
    staff, operator
):
    send(staff, COURSES, COURSE)
    send(operator, COURSES, COURSE | {"key": "of-the-office"})

    assert list(Course.objects.filter(key__in=["sent", "of-the-office"], is_shown=True)) == [
        Course.objects.get(key="of-the-office")
    ]
    edition = Edition.objects.get(course__key="sent")
    assert edition.submitted_by is not None or edition.state == "DRAFT"


def test_a_published_course_reads_as_before_until_a_change_is_reviewed(staff):
    known = Course.objects.filter(provider__key="qiaotou-learning-centre", is_shown=True)[0]
    before = dict(known.title)
    said = COURSE | {"key": known.key, "category": known.category}
    assert counts(send(staff, COURSES, said)) == (0, 1, 0)
    assert counts(send(staff, COURSES, said)) == (0, 0, 1)

    known.refresh_from_db()
    assert (dict(known.title), known.is_shown) == (before, True)
    assert Edition.objects.get(course=known, decided_at=None).stated["title"] == COURSE["title"]


def test_one_wrong_item_keeps_all_from_being_written(staff):
    answer = send(
        staff, COURSES, COURSE, COURSE | {"key": "Not A Key".replace(" ", "_")},
        COURSE | {"key": "third", "title": {}},
    )  # fmt: skip

    assert pointed(answer) == ["/body/items/1/key", "/body/items/2"]
    assert not Course.objects.filter(key__in=["sent", "third"]).exists()


def test_nobody_writes_for_another_organization(staff, operator):
    other = Course.objects.exclude(provider__key="qiaotou-learning-centre").first()
    before = other.changed_at

    taken = send(staff, COURSES, COURSE | {"key": other.key})
    theirs = send(staff, COURSES, COURSE | {"provider": other.provider.key})

    assert pointed(taken) == ["/body/items/0/key"]
    assert pointed(theirs) == ["/body/items/0/provider"]
    assert Course.objects.get(key=other.key).changed_at == before
    assert counts(send(operator, COURSES, COURSE | {"provider": other.provider.key})) == (1, 0, 0)


def test_who_wrote_is_written_down(staff, account_of):
    send(staff, COURSES, COURSE)
    send(staff, COURSES, COURSE)
    send(staff, CLASSES, CLASS)

    entries = AuditEntry.objects.filter(action__endswith=".offered").order_by("at", "id")
    assert [(e.action, e.via, e.detail) for e in entries] == [
        ("catalogue.offered", "API", {"keys": ["sent"]}),
        ("classes.offered", "API", {"keys": ["sent-1"]}),
    ]
    assert {e.actor_id for e in entries} == {account_of("demo-provider").person_id}


def test_ones_own_courses_are_listed_in_parts(staff, operator):
    found, path = [], f"{COURSES}?limit=2"
    while path:
        part = staff.get(path).json()
        found, path = found + [c["key"] for c in part["items"]], part["next"]

    own = Course.objects.filter(provider__key="qiaotou-learning-centre", ended_at=None)
    assert found == list(own.order_by("id").values_list("key", flat=True))
    assert part["total"] == len(found)
    assert operator.get(COURSES).json()["total"] == Course.objects.count()


def test_classes_are_written_with_their_meetings_and_again_change_nothing(staff):
    twice = [*CLASS["weekly"], {"day": "FRI", "begins": "09:00", "ends": "10:00"}]
    said = CLASS | {
        "weekly": twice, "fee": {"amount": 2000, "currency": "CNY"}, "note": {"vi": "Bút"},
        "language": "vi", "waiting": 3,
    }  # fmt: skip

    assert counts(send(staff, CLASSES, said)) == (1, 0, 0)
    assert counts(send(staff, CLASSES, said)) == (0, 0, 1)

    detail = classes.find_class("sent-1", links=True)
    assert [f"{timezone.localtime(s.starts_at):%a %H:%M}" for s in detail.sessions] == [
        "Wed 18:30", "Fri 09:00", "Wed 18:30", "Fri 09:00",
    ]  # fmt: skip
    assert (detail.card.fee_minor, detail.language, detail.note) == (2000, "vi", {"vi": "Bút"})
    assert {s.link for s in detail.sessions} == {"https://meet.example/"}


def test_a_class_of_the_city_can_be_stated_and_who_teaches_stays(staff):
    key = "bookkeeping-qiaotou-wed"
    before = Session.objects.filter(course_class__key=key).values_list("instructor_id", flat=True)
    teachers = set(before)
    found = CourseClass.objects.get(key=key)
    starts = timezone.localdate(found.starts_at)

    answer = send(
        staff, CLASSES,
        IN_ROOM | {"key": key, "starts": starts.isoformat(), "times": found.sessions_count,
                   "seats": 40, "weekly": [{"day": f"{starts:%a}".upper(), "begins": "06:00",
                                            "ends": "07:00"}]},
    )  # fmt: skip

    assert counts(answer) == (0, 1, 0)
    assert teachers != {None}
    assert set(before.all()) == teachers


def test_a_class_whose_room_is_taken_is_written_and_wants_it(staff):
    assert counts(send(staff, CLASSES, IN_ROOM)) == (1, 0, 0)

    answer = send(staff, CLASSES, CLASS | {"key": "free"}, IN_ROOM | {"key": "late"})

    assert counts(answer) == (2, 0, 0)
    late = Session.objects.filter(course_class__key="late")
    assert {(s.room_id, s.wanted_room.key) for s in late} == {(None, "203")}
    assert answer.json()["without_room"] == [{"key": "late", "meetings": late.count()}]
    # It says so as long as it is so, and of nobody else's classes.
    again = send(staff, CLASSES, CLASS | {"key": "free"}, IN_ROOM | {"key": "late"})
    assert counts(again) == (0, 0, 2)
    assert again.json()["without_room"] == answer.json()["without_room"]
    assert send(staff, CLASSES, CLASS | {"key": "free"}).json()["without_room"] == []


def test_nobody_uses_the_courses_classes_and_rooms_of_another(staff):
    course = Course.objects.exclude(provider__key="qiaotou-learning-centre").first().key
    key = CourseClass.objects.exclude(provider__key="qiaotou-learning-centre").first().key
    answers = [
        send(staff, CLASSES, CLASS | {"course": course, "provider": "qiaotou-learning-centre"}),
        send(staff, CLASSES, CLASS | {"key": key}),
        send(staff, CLASSES, CLASS | {"provider": "wenqu-library"}),
        send(staff, CLASSES, IN_ROOM | {"venue": "wenqu-library-hall"}),
    ]

    assert pointed(answers[0]) == ["/body/items/0/course"]
    assert "/body/items/0/key" in pointed(answers[1])
    assert pointed(answers[2]) == ["/body/items/0/provider"]
    assert "/body/items/0/venue" in pointed(answers[3])


def test_a_class_is_called_off_and_takes_place_after_all(staff, worker):
    send(staff, CLASSES, CLASS)
    worker.post(f"{API}/classes/sent-1/applications")

    assert counts(send(staff, CLASSES, CLASS | {"is_cancelled": True})) == (0, 1, 0)
    assert classes.find_class("sent-1").card.is_cancelled
    assert counts(send(staff, CLASSES, CLASS)) == (0, 1, 0)

    assert not classes.find_class("sent-1").card.is_cancelled
    assert len(worker.get(f"{API}/me/messages").json()["items"]) == 3


@pytest.mark.parametrize("starts", ["0001-01-03", "9999-12-29"])
def test_a_day_outside_any_plan_is_refused(staff, starts):
    assert pointed(send(staff, CLASSES, CLASS | {"starts": starts})) == ["/body/items/0/starts"]


def test_a_mistake_in_a_text_is_pointed_at_as_it_was_sent(staff):
    weekly = [{"day": "WED", "begins": "20:00", "ends": "18:30"}]

    assert "/body/items/0/weekly" in pointed(send(staff, CLASSES, CLASS | {"weekly": weekly}))


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        (COURSES, {"items": []}, "/body/items"),
        (COURSES, {"items": [{**COURSE, "colour": "red"}]}, "/body/items/0/colour"),
        (COURSES, {"items": [{**COURSE, "category": "ART"}]}, "/body/items/0/category"),
        (CLASSES, {"items": [{**CLASS, "seats": "9"}]}, "/body/items/0/seats"),
        (CLASSES, {"items": [{**CLASS, "weekly": []}]}, "/body/items/0/weekly"),
    ],
)
def test_what_is_not_in_the_form_is_pointed_at(staff, path, body, pointer):
    answer = staff.post(path, body)

    assert answer.status_code == 422
    assert [e["pointer"] for e in answer.json()["errors"]] == [pointer]


def test_the_same_request_again_is_answered_the_same(staff):
    answers = [send(staff, COURSES, COURSE, **{"Idempotency-Key": "k1"}) for _ in range(2)]

    assert [counts(a) for a in answers] == [(1, 0, 0), (1, 0, 0)]
    assert answers[1].headers["Idempotent-Replayed"] == "true"


def test_many_cost_as_much_as_few(staff, django_assert_max_num_queries):
    with django_assert_max_num_queries(23):
        send(staff, COURSES, *(COURSE | {"key": f"many-{n}"} for n in range(200)))
