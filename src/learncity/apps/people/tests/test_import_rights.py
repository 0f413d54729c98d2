"""What a list of people may do to whom: whom it made, wholly, and who signs in or was there."""

from datetime import date, timedelta

import pytest

from learncity.apps.people import queries, services
from learncity.apps.people.factories import make_person
from learncity.apps.people.models import Identifier, Person, Resemblance
from learncity.apps.people.types import IdentifierKind, MergeReason, Number
from learncity.apps.places import queries as places
from learncity.apps.places.factories import make_country, make_reform
from learncity.apps.places.models import Place
from learncity.apps.places.types import Line, PlaceKind
from learncity.kernel.texts import Text

from . import test_imports
from .test_imports import NOW, OFFICE, counts, imported, number

_english, run = test_imports._english, test_imports.run

PHONE = "+8615400001700"
NATION = {"national_id": number(5)}


def there_before(name, **fields):
    """Somebody whom the office made, with a number of identity."""
    made = make_person(name)
    services.add_identifier(
        person_id=made, number=Number(IdentifierKind.NATIONAL_ID, "CN", number(5)), by=OFFICE,
        at=NOW,
    )  # fmt: skip
    Person.objects.filter(pk=made).update(**fields)
    return made


def union_number(person_id):
    value = Number(IdentifierKind.UNION_NUMBER, "Union", "U1000")
    services.add_identifier(person_id=person_id, number=value, by=OFFICE, at=NOW)


UNION = {"union_number": "U1000", "union": "Union"}


def has_phone(name):
    return Identifier.objects.filter(person__name=name, kind="PHONE", ended_at=None).exists()


def end_phone(name):
    row = Identifier.objects.get(person__name=name, kind="PHONE", ended_at=None)
    services.end_identifier(person_id=row.person_id, identifier_id=row.id, by=OFFICE, at=NOW)


@pytest.mark.parametrize("is_kept", [True, False])
def test_a_list_gives_no_address_to_a_person_of_whom_it_made_only_one_record(run, is_kept):
    run({"key": "1", "name": "An"})
    mine, other = imported().get().pk, make_person("An, with a record", born=1960)
    keep, merged = (mine, other) if is_kept else (other, mine)
    services.merge(keep=keep, other=merged, reason=MergeReason.PERSON_SAYS, by=OFFICE, at=NOW)

    outcome = run({"key": "1", "name": "An", "phone": PHONE, "email": "a@example.org"})

    assert [n.column for n in outcome.notes if n.column != "name"] == ["phone", "email"]
    assert queries.identifiers_of(keep) == []


def test_a_list_gives_an_address_to_a_person_of_whom_it_made_every_record(run):
    run({"key": "1", "name": "An"}, {"key": "2", "name": "An"})
    keep, other = imported().values_list("pk", flat=True)
    services.merge(keep=keep, other=other, reason=MergeReason.PERSON_SAYS, by=OFFICE, at=NOW)

    outcome = run({"key": "2", "name": "An", "phone": PHONE, "hometown": "Hue"})

    assert (counts(outcome), outcome.notes) == ((0, 1, 0, 0), [])
    assert [i.tail for i in queries.identifiers_of(keep)] == ["1700"]


def test_a_list_rewrites_nobody_who_was_there_before_it(run):
    home = places.ids_by_key(["gusu"])["gusu"]
    made = there_before("王晓明", born=1959, hometown="Anhui", home_id=home)
    before = Person.objects.filter(pk=made).values().get()
    row = {"name": "Evil", "born": "1960", "language": "vi", "home": "wuzhong",
           "hometown": "Henan", **NATION}  # fmt: skip

    looked, outcome = run(row, is_check=True), run(row)

    assert counts(outcome) == (0, 0, 1, 0)
    assert {n.column for n in outcome.notes} == set(row) - set(NATION)
    assert len({n.says for n in outcome.notes}) == 1
    assert "was there before this list, with something else" in outcome.notes[0].says
    assert (counts(looked), looked.notes) == (counts(outcome), outcome.notes)
    assert Person.objects.filter(pk=made).values().get() == before
    # Nor when it says something else later, now that the row is one it knows.
    again = run(row | {"name": "Evil again"})
    assert (counts(again), len(again.notes)) == ((0, 0, 1, 0), 5)
    assert Person.objects.filter(pk=made).values().get() == before


def test_a_list_that_confirms_somebody_fills_what_is_empty_and_notes_nothing(run):
    made = there_before("Nguyễn Thị An", born=1960)
    row = {"key": "7", "name": "NGUYỄN THỊ AN", "born": "1960", "home": "gusu", "hometown": "Hue",
           **NATION, **UNION}  # fmt: skip

    outcome = run(row)

    assert (counts(outcome), outcome.notes) == ((0, 1, 0, 0), [])
    person = Person.objects.get(pk=made)
    assert (person.name, person.hometown, person.home.key) == ("Nguyễn Thị An", "Hue", "gusu")
    assert {i.kind for i in queries.identifiers_of(made)} == {"NATIONAL_ID", "UNION_NUMBER"}


