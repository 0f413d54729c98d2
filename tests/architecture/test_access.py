"""Every view says who may see it, and every role gets exactly that.

The table is the whole site: a new page that is not in it fails, so nobody forgets to decide.
"""

import re
from datetime import date, timedelta

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from learncity.apps.classes import queries as classes
from learncity.apps.classes import services
from learncity.apps.notices import queries as notices
from learncity.apps.people import queries as people
from learncity.apps.places import services as places
from learncity.apps.places.types import Line
from learncity.kernel.acting import SYSTEM, By, Via

OWN_CLASS = "bookkeeping-qiaotou-wed"  # of the organization whose staff demo-provider is

# Who gets in: s(tranger), r(esident), o(ther organization's staff), p(rovider's staff of the
# class), c(ity operator).
EVERYONE, SIGNED_IN, STAFF, RUNS_CLASS, OPERATOR = "sropc", "ropc", "opc", "pc", "c"
# What is said in the name of an organization, not even the city's office says for it.
CENTRE, SPEAKS = "qiaotou-learning-centre", "p"

PAGES = {
    "/": EVERYONE,
    "/find/": EVERYONE,
    "/categories/workplace-skills/": EVERYONE,
    "/courses/small-shop-bookkeeping/": EVERYONE,
    "/compare/": EVERYONE,
    "/subjects/bookkeeping/": EVERYONE,
    "/programmes/": EVERYONE,
    "/programmes/own-small-business/": EVERYONE,
    "/near/": EVERYONE,
    "/venues/": EVERYONE,
    "/venues/qiaotou-centre/": EVERYONE,
    "/providers/qiaotou-learning-centre/": EVERYONE,
    f"/classes/{OWN_CLASS}/": EVERYONE,
    f"/classes/{OWN_CLASS}.ics": EVERYONE,
    f"/classes/{OWN_CLASS}.jsonld": EVERYONE,
    "/courses/small-shop-bookkeeping.jsonld": EVERYONE,
    "/venues/qiaotou-centre.ics": EVERYONE,
    "/oai": EVERYONE,
    "/robots.txt": EVERYONE,
    "/sitemap.xml": EVERYONE,
    "/sitemaps/courses-1.xml": EVERYONE,
    f"/classes/{OWN_CLASS}/apply/": SIGNED_IN,
    "/verify/": EVERYONE,
    "/place/": EVERYONE,
    "/places/gusu/": EVERYONE,
    "/prefer/": EVERYONE,
    "/sign-in/": EVERYONE,
    "/sign-in/code/": EVERYONE,
    "/me/": SIGNED_IN,
    "/me/classes/": SIGNED_IN,
    "/me/calendar/": SIGNED_IN,
    "/me/wishes/": SIGNED_IN,
    "/me/wishes/new/": SIGNED_IN,
    "/me/record/": SIGNED_IN,
    "/me/messages/": SIGNED_IN,
    "/me/assertions/": SIGNED_IN,
    "/me/assertions/new/": SIGNED_IN,
    "/me/profile/": SIGNED_IN,
    "/me/household/": SIGNED_IN,
    "/me/household/new/": SIGNED_IN,
    "/me/mandates/": SIGNED_IN,
    "/me/mandates/new/": SIGNED_IN,
    "/me/acts/": SIGNED_IN,
    "/me/missing/": EVERYONE,
    "/me/security/": SIGNED_IN,
    "/me/security/app/": SIGNED_IN,
    "/me/security/passkey/": SIGNED_IN,
    "/me/security/link/": SIGNED_IN,
    "/sign-in/second/": SIGNED_IN,
    "/sign-in/claim/": SIGNED_IN,
    "/me/numbers/": SIGNED_IN,
    "/me/work/": SIGNED_IN,
    "/me/privacy/": SIGNED_IN,
    "/me/privacy/erase/": SIGNED_IN,
    "/desk/": STAFF,
    "/desk/classes.csv": STAFF,
    "/desk/figures/": STAFF,
    "/desk/demand/": STAFF,
    f"/desk/classes/{OWN_CLASS}/": RUNS_CLASS,
    f"/desk/classes/{OWN_CLASS}/cancel/": RUNS_CLASS,
    f"/desk/classes/{OWN_CLASS}/print/": RUNS_CLASS,
    f"/desk/classes/{OWN_CLASS}/roster.xlsx": RUNS_CLASS,
    "/desk/courses/": STAFF,
    "/desk/new-course/": STAFF,
    "/desk/courses/small-shop-bookkeeping/": RUNS_CLASS,
    "/desk/courses/small-shop-bookkeeping/parts/subject/": RUNS_CLASS,
    "/desk/courses/small-shop-bookkeeping/withdraw/": RUNS_CLASS,
    f"/desk/organizations/{CENTRE}/accreditation/": RUNS_CLASS,
    "/desk/courses/small-shop-bookkeeping/programmes/own-small-business/": RUNS_CLASS,
    "/operate/programmes/": OPERATOR,
    "/operate/new-programme/": OPERATOR,
    "/operate/programmes/own-small-business/": OPERATOR,
    "/operate/programmes/own-small-business/edit/": OPERATOR,
    "/operate/programmes/own-small-business/end/": OPERATOR,
    "/operate/programmes/own-small-business/add/": OPERATOR,
    "/operate/programmes/own-small-business/courses/online-shop/": OPERATOR,
    "/operate/programmes/own-small-business/courses/online-shop/out/": OPERATOR,
    "/operate/courses/": OPERATOR,
    "/operate/courses/small-shop-bookkeeping/": OPERATOR,
    "/operate/courses/small-shop-bookkeeping/publish/": OPERATOR,
    "/operate/accreditation/": OPERATOR,
    f"/operate/accreditation/{CENTRE}/": OPERATOR,
    f"/operate/accreditation/{CENTRE}/suspend/": OPERATOR,
    "/desk/roles/": OPERATOR,
    "/desk/roles/new/": OPERATOR,
    "/me/roles/": SIGNED_IN,
    "/desk/agreements/": STAFF,
    "/desk/agreements/workers-study-2026/": RUNS_CLASS,
    "/desk/agreements/workers-study-2026/deed/": RUNS_CLASS,
    f"/desk/organizations/{CENTRE}/": RUNS_CLASS,
    f"/desk/organizations/{CENTRE}/assertions/": SPEAKS,
    f"/desk/organizations/{CENTRE}/assertions/new/": SPEAKS,
    "/operate/": OPERATOR,
    "/operate/organizations/": OPERATOR,
    "/operate/organizations.csv": OPERATOR,
    f"/operate/organizations/{CENTRE}/": OPERATOR,
    f"/operate/organizations/{CENTRE}/edit/": OPERATOR,
    "/operate/new-organization/": OPERATOR,
    "/operate/new-agreement/": OPERATOR,
    "/operate/coverage/": OPERATOR,
    "/operate/committees/suzhou-study-association-board/": OPERATOR,
    "/operate/committees/suzhou-study-association-board/term/": OPERATOR,
    "/operate/disputes/": OPERATOR,
    "/operate/mandates/new/": OPERATOR,
    "/operate/trail/": OPERATOR,
    "/operate/trail.csv": OPERATOR,
    "/operate/astray/": OPERATOR,
    "/operate/astray.csv": OPERATOR,
    "/operate/reforms/": OPERATOR,
    "/operate/reforms/draft/": OPERATOR,
    "/operate/reforms/gusu-grows/": OPERATOR,
    "/operate/support/": OPERATOR,
    "/operate/people/": OPERATOR,
    "/operate/people/new/": OPERATOR,
    "/desk/lists/": STAFF,
    "/desk/lists/new/": STAFF,
    "/desk/rooms/": STAFF,
    "/desk/calendar/": STAFF,
    "/desk/copy/": STAFF,
    "/desk/classes-list.csv": STAFF,
    "/desk/courses-list.xlsx": STAFF,
    f"/desk/classes/{OWN_CLASS}/room/": RUNS_CLASS,
    "/operate/requests/": OPERATOR,
    "/operate/requests.csv": OPERATOR,
    "/operate/retention/": OPERATOR,
    "/help/": EVERYONE,
    "/accessibility/": EVERYONE,
    "/privacy/": EVERYONE,
    "/healthz": EVERYONE,
    "/style/": EVERYONE,
    "/style/home/": EVERYONE,
}

