"""Turning pages: everything once, whatever comes and goes meanwhile."""

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from ninja.errors import ValidationError

from learncity.rest import cursors

API = "/api/v1"
CURSOR = "WyJjb3Vyc2VzIiwzLCJ4Il0"  # ["courses",3,"x"]


def turn(client, path):
    """Every item of a list, following ``next`` to the end."""
    found, address = [], API + path
    while address:
        answer = client.get(address).json()
        found += answer["items"]
        address = answer["next"]
    return found


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/courses", "key"),
        ("/courses?q=school", "key"),
        ("/courses?category=HOBBIES", "key"),
        ("/classes", "key"),
        ("/classes?open=true", "key"),
        ("/venues", "key"),
        ("/places", "key"),
    ],
)
def test_turning_pages_shows_everything_once_in_the_same_order(client, city, path, name):
    sign = "&" if "?" in path else "?"

    whole = [i[name] for i in client.get(f"{API}{path}{sign}limit=200").json()["items"]]
    in_parts = [i[name] for i in turn(client, f"{path}{sign}limit=3")]

    assert in_parts == whole
    assert len(set(whole)) == len(whole) > 3


@pytest.mark.parametrize("path", ["/me/record", "/me/messages"])
def test_turning_my_pages_shows_everything_once(worker, open_class, path):
    for _ in range(4):
        place = worker.post(f"{API}/classes/{open_class()}/applications").json()
        worker.delete(place["href"])

    whole = [i["id"] for i in worker.get(f"{API}{path}").json()["items"]]

    assert [i["id"] for i in turn(worker, f"{path}?limit=3")] == whole
    assert len(whole) == 8


def test_turning_pages_of_the_desk_shows_everything_once(operator):
    found = [c["key"] for c in turn(operator, "/desk/classes?state=ALL&limit=7")]

    assert len(set(found)) == len(found) > 50


def test_what_comes_while_pages_are_turned_moves_nothing(worker, open_class):
    def join():
        worker.post(f"{API}/classes/{open_class()}/applications")

    for _ in range(4):
        join()
    before = [m["id"] for m in worker.get(f"{API}/me/messages").json()["items"]]
    first = worker.get(f"{API}/me/messages?limit=2").json()
    join()

    second = worker.get(first["next"]).json()

    assert [m["id"] for m in first["items"] + second["items"]] == before


def test_the_next_part_is_asked_for_with_the_same_words(client, city):
    following = client.get(f"{API}/courses?category=HOBBIES&limit=2&q=").json()["next"]

    assert following.startswith(f"{API}/courses?category=HOBBIES&limit=2&")


@pytest.mark.parametrize("cursor", [CURSOR, "x", "WyJjb3Vyc2VzIiwzLCJ4Il", "W10", "bnVsbA", "MQ"])
@pytest.mark.parametrize("path", ["/classes", "/venues", "/places"])
def test_a_cursor_of_another_list_or_of_none_is_refused(client, city, path, cursor):
    answer = client.get(f"{API}{path}?cursor={cursor}")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/query/cursor"


@pytest.mark.parametrize(
    "position",
    [["record", "yesterday", "x"], ["record", "2026-01-01T00:00:00", "x"], ["record", 1, 2],
     ["record", "2026-01-01T00:00:00", "01a2004c-0898-74c1-a877-54b127d3fb1d"],
     ["messages", -1, "x"], ["messages", 10**9, "x"], ["messages", True, "x"]],
)  # fmt: skip
def test_a_position_made_by_hand_is_refused(worker, position):
    name, *parts = position

    answer = worker.get(f"{API}/me/{name}?cursor={cursors.write(name, *parts)}")

    assert answer.status_code == 422


def test_a_cursor_survives_being_written_and_read():
    written = cursors.write("list", 7, "重庆/đ")

    assert cursors.read(written, "list", int, str) == [7, "重庆/đ"]
    with pytest.raises(ValidationError):
        cursors.read(written, "other", int, str)


REQUEST = RequestFactory().get("/list")
NAMES = st.integers(0, 400)


def _next_cursor(part):
    return part.next.partition("cursor=")[2] if part.next else None


@given(
    there=st.sets(NAMES, max_size=60),
    changes=st.lists(st.tuples(st.booleans(), NAMES), max_size=20),
    limit=st.integers(1, 7),
)
def test_in_a_list_by_key_what_stays_is_shown_once(there, changes, limit):
    now, seen, cursor, pending = set(there), [], None, list(changes)
    while True:
        items = sorted(f"{n:03}" for n in now)
        part = cursors.after_key(REQUEST, "list", items, key=str, cursor=cursor, limit=limit)
        seen += part.items
        cursor = _next_cursor(part)
        if cursor is None:
            break
        for comes, name in pending[:2]:
            (now.add if comes else now.discard)(name)
        pending = pending[2:]
    stayed = {f"{n:03}" for n in there} - {f"{n:03}" for comes, n in changes if not comes}
    assert len(seen) == len(set(seen))
    assert stayed <= set(seen)


@given(
    length=st.integers(0, 60),
    comings=st.lists(st.integers(0, cursors.SHIFT), max_size=30),
    limit=st.integers(1, 7),
)
def test_in_a_list_by_position_what_comes_to_the_front_moves_nothing(length, comings, limit):
    newest = list(range(length, 0, -1))
    at_first, seen, cursor = list(newest), [], None
    for come in [*comings, *([0] * 70)]:
        part = cursors.after_count(
            REQUEST,
            "list",
            lambda offset, count: newest[offset : offset + count],
            identity=str,
            cursor=cursor,
            limit=limit,
        )
        seen += part.items
        cursor = _next_cursor(part)
        if cursor is None:
            break
        newest[:0] = range(len(newest) + come, len(newest), -1)
    assert seen == at_first


def test_in_a_list_by_position_the_place_is_kept_when_the_last_item_shown_is_gone():
    items = [f"{n:03}" for n in range(60)]

    def part(cursor):
        return cursors.after_count(
            REQUEST,
            "list",
            lambda offset, count: items[offset : offset + count],
            identity=str,
            cursor=cursor,
            limit=30,
        )

    first = part(None)
    items.remove(first.items[-1])

    # One item moved up into the gap and is not shown: nothing is shown twice.
    assert list(part(_next_cursor(first)).items) == items[30:]


def test_control_by_position_alone_items_are_shown_twice():
    """If this fails, the test above proves nothing: the list did not move."""
    newest = [3, 2, 1]
    first = newest[:2]
    newest.insert(0, 4)

    assert first + newest[2:] == [3, 2, 2, 1]


def test_a_list_ends_where_pages_are_no_longer_turned():
    def ask(offset, count):
        assert offset + count <= 10
        return list(range(100))[offset : offset + count]

    seen, cursor = [], None
    for _ in range(20):
        part = cursors.after_count(
            REQUEST, "list", ask, identity=str, cursor=cursor, limit=4, most=10
        )
        seen += part.items
        cursor = _next_cursor(part)
        if cursor is None:
            break

    assert seen == list(range(10))
