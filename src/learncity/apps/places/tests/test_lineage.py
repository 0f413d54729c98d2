"""Nothing that was counted is lost, counted twice, or given to a region on a guess."""

from datetime import date, timedelta
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learncity.apps.places.lineage import Lineage, spread, still_theirs
from learncity.apps.places.maps import partition
from learncity.apps.places.types import Dated, Figure, FlowValue

BEFORE, REFORM, AFTER = date(2023, 12, 31), date(2025, 7, 1), date(2026, 1, 1)
A, B, C, D, E = (UUID(int=n) for n in range(1, 6))
HALF, THIRD = Fraction(1, 2), Fraction(1, 3)


def flows(*said, on=REFORM):
    return [FlowValue(source, target, on, share) for source, target, share in said]


def always(*places):
    return {place: [(None, None)] for place in places}


def parts(lineage, place, on=BEFORE, to=AFTER):
    return dict(lineage.carried(place, on, to))


def test_what_nothing_happened_to_stays_where_it_is():
    lineage = Lineage([], always(A))

    assert parts(lineage, A) == {frozenset([A]): 1}
    assert parts(lineage, A, AFTER, BEFORE) == {frozenset([A]): 1}


def test_a_merger_is_certain_forwards_and_unknown_backwards():
    lineage = Lineage(flows((A, C, None), (B, C, None)), {})

    assert parts(lineage, A) == parts(lineage, B) == {frozenset([C]): 1}
    assert parts(lineage, C, AFTER, BEFORE) == {frozenset([A, B]): 1}


def test_a_split_with_published_shares_is_exact_and_without_them_unknown():
    shared = Lineage(flows((A, B, THIRD), (A, C, 2 * THIRD)), {})
    unknown = Lineage(flows((A, B, None), (A, C, None)), {})

    assert parts(shared, A) == {frozenset([B]): THIRD, frozenset([C]): 2 * THIRD}
    assert parts(unknown, A) == {frozenset([B, C]): 1}
    assert parts(unknown, B, AFTER, BEFORE) == {frozenset([A]): 1}


def test_where_only_some_shares_are_published_the_rest_is_unknown():
    lineage = Lineage(flows((A, B, HALF), (A, C, None), (A, D, None)), {})

    assert parts(lineage, A) == {frozenset([B]): HALF, frozenset([C, D]): HALF}


def test_what_was_counted_on_the_day_of_the_reform_is_counted_after_it():
    lineage = Lineage(flows((A, B, None)), {})

    assert parts(lineage, B, on=REFORM) == {frozenset([B]): 1}
    assert parts(lineage, A, on=REFORM - timedelta(days=1)) == {frozenset([B]): 1}
    assert parts(lineage, A, to=REFORM - timedelta(days=1)) == {frozenset([A]): 1}


def test_where_there_is_no_heir_it_belongs_nowhere_and_is_not_lost():
    lineage = Lineage([], {A: [(None, REFORM)]})
    found = spread([Dated(A, BEFORE, 7)], lineage, to=AFTER, region_of={B: B})

    assert parts(lineage, A) == {frozenset([None]): 1}
    assert found.total == 7
    assert found.figure(B) == Figure(Fraction(0), Fraction(7))


def test_t31_of_a_commune_split_in_three_nothing_is_given_to_a_new_one():
    cam_hoa, (one, two, three) = A, (B, C, D)
    lineage = Lineage(flows(*((cam_hoa, part, None) for part in (one, two, three))), {})
    counted = [Dated(cam_hoa, BEFORE, 120), Dated(one, AFTER, 5)]

    found = spread(counted, lineage, to=AFTER, region_of={p: p for p in (one, two, three)})

    assert found.known == {one: 5}
    assert found.undecided == {frozenset([one, two, three]): 120}
    assert found.figure(one) == Figure(Fraction(5), Fraction(120))
    assert (found.figure(one).least, found.figure(one).most) == (5, 125)
    assert not found.figure(two).is_certain


def test_a_split_within_one_region_is_known_for_that_region():
    lineage = Lineage(flows((A, B, None), (A, C, None)), {})

    found = spread([Dated(A, BEFORE, 9)], lineage, to=AFTER, region_of={B: E, C: E})

    assert found.figure(E) == Figure(Fraction(9))


# Any history: in each year regions merge and split at will.


