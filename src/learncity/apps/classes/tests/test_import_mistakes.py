"""A row that cannot be used is said, and the others go in."""

import pytest

from learncity.apps.classes.models import CourseClass
from learncity.apps.organizations import queries as organizations

from .importing import counts, mistakes, row

pytestmark = pytest.mark.django_db


def test_a_key_stands_in_one_row_only(bring):
    outcome = bring(row(), row(room="105"))

    assert mistakes(outcome) == [
        "row 3, key 'ink-wed': row 2 has the same; keep one of the two rows"
    ]


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"key": ""}, "row 2, key: write a key; the cell is empty"),
        (
            {"course": "juggling"},
            (
                "row 2, course 'juggling': "
                "no course of this key is published; import it, or wait for its review"
            ),
        ),
        (
            {"provider": "qiaotou-learning-center"},
            (
                "row 2, provider 'qiaotou-learning-center': there is no organization of this key "
                "(did you mean 'qiaotou-learning-centre'?); correct it"
            ),
        ),
        (
            {"term": "autum"},
            (
                "row 2, term 'autum': there is no term of this key (did you mean 'autumn'?); add "
                "it to the city's file or correct it"
            ),
        ),
        (
            {"venue": "qiaotou-center"},
            (
                "row 2, venue 'qiaotou-center': there is no venue of this key (did you mean "
                "'qiaotou-centre'?); add it to the city's file, or import again with "
                "--create-venues"
            ),
        ),
        (
            {"room": "999"},
            (
                "row 2, room '999': there is no room of this key; qiaotou-centre has 105, 203, "
                "hall, kitchen; add it to the city's file, or import again with --create-venues"
            ),
        ),
        (
            {"room": "kitchn"},
            (
                "row 2, room 'kitchn': there is no room of this key (did you mean 'kitchen'?); add "
                "it to the city's file, or import again with --create-venues"
            ),
        ),
        (
            {"venue": "", "room": ""},
            "row 2, venue: write where the class meets, or ONLINE in the column mode",
        ),
        (
            {"mode": "ONLINE", "room": "", "link": "https://meet.example/a"},
            "row 2, venue 'qiaotou-centre': an online class is in no room; empty the cell",
        ),
        (
            {"mode": "ONLINE", "room": "", "venue": ""},
            "row 2, link: write the address of the online meetings; members will see it",
        ),
        (
            {"link": "http://meet.example"},
            "row 2, link 'http://meet.example': write an address that begins with https://",
        ),
        (
            {"mode": "BLENDED", "link": "https://meet.example/a"},
            "row 2, online_meetings: write which meetings are online, such as 3|6",
        ),
        (
            {"online_meetings": "5", "link": "https://meet.example/a"},
            "row 2, online_meetings '5': the meetings are numbered from 1 to 4",
        ),
        (
            {"online_meetings": "all", "link": "https://meet.example/a"},
            "row 2, online_meetings 'all': write the numbers of the meetings, such as 3|6",
        ),
        (
            {"mode": "IN_PERSON", "online_meetings": "2"},
            "row 2, mode 'IN_PERSON': write BLENDED, or empty the column online_meetings",
        ),
        ({"starts": ""}, "row 2, starts: write the day of the first meeting, such as 2026-09-07"),
        (
            {"starts": "5.3.2031"},
            "row 2, starts '5.3.2031': write a day as year-month-day, such as 2026-09-07",
        ),
        (
            {"day": "TUE"},
            "row 2, day 'TUE': 2031-03-05 is a WED; correct the day, or the date in starts",
        ),
        ({"day": "??"}, "row 2, day '??': write one of MON, TUE, WED, THU, FRI, SAT, SUN"),
        (
            {"from_": "", "until": ""},
            "row 2, from: write when the class meets, or fill the column slots",
        ),
        ({"until": ""}, "row 2, until: write when the meeting ends"),
        (
            {"until": "18:30"},
            "row 2, until '18:30': write a time after 18:30, when the meeting begins",
        ),
        (
            {"from_": "evening"},
            "row 2, from 'evening': write a time of day as hours:minutes, such as 18:30",
        ),
        (
            {"slots": "MON 18:30"},
            (
                "row 2, slots 'MON 18:30': 'MON 18:30' is no weekly meeting; write it as MON "
                "18:30-20:00"
            ),
        ),
        (
            {"slots": "WED 19:00-21:00"},
            "row 2, slots 'WED 19:00-21:00': two meetings on WED overlap; correct one of them",
        ),
        (
            {"from_": "", "until": "", "day": "", "slots": "THU 19:00-21:00"},
            "row 2, starts '2031-03-05': no meeting is on WED; write the day of the first one",
        ),
        ({"times": 0}, "row 2, times '0': write a whole number from 1 to 200"),
        ({"times": ""}, "row 2, times: write a whole number; the cell is empty"),
        ({"seats": "many"}, "row 2, seats 'many': write a whole number from 1 to 100,000"),
        (
            {"instructor": "nobody"},
            (
                "row 2, instructor 'nobody': there is nobody of this key in the city's file; "
                "correct it or empty the cell"
            ),
        ),
        (
            {"language": "fr"},
            "row 2, language 'fr': write one of zh-Hans, vi, en, zh-Hant",
        ),
        (
            {"fee_minor": 100},
            "row 2, fee_currency: write the three letters of the currency, such as CNY",
        ),
        ({"cancelled": "no"}, "row 2, cancelled 'no': write 1 for yes or 0 for no"),
    ],
)
def test_a_row_that_cannot_be_used_is_said_and_the_others_go_in(bring, cells, says):
    outcome = bring(row(**cells), row(key="good", room="105"))

    assert mistakes(outcome) == [says]
    assert counts(outcome) == (1, 0, 0)


