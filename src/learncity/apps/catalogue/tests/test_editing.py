"""From a draft to what the public reads: step by step, reviewed by somebody else."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from learncity.apps.catalogue import queries, services
from learncity.apps.catalogue.models import Course, Edition
from learncity.apps.catalogue.types import (
    Category,
    ChangedElsewhere,
    ChangedMeanwhile,
    CourseState,
    IsInReview,
    MayNotPublish,
    NotComplete,
    NotInReview,
    OwnWork,
    ReasonMissing,
    SubjectElsewhere,
    mark_of,
)
from learncity.apps.classes import services as classes
from learncity.apps.classes.factories import OPENING, make_class
from learncity.apps.classes.types import NotOffered
from learncity.apps.notices import queries as notices
from learncity.apps.organizations import services as organizations
from learncity.apps.people import services as people
from learncity.apps.people.factories import make_person
from learncity.apps.people.types import MergeReason
from learncity.kernel import audit, outbox
from learncity.kernel.acting import By, Via

CENTRE = "qiaotou-learning-centre"
WHOLE = {
    "title": {"en": "Mending bicycles"},
    "summary": {"en": "Brakes, chains, tyres."},
    "subject": "crafts",
    "effort_total": 600,
    "pays": {"LEARNER": 0},
    "taught_in": ["zh-Hans"],
    "skills": ["repairing-things"],
}
pytestmark = pytest.mark.usefixtures("city")


@pytest.fixture
def author(account_of):
    return By(account_of("demo-provider").person_id, Via.DESK)


@pytest.fixture
def reviewer(account_of):
    return By(account_of("demo-operator").person_id, Via.DESK)


@pytest.fixture
def key(author):
    return services.begin_course(
        organization_key=CENTRE, title=WHOLE["title"], category=Category.HOBBIES, by=author,
        at=timezone.now(),
    )  # fmt: skip


def say(act, key, by, **more):
    if act == "publish" and "seen" not in more:
        edition = Edition.objects.filter(course__key=key).order_by("edited_at").last()
        more["seen"] = mark_of(edition.stated)
    return getattr(services, act)(key=key, by=by, at=timezone.now(), **more)


def send_in(key, by):
    say("write_edition", key, by, said=WHOLE)
    say("send_in", key, by)


def open_edition(key):
    return Edition.objects.get(course__key=key)


def test_what_is_published_is_what_was_read(key, author, reviewer):
    send_in(key, author)
    read = mark_of(open_edition(key).stated)
    say("take_back", key, author)
    say("write_edition", key, author, said={"summary": {"vi": "Chữ khác"}})
    say("send_in", key, author)
    with pytest.raises(ChangedMeanwhile):
        services.publish(key=key, seen=read, by=reviewer, at=timezone.now())
    assert queries.find_course(key) is None


def test_the_public_sees_a_course_when_somebody_else_published_it(key, author, reviewer):
    before = queries.counts()[Category.HOBBIES]
    assert key == "mending-bicycles"
    send_in(key, author)
    assert queries.find_course(key) is None
    assert queries.search(text="bicycles").total == 0

    say("publish", key, reviewer)

    found = queries.find_course(key)
    assert (found.subject.key, found.effort_total) == ("crafts", 600)
    assert [s.key for s in queries.skills_of([found.id])[found.id]] == ["repairing-things"]
    assert queries.search(text="bicycles").total == 1
    assert queries.counts()[Category.HOBBIES] == before + 1
    told = [m.title for m in notices.inbox(author.person_id)]
    assert any("Mending bicycles" in title for title in told)
    assert not any("{" in title for title in told)
    assert [e.action for e in audit.latest(4)] == [
        f"catalogue.course_{what}" for what in ("published", "sent_in", "edited", "begun")
    ]


def test_nobody_reviews_their_own_work_nor_with_another_record_of_theirs(key, author, reviewer):
    send_in(key, author)
    with pytest.raises(OwnWork):
        say("publish", key, author)
    twin = make_person("某人")
    people.merge(
        keep=author.person_id, other=twin, reason=MergeReason.SAME_DOCUMENT, by=reviewer,
        at=timezone.now(),
    )  # fmt: skip
    with pytest.raises(OwnWork):
        say("send_back", key, By(twin, Via.DESK), reason="x")


def test_the_database_alone_refuses_a_review_of_ones_own_work(key, author):
    send_in(key, author)
    for column in ("edited_by_id", "submitted_by_id"):
        with pytest.raises(IntegrityError, match="reviewed_by_somebody_else"), transaction.atomic():
            Edition.objects.update(
                **{"edited_by_id": None, "submitted_by_id": None, column: author.person_id},
                decided_by_id=author.person_id, decided_at=timezone.now(), state="PUBLISHED",
            )  # fmt: skip


def test_the_database_alone_says_what_the_public_sees(key):
    with pytest.raises(Exception, match="generated"), transaction.atomic():
        connection.cursor().execute("UPDATE catalogue_course SET is_shown = true")
    assert not Course.objects.get(key=key).is_shown


def test_what_comes_back_has_a_reason_and_goes_in_again(key, author, reviewer):
    send_in(key, author)
    with pytest.raises(IsInReview):
        say("write_edition", key, author, said={"needs": {"en": "A bicycle"}})
    with pytest.raises(ReasonMissing):
        say("send_back", key, reviewer, reason=" ")
    say("send_back", key, reviewer, reason="Where is the price of parts?")
    with pytest.raises(NotInReview):
        say("publish", key, reviewer)
    assert open_edition(key).reason == "Where is the price of parts?"
    assert "price of parts" in notices.inbox(author.person_id)[0].body

    say("write_edition", key, author, said={"needs": {"en": "15 yuan for parts"}})
    say("send_in", key, author)
    say("publish", key, reviewer)
    assert queries.find_course(key).needs == {"en": "15 yuan for parts"}


def test_sent_in_twice_it_waits_once_and_taken_back_it_waits_no_more(key, author, reviewer):
    send_in(key, author)
    say("send_in", key, author)
    assert [e.key for e in queries.to_review()] == [key]
    say("take_back", key, author)
    say("take_back", key, author)
    assert queries.to_review() == []


def test_what_is_not_complete_is_not_sent_in(key, author):
    with pytest.raises(NotComplete):
        say("send_in", key, author)
    with pytest.raises(SubjectElsewhere):
        say("write_edition", key, author, said={"subject": "bookkeeping"})


def test_the_public_reads_what_was_reviewed_while_it_is_changed(author, reviewer):
    key = "small-shop-bookkeeping"
    before = queries.find_course(key)
    say("open_edition", key, author)
    say("write_edition", key, author, said={"title": {"en": "Other"}})
    assert queries.find_course(key).title == before.title
    found = queries.find_edition(key)
    assert (found.state, found.published.title["en"]) == (CourseState.DRAFT, before.title["en"])


def test_withdrawn_nobody_finds_it_and_its_classes_take_nobody(author, reviewer):
    class_key, someone = make_class(), make_person()
    say("withdraw", "small-shop-bookkeeping", author, reason="No teacher")
    say("withdraw", "small-shop-bookkeeping", author, reason="No teacher")
    assert queries.find_course("small-shop-bookkeeping") is None
    with pytest.raises(NotOffered):
        classes.apply(class_key=class_key, person_id=someone, by=author, at=OPENING)


def test_a_suspended_provider_publishes_nothing_and_takes_nobody(key, author, reviewer):
    class_key, someone = make_class(), make_person()
    staying = make_person()
    classes.apply(class_key=class_key, person_id=staying, by=author, at=OPENING)
    send_in(key, author)
    provider = queries.find_course("small-shop-bookkeeping").provider_key
    at = timezone.now()
    organizations.suspend(key=provider, reason="Fire doors", evidence="", by=reviewer, at=at)
    if provider != CENTRE:
        organizations.suspend(key=CENTRE, reason="Fire doors", evidence="", by=reviewer, at=at)
    while outbox.dispatch(at=timezone.now()):
        pass

    with pytest.raises(MayNotPublish):
        say("publish", key, reviewer)
    assert queries.find_course("small-shop-bookkeeping") is None
    with pytest.raises(NotOffered):
        classes.apply(class_key=class_key, person_id=someone, by=author, at=OPENING)
    # Who is in it stays, and the same answer as before is given.
    assert classes.apply(class_key=class_key, person_id=staying, by=author, at=OPENING).receipt

    organizations.lift_suspension(key=provider, reason="Mended", by=reviewer, at=timezone.now())
    while outbox.dispatch(at=timezone.now()):
        pass
    assert queries.find_course("small-shop-bookkeeping") is not None
    assert classes.apply(class_key=class_key, person_id=someone, by=author, at=OPENING)


LISTED = "small-shop-bookkeeping"


def list_says(**changed):
    """The office's list changes a published course, as its import does."""
    course = Course.objects.get(key=LISTED)
    for name, value in changed.items():
        setattr(course, name, value)
    services.write_courses([course])


