"""A request has a clock from its first moment: answered, done or refused, each step told."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection

from learncity.apps.notices import queries as notices
from learncity.apps.people import queries as people_queries
from learncity.apps.people import services as people
from learncity.apps.people.factories import make_person
from learncity.apps.people.types import MergeReason
from learncity.apps.places.models import Place
from learncity.apps.privacy import queries, services
from learncity.apps.privacy.models import Clock, DayOff, Request
from learncity.apps.privacy.types import (
    AlreadyAnswered,
    AlreadyAsked,
    AlreadyExtended,
    AnswerMissing,
    NoClock,
    OwnRequest,
    RefusalReason,
    RequestKind,
    RequestNotFound,
    RequestState,
)
from learncity.kernel import audit
from learncity.kernel.acting import SYSTEM, By, Via

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
# Friday before Tết, ten in the morning of Việt Nam.
TET_FRIDAY = datetime(2026, 2, 13, 3, 0, tzinfo=UTC)
OFFICER = By(None, Via.DESK)


def ask(person, kind=RequestKind.ACCESS, at=AT, words="Everything of 2026."):
    return services.ask(person_id=person, kind=kind, words=words, by=By(person, Via.WEB), at=at)


def answer(request, granted=True, words="We do it.", reason=None, at=AT):
    return services.answer(
        number=request.number, granted=granted, words=words, reason=reason, by=OFFICER, at=at
    )


@pytest.fixture
def hanoi_resident(city):
    """Somebody who lives in Việt Nam, where other terms count."""
    place = Place.objects.create(
        key="ha-noi", path="ha-noi", kind="PROVINCE", name={"vi": "Hà Nội"}
    )
    Clock.objects.create(
        key="vn", place=place, country="VN", kinds=[*RequestKind], since=date(2026, 1, 1),
        answer_days=2, answer_in="WORKING", done_days=15, done_in="CALENDAR", extension_days=15,
    )  # fmt: skip
    person = make_person("Nguyễn Văn Thử", language="vi")
    people.describe(person_id=person, name="Nguyễn Văn Thử")
    people.settle({person: place.id}, by=SYSTEM, at=datetime.now(UTC))
    return person


def test_t38_a_request_on_the_friday_before_tet_is_due_by_the_vietnamese_calendar(hanoi_resident):
    asked = ask(hanoi_resident, at=TET_FRIDAY)

    assert (asked.country, asked.answer_by) == ("VN", date(2026, 2, 24))
    assert asked.done_by == date(2026, 2, 28)


def test_the_clock_is_that_of_the_persons_place(resident, hanoi_resident):
    # Fifteen working days after Friday the 20th of November, and 30 days.
    mine = ask(resident)
    assert (mine.country, mine.answer_by) == ("CN", date(2026, 12, 11))
    assert mine.done_by == date(2026, 12, 20)


def test_of_whom_nobody_knows_where_they_live_the_strictest_clock_counts(hanoi_resident):
    stranger = make_person()
    assert ask(stranger).country == "VN"


def test_a_newer_rule_counts_from_its_day(hanoi_resident):
    old = Clock.objects.get(key="vn")
    Clock.objects.create(
        key="vn-2027", place=old.place, country="VN", kinds=[*RequestKind],
        since=date(2026, 11, 21), answer_days=1, answer_in="WORKING",
        done_days=10, done_in="CALENDAR",
    )  # fmt: skip
    before = ask(hanoi_resident, RequestKind.ACCESS)
    after = ask(hanoi_resident, RequestKind.CORRECTION, at=AT + timedelta(days=1))
    assert (before.answer_by, after.answer_by) == (date(2026, 11, 25), date(2026, 11, 23))


def test_days_that_the_city_states_move_the_clock(resident):
    DayOff.objects.create(
        key="flood", country="CN", first=date(2026, 11, 23), last=date(2026, 11, 24)
    )
    assert ask(resident).answer_by == date(2026, 12, 15)


def test_a_year_that_nobody_decreed_is_said_and_never_makes_an_answer_late(resident):
    ask(resident, at=datetime(2026, 12, 20, 2, 0, tzinfo=UTC))
    assert queries.guessed_countries() == ["CN"]


def test_without_a_clock_nothing_is_taken_in(resident):
    Clock.objects.all().delete()
    with pytest.raises(NoClock):
        ask(resident)


def test_the_same_is_asked_once_and_again_when_it_is_over(resident):
    first = ask(resident)
    with pytest.raises(AlreadyAsked):
        ask(resident)
    ask(resident, RequestKind.CORRECTION)
    for _ in range(2):
        took = services.take_back(
            number=first.number, person_id=resident, by=By(resident, Via.WEB), at=AT
        )
        assert took.state == RequestState.TAKEN_BACK
    assert ask(resident).number != first.number


def test_each_step_is_told_once_in_the_persons_language(hanoi_resident, drain):
    asked = ask(hanoi_resident)
    services.extend(number=asked.number, words="Nhiều giấy tờ.", by=OFFICER, at=AT)
    answer(asked, words="Được.")
    services.finish(number=asked.number, by=OFFICER, at=AT)
    services.finish(number=asked.number, by=OFFICER, at=AT)
    drain()

    inbox = notices.inbox(hanoi_resident)
    assert [m.language for m in inbox] == ["vi"] * 4
    assert all(asked.number in m.title for m in inbox)
    assert any("Được." in m.body for m in inbox)


def test_a_refusal_says_why(resident, drain):
    asked = ask(resident)
    with pytest.raises(AnswerMissing):
        answer(asked, granted=False)
    with pytest.raises(AnswerMissing):
        answer(asked, words=" ")
    refused = answer(asked, granted=False, words="档案法要求保存。", reason=RefusalReason.LAW)
    drain()

    assert (refused.state, refused.reason) == (RequestState.REFUSED, RefusalReason.LAW)
    assert "档案法要求保存。" in notices.inbox(resident)[0].body
    with pytest.raises(AlreadyAnswered):
        answer(asked)
    with pytest.raises(AlreadyAnswered):
        services.finish(number=asked.number, by=OFFICER, at=AT)
    with pytest.raises(AlreadyAnswered):
        services.take_back(number=asked.number, person_id=resident, by=By(resident, Via.WEB), at=AT)


def test_the_time_is_extended_once_and_only_by_what_the_rule_says(resident):
    asked = ask(resident)
    longer = services.extend(number=asked.number, words="很多档案。", by=OFFICER, at=AT)
    assert longer.done_by - asked.done_by == timedelta(days=15)
    assert longer.answer_by == asked.answer_by
    with pytest.raises(AlreadyExtended):
        services.extend(number=asked.number, words="再等等。", by=OFFICER, at=AT)


def test_the_request_of_another_is_not_found(resident):
    asked = ask(resident)
    other = make_person()
    with pytest.raises(RequestNotFound):
        services.take_back(number=asked.number, person_id=other, by=By(other, Via.WEB), at=AT)
    assert queries.find_request(asked.number, person_id=other) is None


def test_the_worklist_begins_with_what_is_due_next(resident, hanoi_resident):
    later, sooner = ask(resident), ask(hanoi_resident)
    assert [r.number for r in queries.worklist()] == [sooner.number, later.number]
    counts = queries.counts(at=AT + timedelta(days=14))
    assert (counts["open"], counts["overdue"], counts["soon"]) == (2, 1, 0)
    answer(sooner, at=AT + timedelta(days=14))
    assert queries.counts(at=AT)["late"] == 1


def test_the_worklist_of_a_region_has_whose_kept_record_lives_there(resident, hanoi_resident):
    here = people_queries.persons([resident])[resident].home_id
    there = people_queries.persons([hanoi_resident])[hanoi_resident].home_id
    mine, theirs = ask(resident), ask(hanoi_resident)
    people.merge(
        keep=hanoi_resident, other=resident, reason=MergeReason.PERSON_SAYS, by=SYSTEM, at=AT
    )
    assert queries.worklist(home_ids=[here]) == []
    found = {r.number for r in queries.worklist(home_ids=[there])}
    assert found == {mine.number, theirs.number}
    for homes, n in (([here], 0), ([there], 2), (None, 2)):
        assert queries.counts(at=AT, home_ids=homes)["open"] == n


def test_nobody_answers_extends_or_finishes_their_own_request(resident):
    asked, other = ask(resident), make_person()
    people.merge(keep=other, other=resident, reason=MergeReason.PERSON_SAYS, by=SYSTEM, at=AT)
    said = {"number": asked.number, "at": AT}
    for by in (By(resident, Via.DESK), By(other, Via.DESK)):
        with pytest.raises(OwnRequest):
            services.answer(granted=True, words="Yes.", reason=None, by=by, **said)
        with pytest.raises(OwnRequest):
            services.extend(words="Much.", by=by, **said)
    answer(asked)
    for by in (By(resident, Via.DESK), By(other, Via.DESK)):
        with pytest.raises(OwnRequest):
            services.finish(by=by, **said)
    assert services.finish(by=OFFICER, **said).state == RequestState.DONE


def test_who_asked_for_it_is_restricted(resident):
    other = make_person()
    asked = ask(resident, RequestKind.RESTRICTION)
    assert queries.restricted([resident, other]) == set()
    answer(asked)
    assert queries.restricted([resident, other]) == {resident}


def test_what_the_office_does_is_in_the_trail_and_names_nobody(resident):
    asked = ask(resident, words="我叫刘建军")
    services.note_request_read(number=asked.number, by=OFFICER)
    answer(asked, words="刘建军您好")
    trail = audit.latest(2)
    assert [e.action for e in trail] == ["privacy.request_answered", "privacy.request_read"]
    assert "刘建军" not in "".join(f"{e.subject}{e.detail}" for e in trail)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"state": "LOST"}, "privacy_state_known"),
        ({"state": "GRANTED"}, "privacy_answer_has_its_time"),
        ({"state": "DONE", "answered_at": AT}, "privacy_done_has_its_time"),
        ({"state": "REFUSED", "answered_at": AT}, "privacy_refusal_has_its_reason"),
        ({"done_by": date(2026, 1, 1)}, "privacy_answered_before_done"),
    ],
)
def test_the_database_alone_refuses_what_cannot_be(resident, fields, constraint):
    asked = ask(resident)
    with pytest.raises(IntegrityError, match=constraint):
        Request.objects.filter(number=asked.number).update(**fields)


def race(person):
    start, told = threading.Barrier(2), []

    def run():
        start.wait()
        try:
            told.append(ask(person).state)
        except AlreadyAsked:
            told.append("ALREADY ASKED")
        except IntegrityError as error:
            told.append(str(error).partition('"')[2].partition('"')[0])
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(told)


def test_asking_twice_at_once_is_one_request(committed):
    assert race(make_person()) == ["ALREADY ASKED", RequestState.RECEIVED]


def test_control_without_the_lock_the_second_is_refused_by_the_database(committed, monkeypatch):
    """If this fails, the race above was never a race and proves nothing."""
    both, asked = threading.Barrier(2, timeout=60), services._asked

    def read_together(person_id, kind):
        found = asked(person_id, kind)
        list(found)
        both.wait()
        return found

    monkeypatch.setattr(services, "lock", lambda person_id: None)
    monkeypatch.setattr(services, "_asked", read_together)

    assert race(make_person()) == [RequestState.RECEIVED, "privacy_one_open_request_per_kind"]
