"""How many times each operation asks the database. Lists must not ask more when they are longer."""

import pytest

from .conftest import OWN_CLASS

API = "/api/v1"

PUBLIC = {
    "/city": 2,  # the city, its region
    "/categories": 1,
    "/courses": 7,  # city, region, its parts; list with counts, courses, classes, who runs them
    "/courses?provider=qiaotou-learning-centre": 8,
    "/courses?part=EVENING&near=pingjiang&within=5&place=gusu": 7,
    "/courses/small-shop-bookkeeping": 5,
    "/subjects": 1,
    "/skills": 1,
    "/programmes": 3,
    "/programmes/own-small-business": 5,
    "/classes": 3,  # classes, total, who runs them
    "/classes?course=small-shop-bookkeeping": 4,
    f"/classes/{OWN_CLASS}": 4,  # how it stands, what it is, its sessions, who runs it
    "/tonight": 4,
    "/tonight?place=gusu": 5,
    "/venues": 2,
    "/venues/qiaotou-centre": 5,
    "/providers/qiaotou-learning-centre": 3,
    "/places": 3,
    "/places/gusu": 5,  # it, its versions, flows, the regions they name, its people
    "/places/gusu/figures": 8,
    "/places/gusu/figures?view=AS_IT_WAS": 6,
    "/openapi.json": 0,
}
# Beside the one that looks for the key.
MINE = {
    "/me": 3,  # roles, home, unread
    "/me/classes": 5,  # enrolments, classes, next meetings, waiting lists, who runs them
    "/me/record": 3,
    "/me/households": 3,  # one where there are none: two are for the members
    "/me/invitations": 2,  # the first finds all records and addresses of mine
    "/me/mandates": 2,
    "/me/acts": 1,
    "/me/messages": 1,
    "/me/wishes": 1,
    # How it and I stand, what it is, its sessions, who runs it.
    f"/classes/{OWN_CLASS}": 4,
}
DESK = {
    "/desk/classes": 4,  # roles, classes, total, who runs them
    f"/desk/classes/{OWN_CLASS}/roster": 6,  # roles, whose, id, audit, enrolments, addresses
    "/desk/courses": 3,  # roles, courses, total
    "/desk/meetings": 2,  # roles, meetings
    # Roles, whose, the course, what is written of it, its subject, its skills.
    "/desk/courses/small-shop-bookkeeping/edition": 5,
    "/desk/demand": 5,  # roles, signals, wishes, waiting lists, courses
    "/desk/figures": 7,  # roles, counts, places taken, three for the map, its regions
}


@pytest.fixture
def busy(worker, staff, open_class):
    """Somebody with three seats and three places in waiting lists."""
    for seats in (5, 5, 5, 1, 1, 1):
        key = open_class(seats=seats)
        for client in (staff, worker):
            client.post(f"{API}/classes/{key}/applications")
    staff.post(f"{API}/classes/{OWN_CLASS}/applications")
    worker.post(f"{API}/classes/{OWN_CLASS}/applications")
    return worker


@pytest.mark.parametrize(("path", "count"), PUBLIC.items())
def test_a_public_operation_asks_so_often(
    client, city, at_noon, django_assert_num_queries, path, count
):
    with django_assert_num_queries(count):
        assert client.get(API + path).status_code == 200


def test_a_class_that_was_asked_for_lately_asks_less(client, city, django_assert_num_queries):
    client.get(f"{API}/classes/{OWN_CLASS}")
    with django_assert_num_queries(2):
        assert client.get(f"{API}/classes/{OWN_CLASS}").status_code == 200


@pytest.mark.parametrize(("path", "count"), MINE.items())
def test_an_operation_of_mine_asks_so_often(busy, django_assert_num_queries, path, count):
    with django_assert_num_queries(1 + count):
        assert busy.get(API + path).status_code == 200


@pytest.mark.parametrize(("path", "count"), DESK.items())
def test_an_operation_of_the_desk_asks_so_often(
    staff, busy, django_assert_num_queries, path, count
):
    with django_assert_num_queries(1 + count):
        assert staff.get(API + path).status_code == 200


def test_my_place_asks_so_often(busy, django_assert_num_queries):
    mine = busy.get(f"{API}/me/classes").json()["items"]
    seat = next(m for m in mine if m["state"] == "ENROLLED")

    with django_assert_num_queries(1 + 5):
        assert busy.get(seat["href"]).status_code == 200


@pytest.mark.parametrize("path", ["/courses", "/classes", "/venues", "/places"])
def test_a_longer_public_list_asks_no_more(client, city, django_assert_num_queries, path):
    count = PUBLIC[path]

    for limit in (3, 100):
        with django_assert_num_queries(count):
            answer = client.get(f"{API}{path}?limit={limit}").json()
        assert len(answer["items"]) >= 3


@pytest.mark.parametrize("path", ["/me/record", "/me/messages"])
def test_a_longer_list_of_mine_asks_no_more(busy, django_assert_num_queries, path):
    for limit in (1, 7):
        with django_assert_num_queries(1 + MINE[path]):
            answer = busy.get(f"{API}{path}?limit={limit}").json()
        assert len(answer["items"]) == limit


def test_a_longer_list_of_the_desk_asks_no_more(operator, django_assert_num_queries):
    for limit in (1, 60):
        with django_assert_num_queries(1 + DESK["/desk/classes"]):
            answer = operator.get(f"{API}/desk/classes?limit={limit}").json()
        assert len(answer["items"]) > limit / 2