# Answered to a form only; the journeys and the room's own tests send it.
FORMS = {
    "sign-out/": SIGNED_IN,
    "me/calendar/make/": SIGNED_IN,
    "me/calendar/drop/": SIGNED_IN,
    "me/wishes/<uuid:wish_id>/take-back/": SIGNED_IN,
    "me/tokens/": SIGNED_IN,
    "me/tokens/<uuid:token_id>/revoke/": SIGNED_IN,
    "me/numbers/<uuid:identifier_id>/end/": SIGNED_IN,
    "me/privacy/consents/<slug:key>/": SIGNED_IN,
    "me/privacy/copies/": SIGNED_IN,
    "me/privacy/ask/": SIGNED_IN,
    "operate/outbox/<uuid:entry_id>/": OPERATOR,
    "desk/roles/reviews/": OPERATOR,
    "me/roles/<uuid:grant_id>/end/": SIGNED_IN,
    # Shown only for what is astray: web/tests/test_astray.py.
    "operate/astray/<str:thing>/<uuid:thing_id>/": OPERATOR,
    "me/invitations/<uuid:invitation_id>/": SIGNED_IN,
    "me/mandates/<uuid:mandate_id>/": SIGNED_IN,
    "me/mandates/<uuid:mandate_id>/act/": SIGNED_IN,
    "me/acting/end/": SIGNED_IN,
    "operate/disputes/<uuid:dispute_id>/": OPERATOR,
    "me/security/app/remove/": SIGNED_IN,
    "me/security/passkeys/<uuid:passkey_id>/remove/": SIGNED_IN,
    "me/security/recovery/": SIGNED_IN,
    "me/security/sessions/end/": SIGNED_IN,
    "me/security/sessions/<uuid:session_id>/end/": SIGNED_IN,
    "me/security/links/<uuid:link_id>/remove/": SIGNED_IN,
    "operate/support/visit/": OPERATOR,
    "operate/support/seen/": OPERATOR,
    "operate/support/not-seen/": OPERATOR,
    "operate/support/lost/": OPERATOR,
    "support/end/": SIGNED_IN,
    "desk/bulk/": STAFF,
    "desk/lists/<uuid:import_id>/columns/": OPERATOR,
    "desk/lists/<uuid:import_id>/apply/": OPERATOR,
    "desk/lists/<uuid:import_id>/remove/": OPERATOR,
    "operate/people/<uuid:person_id>/home/": OPERATOR,
    "operate/people/<uuid:person_id>/groups/": OPERATOR,
    "operate/people/<uuid:person_id>/numbers/": OPERATOR,
    "operate/people/<uuid:person_id>/numbers/<uuid:identifier_id>/end/": OPERATOR,
    "operate/people/<uuid:person_id>/separate/<uuid:other_id>/": OPERATOR,
    "operate/people/<uuid:person_id>/merge/<uuid:other_id>/answer/": OPERATOR,
}
# One person's own things, tested below, in web/tests/test_households.py and test_roles.py; of one
# organization, in test_matrix.py; the demo's outbox,
# which is not there in earnest; and the way to another provider and back, which is nowhere until
# one is set up (test_elsewhere).
OWN = {
    "sign-in/with/<slug:way>/",
    "sign-in/with/<slug:way>/back/",
    "desk/roles/<uuid:grant_id>/",
    "desk/roles/reviews/<uuid:review_id>/",
    "me/roles/<uuid:grant_id>/stand-in/",
    "me/roles/<uuid:grant_id>/lay-down/",
    # Whoever has the address: web/tests/test_calendars.py.
    "calendars/<str:secret>.ics",
    "me/places/<str:receipt>/",
    "me/places/<str:receipt>/withdraw/",
    "me/messages/<uuid:message_id>/",
    "me/privacy/copies/<uuid:copy_id>.<str:kind>",
    "me/privacy/requests/<str:number>/take-back/",
    "operate/requests/<str:number>/",
    "me/assertions/<uuid:assertion_id>/",
    "desk/organizations/<slug:key>/assertions/<uuid:assertion_id>/",
    "desk/organizations/<slug:key>/assertions/<uuid:assertion_id>/<slug:name>/",
    "verify/<str:code>/",
    # Tested in web/tests/test_import_pages.py.
    "desk/lists/<uuid:import_id>/",
    "desk/lists/<uuid:import_id>/failed.<str:kind>",
    "desk/lists/<uuid:import_id>/<slug:what>.<str:kind>",
    # Tested in web/tests/test_bulk.py.
    "desk/bulk/<uuid:act_id>/",
    "desk/bulk/<uuid:act_id>/undo/",
    "me/household/<uuid:household_id>/invite/",
    "me/household/<uuid:household_id>/leave/",
    "me/household/<uuid:household_id>/head/",
    "me/acts/<uuid:act_id>/dispute/",
    "demo/outbox/",
}
# One person at the city's office, tested below.
SOMEBODYS = {
    "operate/people/<uuid:person_id>/",
    "operate/people/<uuid:person_id>/trail/",
    "operate/people/<uuid:person_id>/trail.<str:kind>",
    "operate/people/<uuid:person_id>/correct/",
    "operate/people/<uuid:person_id>/consents/",
    "operate/people/<uuid:person_id>/requests/",
    "operate/people/<uuid:person_id>/merge/",
    "operate/people/<uuid:person_id>/merge/<uuid:other_id>/",
    "operate/people/<uuid:person_id>/numbers/<uuid:identifier_id>/",
}