def test_a_list_changes_whom_it_made(run):
    run({"key": "1", "name": "An", "born": "1960", "hometown": "Hue", "home": "gusu"})
    outcome = run({"key": "1", "name": "An Nguyen", "born": "1961", "hometown": "Hanoi",
                   "home": "wuzhong", "phone": PHONE})  # fmt: skip

    assert (counts(outcome), outcome.notes) == ((0, 1, 0, 0), [])
    person = imported().get()
    assert (person.name, person.born, person.hometown, person.home.key) == (
        "An Nguyen", 1961, "Hanoi", "wuzhong",
    )  # fmt: skip
    assert has_phone("An Nguyen")


@pytest.mark.parametrize("size", [0, 1])
def test_a_row_that_may_not_take_a_phone_does_not_stand_in_the_way_of_one_that_may(run, size):
    there_before("An")
    outcome = run(
        {"key": "1", "name": "An", "phone": PHONE, **NATION},
        {"key": "2", "name": "Binh", "phone": PHONE, "national_id": ""},
        size=size,
    )
    assert counts(outcome) == (1, 0, 1, 0)
    assert (has_phone("An"), has_phone("Binh")) == (False, True)
    # An never had it, so nothing says that the two are one.
    assert (outcome.alike, Resemblance.objects.count()) == (0, 0)


@pytest.mark.parametrize("size", [0, 1])
def test_a_row_that_may_not_take_a_phone_is_compared_with_whoever_took_it(run, size):
    there_before("An")
    run(
        {"key": "2", "name": "Binh", "phone": PHONE, "national_id": ""},
        {"key": "1", "name": "An", "phone": PHONE, **NATION},
        size=size,
    )
    assert (has_phone("An"), has_phone("Binh")) == (False, True)
    assert Resemblance.objects.count() == 1


@pytest.mark.parametrize("size", [0, 1])
def test_a_row_that_is_left_out_keeps_no_phone_from_the_next(run, size):
    union_number(there_before("An"))
    outcome = run(
        {"key": "1", "name": "An", "national_id": number(6), **UNION, "phone": PHONE},
        {"key": "2", "name": "Binh", "phone": PHONE},
        size=size,
    )
    assert counts(outcome) == (1, 0, 0, 1)
    assert has_phone("Binh")
    assert Resemblance.objects.count() == 0


def test_a_phone_that_the_desk_ended_comes_back_from_no_list(run):
    """It may be a stranger's by now, who would get the record by proving it."""
    row = {"key": "1", "name": "An", "phone": PHONE}
    run(row)
    end_phone("An")

    assert counts(run(row)) == (0, 0, 1, 0)
    outcome = run(row | {"hometown": "Hue"})

    assert counts(outcome) == (0, 1, 0, 0)
    assert [n.says for n in outcome.notes] == [
        "not taken: the desk ended it as no longer theirs; add it there when it is again"
    ]
    assert not has_phone("An")


def test_a_phone_that_was_shared_goes_to_the_other_when_their_row_changes_and_not_before(run):
    """The same row again changes nothing; the two were noted for the desk, which may add it."""
    shared = {"key": "2", "name": "Binh", "phone": PHONE}
    run({"key": "1", "name": "An", "phone": PHONE}, shared)
    end_phone("An")

    assert counts(run(shared)) == (0, 0, 1, 0)
    assert not has_phone("Binh")
    assert counts(run(shared | {"hometown": "Hue"})) == (0, 1, 0, 0)
    assert has_phone("Binh")


def test_nobody_lives_in_a_region_that_is_no_more(run):
    Place.objects.filter(key="gusu").update(ended_at=NOW - timedelta(days=1))

    outcome = run({"key": "1", "name": "An", "home": "gusu"}, {"key": "2", "name": "Binh"})

    assert imported().exclude(home=None).count() == 0
    assert [e.column for e in (*outcome.errors, *outcome.notes)] == ["home"]


def test_a_region_that_is_no_more_is_its_only_heir(run):
    land = make_country({"AA": "", "AA01": "AA", "AA02": "AA", "AA03": "AA"})
    keys = dict(Place.objects.filter(pk__in=land.values()).values_list("id", "key"))
    parts = [("AA01", "AA09"), ("AA02", "AA08"), ("AA02", "AA09")]
    make_reform(
        *(
            Line(n, source, target, None, Text(vi="Mới"), PlaceKind.COMMUNE, "AA")
            for n, (source, target) in enumerate(parts)
        ),
        effective=date(2025, 7, 1),
    )
    run({"key": "1", "name": "An", "home": keys[land["AA01"]]},
        {"key": "2", "name": "Binh", "home": keys[land["AA02"]]},
        {"key": "3", "name": "Chi", "home": keys[land["AA03"]]})  # fmt: skip

    homes = dict(imported().values_list("name", "home__code"))
    assert (homes["An"], homes.get("Binh"), homes["Chi"]) == ("AA09", None, "AA03")