def to_publish(author, reviewer):
    say("send_in", LISTED, author)
    say("publish", LISTED, reviewer, seen=queries.find_edition(LISTED).mark)


def test_what_the_office_changed_meanwhile_is_not_taken_back(author, reviewer):
    was = queries.find_course(LISTED)
    say("open_edition", LISTED, author)
    say("write_edition", LISTED, author, said={"needs": {"en": "Nothing"}, "effort_total": 60,
                                               "effort_weekly": None})  # fmt: skip
    list_says(level="ADVANCED", title={**was.title, "vi": "Khác"}, audiences=["SENIORS"])

    found = queries.find_edition(LISTED)
    assert (found.clashes, found.said["level"]) == ((), "ADVANCED")
    to_publish(author, reviewer)

    now = queries.find_course(LISTED)
    assert (now.level, now.audiences, now.needs) == ("ADVANCED", ("SENIORS",), {"en": "Nothing"})
    assert now.title == {**was.title, "vi": "Khác"}
    assert (now.effort_total, now.effort_weekly) == (60, None)


def test_who_read_it_before_the_office_changed_it_reads_it_again(author, reviewer):
    say("open_edition", LISTED, author)
    say("write_edition", LISTED, author, said={"needs": {"en": "Nothing"}})
    say("send_in", LISTED, author)
    seen = queries.find_edition(LISTED).mark
    list_says(level="ADVANCED")

    with pytest.raises(ChangedMeanwhile):
        say("publish", LISTED, reviewer, seen=seen)
    say("publish", LISTED, reviewer, seen=queries.find_edition(LISTED).mark)