PEOPLE = {"s": None, "r": "demo-worker", "o": "other", "p": "demo-provider", "c": "demo-operator"}


def _views(resolver=None, prefix=""):
    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _views(pattern, route)
        elif isinstance(pattern, URLPattern):
            yield route, pattern.callback


def test_every_view_says_who_may_see_it():
    silent = [route for route, view in _views() if getattr(view, "access", None) is None]
    assert silent == []


def test_the_table_is_the_whole_site():
    resolver = get_resolver()
    known = {resolver.resolve(path).route for path in PAGES} | set(FORMS) | OWN | SOMEBODYS
    pages = {route for route, _ in _views() if not route.startswith("api/")}
    assert pages - known == set()


@pytest.fixture
def as_(client, account_of, city):
    """Sign in as one of the five; the other organization's staff is found in the city."""
    places.draft_reform(
        key="gusu-grows", title={"en": "Gusu grows"}, act="", country="CN",
        effective=date(2030, 1, 1), lines=[Line(1, "320507", "320508")], by=SYSTEM,
    )  # fmt: skip

    def sign_in(who):
        key = PEOPLE[who]
        if key == "other":
            key = "staff-elsewhere"
            from learncity.apps.people.factories import make_person
            from learncity.apps.roles.factories import make_grant
            from learncity.apps.roles.types import Role

            person = make_person(account=True)
            make_grant(person, Role.STAFF, "lamplight-night-school")
            client.force_login(people.find_account(person))
        elif key:
            client.force_login(account_of(key))
        return client

    return sign_in