def test_missing_venues_and_rooms_are_made_when_asked(bring):
    names = {"venue_name_zh": "桥西教学点", "room_name_en": "Loft", "room_name_zh": ""}
    rows = [
        row(venue="bridge-west", room="loft", seats=12) | names,
        row(key="b", venue="bridge-west", room="loft", seats=30, times=1, slots="THU 7:00-8:00",
            from_="", until="", day="", starts="2031-03-06") | names,
        row(key="c", room="loft-2") | names | {"room_name_en": ""},
    ]  # fmt: skip

    outcome = bring(*rows, create_venues=True)

    made = organizations.find_venue("bridge-west")
    assert (counts(outcome), mistakes(outcome)) == ((3, 0, 0), [])
    assert made.organization.key == "qiaotou-learning-centre"
    assert made.place_id == made.organization.place_id
    assert (made.name, made.rooms[0].name) == ({"zh-Hans": "桥西教学点"}, {"en": "Loft"})
    assert [(room.key, room.seats) for room in made.rooms] == [("loft", 30)]
    old = organizations.find_venue("qiaotou-centre")
    assert {"loft-2", "203", "hall"} <= {room.key for room in old.rooms}


def test_a_new_venue_lies_in_the_place_that_is_named(bring):
    bring(row(venue="bridge-west"), create_venues=True, place="kunshan")

    at = organizations.find_venue("bridge-west").place_id
    assert CourseClass.objects.get(key="ink-wed").place_id == at
    assert at != organizations.find_venue("qiaotou-centre").place_id


def test_nobody_adds_rooms_to_the_venue_of_another(bring):
    outcome = bring(row(provider="wenqu-library", room="999"), create_venues=True)

    assert [error.column for error in outcome.errors] == ["room"]


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        (
            {"venue": "Bridge West"},
            (
                "row 2, venue 'Bridge West': write small letters a-z, digits and hyphens, at most "
                "80, for a new venue"
            ),
        ),
        (
            {"room": "三教309"},
            (
                "row 2, room '三教309': write letters a-z, digits and hyphens, at most 40, for a "
                "new room"
            ),
        ),
    ],
)
def test_a_new_venue_needs_a_key_that_can_be_one(bring, cells, says):
    assert mistakes(bring(row(**cells), create_venues=True)) == [says]


def test_a_class_stays_where_the_office_put_it_but_goes_nowhere_else(brought):
    """What a provider exports comes in unchanged, also where it teaches in another's rooms."""
    own = organizations.ids_by_key(["qiaotou-learning-centre"])["qiaotou-learning-centre"]
    elsewhere = {"venue": "tongxinqiao-centre", "room": ""}
    brought({"key": "ink-guest", **elsewhere})

    again = brought({"key": "ink-guest", **elsewhere}, provider_ids={own})
    moved = brought({"key": "ink-wed", **elsewhere}, provider_ids={own})

    assert (counts(again), mistakes(again)) == ((0, 0, 1), [])
    assert counts(moved) == (0, 0, 0)
    assert len(mistakes(moved)) == 1