@pytest.mark.parametrize("newer", [(), ("title.en", "pays"), ("title.en",)])
def test_what_both_changed_is_asked_about_and_nothing_goes_in_before(author, reviewer, newer):
    was = queries.find_course(LISTED)
    say("open_edition", LISTED, author)
    ours = {"title": {**was.title, "en": "Ours"}, "pays": {"LEARNER": 100}}
    say("write_edition", LISTED, author, said=ours)
    list_says(title={**was.title, "en": "Theirs"}, learner_pays=200, level="ADVANCED")

    found = queries.find_edition(LISTED)
    assert [(c.slug, c.ours) for c in found.clashes] == [
        ("title.en", "Ours"), ("pays", {"LEARNER": 100}),
    ]  # fmt: skip
    with pytest.raises(ChangedElsewhere):
        say("send_in", LISTED, author)
    # Writing something else chooses nothing.
    say("write_edition", LISTED, author, said={"needs": {"en": "Nothing"}})
    assert len(queries.find_edition(LISTED).clashes) == 2
    say("choose", LISTED, author, newer=newer)
    assert queries.find_edition(LISTED).clashes == ()
    to_publish(author, reviewer)

    now = queries.find_course(LISTED)
    assert now.title["en"] == ("Theirs" if "title.en" in newer else "Ours")
    assert now.title["zh-Hans"] == was.title["zh-Hans"]
    assert now.pays["LEARNER"] == (200 if "pays" in newer else 100)
    assert (now.level, now.needs) == ("ADVANCED", {"en": "Nothing"})


def test_in_review_what_both_changed_goes_back(author, reviewer):
    say("open_edition", LISTED, author)
    say("write_edition", LISTED, author, said={"level": "IMPROVER"})
    say("send_in", LISTED, author)
    list_says(level="ADVANCED")

    with pytest.raises(ChangedElsewhere):
        say("publish", LISTED, reviewer, seen=queries.find_edition(LISTED).mark)
    with pytest.raises(IsInReview):
        say("choose", LISTED, author, newer=["level"])
    say("send_back", LISTED, reviewer, reason="Choose")
    say("choose", LISTED, author, newer=["level"])
    assert queries.find_edition(LISTED).said["level"] == "ADVANCED"


def test_what_somebody_left_as_it_was_shown_is_not_written(author):
    was = queries.find_course(LISTED)
    shown = {"title": dict(was.title), "needs": dict(was.needs)}
    list_says(title={**was.title, "vi": "Khác"})
    said = {"title": {**was.title, "en": "Ours"}, "needs": dict(was.needs)}

    say("write_edition", LISTED, author, said=said, shown=shown)

    assert queries.find_edition(LISTED).said["title"] == {**was.title, "vi": "Khác", "en": "Ours"}