@pytest.mark.parametrize("who", PEOPLE)
def test_every_role_gets_exactly_its_pages(as_, who):
    client, wrong = as_(who), []
    for path, allowed in PAGES.items():
        answer = client.get(path)
        got_in = answer.status_code == 200 or (
            answer.status_code == 302 and not answer.url.startswith("/sign-in/?next=")
        )
        if got_in != (who in allowed):
            wrong.append(f"{path}: {answer.status_code}")
        if who != "s" and who not in allowed and answer.status_code != 403:
            wrong.append(f"{path}: {answer.status_code} and not 403")
    assert wrong == []


@pytest.mark.parametrize("who", PEOPLE)
def test_every_role_may_send_exactly_its_forms(as_, who):
    client, wrong = as_(who), []
    some = "01a2004c-0898-74c1-a877-54b127d3fb1d"
    for route, allowed in FORMS.items():
        if route == "sign-out/":
            continue
        path = "/" + re.sub(r"<uuid:\w+>", some, route)
        path = path.replace("<slug:key>", "results-to-employer")
        answer = client.post(path)
        refused = answer.status_code == 403 or (
            answer.status_code == 302 and answer.url.startswith("/sign-in/?next=")
        )
        if refused == (who in allowed):
            wrong.append(f"{path}: {answer.status_code}")
    assert wrong == []


