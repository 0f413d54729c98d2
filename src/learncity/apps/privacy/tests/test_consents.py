"""Silence is no consent; saying yes and taking it back are one step each, and both are kept."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from learncity.apps.people.factories import make_person
from learncity.apps.privacy import consenting, queries, services
from learncity.apps.privacy.models import Consent, Disclosure, Purpose, PurposeText
from learncity.apps.privacy.types import (
    ConsentMissing,
    Decision,
    PaperMissing,
    PurposeNotFound,
    Speaker,
    TextHasChanged,
)
from learncity.kernel import audit
from learncity.kernel.acting import By, Via

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
PURPOSE = "results-to-employer"


def decide(person, decision=Decision.GIVEN, version=1, at=AT, purpose=PURPOSE, **said):
    return services.decide(
        person_id=person, purpose=purpose, decision=decision, version=version,
        by=By(person, Via.WEB), at=at, **said,
    )  # fmt: skip


def second_version(since=AT):
    purpose = Purpose.objects.get(key=PURPOSE)
    text = {"zh-Hans": "新", "vi": "mới", "en": "new"}
    return PurposeText.objects.create(
        purpose=purpose, version=2, text=text, basis="CONSENT", since=since.date()
    )


def test_silence_is_no_consent(resident):
    assert queries.has_consent(resident, PURPOSE, at=AT) is None
    assert not any(p.is_given or p.decision for p in queries.purposes(resident, at=AT))


def test_who_agreed_can_be_cited_and_who_took_it_back_cannot(resident):
    given = decide(resident)
    assert queries.has_consent(resident, PURPOSE, at=AT) == given

    decide(resident, Decision.WITHDRAWN)
    assert queries.has_consent(resident, PURPOSE, at=AT) is None
    assert [line.decision for line in queries.ledger(resident)] == ["WITHDRAWN", "GIVEN"]
    assert decide(resident) != given


def test_saying_the_same_twice_changes_nothing(resident):
    assert decide(resident) == decide(resident)
    taken = decide(resident, Decision.WITHDRAWN)
    assert decide(resident, Decision.WITHDRAWN) == taken
    assert Consent.objects.filter(person_id=resident).count() == 2


def test_taking_back_what_was_never_given_writes_nothing(resident):
    assert decide(resident, Decision.WITHDRAWN) is None
    assert not Consent.objects.exists()


def test_a_new_version_asks_again_and_the_old_consent_no_longer_counts(resident):
    decide(resident)
    second_version(since=AT + timedelta(days=1))
    later = AT + timedelta(days=1)

    assert queries.has_consent(resident, PURPOSE, at=AT)
    assert queries.has_consent(resident, PURPOSE, at=later) is None
    (value,) = [p for p in queries.purposes(resident, at=later) if p.key == PURPOSE]
    assert (value.asks_again, value.version) == (True, 2)
    with pytest.raises(TextHasChanged):
        decide(resident, version=1, at=later)
    assert decide(resident, version=2, at=later) == queries.has_consent(resident, PURPOSE, at=later)


def test_taking_back_works_whatever_text_was_read(resident):
    decide(resident)
    second_version()
    assert decide(resident, Decision.WITHDRAWN, version=1)


def test_a_purpose_that_ended_asks_nobody_and_allows_nothing(resident):
    decide(resident)
    Purpose.objects.filter(key=PURPOSE).update(ended_at=AT)

    assert queries.has_consent(resident, PURPOSE, at=AT) is None
    assert PURPOSE not in {p.key for p in queries.purposes(resident, at=AT)}
    with pytest.raises(PurposeNotFound):
        decide(resident)


def test_a_clerk_names_the_paper_and_is_written_to_the_trail(resident, account_of):
    with pytest.raises(PaperMissing):
        decide(resident, speaker=Speaker.CLERK, paper=" ")

    given = decide(resident, speaker=Speaker.CLERK, paper="shelf 3, 2026-0117")

    assert audit.latest(1)[0].subject == f"consent {given}"
    assert Consent.objects.get(pk=given).paper == "shelf 3, 2026-0117"


def test_a_disclosure_cites_the_consent_it_rests_on(resident):
    def disclose():
        return services.disclose(
            person_id=resident, purpose=PURPOSE, recipient="lamplight-electronics",
            what="classes.enrolment", by=By(None, Via.SYSTEM), at=AT,
        )  # fmt: skip

    with pytest.raises(ConsentMissing):
        disclose()
    given = decide(resident)
    assert disclose() == given
    assert Disclosure.objects.get().consent_id == given
    decide(resident, Decision.WITHDRAWN)
    with pytest.raises(ConsentMissing):
        disclose()


def test_consents_of_many_cost_three_queries(resident, django_assert_num_queries):
    given = decide(resident)
    others = [make_person() for _ in range(5)]
    with django_assert_num_queries(3):
        assert queries.consents([resident, *others], PURPOSE, at=AT) == {resident: given}
    with django_assert_num_queries(2):
        queries.purposes(resident, at=AT)


# What the database keeps by itself.


@pytest.mark.parametrize("table", ["privacy_consent", "privacy_purposetext", "privacy_disclosure"])
def test_ledgers_only_grow_whoever_asks(owner, table):
    person = make_person()
    decide(person)
    services.disclose(
        person_id=person, purpose=PURPOSE, recipient="x", what="y", by=By(None, Via.WEB), at=AT
    )
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET id = id", f"TRUNCATE {table}"):
        with pytest.raises(Exception, match=r"append-only|referenced in a foreign key"):
            owner.execute(statement)


@pytest.mark.parametrize("table", ["privacy_consent", "privacy_purposetext", "privacy_disclosure"])
def test_the_application_may_not_even_try(resident, table):
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"DELETE FROM {table}")


def entry(person, **fields):
    text = PurposeText.objects.get(purpose__key=PURPOSE)
    said = {"decision": "GIVEN", "speaker": "SELF", "number": 1, "via": "WEB", "at": AT, **fields}
    Consent.objects.create(person_id=person, purpose=text.purpose, text=text, **said)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"decision": "MAYBE"}, "privacy_decision_known"),
        ({"speaker": "CLERK"}, "privacy_clerk_names_the_paper"),
    ],
)
def test_the_database_alone_refuses_a_consent_that_cannot_be_shown(resident, fields, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        entry(resident, **fields)


def test_the_database_alone_refuses_two_entries_of_one_number(resident):
    entry(resident)
    with pytest.raises(IntegrityError, match="privacy_consent_in_order"):
        entry(resident)


# The race, with its control.


def race(person):
    """The same person agrees twice at once; what each was told."""
    start, told = threading.Barrier(2), []

    def run():
        start.wait()
        try:
            told.append(decide(person))
        except IntegrityError:
            told.append("REFUSED BY THE DATABASE")
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def test_agreeing_twice_at_once_is_one_consent(committed):
    person = make_person()
    first, second = race(person)
    assert first == second
    assert Consent.objects.filter(person_id=person).count() == 1


def test_control_without_the_lock_the_second_is_refused_by_the_database(committed, monkeypatch):
    """If this fails, the race above was never a race and proves nothing."""
    both, save = threading.Barrier(2, timeout=60), Consent.save

    def save_together(consent, *args, **more):
        # Both have looked what was said last, and counted, before either writes.
        both.wait()
        save(consent, *args, **more)

    monkeypatch.setattr(consenting, "lock", lambda person_id: None)
    monkeypatch.setattr(Consent, "save", save_together)

    assert "REFUSED BY THE DATABASE" in race(make_person())
