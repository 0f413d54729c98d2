"""What comes on paper is entered by an officer: it counts from its day, and the person is told."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from learncity.apps.notices import queries as notices
from learncity.apps.people import services as people
from learncity.apps.people.factories import make_person
from learncity.apps.people.types import MergeReason
from learncity.apps.privacy import queries, services
from learncity.apps.privacy.models import Consent, Purpose, PurposeText, Request
from learncity.apps.privacy.types import (
    AlreadyAsked,
    Channel,
    DayNotYet,
    Decision,
    NoSuchText,
    OpenAlready,
    OwnPaper,
    PaperMissing,
    RequestKind,
    SaidLater,
)
from learncity.kernel import audit
from learncity.kernel.acting import SYSTEM, By, Via

# Monday, ten in the morning of the city.
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TODAY, FRIDAY, DAY = date(2026, 11, 23), date(2026, 11, 20), timedelta(days=1)
PURPOSE = "results-to-employer"
OFFICER = By(None, Via.DESK)


def enter(person, decision=Decision.GIVEN, version=1, on=FRIDAY, at=AT, **said):
    return services.enter_consent(
        **{"person_id": person, "purpose": PURPOSE, "decision": decision, "version": version,
           "on": on, "paper": "Binder 7, sheet 12", "channel": Channel.COUNTER, "by": OFFICER,
           "at": at} | said
    )  # fmt: skip


def ask(person, kind=RequestKind.ACCESS, on=FRIDAY, at=AT, **said):
    return services.enter_request(
        **{"person_id": person, "kind": kind, "words": "Everything.", "on": on,
           "paper": "Letter 31", "channel": Channel.LETTER, "by": OFFICER, "at": at} | said
    )  # fmt: skip


def says(person, decision, at, version=1):
    return services.decide(
        person_id=person, purpose=PURPOSE, decision=decision, version=version,
        by=By(person, Via.WEB), at=at,
    )  # fmt: skip


def agrees(person, at=AT):
    return queries.has_consent(person, PURPOSE, at=at) is not None


def merge(keep, other):
    people.merge(keep=keep, other=other, reason=MergeReason.NEW_NUMBER, by=SYSTEM, at=AT)


# Consents.


def test_a_consent_on_paper_counts_from_its_day_and_is_told(resident, drain):
    enter(resident)
    (line,) = queries.ledger(resident)
    assert (line.channel, line.paper, line.speaker) == (
        "COUNTER", "Binder 7, sheet 12", "CLERK"
    )  # fmt: skip
    assert line.at.astimezone(UTC) == datetime(2026, 11, 19, 16, 0, tzinfo=UTC)
    assert agrees(resident)
    drain()
    (told,) = notices.inbox(resident)
    assert "20" in told.body
    entry = audit.latest(1)[0]
    assert (entry.action, entry.subject) == ("privacy.consent_entered", f"consent {line.id}")
    assert "Binder" not in str(entry.detail)


def test_entering_the_same_paper_twice_changes_nothing(resident, drain):
    assert enter(resident) == enter(resident)
    drain()
    assert len(notices.inbox(resident)) == 1


def test_what_was_taken_back_on_paper_no_longer_counts(resident, drain):
    enter(resident, on=FRIDAY - DAY)
    gone = enter(resident, Decision.WITHDRAWN)
    assert not agrees(resident)
    assert enter(resident, Decision.WITHDRAWN) == gone
    drain()
    assert len(notices.inbox(resident)) == 2


def test_taking_back_what_was_never_given_leaves_nothing(resident):
    assert enter(resident, Decision.WITHDRAWN) is None
    assert queries.ledger(resident) == []


@pytest.mark.parametrize("decision", Decision)
def test_a_paper_never_outdoes_what_was_said_after_it(resident, decision):
    says(resident, Decision.GIVEN, AT - 2 * DAY)
    if decision == Decision.GIVEN:
        says(resident, Decision.WITHDRAWN, AT - DAY)
    before = agrees(resident)
    with pytest.raises(SaidLater):
        enter(resident, decision, on=FRIDAY)
    assert agrees(resident) == before


def test_in_doubt_the_withdrawal_of_the_day_counts(resident):
    noon = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
    says(resident, Decision.GIVEN, noon)
    enter(resident, Decision.WITHDRAWN, on=FRIDAY)
    assert not agrees(resident)


def test_an_earlier_text_is_kept_as_it_was_read_and_asked_again(resident):
    PurposeText.objects.create(
        purpose=Purpose.objects.get(key=PURPOSE), version=2, text={"en": "new"}, basis="CONSENT",
        since=TODAY,
    )  # fmt: skip
    assert enter(resident, version=1)
    (purpose,) = [p for p in queries.purposes(resident, at=AT) if p.key == PURPOSE]
    assert purpose.asks_again
    assert not purpose.is_given
    with pytest.raises(NoSuchText):
        enter(resident, version=2, on=FRIDAY)
    enter(resident, version=2, on=TODAY)
    assert agrees(resident)


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({"paper": " \n "}, PaperMissing),
        ({"on": TODAY + DAY}, DayNotYet),
        ({"version": 9}, NoSuchText),
        ({"purpose": "none"}, NoSuchText),
    ],
)
def test_what_cannot_be_on_a_paper_is_refused(resident, said, refusal):
    with pytest.raises(refusal):
        enter(resident, **said)
    assert queries.ledger(resident) == []


def test_nobody_enters_their_own_paper_by_whichever_record(resident):
    other = make_person()
    merge(resident, other)
    for own in (resident, other):
        with pytest.raises(OwnPaper):
            enter(resident, by=By(own, Via.DESK))
        with pytest.raises(OwnPaper):
            ask(resident, by=By(own, Via.DESK))


def test_what_was_entered_for_the_kept_record_is_said_by_every_record(resident):
    other = make_person()
    merge(resident, other)
    given, asked = enter(resident), ask(resident)
    assert queries.has_consent(other, PURPOSE, at=AT) == given
    assert [line.id for line in queries.ledger(other)] == [given]
    assert queries.find_request(asked.number, person_id=other) == asked
    with pytest.raises(AlreadyAsked):
        services.ask(
            person_id=other, kind=RequestKind.ACCESS, words="", by=By(other, Via.WEB), at=AT
        )
    says(other, Decision.WITHDRAWN, AT)
    assert not agrees(resident)
    # Separated, each said what it said.
    people.unmerge(keep=resident, other=other, by=SYSTEM, at=AT)
    assert agrees(resident)
    assert queries.requests_of(other) == []


# Requests.


def test_the_clock_of_a_letter_starts_on_the_day_it_came(resident, drain):
    found = ask(resident)
    by_web = make_person()
    people.settle({by_web: None}, by=SYSTEM, at=AT)
    # Fifteen working days after Friday the 20th, not after Monday.
    assert found.answer_by == date(2026, 12, 11)
    assert found.done_by == FRIDAY + 30 * DAY
    assert (found.channel, found.paper) == ("LETTER", "Letter 31")
    drain()
    (told,) = notices.inbox(resident)
    assert found.number in told.title + told.body
    assert audit.latest(1)[0].action == "privacy.request_entered"


def test_a_letter_that_lay_too_long_is_overdue_at_once(resident):
    ask(resident, on=FRIDAY - 60 * DAY)
    assert queries.counts(at=AT)["overdue"] == 1


def test_the_same_letter_twice_is_one_request_and_another_is_refused(resident):
    assert ask(resident) == ask(resident)
    with pytest.raises(OpenAlready):
        ask(resident, paper="Letter 32")
    assert ask(resident, RequestKind.CORRECTION, paper="Letter 32")


@pytest.mark.parametrize(
    ("said", "refusal"), [({"paper": ""}, PaperMissing), ({"on": TODAY + DAY}, DayNotYet)]
)
def test_a_request_without_paper_or_of_tomorrow_is_refused(resident, said, refusal):
    with pytest.raises(refusal):
        ask(resident, **said)
    assert queries.requests_of(resident) == []


# What the database keeps by itself.


@pytest.mark.parametrize(
    ("channel", "paper", "entered_at"),
    [("COUNTER", "", AT), ("PIGEON", "x", AT), ("LETTER", "x", None), ("LETTER", "x", AT - DAY),
     ("", "", AT)],
)  # fmt: skip
def test_the_database_alone_refuses_a_paper_that_is_none(resident, channel, paper, entered_at):
    text = PurposeText.objects.get(purpose__key=PURPOSE)
    with pytest.raises(IntegrityError, match="privacy_paper_came_somehow"), transaction.atomic():
        Consent.objects.create(
            person_id=resident, purpose=text.purpose, text=text, number=1, decision="WITHDRAWN",
            at=AT, via="DESK", speaker="CLERK", channel=channel, paper=paper, entered_at=entered_at,
        )  # fmt: skip
    made = ask(resident, on=TODAY)
    rows = Request.objects.filter(number=made.number)
    with pytest.raises(IntegrityError, match="privacy_request_on_paper_is_named"):
        rows.update(channel=channel, paper=paper, entered_at=entered_at)


# Two clerks at once.


def test_two_clerks_with_one_letter_make_one_request(committed):
    person, told = make_person(), []
    begin = threading.Barrier(2, timeout=60)

    def run():
        try:
            begin.wait()
            told.append(ask(person).number)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 2
    assert len(set(told)) == 1