def test_a_receipt_and_a_message_are_their_owners_alone(as_, account_of, city):
    from django.utils import timezone

    owner = account_of("demo-worker").person_id
    mine = services.apply(
        class_key=OWN_CLASS, person_id=owner, by=By(owner, Via.WEB), at=timezone.now()
    )
    (message,) = notices.inbox(owner)
    paths = [
        f"/me/places/{mine.receipt}/",
        f"/me/places/{mine.receipt}/withdraw/",
        f"/me/messages/{message.id}/",
    ]

    for who, expected in (("r", 200), ("p", 404), ("c", 404)):
        client = as_(who)
        assert [client.get(path).status_code for path in paths] == [expected] * 3
    client.logout()
    assert [client.get(path).status_code for path in paths] == [302] * 3
    assert classes.find_enrolment(mine.receipt, person_id=owner)[1].state == "ENROLLED"


def test_what_is_said_of_a_person_is_theirs_and_of_who_said_it(as_, account_of):
    from datetime import date

    from django.utils import timezone

    from learncity.apps.assertions import services as assertions

    owner = account_of("demo-worker").person_id
    said = assertions.vouch(
        organization_key=CENTRE, person_id=owner, key="volunteer", value=8, since=None, until=None,
        evidence="Roster", code_until=date(2099, 1, 1), by=By(None, Via.DESK), at=timezone.now(),
    )  # fmt: skip
    mine = f"/me/assertions/{said.id}/"
    desk = f"/desk/organizations/{CENTRE}/assertions/{said.id}/"
    for who, expected in (("r", (200, 403, 403)), ("p", (404, 200, 200)), ("o", (404, 403, 403)),
                          ("c", (404, 403, 403))):  # fmt: skip
        client = as_(who)
        paths = (mine, desk, f"{desk}withdraw/")
        assert tuple(client.get(path).status_code for path in paths) == expected, who
    # Not even of one's own organization, when another said it.
    elsewhere = desk.replace(CENTRE, "lamplight-night-school")
    client.force_login(account_of("jin-ruolan"))
    assert client.get(elsewhere).status_code == 404
    client.logout()
    assert client.get(mine).status_code == 302
    assert client.get(f"/verify/{said.code}/").status_code == 200


@pytest.mark.parametrize("who", PEOPLE)
def test_people_are_looked_at_by_the_citys_office_alone(as_, who, account_of):
    from django.utils import timezone

    from learncity.apps.people import services as people_services
    from learncity.apps.people.types import IdentifierKind, Number

    somebody, other = (account_of(key).person_id for key in ("demo-senior", "demo-vietnamese"))
    held = people_services.add_identifier(
        person_id=somebody,
        number=Number(IdentifierKind.PASSPORT, "VN", "C1234567"),
        by=By(None, Via.SYSTEM),
        at=timezone.now(),
    )
    paths = [
        "/" + route.replace("<uuid:person_id>", str(somebody))
        .replace("<uuid:other_id>", str(other))
        .replace("<uuid:identifier_id>", str(held.id))
        .replace("<str:kind>", "csv")
        for route in sorted(SOMEBODYS)
    ]  # fmt: skip
    client = as_(who)

    expected = {"s": 302, "c": 200}.get(who, 403)
    assert [client.get(path).status_code for path in paths] == [expected] * len(paths)
    assert [client.post(path, {"q": "x"}).status_code in (200, 422) for path in paths[1:]] == [
        who == "c"
    ] * (len(paths) - 1)