@st.composite
def histories(draw):
    """Regions of each year, with the flows that lead from one year to the next."""
    number, living, found, lives = 10, [UUID(int=n) for n in range(1, 5)], [], {}
    for place in living:
        lives[place] = [(None, None)]
    for year in range(2000, draw(st.integers(2001, 2006))):
        day, heirs = date(year, 7, 1), []
        for _ in range(draw(st.integers(1, 4))):
            number += 1
            heirs.append(UUID(int=number))
        reached = set()
        for place in living:
            to = draw(st.lists(st.sampled_from(heirs), min_size=1, max_size=3, unique=True))
            reached |= set(to)
            shares = draw(st.sampled_from(["unknown", "known", "some"]))
            for n, heir in enumerate(to):
                share = Fraction(1, len(to))
                is_known = shares == "known" or (shares == "some" and n == 0 and len(to) > 1)
                found.append(FlowValue(place, heir, day, share if is_known else None))
            lives[place] = [(lives[place][0][0], day)]
        living = sorted(reached)
        for place in living:
            lives[place] = [(day, None)]
    return found, lives, living


@given(histories(), st.data())
def test_sums_over_a_partition_are_conserved_under_any_sequence_of_reforms(history, data):
    found, lives, living = history
    lineage, to = Lineage(found, lives), date(2030, 1, 1)
    counted = []
    for place, ((since, until),) in lives.items():
        on = since or (until - timedelta(days=400) if until else to)
        counted.append(Dated(place, on, data.draw(st.integers(0, 100))))
    # Any way to cut the regions of the last day into two.
    region_of = {place: data.draw(st.sampled_from([A, B])) for place in living}

    result = spread(counted, lineage, to=to, region_of=region_of)

    total = sum(dated.value for dated in counted)
    assert result.total == total
    both = result.figure(A), result.figure(B)
    assert sum(f.known for f in both) <= total <= sum(f.known + f.perhaps for f in both)
    # For the whole nothing is unknown, whatever happened inside.
    whole = spread(counted, lineage, to=to, region_of=dict.fromkeys(living, A))
    assert whole.figure(A) == Figure(Fraction(total))


@given(histories(), st.data())
def test_the_masses_add_up_to_one_in_both_directions_of_time(history, data):
    found, lives, _living = history
    lineage = Lineage(found, lives)
    place = data.draw(st.sampled_from(sorted(lives)))
    ((since, until),) = lives[place]
    on = since or (until - timedelta(days=1) if until else date(2005, 1, 1))
    to = data.draw(st.dates(date(1999, 1, 1), date(2010, 1, 1)))

    assert sum(lineage.carried(place, on, to).values()) == 1


@given(histories(), st.data())
def test_a_partition_of_counts_of_any_days_is_the_same_sum_on_every_map(history, data):
    found, lives, _living = history
    lineage = Lineage(found, lives)
    days = st.dates(date(1999, 1, 1), date(2010, 1, 1))
    counted = [Dated(place, data.draw(days), data.draw(st.integers(0, 100))) for place in lives]
    total = sum(dated.value for dated in counted)

    for to in (None, data.draw(days), date(2030, 1, 1)):
        drawn = partition(counted, lineage, to=to)

        assert drawn.total == total
        figures = [figure for _region, figure in drawn.figures()]
        nowhere = sum(u.value for u in drawn.unsure if not u.among)
        assert sum(f.known for f in figures) <= total
        assert total - nowhere <= sum(f.known + f.perhaps for f in figures)
        # A region of the map is there on its day.
        for region in drawn.regions if to else ():
            ((since, until),) = lives[region]
            assert (since or date.min) <= to < (until or date.max)


@given(histories(), st.data())
def test_no_officer_gains_a_place_that_was_not_mapped_to_the_office(history, data):
    found, lives, living = history
    lineage, first, last = Lineage(found, lives), date(1999, 1, 1), date(2030, 1, 1)
    at_first = [place for place, ((since, _),) in lives.items() if since is None]
    office = frozenset(data.draw(st.lists(st.sampled_from(at_first), unique=True)))

    theirs = still_theirs(lineage, office, living, on=first, to=last)

    # Nothing of anybody else's flows, or may have flowed, into a place of theirs.
    for stranger in set(at_first) - office:
        assert all(among.isdisjoint(theirs) for among in lineage.carried(stranger, first, last))


def test_an_office_keeps_what_was_its_own_and_not_what_was_joined_to_others():
    lineage = Lineage(flows((A, C, None), (B, C, None), (D, E, None)), {})

    assert still_theirs(lineage, frozenset([A, D]), [C, E], on=BEFORE, to=AFTER) == {E}
    assert still_theirs(lineage, frozenset([A, B, D]), [C, E], on=BEFORE, to=AFTER) == {C, E}


@pytest.mark.parametrize("shares", [[None], [Fraction(1)]])
def test_a_single_heir_takes_all_whatever_share_was_written(shares):
    assert parts(Lineage(flows((A, B, shares[0])), {}), A) == {frozenset([B]): 1}
