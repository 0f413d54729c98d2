"""What lies in a region that ended or was divided is asked about, and settled once."""

import threading
from datetime import timedelta
from fractions import Fraction
from importlib import import_module

import pytest
from django.db import connection
from django.utils import timezone

from learncity.apps.classes.models import CourseClass
from learncity.apps.organizations import queries, services
from learncity.apps.organizations.factories import make_organization
from learncity.apps.organizations.models import Office, Organization, Venue
from learncity.apps.organizations.services import whereabouts
from learncity.apps.organizations.types import (
    Elsewhere,
    LiesAlready,
    NotAnHeir,
    SiteNotFound,
    Thing,
)
from learncity.apps.places import services as places
from learncity.apps.places.factories import make_reform
from learncity.apps.places.models import Place
from learncity.apps.places.types import Line, PlaceKind, PlaceNotFound
from learncity.kernel import outbox
from learncity.kernel.acting import SYSTEM
from learncity.kernel.models import AuditEntry
from learncity.kernel.texts import Text

TODAY = timezone.localdate()
# Of the demo city: Huqiu is 320505, Xiangcheng 320507, Gusu 320508.
STAYS = Line(1, "320505", "320505")
PARTS = Line(2, "320505", "320599", None, Text(en="New"), PlaceKind.DISTRICT, "320500")


def reform(*lines, key="west", effective=TODAY):
    make_reform(*lines, key=key, effective=effective, country="CN")
    outbox.dispatch(at=timezone.now())


def place(key="", code=""):
    return Place.objects.get(**({"key": key} if key else {"code": code}))


def lay(organization, to, *, thing=Thing.SEAT, reason=None):
    return services.lay(
        chosen=[(thing, organization.id)], place_keys=[to], reason=reason, by=SYSTEM,
        at=timezone.now(),
    )  # fmt: skip


def astray():
    found = {(a.thing, a.id) for a in queries.astray()}
    assert queries.count_astray() == len(found)
    assert queries.count_organizations() == len(queries.all_organizations())
    return found


def of(organization):
    return next(a for a in queries.astray() if a.id == organization.id)


@pytest.fixture
def here(city):
    """An organization with its seat in Huqiu, a site and an open office there."""
    found = make_organization("here", place="huqiu")
    Venue.objects.create(key="here-site", organization=found, place=found.place, name={"en": "S"})
    said = {"organization": found, "place": found.place, "name": {"en": "O"}, "address": {}}
    Office.objects.create(**said)
    Office.objects.create(**said, until=TODAY - timedelta(days=1))
    return found


def test_nothing_is_astray_in_a_city_without_reforms(city, django_assert_num_queries):
    with django_assert_num_queries(3):
        assert queries.astray() == []


def test_seats_sites_and_open_offices_of_a_divided_region_are_astray(here):
    reform(STAYS, PARTS)

    found = {a.thing: a for a in queries.astray() if a.organization.id == here.id}
    assert set(found) == {
        Thing.SEAT,
        Thing.VENUE,
        Thing.OFFICE,
    }  # and the office that was closed before is not
    assert {a.region.place.key for a in found.values()} == {"huqiu"}
    assert [b.reform for b in found[Thing.SEAT].breaks] == ["west"]
    assert found[Thing.SEAT].breaks[0].on == TODAY
    heirs = queries.candidates([found[Thing.VENUE]])[found[Thing.VENUE].id]
    assert [heir.code for heir in heirs] == ["320505", "320599"]


def test_what_is_put_there_afterwards_is_not_asked_about(here):
    reform(STAYS, PARTS)
    later = make_organization("later", place="huqiu")

    assert (Thing.SEAT, later.id) not in astray()
    assert (Thing.SEAT, here.id) in astray()


def test_a_region_that_grows_is_not_asked_about(here):
    reform(Line(1, "320507", "320505"))

    assert astray() == set()


def test_a_sole_heir_takes_all_along_and_nothing_is_asked(city):
    moved = make_organization("moved", place="xiangcheng")
    reform(Line(1, "320507", "320508"))

    moved.refresh_from_db()
    assert moved.place.key == "gusu"
    assert astray() == set()


def test_an_old_division_of_the_heir_is_no_question_to_those_who_came_later(here):
    came = make_organization("came", place="xiangcheng")
    reform(STAYS, PARTS, effective=TODAY - timedelta(days=2))
    reform(Line(1, "320507", "320505"), key="later", effective=TODAY - timedelta(days=1))

    came.refresh_from_db()
    assert came.place.key == "huqiu"
    assert (Thing.SEAT, came.id) not in astray()
    assert (Thing.SEAT, here.id) in astray()


