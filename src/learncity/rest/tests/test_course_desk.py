"""A course from a draft to the public, and many classes changed at once, by programs."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from learncity.apps.catalogue.models import Course, Edition

from .conftest import OTHER_CLASS, OWN_CLASS

API = "/api/v1"
COURSE = f"{API}/desk/courses/mending-bicycles"
REVIEW = f"{API}/office/courses/mending-bicycles"
SAID = {
    "summary": {"en": "Brakes"}, "subject": "crafts", "skills": ["repairing-things"],
    "effort": {"total": 600}, "pays": {"LEARNER": 1550}, "taught_in": ["zh-Hans"],
    "credits": {"hundredths": 150, "unit": "CREDIT"},
    "materials": [{"title": {"en": "Spanners"}, "kind": "TOOLS"}],
}  # fmt: skip


def send(client, method, path, data=None):
    return getattr(client, method)(path, data, content_type="application/json")


@pytest.fixture
def draft(staff):
    answer = send(staff, "post", f"{API}/desk/course-drafts", {
        "organization": "qiaotou-learning-centre", "category": "HOBBIES",
        "title": {"en": "Mending bicycles"},
    })  # fmt: skip
    assert (answer.status_code, answer.json()["state"]) == (201, "DRAFT")
    return answer.json()


def test_a_program_takes_a_course_from_a_draft_to_the_public(staff, operator, client, draft):
    assert "PRICE" in draft["missing"]
    assert send(staff, "post", f"{COURSE}/submission").json()["code"] == "not_complete"
    written = send(staff, "patch", f"{COURSE}/edition", SAID).json()
    assert written["missing"] == []
    assert (written["says"]["category"], written["skills"]) == ("HOBBIES", ["repairing-things"])
    # What is left out stays.
    changed = send(staff, "patch", f"{COURSE}/edition", {"credits": None}).json()
    assert changed["says"]["credits"] is None
    assert changed["says"]["materials"] == written["says"]["materials"]

    assert send(staff, "post", f"{COURSE}/submission").json()["state"] == "IN_REVIEW"
    assert send(staff, "patch", f"{COURSE}/edition", SAID).json()["code"] == "is_in_review"
    assert [one["key"] for one in operator.get(f"{API}/office/courses").json()["items"]] == [
        "mending-bicycles"
    ]
    back = send(operator, "post", f"{REVIEW}/return", {"reason": "Say what about the chain."})
    assert back.json()["state"] == "RETURNED"
    assert staff.get(f"{COURSE}/edition").json()["reason"] == "Say what about the chain."

    send(staff, "patch", f"{COURSE}/edition", {"summary": {"en": "Brakes and the chain"}})
    send(staff, "post", f"{COURSE}/submission")
    mark = operator.get(REVIEW).json()["mark"]
    wrong = send(operator, "post", f"{REVIEW}/publication", {"mark": "0" * 32})
    assert wrong.json()["code"] == "changed_meanwhile"
    assert client.get(f"{API}/courses/mending-bicycles").status_code == 404
    done = send(operator, "post", f"{REVIEW}/publication", {"mark": mark}).json()
    assert done["state"] == "PUBLISHED"
    public = client.get(f"{API}/courses/mending-bicycles").json()
    assert public["summary"] == {"en": "Brakes and the chain"}


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"subject": "nothing-known"}, "not_listed"),
        ({"skills": ["nothing-known"]}, "not_listed"),
        ({"effort": {"weekly": 90, "total": 60}}, "effort_impossible"),
    ],
)
def test_what_cannot_be_is_not_written(staff, draft, said, code):
    answer = send(staff, "patch", f"{COURSE}/edition", said)

    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert staff.get(f"{COURSE}/edition").json()["mark"] == draft["mark"]


def test_nobody_begins_a_course_for_others_or_publishes_their_own(staff, operator):
    other = {"organization": "lamplight-night-school", "category": "HOBBIES", "title": {"en": "X"}}
    assert send(staff, "post", f"{API}/desk/course-drafts", other).status_code == 404
    key = send(operator, "post", f"{API}/desk/course-drafts", other).json()["key"]
    own = f"{API}/desk/courses/{key}"
    assert send(operator, "patch", f"{own}/edition", SAID).status_code == 200
    assert send(operator, "post", f"{own}/submission").status_code == 200
    mark = operator.get(f"{API}/office/courses/{key}").json()["mark"]
    answer = send(operator, "post", f"{API}/office/courses/{key}/publication", {"mark": mark})
    assert answer.json()["code"] == "own_work"


def seats(client):
    return client.get(f"{API}/classes/{OWN_CLASS}").json()["seats"]["total"]


def test_seats_are_looked_at_changed_once_and_given_back(staff):
    before, change = seats(staff), {"kind": "seats", "seats": 3}
    asked = {"classes": [OWN_CLASS], "wish": change}
    (line,) = send(staff, "post", f"{API}/desk/class-changes/preview", asked).json()["items"]
    assert (line["class_key"], line["is_possible"]) == (OWN_CLASS, True)
    assert seats(staff) == before

    asked["id"] = str(uuid4())
    for _twice in range(2):
        done = send(staff, "post", f"{API}/desk/class-changes", asked)
        assert (done.status_code, seats(staff)) == (200, before + 3)
    assert done.json()["can_be_undone_until"]
    path = f"{API}/desk/class-changes/{asked['id']}"
    assert send(staff, "delete", path).json()["undone_at"]
    assert seats(staff) == before
    assert send(staff, "delete", path).status_code == 409
    assert staff.get(path).json()["can_be_undone_until"] is None


@pytest.mark.parametrize(
    "asked",
    [
        {"classes": [OTHER_CLASS], "wish": {"kind": "seats", "seats": 3}},
        {"classes": [OWN_CLASS, OTHER_CLASS], "wish": {"kind": "seats", "seats": 3}},
        {"classes": [OWN_CLASS], "wish": {"kind": "room", "venue": "nowhere", "room": "1"}},
    ],
)
def test_classes_and_rooms_of_others_are_not_found(staff, asked):
    path = f"{API}/desk/class-changes"
    assert send(staff, "post", f"{path}/preview", asked).status_code == 404
    assert send(staff, "post", path, {**asked, "id": str(uuid4())}).status_code == 404


def test_a_week_of_meetings_is_read_by_who_runs_them(staff, operator, worker):
    mine = staff.get(f"{API}/desk/meetings").json()["items"]
    everybody_s = operator.get(f"{API}/desk/meetings").json()["items"]

    assert {m["number"] for m in mine}
    assert len(mine) < len(everybody_s)
    assert staff.get(f"{API}/desk/meetings?week=1980-01-01").json()["items"] == []
    assert worker.get(f"{API}/desk/meetings").status_code == 403


def test_the_queue_of_reviews_comes_in_parts(staff, operator):
    at = timezone.now()
    courses = list(Course.objects.filter(is_shown=True).order_by("key")[:5])
    Edition.objects.bulk_create(
        Edition(course=c, stated={"title": {}}, state="IN_REVIEW", edited_at=at,
                submitted_at=at - timedelta(days=n // 2))
        for n, c in enumerate(courses)
    )  # fmt: skip
    whole = operator.get(f"{API}/office/courses").json()
    assert (whole["total"], whole["next"]) == (5, None)
    in_parts, address = [], f"{API}/office/courses?limit=1"
    while address:
        part = operator.get(address).json()
        assert (len(part["items"]), part["total"]) == (1, 5)
        in_parts += part["items"]
        address = part["next"]
    assert in_parts == whole["items"]
    assert {one["key"] for one in in_parts} == {c.key for c in courses}


def test_a_program_says_what_it_read_and_is_told_when_that_changed(staff, draft):
    said = {"needs": {"en": "A bicycle"}, "mark": draft["mark"]}
    assert send(staff, "patch", f"{COURSE}/edition", said).status_code == 200
    said = {"needs": {"en": "Two bicycles"}, "mark": draft["mark"]}
    answer = send(staff, "patch", f"{COURSE}/edition", said)
    assert (answer.status_code, answer.json()["code"]) == (409, "changed_meanwhile")
    assert staff.get(f"{COURSE}/edition").json()["says"]["needs"] == {"en": "A bicycle"}


def test_a_program_settles_what_was_changed_elsewhere_too(staff):
    own = f"{API}/desk/courses/small-shop-bookkeeping"
    send(staff, "patch", f"{own}/edition", {"level": "IMPROVER", "effort": {"total": 600}})
    rows = Course.objects.filter(key="small-shop-bookkeeping")
    rows.update(level="ADVANCED", effort_weekly=None, effort_total=660)
    assert send(staff, "post", f"{own}/submission").json()["code"] == "changed_elsewhere"
    found = staff.get(f"{own}/edition").json()
    clashes = {one["key"]: one for one in found["clashes"]}
    assert clashes["level"]["theirs"] == {"level": "ADVANCED"}
    assert clashes["effort_weekly"]["ours"] == {"effort_weekly": None, "effort_total": 600}

    said = {"newer": ["level"], "mark": found["clashes_mark"]}
    wrong = send(staff, "post", f"{own}/edition/choice", {**said, "mark": "0" * 32})
    assert wrong.json()["code"] == "changed_meanwhile"
    settled = send(staff, "post", f"{own}/edition/choice", said).json()
    assert (settled["clashes"], settled["says"]["level"]) == ([], "ADVANCED")
    assert settled["says"]["effort"]["total"] == 600
    assert send(staff, "post", f"{own}/submission").json()["state"] == "IN_REVIEW"