def test_nobody_takes_away_the_number_of_another(as_, account_of):
    from django.utils import timezone

    from learncity.apps.people import services as people_services
    from learncity.apps.people.types import IdentifierKind, Number

    owner = account_of("demo-senior").person_id
    held = people_services.add_identifier(
        person_id=owner,
        number=Number(IdentifierKind.PASSPORT, "VN", "C1234567"),
        by=By(owner, Via.WEB),
        at=timezone.now(),
    )

    assert as_("r").post(f"/me/numbers/{held.id}/end/").status_code == 404
    assert people.identifiers_of(owner) == [held]


def test_a_copy_and_a_request_are_their_owners_alone_and_the_office_answers(as_, account_of):
    from django.utils import timezone

    from learncity.apps.privacy import services as privacy
    from learncity.apps.privacy.types import RequestKind

    owner, at = account_of("demo-worker").person_id, timezone.now()
    copy = privacy.want_copy(person_id=owner, language="vi", at=at)
    privacy.make_copy(copy_id=copy.id, at=at)
    asked = privacy.ask(
        person_id=owner, kind=RequestKind.ACCESS, words="", by=By(owner, Via.WEB), at=at
    ).number

    for who, copied, took, case in (
        ("s", 302, 302, 302),
        ("o", 404, 404, 403),
        ("p", 404, 404, 403),
        ("c", 404, 404, 200),
        ("r", 200, 302, 403),
    ):
        client = as_(who)
        assert client.get(f"/me/privacy/copies/{copy.id}.pdf").status_code == copied, who
        assert client.get(f"/me/privacy/copies/{copy.id}.exe").status_code in (302, 404), who
        assert client.post(f"/me/privacy/requests/{asked}/take-back/").status_code == took, who
        assert client.get(f"/operate/requests/{asked}/").status_code == case, who
        assert client.post(f"/operate/requests/{asked}/").status_code == case, who


def test_nobody_gives_back_the_place_of_another(as_, account_of):
    from django.utils import timezone

    owner = account_of("demo-worker").person_id
    mine = services.apply(
        class_key=OWN_CLASS, person_id=owner, by=By(owner, Via.WEB), at=timezone.now()
    )

    assert as_("c").post(f"/me/places/{mine.receipt}/withdraw/").status_code == 404
    assert classes.find_enrolment(mine.receipt, person_id=owner)[1].state == "ENROLLED"


def test_the_link_of_an_online_class_is_for_members_and_staff_only(as_, account_of):
    key, link = "college-entrance-online-sun", "https://"
    from django.utils import timezone

    def links(who):
        return f'<a href="{link}' in as_(who).get(f"/classes/{key}/").content.decode()

    assert not links("s")
    assert not links("r")
    owner = account_of("demo-worker").person_id
    from learncity.apps.classes.models import CourseClass

    CourseClass.objects.filter(key=key).update(closes_at=timezone.now() + timedelta(days=1))
    services.apply(class_key=key, person_id=owner, by=By(owner, Via.WEB), at=timezone.now())
    assert links("r")
    assert links("c")
    # What the process remembers of the class holds the links; it must not hand them out.
    as_("s").logout()
    assert not links("s")


def test_the_demo_outbox_is_not_there_in_earnest(client, city, settings):
    settings.DEMO = False
    assert client.get("/demo/outbox/").status_code == 404


def test_a_view_that_says_nothing_is_refused(rf, city):
    from django.core.exceptions import PermissionDenied

    from learncity.kernel.access import DenyByDefault

    with pytest.raises(PermissionDenied):
        DenyByDefault(lambda r: None).process_view(rf.get("/"), lambda r: None, (), {})
