"""A region's page says what became of it; a reform moves nobody who was not asked."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from learncity.apps.classes import services as classes
from learncity.apps.classes.models import CourseClass
from learncity.apps.organizations.models import Office, Organization, Venue
from learncity.apps.people import queries as people
from learncity.apps.people.factories import make_person
from learncity.apps.people.models import Person
from learncity.apps.people.services import settle
from learncity.apps.places import queries as places
from learncity.apps.places import services as places_services
from learncity.apps.places.models import Place, Reform
from learncity.kernel import outbox
from learncity.kernel.acting import SYSTEM, By, Via

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
# Xiangcheng (320507) goes into Gusu (320508); Huqiu (320505) is divided into itself and a new one.
DECREE = """from\tto\tname_zh\tname_en\tkind\tparent
320507\t320508\t\t\t\t
320505\t320505\t\t\t\t
320505\t320599\t新区\tNew District\tDISTRICT\t320500
"""


def draft(client, lines=DECREE, key="west", effective=TODAY, **other):
    said = {
        "key": key, "title": "West", "act": "No. 1", "country": "CN",
        "effective": effective.isoformat(), "lines": lines, **other,
    }  # fmt: skip
    return client.post("/operate/reforms/draft/", said)


def home_of(key):
    return Place.objects.get(key=key).pk


@pytest.fixture(autouse=True)
def english(client):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"


@pytest.fixture
def operator(signed_in):
    return signed_in("demo-operator")


@pytest.fixture
def reformed(operator):
    """The decree applied, and its news carried."""
    draft(operator)
    operator.post("/operate/reforms/west/", {"do": "apply"})
    outbox.dispatch(at=timezone.now())
    return operator


def test_an_operator_sees_everything_a_draft_would_touch_before_it_is_applied(operator):
    Person.objects.filter(pk=make_person()).update(home_id=home_of("xiangcheng"))
    Person.objects.filter(pk__in=[make_person(), make_person()]).update(home_id=home_of("huqiu"))
    moved = people.count_homes([home_of("xiangcheng")])
    asked = people.count_homes([home_of("huqiu")])

    answer = draft(operator)
    page = operator.get(answer.url).content.decode()

    assert (moved, asked) >= (1, 2)
    row = next(r for r in operator.get(answer.url).context["affected"])
    assert [row["cells"][1]["text"], row["cells"][2]["text"]] == [str(moved), str(asked)]
    sure = operator.get(f"{answer.url}?sure=apply")
    figures = {row["label"]: row["figure"] for row in sure.context["figures"]}
    assert figures["People who go along"] == str(moved)
    assert figures["People who are asked"] == str(asked)
    assert 'name="do" value="apply"' in sure.content.decode()
    assert 'name="do"' not in page
    assert "is divided: Huqiu District 320505, New District 320599" in page
    assert "becomes part of Gusu District 320508" in page
    assert places.find_place("xiangcheng") is not None


def test_applied_it_moves_what_is_certain_and_leaves_what_is_not(operator):
    here, there, gusu = (home_of(key) for key in ("xiangcheng", "huqiu", "gusu"))
    Venue.objects.filter(pk=Venue.objects.first().pk).update(place_id=there)
    before = {
        model: list(model.objects.filter(place_id=there).values_list("pk", flat=True))
        for model in (Organization, Venue, CourseClass)
    }
    certain = {model: [model.objects.exclude(place_id=there).first().pk] for model in before}
    for model, ids in certain.items():
        model.objects.filter(pk__in=ids).update(place_id=here)
    person, doubtful = make_person(), make_person()
    Person.objects.filter(pk=person).update(home_id=here)
    Person.objects.filter(pk=doubtful).update(home_id=there)

    draft(operator)
    operator.post("/operate/reforms/west/", {"do": "apply"})
    for _again in range(2):
        outbox.dispatch(at=timezone.now())

    assert people.persons([person])[person].home_id == gusu
    assert people.persons([doubtful])[doubtful].home_id == there
    for model, ids in certain.items():
        assert set(model.objects.filter(pk__in=ids).values_list("place_id", flat=True)) == {gusu}
    for model, ids in before.items():
        assert set(model.objects.filter(pk__in=ids).values_list("place_id", flat=True)) <= {there}


def test_a_class_that_is_over_stays_in_the_region_in_which_it_was_held(operator):
    over, coming = CourseClass.objects.order_by("starts_at")[:2]
    here = home_of("xiangcheng")
    CourseClass.objects.filter(pk__in=[over.pk, coming.pk]).update(place_id=here)
    now = timezone.now()
    CourseClass.objects.filter(pk=over.pk).update(
        starts_at=now - timedelta(days=9), ends_at=now - timedelta(days=2)
    )
    CourseClass.objects.filter(pk=coming.pk).update(ends_at=now + timedelta(days=9))

    draft(operator)
    operator.post("/operate/reforms/west/", {"do": "apply"})
    outbox.dispatch(at=timezone.now())

    where = dict(CourseClass.objects.values_list("pk", "place_id"))
    assert (where[over.pk], where[coming.pk]) == (here, home_of("gusu"))


def test_t31_somebody_of_a_divided_region_is_asked_once_and_may_choose_any_part(reformed, client):
    stays, moves = make_person(account=True), make_person(account=True)
    huqiu = home_of("huqiu")
    for person in (stays, moves):
        settle({person: huqiu}, by=SYSTEM, at=timezone.now() - timedelta(days=30))
    new = Place.objects.get(code="320599")

    for person, answer in ((stays, huqiu), (moves, new.pk)):
        client.force_login(people.find_account(person))
        assert "Where do you live now?" in client.get("/me/").content.decode()
        page = client.get("/me/profile/").content.decode()
        assert "Huqiu District was divided on" in page
        assert f'value="{new.pk}"' in page

        client.post("/me/profile/", {"name": "Somebody", "language": "en", "home": str(answer)})

        assert people.persons([person])[person].home_id == answer
        assert "Where do you live now?" not in client.get("/me/").content.decode()


def test_the_page_of_a_region_that_is_gone_says_what_became_of_it(reformed):
    page = reformed.get("/places/xiangcheng/").content.decode()

    assert "not on the map of today" in page
    assert "It became part of Gusu District." in page
    assert "It took in: Xiangcheng District." in reformed.get("/places/gusu/").content.decode()
    divided = reformed.get("/places/huqiu/").content.decode()
    assert "It was divided; parts went to: New District." in divided
    assert "Nobody published how many people went where." in divided


def test_last_year_s_figure_has_two_totals_and_both_are_explained(operator):
    """A class of last year in Xiangcheng: it is not Gusu's as it was, and is on today's map."""
    place_taken = CourseClass.objects.filter(closes_at__gt=timezone.now(), seats_taken=0).first()
    person = make_person()
    classes.apply(
        class_key=place_taken.key, person_id=person, by=By(person, Via.WEB), at=timezone.now()
    )
    last_year = timezone.now() - timedelta(days=400)
    CourseClass.objects.filter(pk=place_taken.pk).update(
        place_id=home_of("xiangcheng"), starts_at=last_year, ends_at=last_year + timedelta(days=9)
    )
    taken = CourseClass.objects.get(pk=place_taken.pk).seats_taken
    draft(operator)
    operator.post("/operate/reforms/west/", {"do": "apply"})

    rows = operator.get("/places/gusu/").context["figure_rows"]
    cells = next(r["cells"] for r in rows if r["cells"][0] == str(last_year.year))

    assert [c["text"] for c in cells[1:3]] == ["0", str(taken)]
    api = operator.get("/api/v1/places/gusu/figures?view=AS_IT_WAS").json()
    assert last_year.year not in [item["year"] for item in api["items"]]
    api = operator.get("/api/v1/places/gusu/figures").json()
    assert {"year": last_year.year, "least": taken, "most": taken} in api["items"]


def test_a_figure_of_a_divided_region_says_that_it_cannot_be_known(reformed):
    held = CourseClass.objects.first()
    CourseClass.objects.filter(pk=held.pk).update(seats_taken=5)
    last_year = timezone.now() - timedelta(days=400)
    CourseClass.objects.filter(pk=held.pk).update(
        place_id=home_of("huqiu"), starts_at=last_year, ends_at=last_year + timedelta(days=9)
    )

    page = reformed.get("/places/huqiu/").content.decode()

    assert "0 to 5" in page
    assert "were counted in a region that was divided since" in page


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("from,where\n1,2\n", "no column"),
        ("", "Enter"),
        ("from\tto\n320507\t" + "x" * 81 + "\n", "write the code of a region"),
        ("from\tto\tshare\n320507\t320508\thalf\n", "write a share of the residents"),
    ],
)
def test_what_cannot_be_read_is_said_and_what_was_typed_is_kept(operator, lines, says):
    answer = draft(operator, lines)
    page = answer.content.decode()

    assert answer.status_code == 422
    assert "error" in page.lower()
    assert not Reform.objects.filter(key="west").exists()
    if says != "Enter":
        assert says in page
        assert lines.split()[-1] in page


def test_a_draft_that_does_not_fit_is_kept_with_its_problems_and_cannot_be_applied(operator):
    page = operator.get(draft(operator, "from\tto\n999999\t320508\n").url).content.decode()

    assert "there is no region with the code or name 999999 on that day" in page
    assert 'value="apply"' not in page
    assert operator.post("/operate/reforms/west/", {"do": "apply"}).status_code == 409
    assert Reform.objects.get(key="west").state == "DRAFT"


def test_a_draft_can_be_mended_and_dropped(operator):
    draft(operator)
    form = operator.get("/operate/reforms/draft/?key=west").context["form"]
    again = form.initial["lines"]

    assert draft(operator, again).status_code == 302
    assert places.reform_lines("west")[0].source == "320507"

    asked = operator.get("/operate/reforms/west/?sure=drop").content.decode()
    assert "The draft and its" in asked
    assert Reform.objects.filter(key="west").exists()
    operator.post("/operate/reforms/west/", {"do": "drop"})
    assert not Reform.objects.filter(key="west").exists()


def test_what_was_applied_is_on_the_trail_and_stays(reformed):
    page = reformed.get("/operate/").content.decode()
    assert "Applied a reform" in page

    assert reformed.post("/operate/reforms/west/", {"do": "drop"}).status_code == 409
    assert draft(reformed).status_code == 422
    listed = reformed.get("/operate/reforms/").content.decode()
    assert "Applied" in listed


def test_a_reform_of_the_future_is_shown_on_the_page_of_its_region(operator):
    draft(operator, effective=date(TODAY.year + 1, 7, 1))
    operator.post("/operate/reforms/west/", {"do": "apply"})

    page = operator.get("/places/xiangcheng/").content.decode()

    assert "not on the map of today" not in page
    assert "It will become part of Gusu District." in page


def test_the_page_of_a_place_says_all_that_is_there_below_it_too(operator):
    """What it was and will be, offices, sites, organizations, people counts, classes."""
    draft(operator, effective=date(TODAY.year + 1, 7, 1))
    operator.post("/operate/reforms/west/", {"do": "apply"})
    centre = Organization.objects.get(key="qiaotou-learning-centre")
    path = places.find_place("gusu").path
    assert centre.place.path.startswith(f"{path}.")
    Office.objects.create(
        organization=centre, place=centre.place, name={"en": "Counter"}, address={"en": "Bridge 1"}
    )
    closed = {"organization": centre, "place": centre.place, "address": {"en": "x"}}
    Office.objects.create(**closed, name={"en": "Closed counter"}, until=TODAY)

    page = operator.get("/places/gusu/").content.decode()

    assert "It took in: Canglang District, Pingjiang District, Jinchang District." in page
    assert "It will take in: Xiangcheng District." in page
    assert "Counter" in page
    assert "Closed counter" not in page
    assert 'href="/venues/qiaotou-centre/"' in page
    assert 'href="/providers/qiaotou-learning-centre/"' in page
    assert "924,083" in page
    coming = operator.get("/places/gusu/").context["classes"]
    assert 0 < len(coming["rows"]) <= 6
    assert coming["rows"][0].url in page
    assert coming["n"] >= len(coming["rows"])


def test_the_page_of_a_district_that_is_no_more_leads_to_its_heir(client, city):
    page = client.get("/places/canglang-district/").content.decode()

    assert "not on the map of today" in page
    assert "It became part of Gusu District." in page
    wujiang = client.get("/places/wujiang/").content.decode()
    assert "Called Wujiang District, before that Wujiang City." in wujiang
    assert "Code 320509, before that 320584." in wujiang


def test_a_reform_to_come_is_told_as_one_and_asks_nobody_before_its_day(operator, client):
    person, huqiu, day = make_person(account=True), home_of("huqiu"), TODAY + timedelta(days=40)
    settle({person: huqiu}, by=SYSTEM, at=timezone.now() - timedelta(days=30))
    draft(operator, effective=day)
    places_services.apply_reform(key="west", by=SYSTEM, at=timezone.now())
    new = Place.objects.get(code="320599")
    divided = operator.get("/places/huqiu/").content.decode()
    joined = operator.get("/places/xiangcheng/").content.decode()
    client.force_login(people.find_account(person))

    assert "Where do you live now?" not in client.get("/me/").content.decode()
    assert f'value="{new.pk}"' not in client.get("/me/profile/").content.decode()
    assert "It will be divided; parts will go to: New District." in divided
    assert "It will become part of Gusu District." in joined
    assert "It was divided" not in divided

    places_services.take_effect(at=timezone.now() + timedelta(days=40))

    assert "Where do you live now?" in client.get("/me/").content.decode()
