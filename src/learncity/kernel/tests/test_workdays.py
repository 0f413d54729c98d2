"""Terms are counted in the working days of the country, and never by a guess."""

from datetime import date

import holidays
import pytest

from learncity.kernel.workdays import DECREED, Calendar, UnknownCountry, UnknownYear

TET_FRIDAY = date(2026, 2, 13)


def test_t38_a_request_on_the_friday_before_tet_is_due_two_working_days_after_it():
    # Tết 2026: 16 to 20 February are days off, the 21st and 22nd a weekend.
    assert Calendar("VN").due(TET_FRIDAY, 2) == date(2026, 2, 24)


def test_the_same_friday_is_another_day_by_the_chinese_calendar():
    # In China Saturday the 14th is worked for the days off of Spring Festival, 15 to 23 February.
    assert Calendar("CN").due(TET_FRIDAY, 2) == date(2026, 2, 24)
    assert Calendar("CN").due(TET_FRIDAY, 1) == date(2026, 2, 14)
    assert Calendar("VN").due(TET_FRIDAY, 1) == date(2026, 2, 23)


@pytest.mark.parametrize(
    ("country", "day", "worked"),
    [
        ("CN", date(2026, 10, 10), True),  # a Saturday moved for the National Day
        ("CN", date(2026, 10, 1), False),
        ("VN", date(2026, 8, 22), True),  # a Saturday moved for the 31st of August
        ("VN", date(2026, 8, 31), False),
        ("VN", date(2026, 11, 23), True),
        ("VN", date(2026, 11, 22), False),
    ],
)
def test_weekends_are_moved(country, day, worked):
    assert Calendar(country).is_working(day) is worked


@pytest.mark.parametrize(
    ("country", "day", "is_holiday"),
    [
        ("CN", date(2026, 10, 1), True),
        ("CN", date(2026, 10, 4), True),  # a Sunday in the days off of the National Day
        ("CN", date(2026, 10, 10), False),  # a Saturday that is worked for them
        ("CN", date(2026, 10, 18), False),  # a mere weekend
        ("VN", date(2026, 2, 21), True),  # the weekend after Tết belongs to it
        ("VN", date(2026, 11, 23), False),
    ],
)
def test_a_public_holiday_has_the_weekend_beside_it_and_is_no_mere_weekend(
    country, day, is_holiday
):
    assert Calendar(country).is_holiday(day) is is_holiday


def test_the_city_s_own_days_off_are_public_holidays():
    own = Calendar("CN", {date(2027, 5, 5): False}, [2027])
    assert own.is_holiday(date(2027, 5, 5))
    assert not own.is_holiday(date(2027, 5, 9))
    with pytest.raises(UnknownYear):
        Calendar("CN").is_holiday(date(2027, 5, 5))


def test_the_day_of_the_start_is_not_counted_and_no_days_are_the_day_itself():
    monday = date(2026, 11, 23)
    assert Calendar("CN").due(monday, 0) == monday
    assert Calendar("CN").due(monday, 1) == date(2026, 11, 24)


def test_a_year_that_nobody_decreed_is_an_error_and_no_guess():
    with pytest.raises(UnknownYear, match="CN in 2027"):
        Calendar("CN").due(date(2026, 12, 28), 15)


def test_what_must_have_a_date_gets_the_earliest_and_is_told_which_year_was_guessed():
    on, guessed = Calendar("CN").safely_due(date(2026, 12, 30), 2)
    # New Year's Day is off in truth; without a decree it counts, so that nobody answers too late.
    assert (on, guessed) == (date(2027, 1, 1), [2027])
    assert Calendar("CN").safely_due(date(2026, 11, 20), 2) == (date(2026, 11, 24), [])


def test_what_the_city_states_wins_and_a_year_it_states_is_known():
    mended = Calendar("CN", {date(2027, 1, 1): False, date(2027, 1, 3): True}, years=[2027])
    assert mended.due(date(2026, 12, 31), 1) == date(2027, 1, 3)
    assert Calendar("VN", {date(2026, 11, 24): True}).is_working(date(2026, 11, 24))


def test_a_single_stated_day_needs_no_year():
    assert Calendar("CN", {date(2030, 1, 1): False}).is_working(date(2030, 1, 1)) is False


def test_a_country_without_a_calendar_is_refused():
    with pytest.raises(UnknownCountry):
        Calendar("XX")


@pytest.mark.parametrize("country", DECREED)
def test_the_years_said_to_be_decreed_are_those_of_the_package(country):
    """Fails after an upgrade that brings a further year, so that the table is mended."""
    first, last = DECREED[country]
    found = holidays.country_holidays(country, years=range(first, last + 3))
    assert max(day.year for day in found.weekend_workdays) == last