def test_a_region_that_left_the_city_without_a_reform_is_asked_about(city):
    left = make_organization("left", place="fengqiao")
    places.end_places([left.place_id])

    assert of(left).breaks == ()
    assert queries.candidates([of(left)]) == {left.id: []}
    with pytest.raises(NotAnHeir):
        lay(left, "huqiu")
    assert lay(left, "huqiu", reason=Elsewhere.LIST_WRONG) == 1
    assert (Thing.SEAT, left.id) not in astray()


def test_the_candidates_are_those_of_today_however_often_it_was_reformed_since(here):
    reform(STAYS, PARTS, effective=TODAY - timedelta(days=2))
    reform(Line(1, "320599", "320508"), key="on", effective=TODAY - timedelta(days=1))

    assert [p.key for p in queries.candidates([of(here)])[here.id]] == ["huqiu", "gusu"]


def test_a_division_with_published_shares_is_asked_about_too(here):
    quarter = Fraction(1, 4)
    reform(
        Line(1, "320505", "320505", quarter),
        Line(2, "320505", "320599", 1 - quarter, PARTS.name, PARTS.kind, PARTS.parent),
    )

    assert (Thing.SEAT, here.id) in astray()


def test_what_was_said_is_kept_written_down_and_not_asked_again(here):
    reform(STAYS, PARTS)
    new, (office,) = place(code="320599"), Office.objects.filter(organization=here, until=None)
    venue = Venue.objects.get(key="here-site")

    assert lay(here, "huqiu") == 1
    assert lay(venue, new.key, thing=Thing.VENUE) == 1
    assert lay(office, new.key, thing=Thing.OFFICE) == 1

    assert not {a for a in queries.astray() if a.organization.id == here.id}
    for thing, where in ((here, "huqiu"), (venue, new.key), (office, new.key)):
        thing.refresh_from_db()
        assert thing.place.key == where
    entries = AuditEntry.objects.filter(action="organizations.laid").order_by("subject")
    assert {e.subject: e.detail for e in entries} == {
        "organization here": {"before": "huqiu", "after": "huqiu"},
        "site here-site": {"before": "huqiu", "after": new.key},
        f"office {office.id}": {"before": "huqiu", "after": new.key},
    }


def test_said_again_nothing_changes(here):
    reform(STAYS, PARTS)
    lay(here, "huqiu")
    before = Organization.objects.get(pk=here.id).placed_at

    assert lay(here, "huqiu") == 0

    assert Organization.objects.get(pk=here.id).placed_at == before
    assert AuditEntry.objects.filter(action="organizations.laid").count() == 1


def test_the_next_division_is_asked_about_again(here):
    reform(STAYS, PARTS)
    lay(here, "huqiu")
    again = Line(2, "320505", "320598", None, Text(en="Newer"), PlaceKind.DISTRICT, "320500")
    reform(STAYS, again, key="again")

    assert [b.reform for b in of(here).breaks] == ["again"]


def test_elsewhere_needs_a_reason_and_what_lies_in_an_heir_does_not(here):
    reform(STAYS, PARTS)

    with pytest.raises(NotAnHeir):
        lay(here, "gusu")
    assert (Thing.SEAT, here.id) in astray()
    assert lay(here, "fengqiao") == 1  # a sub-district of Huqiu
    venue = Venue.objects.get(key="here-site")
    assert lay(venue, "gusu", thing=Thing.VENUE, reason=Elsewhere.MOVED) == 1
    entry = AuditEntry.objects.get(action="organizations.laid", subject="site here-site")
    assert entry.detail["reason"] == "MOVED"


def test_what_is_not_there_is_refused(here):
    reform(STAYS, PARTS)
    gone = make_organization("gone", place="huqiu")
    Organization.objects.filter(pk=gone.id).update(ended_at=timezone.now())

    with pytest.raises(SiteNotFound):
        lay(gone, "huqiu")
    with pytest.raises(PlaceNotFound):
        lay(here, "nowhere")
    with pytest.raises(LiesAlready):
        lay(make_organization("never", place="gusu"), "huqiu")


def test_classes_to_come_go_along_with_their_site_and_those_that_are_over_stay(city):
    coming, over = CourseClass.objects.exclude(venue=None).order_by("-ends_at")[:2]
    venue, huqiu = coming.venue, place("huqiu")
    Venue.objects.filter(pk=venue.id).update(place=huqiu)
    CourseClass.objects.filter(pk=over.pk).update(
        venue=venue, ends_at=timezone.now(), starts_at=timezone.now() - timedelta(days=9)
    )
    CourseClass.objects.filter(pk__in=[coming.pk, over.pk]).update(place=huqiu)
    reform(STAYS, PARTS)
    assert (Thing.VENUE, venue.id) in astray()

    new = place(code="320599")
    lay(venue, new.key, thing=Thing.VENUE)
    for _again in range(2):
        outbox.dispatch(at=timezone.now())

    where = dict(CourseClass.objects.values_list("pk", "place_id"))
    assert (where[coming.pk], where[over.pk]) == (new.id, huqiu.id)


