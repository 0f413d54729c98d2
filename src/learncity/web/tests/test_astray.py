"""The office sees what lies nowhere certain after a reform, and says where it lies."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from learncity.apps.organizations import queries
from learncity.apps.organizations.factories import make_organization
from learncity.apps.organizations.models import Covered, Organization
from learncity.apps.organizations.types import Thing
from learncity.apps.places.factories import make_reform
from learncity.apps.places.models import Place
from learncity.apps.places.types import Line, PlaceKind
from learncity.kernel import outbox
from learncity.kernel.texts import Text
from learncity.web import pagecache

pytestmark = pytest.mark.django_db
LIST = "/operate/astray/"


@pytest.fixture
def office(signed_in):
    client = signed_in("demo-operator")
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def divided(office):
    """Huqiu was divided, with two seats in it."""
    found = [make_organization(f"in-huqiu-{n}", place="huqiu") for n in range(2)]
    lines = [
        Line(1, "320505", "320505"),
        Line(2, "320505", "320599", None, Text(en="New District"), PlaceKind.DISTRICT, "320500"),
    ]
    make_reform(*lines, key="west", effective=timezone.localdate(), country="CN")
    outbox.dispatch(at=timezone.now())
    return found


@pytest.fixture
def covered(divided):
    """What one of them covers: Huqiu, said before it was divided."""
    row = Covered.objects.create(organization=divided[0], place=divided[0].place)
    Covered.objects.filter(pk=row.pk).update(placed_at=divided[0].placed_at)
    return row


def page(client, path=LIST):
    return client.get(path).content.decode()


def new_key():
    return Place.objects.get(code="320599").key


def url(organization):
    return f"{LIST}SEAT/{organization.id}/"


def count(client, path):
    client.get(path)
    pagecache.forget()
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


def test_without_a_reform_the_list_says_that_everything_lies_on_the_map(office):
    text = page(office)

    assert "Everything lies on today’s map" in text
    assert "<table" not in text


def test_the_list_names_region_reform_and_what_it_became(office, divided):
    row = next(r for r in office.get(LIST).context["rows"] if r["url"] == url(divided[0]))

    assert row["cells"][2] == {"text": "Huqiu District", "note": "Divided"}
    assert row["cells"][3]["text"] == "west"
    assert row["cells"][4]["text"] == "Huqiu District, New District"
    assert url(divided[1]) in page(office)


def test_the_figures_and_the_page_of_the_reform_say_how_many(office, divided):
    n = len(queries.astray())

    figures = {f["label"]: f for f in office.get("/operate/").context["figures"]}
    assert figures["To be placed"]["figure"] == str(n)
    assert figures["To be placed"]["rows_url"] == LIST
    assert office.get("/operate/reforms/west/").context["astray"] == n
    assert "?reform=west" in page(office, "/operate/reforms/west/")


def test_one_is_laid_and_is_gone_from_the_list(office, divided):
    one = divided[0]
    assert "It lay in Huqiu District, which was divided on" in page(office, url(one))

    answer = office.post(url(one), {"place": new_key(), "reason": ""})

    assert (answer.status_code, answer.url) == (302, LIST)
    assert Organization.objects.get(pk=one.id).place.code == "320599"
    assert url(one) not in page(office)
    assert office.get(url(one)).status_code == 404
    assert "Said where something lies after a reform" in page(office, "/operate/")
    # The form of somebody who was slower: the same again is fine, something else is not.
    assert office.post(url(one), {"place": new_key(), "reason": ""}).status_code == 302
    late = office.post(url(one), {"place": "huqiu", "reason": ""})
    assert late.status_code == 422
    assert "Somebody said meanwhile where this lies" in late.content.decode()


def test_several_are_laid_at_once(office, divided):
    chosen = [f"{Thing.SEAT}:{o.id}" for o in divided]

    answer = office.post(LIST, {"chosen": chosen, "place": "huqiu", "reason": ""})

    assert answer.status_code == 302
    assert not {o.id for o in divided} & {a.id for a in queries.astray()}


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ({"place": "huqiu"}, "Choose at least one of the list."),
        ({"place": "huqiu", "chosen": ["x", "SEAT:y"]}, "Choose at least one of the list."),
        ({"place": "gusu", "chosen": ["one"]}, "or give the reason."),
        ({"place": "", "chosen": ["one"]}, "Error"),
        ({"place": "nowhere", "chosen": ["one"]}, "Error"),
    ],
)
def test_what_cannot_be_is_said_and_what_was_ticked_stays_ticked(office, divided, said, says):
    one = f"{Thing.SEAT}:{divided[0].id}"
    chosen = [one if value == "one" else value for value in said.get("chosen", [])]
    before = len(queries.astray())

    answer = office.post(LIST, {**said, "chosen": chosen})

    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert (f'value="{one}" form="lay"' in answer.content.decode()) is True
    ticked = [row["id"] for row in answer.context["rows"] if row["chosen"]]
    assert ticked == [value for value in chosen if value == one]
    assert len(queries.astray()) == before


def test_what_is_covered_is_settled_on_its_page_in_all_parts_that_are_ticked(office, covered):
    one = f"{LIST}COVERAGE/{covered.id}/"
    text = page(office, one)
    assert "It covered Huqiu District, which was divided on" in text
    assert text.count('type="checkbox"') == 3
    row = next(r for r in office.get(f"{LIST}?kind=COVERAGE").context["rows"] if r["url"] == one)
    assert row["cells"][1] == {"text": "What it covers", "note": ""}

    for said, says in (
        ({"reason": ""}, "Choose all that it covers, or none."),
        ({"parts": ["-", "huqiu"]}, "Choose either none or the regions that it covers."),
        ({"parts": ["-"], "place": "gusu"}, "Choose either none or the regions that it covers."),
        ({"parts": ["huqiu"], "place": "gusu"}, "or give the reason."),
    ):
        answer = office.post(one, said)
        assert answer.status_code == 422
        assert says in answer.content.decode()
    figures = {f["label"]: f for f in office.get("/operate/").context["figures"]}
    assert figures["To be placed"]["figure"] == str(len(queries.astray()))

    answer = office.post(one, {"parts": ["huqiu", new_key()]})

    assert (answer.status_code, answer.url) == (302, LIST)
    mine = Covered.objects.filter(organization=covered.organization_id, until=None)
    assert {row.place.key for row in mine} == {"huqiu", new_key()}
    assert office.get(one).status_code == 404
    after = {f["label"]: f for f in office.get("/operate/").context["figures"]}
    assert after["To be placed"]["figure"] == str(len(queries.astray()))
    assert int(figures["To be placed"]["figure"]) - len(queries.astray()) == 1
    assert "what is covered by in-huqiu-0 huqiu" in page(office, "/operate/")


def test_it_may_cover_none_of_them_also_for_several_at_once(office, divided, covered):
    seat = f"{Thing.SEAT}:{divided[1].id}"
    one = f"{Thing.COVERAGE}:{covered.id}"
    answer = office.post(LIST, {"chosen": [one, seat], "place": "-", "reason": ""})
    assert answer.status_code == 422
    assert "A seat, site or office lies in one region." in answer.content.decode()

    assert office.post(LIST, {"chosen": [one], "place": "-", "reason": ""}).status_code == 302
    assert Covered.objects.get(pk=covered.pk).until == timezone.localdate()


def test_a_draft_and_a_reform_say_how_much_of_what_is_covered_is_asked(office, covered):
    rows = office.get("/operate/reforms/west/").context["affected"]
    row = next(r["cells"] for r in rows if r["cells"][0] == "What is covered")
    asked = Covered.objects.filter(place__key="huqiu", until=None).count()
    assert (row[1]["text"], row[2]["text"]) == ("0", str(asked))


def test_the_list_is_sifted_and_exported(office, divided):
    sheet = office.get("/operate/astray.csv").content.decode("utf-8-sig")
    everything = list(csv.reader(io.StringIO(sheet)))
    assert len(everything) == 1 + len(queries.astray())
    assert ["Seat", "in-huqiu-0"] in [row[:2] for row in everything]
    assert everything[1][8] == "Huqiu District, New District"

    none = office.get("/operate/astray.csv?kind=OFFICE").content.decode("utf-8-sig")
    assert none.count("\n") == 1
    assert office.get(f"{LIST}?region=huqiu&kind=SEAT").context["rows"]
    assert not office.get(f"{LIST}?reform=other").context["rows"]
    assert office.get("/operate/astray.xlsx").headers["Content-Type"].endswith("sheet")
    assert office.get("/operate/astray.pdf").status_code == 404


def test_a_longer_list_costs_no_more(office, divided):
    before = count(office, LIST)
    assert before == 17
    for n in range(10):
        Organization.objects.filter(pk=make_organization(f"more-{n}", place="huqiu").pk).update(
            placed_at=divided[0].placed_at
        )
    assert count(office, LIST) == before


@pytest.mark.parametrize("who", ["demo-worker", "demo-provider", None])
def test_nobody_but_the_office_says_where_things_lie(client, account_of, divided, who):
    client.logout()
    if who:
        client.force_login(account_of(who))
    for path in (LIST, url(divided[0]), "/operate/astray.csv"):
        assert client.get(path).status_code == (403 if who else 302)
    one = Covered.objects.create(organization=divided[0], place=divided[0].place)
    Covered.objects.filter(pk=one.pk).update(placed_at=divided[0].placed_at)
    client.post(f"{LIST}COVERAGE/{one.pk}/", {"parts": ["-"]})
    assert Covered.objects.get(pk=one.pk).until is None
    client.post(url(divided[0]), {"place": new_key()})
    assert (Thing.SEAT, divided[0].id) in {(a.thing, a.id) for a in queries.astray()}
