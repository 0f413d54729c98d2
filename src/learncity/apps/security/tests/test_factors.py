"""A second factor opens its own account, once; a copy of the database opens nothing."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from learncity.apps.notices import queries as notices
from learncity.apps.people import queries as people
from learncity.apps.people.factories import make_person
from learncity.apps.people.types import Addresses
from learncity.apps.security import queries, rules, services
from learncity.apps.security.models import AuthenticatorApp, RecoveryCode, UsedStep
from learncity.apps.security.types import FactorNeeded, NobodyThere, NotToVisit, WrongFactor
from learncity.kernel import audit
from learncity.kernel.acting import COMMAND, By, Via

AT = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
LATER = AT + timedelta(minutes=5)


def account():
    return people.find_account(make_person("林秀英", account=True))


def with_app(pk, at=AT):
    """An app for the account: its secret and the recovery codes."""
    secret = rules.new_secret()
    codes = services.add_app(account_id=pk, secret=secret, code=code(secret, at), this=None, at=at)
    return secret, codes


def code(secret, at):
    return rules.code_at(secret, rules.step_of(at))


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (59, "287082"), (1111111109, "081804"), (1111111111, "050471"),
        (1234567890, "005924"), (2000000000, "279037"), (20000000000, "353130"),
    ],
)  # fmt: skip
def test_the_codes_are_those_of_the_standard(seconds, expected):
    """RFC 6238, appendix B, SHA-1; the last six of its eight digits."""
    at = datetime.fromtimestamp(seconds, UTC)
    assert rules.code_at(b"12345678901234567890", rules.step_of(at)) == expected


def test_a_clock_may_be_off_by_half_a_minute_and_no_more():
    secret = rules.new_secret()

    def taken(off):
        return rules.matching_step(secret, code(secret, AT + timedelta(seconds=off)), AT)

    assert [taken(s) is not None for s in (-60, -30, 0, 30, 60)] == [False, True, True, True, False]


@pytest.mark.django_db
def test_a_code_works_once():
    mine = account()
    secret, _ = with_app(mine.pk)

    services.use_code(
        account_id=mine.pk, code=f" {code(secret, LATER)[:3]} {code(secret, LATER)[3:]}", at=LATER
    )

    with pytest.raises(WrongFactor):
        services.use_code(account_id=mine.pk, code=code(secret, LATER), at=LATER)


@pytest.mark.django_db
def test_the_code_that_set_an_app_up_opens_nothing_more():
    mine = account()
    secret, _ = with_app(mine.pk)

    with pytest.raises(WrongFactor):
        services.use_code(account_id=mine.pk, code=code(secret, AT), at=AT)


@pytest.mark.django_db
def test_the_database_alone_refuses_a_code_a_second_time():
    mine = account()
    with_app(mine.pk)
    app = AuthenticatorApp.objects.get(account=mine)
    UsedStep.objects.create(app=app, step=1)

    with pytest.raises(IntegrityError, match="security_code_used_once"), transaction.atomic():
        UsedStep.objects.create(app=app, step=1)


def rush(pk, secret, count=6):
    """The same code from several browsers at once; how many got in."""
    together, opened = threading.Barrier(count, timeout=60), []

    def run():
        together.wait()
        try:
            services.use_code(account_id=pk, code=code(secret, LATER), at=LATER)
            opened.append(1)
        except WrongFactor:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(opened)


def test_of_one_code_sent_many_times_at_once_one_opens(committed):
    mine = account()
    secret, _ = with_app(mine.pk)

    assert rush(mine.pk, secret) == 1


def test_control_without_the_constraint_all_of_them_open(committed, owner):
    """If this fails, the rush above was none and proves nothing."""
    owner.execute("ALTER TABLE security_usedstep DROP CONSTRAINT security_code_used_once")
    mine = account()
    secret, _ = with_app(mine.pk)

    assert rush(mine.pk, secret) == 6


@pytest.mark.django_db
def test_a_recovery_code_works_once_and_only_for_its_account():
    mine, other = account(), account()
    _, codes = with_app(mine.pk)
    with_app(other.pk)
    assert len(set(codes)) == 10

    with pytest.raises(WrongFactor):
        services.use_code(account_id=other.pk, code=codes[0], at=LATER)
    services.use_code(account_id=mine.pk, code=codes[0].lower().replace("-", " "), at=LATER)
    with pytest.raises(WrongFactor):
        services.use_code(account_id=mine.pk, code=codes[0], at=LATER)

    assert queries.factors(mine.pk).recovery_left == 9


@pytest.mark.django_db
def test_new_recovery_codes_end_the_old_ones():
    mine = account()
    _, codes = with_app(mine.pk)

    fresh = services.renew_recovery_codes(account_id=mine.pk)

    with pytest.raises(WrongFactor):
        services.use_code(account_id=mine.pk, code=codes[0], at=LATER)
    services.use_code(account_id=mine.pk, code=fresh[0], at=LATER)


@pytest.mark.django_db
def test_neither_secret_nor_recovery_code_can_be_read_in_the_database():
    mine = account()
    secret, codes = with_app(mine.pk)

    sealed = bytes(AuthenticatorApp.objects.get(account=mine).sealed)
    kept = set(RecoveryCode.objects.filter(account=mine).values_list("digest", flat=True))

    assert secret not in sealed
    assert rules.as_base32(secret).encode() not in sealed
    assert not kept & {*codes, *(rules.typed(c) for c in codes)}


@pytest.mark.django_db
def test_with_the_key_of_the_installation_lost_the_app_is_worth_nothing_and_recovery_codes_work(
    settings,
):
    mine = account()
    secret, codes = with_app(mine.pk)

    settings.SECRET_KEY = "another one altogether"

    with pytest.raises(WrongFactor):
        services.use_code(account_id=mine.pk, code=code(secret, LATER), at=LATER)
    services.use_code(account_id=mine.pk, code=codes[0], at=LATER)


@pytest.mark.django_db
def test_an_app_is_set_up_only_with_a_code_of_its_own():
    mine = account()

    with pytest.raises(WrongFactor):
        services.add_app(
            account_id=mine.pk, secret=rules.new_secret(), code="000000", this=None,
            at=datetime(2027, 3, 1, tzinfo=UTC),
        )  # fmt: skip

    assert not queries.factors(mine.pk).is_set_up


@pytest.mark.django_db
def test_who_sets_up_a_factor_is_told():
    mine = account()
    with_app(mine.pk)

    assert len(notices.inbox(mine.person_id)) == 1


@pytest.mark.django_db
def test_the_last_factor_stays_with_whom_it_is_wanted_of():
    mine = account()
    with_app(mine.pk)

    with pytest.raises(FactorNeeded):
        services.remove_app(account_id=mine.pk, must_keep_one=True)
    assert queries.factors(mine.pk).is_set_up

    services.remove_app(account_id=mine.pk, must_keep_one=False)
    assert queries.factors(mine.pk) == queries.Factors()


@pytest.mark.django_db
def test_the_office_takes_lost_factors_away_and_the_person_and_the_trail_know():
    mine, operator = account(), account()
    with_app(mine.pk)
    where = Addresses(mine.phone, None)

    with pytest.raises(NobodyThere):
        services.forget_factors(address=Addresses("+8615499999999", None), by=COMMAND, at=AT)
    with pytest.raises(NotToVisit):
        services.forget_factors(address=where, by=By(mine.person_id, Via.DESK), at=AT)
    services.forget_factors(address=where, by=By(operator.person_id, Via.DESK), at=AT)

    assert queries.factors(mine.pk) == queries.Factors()
    assert len(notices.inbox(mine.person_id)) == 2
    entry = audit.latest(1)[0]
    assert (entry.action, entry.subject) == (
        "security.factors_forgotten", f"person {mine.person_id}",
    )  # fmt: skip


@pytest.mark.django_db
def test_used_codes_go_after_a_day():
    mine = account()
    now = timezone.now()
    secret, _ = with_app(mine.pk, at=now - timedelta(minutes=5))
    services.use_code(account_id=mine.pk, code=code(secret, now), at=now)

    services.forget_ended(at=now)
    kept = UsedStep.objects.filter(app__account=mine).count()
    services.forget_ended(at=now + timedelta(days=2))

    assert (kept, UsedStep.objects.filter(app__account=mine).count()) == (2, 0)


@pytest.mark.django_db
def test_codes_of_apps_are_shown_in_a_demo_only(settings):
    mine = account()
    secret, _ = with_app(mine.pk)

    assert queries.demo_codes(at=LATER) == [("林秀英", code(secret, LATER))]
    settings.DEMO = False
    assert queries.demo_codes(at=LATER) == []