def test_a_class_online_goes_along_with_its_provider(city):
    coming = CourseClass.objects.filter(venue=None).order_by("-ends_at").first()
    huqiu = place("huqiu")
    Organization.objects.filter(pk=coming.provider_id).update(place=huqiu)
    CourseClass.objects.filter(pk=coming.pk).update(
        place=huqiu, ends_at=timezone.now() + timedelta(days=9)
    )
    reform(STAYS, PARTS)

    new = place(code="320599")
    lay(coming.provider, new.key)
    outbox.dispatch(at=timezone.now())

    coming.refresh_from_db()
    assert coming.place_id == new.id


def test_a_class_that_strayed_from_its_site_is_brought_back_by_the_reform(city):
    coming = CourseClass.objects.exclude(venue=None).order_by("-ends_at").first()
    CourseClass.objects.filter(pk=coming.pk).update(
        place=place("huqiu"), ends_at=timezone.now() + timedelta(days=300)
    )
    assert coming.venue.place.key != "huqiu"
    reform(STAYS, PARTS)

    coming.refresh_from_db()
    assert coming.place_id == coming.venue.place_id


def test_afterwards_nothing_is_astray(here):
    """After any reform, when everything asked was answered, all lies on today's map."""
    parts = [
        Line(n, "320505", code, None, Text(en=code), PlaceKind.DISTRICT, "320500")
        for n, code in enumerate(("320598", "320599"))
    ]
    children = Place.objects.filter(parent__key="huqiu", ended_at=None)
    stay = [Line(9, f"#{p.key}", f"#{p.key}", parent="320598") for p in children]
    reform(*parts, *stay)
    assert len(astray()) >= 3

    for a in queries.astray():
        heir = queries.candidates([a])[a.id][-1]
        services.lay(chosen=[(a.thing, a.id)], place_keys=[heir.key], reason=None, by=SYSTEM,
                     at=timezone.now())  # fmt: skip
    outbox.dispatch(at=timezone.now())

    assert astray() == set()
    today = Place.objects.filter(ended_at=None)
    for rows in (
        Organization.objects.filter(ended_at=None),
        Venue.objects.filter(ended_at=None),
        Office.objects.filter(until=None).exclude(place=None),
        CourseClass.objects.filter(ends_at__gt=timezone.now()),
    ):
        assert not rows.exclude(place__in=today).exists()


@pytest.mark.parametrize("size", [1, 30])
def test_many_cost_as_many_statements_as_one(city, django_assert_num_queries, size):
    chosen = [(Thing.SEAT, make_organization(f"one-of-{n}", place="huqiu").id) for n in range(size)]
    reform(STAYS, PARTS)

    with django_assert_num_queries(20):
        done = services.lay(
            chosen=chosen, place_keys=["huqiu"], reason=None, by=SYSTEM, at=timezone.now()
        )
    assert done == size


def rivals(monkeypatch, *, locked):
    """Two officers say at once that one seat lies in two regions; what each was told, sorted."""
    organization = make_organization("contested", place="huqiu")
    reform(STAYS, PARTS)
    both, told = threading.Barrier(2, timeout=60), []
    if not locked:
        heirs = whereabouts._check_heirs

        def look_and_wait(*args):
            heirs(*args)
            both.wait()

        monkeypatch.setattr(whereabouts, "_check_heirs", look_and_wait)
        monkeypatch.setattr(whereabouts.locks, "hold", lambda *args: None)
        monkeypatch.setattr(whereabouts.place_services, "hold_places", lambda: None)

    def run(key):
        try:
            told.append(f"laid {lay(organization, key)}")
        except LiesAlready:
            told.append("refused")
        finally:
            connection.close()

    keys = ("huqiu", place(code="320599").key)
    threads = [threading.Thread(target=run, args=[key]) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(told)


def test_of_two_who_say_different_things_at_once_one_is_refused(committed, monkeypatch):
    assert rivals(monkeypatch, locked=True) == ["laid 1", "refused"]
    assert AuditEntry.objects.filter(action="organizations.laid").count() == 1


def test_control_without_the_lock_both_believe_to_have_settled_it(committed, monkeypatch):
    assert rivals(monkeypatch, locked=False) == ["laid 1", "laid 1"]


def test_what_was_entered_before_this_was_kept_is_placed_at_the_moment_it_was_entered(here):
    """The migration reads it from the key; what a reform divided since is then asked about."""
    migration = import_module("learncity.apps.organizations.migrations.0003_placed")
    before = timezone.now() - timedelta(minutes=5)
    Organization.objects.update(placed_at=timezone.now() + timedelta(days=9))

    with connection.cursor() as cursor:
        for table in migration.TABLES:
            cursor.execute(migration.ENTERED.format(table=table))

    here.refresh_from_db()
    assert before < here.placed_at <= timezone.now()
    reform(STAYS, PARTS)
    assert (Thing.SEAT, here.id) in astray()
