"""Numbers, kinship, places covered and ends: what the database and the services promise."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from learncity.apps.organizations import queries, services
from learncity.apps.organizations.factories import make_organization
from learncity.apps.organizations.models import Covered, Office, Organization, Parent
from learncity.apps.organizations.rules import is_tax_code, is_uscc
from learncity.apps.organizations.types import (
    BadRegistration,
    DatesOverlap,
    EndsBeforeBegin,
    HasEnded,
    KeyTaken,
    NotYet,
    OrganizationKind,
    OrganizationNotFound,
    Register,
    RegistrationTaken,
    WouldCircle,
)
from learncity.apps.places import queries as places
from learncity.apps.places.factories import make_country, make_reform
from learncity.apps.places.types import Heirs, Line, PlaceKind
from learncity.kernel import audit
from learncity.kernel.acting import SYSTEM

AT = datetime(2026, 11, 22, 4, tzinfo=UTC)
TODAY = date(2026, 11, 22)
ACT = {"by": SYSTEM, "at": AT}
pytestmark = pytest.mark.django_db


def uscc(body):
    """A number of an invented body of 17 signs, with its check sign computed."""
    return next(body + sign for sign in "0123456789ABCDEFGHJKLMNPQRTUWXY" if is_uscc(body + sign))


def found(key="new", **said):
    return services.found_organization(
        **{
            "key": key, "kind": OrganizationKind.UNION, "name": {"en": "New"}, "about": {},
            "place_id": places.find_place("gusu").id, "phone": "", "since": None,
            "register": None, "registration": "", **ACT, **said,
        }
    )  # fmt: skip


def test_the_check_sign_of_a_social_credit_code():
    assert is_uscc("91110000600037341L")  # the vector of python-stdnum
    assert not is_uscc("91110000600037342L")
    assert not is_uscc("91110000600037341")
    assert not is_uscc("9111000060003734IL")  # I is not of its alphabet


def test_exactly_one_sign_fits_a_body():
    fits = [s for s in "0123456789ABCDEFGHJKLMNPQRTUWXY" if is_uscc("91000000MADEUPA02" + s)]
    assert len(fits) == 1


def test_the_check_digit_of_a_tax_code():
    assert is_tax_code("0100233488")  # the vector of python-stdnum
    assert is_tax_code("0100233488-001")
    assert not is_tax_code("0100233488-000")
    assert not is_tax_code("0100233480")
    assert not is_tax_code("01002334881")


def test_a_number_is_kept_plain_and_found_once():
    number = uscc("91000000MADEUPA02")
    spaced = f"{number[:9].lower()} {number[9:]}"
    assert found(register=Register.CN_USCC, registration=spaced).registration == number
    with pytest.raises(RegistrationTaken):
        found("other", register=Register.CN_USCC, registration=number)
    with pytest.raises(BadRegistration):
        found("other", register=Register.VN_TAX, registration=number)


def test_the_database_alone_refuses_a_number_twice_and_half_a_number():
    number = uscc("91000000MADEUPA02")
    a, b = make_organization(), make_organization()
    Organization.objects.filter(pk=a.pk).update(register="CN_USCC", registration=number)
    with (
        pytest.raises(IntegrityError, match="organizations_registered_once"),
        transaction.atomic(),
    ):
        Organization.objects.filter(pk=b.pk).update(register="CN_USCC", registration=number)
    with pytest.raises(IntegrityError, match="organizations_registration_is_whole"):
        Organization.objects.filter(pk=b.pk).update(registration="1")


def test_a_number_is_free_when_its_holder_has_ended():
    number = uscc("91000000MADEUPA02")
    found("old", register=Register.CN_USCC, registration=number)
    services.end_organization(key="old", on=TODAY, successor_key=None, **ACT)

    assert found("next", register=Register.CN_USCC, registration=number).registration == number


def test_a_key_names_one_organization_for_ever():
    found("union-a")
    with pytest.raises(KeyTaken):
        found("union-a")


def change(key, **said):
    was = Organization.objects.get(key=key)
    return services.change_organization(
        **{
            "key": key, "kind": was.kind, "name": was.name, "about": was.about,
            "place_id": was.place_id, "phone": was.phone, "since": was.since, "register": None,
            "registration": "", **ACT, **said,
        }
    )  # fmt: skip


def test_the_same_change_again_is_noted_once():
    make_organization("a")
    for _ in range(2):
        assert change("a", phone="0512-0000 9999").phone == "0512-0000 9999"
    noted = [e for e in audit.latest(5) if e.action == "organizations.changed"]
    assert [e.detail["fields"] for e in noted] == ["phone"]


# Kinship.


def belong(child, parent, since=None):
    services.set_parent(key=child, parent_key=parent, since=since, **ACT)


def parent_on(key, day):
    above = queries.kin(queries.ids_by_key([key])[key], on=day).parent
    return above.key if above else None


def test_a_parent_holds_until_the_next_one_does():
    for key in "abc":
        make_organization(key)
    belong("a", "b")
    belong("a", "c", date(2025, 7, 1))

    assert parent_on("a", date(2025, 6, 30)) == "b"
    assert parent_on("a", date(2025, 7, 1)) == "c"
    belong("a", "c", date(2026, 1, 1))  # it does already
    assert parent_on("a", TODAY) == "c"
    belong("a", None, date(2026, 2, 1))
    assert parent_on("a", date(2026, 2, 1)) is None
    with pytest.raises(DatesOverlap):
        belong("a", "b", date(2026, 1, 1))


def test_nobody_belongs_to_themselves_by_way_of_others():
    for key in "abc":
        make_organization(key)
    belong("a", "b")
    belong("b", "c")
    with pytest.raises(WouldCircle):
        belong("c", "a")
    with pytest.raises(WouldCircle):
        belong("c", "c")


def test_what_belonged_before_may_hold_afterwards():
    for key in "ab":
        make_organization(key)
    belong("a", "b")
    belong("a", None, date(2025, 1, 1))
    belong("b", "a", date(2025, 1, 1))

    assert parent_on("b", TODAY) == "a"


def test_the_database_alone_refuses_a_second_parent_and_a_circle():
    a, b, c = (make_organization() for _ in range(3))
    Parent.objects.create(child=a, parent=b, since=date(2020, 1, 1))
    with (
        pytest.raises(IntegrityError, match="organizations_one_parent_at_a_time"),
        transaction.atomic(),
    ):
        Parent.objects.create(child=a, parent=c, since=date(2026, 1, 1))
    Parent.objects.create(child=b, parent=c)
    with pytest.raises(IntegrityError, match="organizations_no_circle"), transaction.atomic():
        Parent.objects.create(child=c, parent=a, since=date(2019, 1, 1))
    Parent.objects.create(child=c, parent=a, until=date(2020, 1, 1))  # on no day of the others


# Ends.


def test_an_ended_organization_hands_on_what_belonged_to_it():
    for key in ("old", "heir", "branch"):
        make_organization(key)
    belong("branch", "old")
    belong("heir", "old")
    services.cover(key="old", place_id=places.find_place("sujin").id, since=None, until=None, **ACT)
    day = date(2026, 7, 1)
    for _ in range(2):
        services.end_organization(key="old", on=day, successor_key="heir", **ACT)

    was = queries.find_registered("old")
    assert was.successor_id == queries.find_organization("heir").id
    assert was.lives(date(2026, 6, 30))
    assert not was.lives(day)
    assert parent_on("branch", date(2026, 6, 30)) == "old"
    assert parent_on("branch", day) == "heir"
    assert parent_on("heir", day) is None
    assert queries.kin(was.id, on=day).place_ids == ()
    with pytest.raises(HasEnded):
        change("old", phone="1")


def test_an_end_does_not_lie_ahead_and_has_a_living_successor():
    make_organization("a")
    with pytest.raises(NotYet):
        services.end_organization(key="a", on=date(2027, 1, 1), successor_key=None, **ACT)
    with pytest.raises(HasEnded):
        services.end_organization(key="a", on=TODAY, successor_key="a", **ACT)
    with pytest.raises(OrganizationNotFound):
        services.end_organization(key="a", on=TODAY, successor_key="none", **ACT)


def test_the_database_alone_refuses_a_successor_of_a_living_one():
    a, b = make_organization(), make_organization()
    with pytest.raises(IntegrityError, match="organizations_successor_of_an_ended_one"):
        Organization.objects.filter(pk=a.pk).update(successor=b)


# Places and offices.


def cover(key, place, since=None, until=None):
    services.cover(key=key, place_id=places.find_place(place).id, since=since, until=until, **ACT)


def test_the_database_alone_refuses_a_place_covered_twice_and_no_day():
    a, where = make_organization(), places.find_place("sujin").id
    Covered.objects.create(organization=a, place_id=where)
    with (
        pytest.raises(IntegrityError, match="organizations_covers_a_place_once"),
        transaction.atomic(),
    ):
        Covered.objects.create(organization=a, place_id=where, since=TODAY)
    with pytest.raises(IntegrityError, match="organizations_covered_in_order"):
        Covered.objects.create(organization=a, place_id=where, since=TODAY, until=TODAY)


def test_a_place_is_covered_from_day_to_day():
    make_organization("a")
    cover("a", "sujin", date(2020, 1, 1), date(2021, 1, 1))
    cover("a", "sujin", date(2021, 1, 1))
    cover("a", "sujin", date(2021, 1, 1))
    assert Covered.objects.filter(organization__key="a").count() == 2
    with pytest.raises(DatesOverlap):
        cover("a", "sujin", date(2020, 6, 1))
    with pytest.raises(EndsBeforeBegin):
        cover("a", "sujin", TODAY, TODAY)
    services.stop_covering(
        key="a", place_id=places.find_place("sujin").id, until=date(2026, 1, 1), **ACT
    )
    pk = queries.ids_by_key(["a"])["a"]
    assert queries.kin(pk, on=date(2025, 12, 31)).place_ids
    assert not queries.kin(pk, on=date(2026, 1, 1)).place_ids


def test_an_office_is_open_from_day_to_day():
    make_organization("a")
    said = {"key": "a", "name": {"en": "Hall"}, "address": {"en": "1 Lane"}, "hours": {},
            "phone": "", "place_id": None, "since": date(2024, 1, 1), "until": None}  # fmt: skip
    office = services.open_office(**said, **ACT)
    assert services.open_office(**said, **ACT) == office
    services.close_office(key="a", office_id=office.id, until=date(2026, 1, 1), **ACT)
    pk = queries.ids_by_key(["a"])["a"]

    assert [o.id for o in queries.offices(pk, on=date(2025, 12, 31))] == [office.id]
    assert queries.offices(pk, on=date(2026, 1, 1)) == []
    assert len(queries.offices(pk)) == 1
    assert Office.objects.filter(organization_id=pk).count() == 1


# The figure.


def figure(on, kind=OrganizationKind.ASSOCIATION, region="gusu"):
    return queries.coverage(kind, PlaceKind.SUBDISTRICT, places.find_place(region).id, on=on)


def keys(ids):
    return sorted(place.key for place in places.places(ids).values())


def test_coverage_names_the_places_without_by_date():
    Covered.objects.all().delete()
    make_organization("old", since=date(2010, 1, 1))
    cover("old", "pingjiang")
    cover("old", "sujin", date(2024, 1, 1))
    assert keys(figure(date(2009, 12, 31)).without) == keys(
        p.id for p in places.below("jiangsu.suzhou.gusu")[1:]
    )
    assert keys(pk for pk, _ in figure(date(2010, 1, 1)).covered) == ["pingjiang"]
    assert keys(pk for pk, _ in figure(date(2024, 1, 1)).covered) == ["pingjiang", "sujin"]
    services.end_organization(key="old", on=date(2026, 3, 1), successor_key=None, **ACT)
    assert len(figure(date(2026, 2, 28)).covered) == 2
    assert len(figure(date(2026, 3, 1)).covered) == 0


def test_one_that_covers_the_district_is_in_none_of_its_parts():
    Covered.objects.all().delete()
    make_organization("a")
    cover("a", "gusu")
    assert figure(TODAY).covered == ()
    assert figure(TODAY).per_cent == 0


def test_other_kinds_and_the_living_alone_count():
    Covered.objects.all().delete()
    make_organization("a", kind=OrganizationKind.INDUSTRY_UNION)
    cover("a", "sujin")
    assert figure(TODAY).covered == ()
    assert len(figure(TODAY, OrganizationKind.INDUSTRY_UNION).covered) == 1


def test_the_places_are_those_of_the_day():
    land = make_country({"AA": "", "AAd": "AA", "AA01": "AAd", "AA02": "AAd", "AA03": "AAd"})
    make_organization("a")
    for code in ("AA01", "AA03"):
        services.cover(key="a", place_id=land[code], since=None, until=None, **ACT)
    make_reform(Line(1, "AA01", "AA02"), effective=date(2025, 7, 1))

    def counted(on):
        found = queries.coverage(
            OrganizationKind.ASSOCIATION, PlaceKind.COMMUNE, land["AAd"], on=on
        )
        return {pk for pk, _ in found.covered}, set(found.without)

    assert counted(date(2025, 6, 30)) == ({land["AA01"], land["AA03"]}, {land["AA02"]})
    assert counted(date(2025, 7, 1)) == ({land["AA03"]}, {land["AA02"]})


def test_seats_sites_and_open_offices_go_with_their_region():
    land = make_country({"AA": "", "AAd": "AA", "AA01": "AAd", "AA02": "AAd", "AA03": "AAd"})
    old, heir, divided = land["AA01"], land["AA02"], land["AA03"]
    make_organization("a")
    Organization.objects.filter(key="a").update(place_id=old)
    services.cover(key="a", place_id=old, since=None, until=None, **ACT)
    office = {"key": "a", "address": {}, "hours": {}, "phone": "", "since": None, **ACT}
    ends = {"open": (old, None), "closed": (old, date(2024, 1, 1)), "torn": (divided, None)}
    for name, (place, until) in ends.items():
        services.open_office(name={"en": name}, place_id=place, until=until, **office)
    heirs = {
        old: Heirs(date(2025, 7, 1), (heir,)),
        divided: Heirs(date(2025, 7, 1), (heir, old)),
    }

    assert services.follow_places(heirs) == 2
    assert services.follow_places(heirs) == 0

    found = queries.find_organization("a")
    where = {str(o.name): o.place_id for o in queries.offices(found.id)}
    assert found.place_id == heir
    assert where == {"open": heir, "closed": old, "torn": divided}
    assert queries.kin(found.id, on=TODAY).place_ids == (old,)


def test_the_share_is_never_rounded_up_to_all():
    found = figure(TODAY, region="suzhou")
    assert found.total == len(found.without) + len(found.covered)
    full = type(found)(TODAY, 1001, ((places.find_place("gusu").id, ()),) * 1000, ())
    assert full.per_cent == 99.9
    assert type(found)(TODAY, 0, (), ()).per_cent is None


def test_the_figure_costs_two_queries(django_assert_num_queries):
    region = places.find_place("suzhou")
    with django_assert_num_queries(2):
        queries.coverage(OrganizationKind.ASSOCIATION, PlaceKind.SUBDISTRICT, region.id, on=TODAY)


def test_the_register_is_sifted_by_kind_region_words_and_end():
    unions = queries.register(on=TODAY, kind=OrganizationKind.INDUSTRY_UNION)
    assert [o.key for o in unions] == ["courier-industry-union", "electronics-industry-union"]
    here = queries.register(
        on=TODAY, kind=OrganizationKind.ASSOCIATION, path="jiangsu.suzhou.sip.weiting"
    )
    assert [o.key for o in here] == ["loufeng-study-association"]  # covers it, from elsewhere
    assert [o.key for o in queries.register(on=TODAY, text="khuyen hoc quan co to")] == [
        "gusu-study-association"
    ]
    assert queries.register(on=TODAY, ended=True) == []
