"""Every view and operation, for every role and scope: who gets in, and nobody else.

Nothing is listed by hand but what each role may do (``MAY``) and how addresses are filled in. What
a view asks for is read from its declaration, what is answered from the answer. That it asks for the
right act is looked at in docs/reference/roles.md, which names every view with its act.
"""

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from inspect import isfunction
from uuid import UUID

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from learncity.apps.catalogue.models import Course
from learncity.apps.classes.factories import make_class
from learncity.apps.classes.models import CourseClass
from learncity.apps.imports import services as imports
from learncity.apps.organizations import services as organizations
from learncity.apps.organizations.factories import make_organization
from learncity.apps.people import queries as people
from learncity.apps.people import services as people_services
from learncity.apps.people.factories import make_person
from learncity.apps.places import queries as places
from learncity.apps.privacy import services as privacy
from learncity.apps.privacy.types import RequestKind
from learncity.apps.roles import services as roles
from learncity.apps.roles.access import AnyDuty, Duty
from learncity.apps.roles.factories import make_grant
from learncity.apps.roles.models import Grant
from learncity.apps.roles.types import Act, Role
from learncity.kernel import access
from learncity.kernel.acting import SYSTEM, By, Via
from learncity.rest.api import api
from learncity.rest.openapi import document, operations_of
from learncity.rest.tests.conftest import key_of
from learncity.rest.tests.test_identity import BODIES

HERE, THERE = "matrix-here", "matrix-there"
REGIONS = {HERE: "gusu", THERE: "sip"}

# What each role may do: said once more, so that a change of the product's own table is noticed.
STAFF = "SEE_FIGURES RUN_CLASSES EDIT_COURSES NOTE_DEEDS VOUCH"
MAY = {
    "READER": "SEE_FIGURES",
    "STAFF": STAFF,
    "MANAGER": f"{STAFF} GIVE_ROLES",
    "OFFICER": "SEE_FIGURES NOTE_DEEDS KEEP_REGISTER KEEP_PEOPLE ANSWER_REQUESTS",
    "OPERATOR": "SEE_FIGURES RUN_CLASSES EDIT_COURSES REVIEW_COURSES NOTE_DEEDS GIVE_ROLES "
    "KEEP_REGISTER KEEP_PEOPLE "
    "ANSWER_REQUESTS SETTLE_DISPUTES MAKE_AGREEMENTS DRAW_MAP HELP_PEOPLE OPERATE",
}


@dataclass(frozen=True)
class Who:
    """Somebody who asks: what they hold now, by role and where; what they hold not."""

    name: str
    holds: tuple[tuple[str, str], ...] = ()
    is_stranger: bool = False

    def may(self, act: Act, where: str | None) -> bool:
        """``where``: HERE, THERE, the city as a whole, or anywhere for ``None``."""
        return any(
            act.value in MAY[role].split()
            and (role == "OPERATOR" or where is None or where == scope)
            for role, scope in self.holds
        )


EVERYBODY = [
    Who("stranger", is_stranger=True),
    Who("resident"),
    Who("reader here", (("READER", HERE),)),
    Who("staff here", (("STAFF", HERE),)),
    Who("staff there", (("STAFF", THERE),)),
    Who("manager here", (("MANAGER", HERE),)),
    Who("manager there", (("MANAGER", THERE),)),
    Who("officer here", (("OFFICER", HERE),)),
    Who("officer there", (("OFFICER", THERE),)),
    Who("operator", (("OPERATOR", "city"),)),
    Who("staff here and officer there", (("STAFF", HERE), ("OFFICER", THERE))),
    Who("stand-in for staff here", (("STAFF", HERE),)),
    Who("stand-in for an officer there", (("OFFICER", THERE),)),
    Who("once staff here"),
    Who("staff here from tomorrow"),
    Who("stand-in for whom laid it down"),
    Who("staff of an organization that ended"),
]

# By the finder of a decision: what an address is filled with, for HERE and THERE.
TARGETS = {
    "of_class": lambda w, at: {"class_key": w.classes[at]},
    "of_course": lambda w, at: {"key": f"{at}-course"},
    "of_organization": lambda w, at: {"key": at},
    "of_registered": lambda w, at: {"key": at},
    "of_committee": lambda w, at: {"key": f"{at}-board"},
    "of_agreement": lambda w, at: {"key": f"{at}-agreed"},
    "of_person": lambda w, at: {"person_id": w.persons[at][0], "other_id": w.persons[at][1]},
    "_of_both": lambda w, at: {"person_id": w.persons[at][0], "other_id": w.persons[at][1]},
    "of_request": lambda w, at: {"number": w.requests[at]},
    "of_grant": lambda w, at: {"grant_id": w.grants[at]},
    "of_list": lambda w, at: {"import_id": w.lists[at]},
    "of_review": lambda w, at: {"review_id": w.reviews[at]},
    "_of_named": lambda w, at: {},  # in the body
    "_of_new": lambda w, at: {},
    "_of_home": lambda w, at: {},
}
SOME = UUID("01a2004c-0898-74c1-a877-54b127d3fb1d")
# Words of addresses that no decision looks at.
WORDS = {
    "slug": "none", "str": "none", "uuid": str(SOME), "int": "1",
    "kind": "csv", "name": "edit", "number": "1",
}  # fmt: skip


def _routes(resolver=None, prefix=""):
    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern, route)
        elif isinstance(pattern, URLPattern) and not route.startswith("api/"):
            yield route, pattern.callback


@cache
def _operations():
    """Every operation: its verb, path, name and decisions."""
    bound = {operation.view_func.__name__: operation for operation in operations_of(api)}
    return [
        (verb.upper(), f"api/v1{path}", name, _decisions(bound[name]))
        for path, verbs in document(api)["paths"].items()
        for verb, said in verbs.items()
        for name in [said["operationId"]]
    ]


def _decisions(operation):
    return (
        *getattr(operation.run, "decisions", ()),
        *getattr(operation.view_func, "decisions", ()),
    )


def expected(who, decision, where):
    """Whether somebody gets in, for a target HERE or THERE."""
    if decision is access._yes:
        return True
    if isinstance(decision, AnyDuty):
        return any(who.may(act, None) for act in decision.acts)
    if isinstance(decision, Duty):
        if decision.on is None:
            return who.may(decision.act, None)
        if decision.on.__name__ == "in_city":
            return who.may(decision.act, "city")
        return who.may(decision.act, where)
    # Signing in is enough, for what is one's own.
    assert isfunction(decision)
    assert decision in access._FOR_ANYBODY, decision
    return not who.is_stranger


def filled(route, decision, world, where):
    """The address of a view for a target."""
    words = dict(WORDS)
    if isinstance(decision, Duty) and decision.on and decision.on.__name__ != "in_city":
        words |= {k: str(v) for k, v in TARGETS[decision.on.__name__](world, where).items()}

    def word(found):
        name, kind = found[2], found[1] or ("uuid" if found[2].endswith("_id") else "str")
        return words.get(name, words[kind])

    return re.sub(r"[<{](?:(\w+):)?(\w+)[>}]", word, route)


class World:
    """An organization, a person, a class and so on in each of two districts."""

    def __init__(self):
        at = timezone.now()
        self.at, self.by = at, SYSTEM
        self.classes, self.persons, self.requests = {}, {}, {}
        self.grants, self.reviews, self.lists = {}, {}, {}
        for key, region in REGIONS.items():
            made = make_organization(key, place=region)
            make_organization(f"{key}-friend", place=region)
            self.classes[key] = make_class()
            CourseClass.objects.filter(key=self.classes[key]).update(provider_id=made.id)
            name = {"en": key}
            Course.objects.create(
                key=f"{key}-course", provider_id=made.id, category="HOBBIES", title=name
            )
            organizations.found_committee(
                key=f"{key}-board", organization_key=key, name=name, is_public=True,
                by=SYSTEM, at=at,
            )  # fmt: skip
            organizations.make_agreement(
                key=f"{key}-agreed", subject=name, party_keys=[key, f"{key}-friend"],
                since=at.date(), until=None, by=SYSTEM, at=at,
            )  # fmt: skip
            home = places.ids_by_key([region])[region]
            self.persons[key] = [make_person(f"{key} {n}") for n in range(2)]
            for person in self.persons[key]:
                people_services.settle({person: home}, by=SYSTEM, at=at)
            self.requests[key] = privacy.ask(
                person_id=self.persons[key][0], kind=RequestKind.ACCESS, words="",
                by=By(self.persons[key][0], Via.WEB), at=at,
            ).number  # fmt: skip
            self.grants[key] = make_grant(make_person("holder"), Role.STAFF, key)
            self.lists[key] = imports.send(
                kind="classes", owner_id=made.id, list_name=key, file_name="",
                content=[b"key,course\na,b"], language="zh-Hans", giver="", spoken="en",
                by=By(self.persons[key][0], Via.DESK), at=at,
            ).id  # fmt: skip
            self.reviews[key] = roles.open_review(organization_key=key, by=SYSTEM, at=at)

    def account(self, who):
        """An account of somebody who holds just what ``who`` says."""
        person = make_person(who.name, account=True)
        for role, scope in () if "stand-in" in who.name else who.holds:
            self._give(person, role, scope)
        day = timedelta(days=1)
        if "stand-in" in who.name:
            principal = make_person("principal", account=True)
            role, scope = who.holds[0] if who.holds else ("STAFF", HERE)
            held = self._give(principal, role, scope)
            by = By(principal, Via.WEB)
            roles.let_stand_in(
                grant_id=held, person_id=person, since=self.at, until=self.at + day, by=by,
                at=self.at,
            )  # fmt: skip
            if not who.holds:
                Grant.objects.filter(pk=held).update(until=timezone.now())
        elif who.name.startswith("once"):
            held = self._give(person, "STAFF", HERE)
            Grant.objects.filter(pk=held).update(until=timezone.now())
        elif who.name.endswith("tomorrow"):
            make_grant(person, Role.STAFF, HERE, since=self.at + day)
        elif who.name.endswith("ended"):
            make_organization("matrix-ended")
            make_grant(person, Role.STAFF, "matrix-ended")
            organizations.end_organization(
                key="matrix-ended", on=self.at.date(), successor_key=None, by=SYSTEM, at=self.at
            )
        return people.find_account(person)

    def _give(self, person, role, scope):
        if role == "OPERATOR":
            return make_grant(person, Role.OPERATOR, "city-learning-office")
        if role == "OFFICER":
            return make_grant(person, Role.OFFICER, "city-learning-office", region=REGIONS[scope])
        return make_grant(person, Role(role), scope)


@pytest.fixture
def world(city, settings, tmp_path):
    settings.IMPORTS_ROOT = tmp_path / "imports"
    return World()


def refused(answer):
    to_sign_in = answer.status_code == 302 and answer.url.startswith("/sign-in/?next=")
    return answer.status_code in (401, 403) or to_sign_in


@pytest.mark.parametrize("who", EVERYBODY, ids=lambda who: who.name)
def test_every_page_for_every_role_and_scope(client, world, who):
    if not who.is_stranger:
        client.force_login(world.account(who))
    wrong = []
    for route, view in _routes():
        decision = view.access
        for where in (HERE, THERE):
            path = "/" + filled(route, decision, world, where)
            if path in ("/sign-out/", "/demo/outbox/"):
                continue
            if refused(client.get(path)) == expected(who, decision, where):
                wrong.append(path)
    assert wrong == []


@pytest.mark.parametrize("who", EVERYBODY, ids=lambda who: who.name)
def test_every_operation_for_every_role_and_scope(client, world, who):
    headers = {}
    if not who.is_stranger:
        headers = {"Authorization": f"Bearer {key_of(world.account(who))}"}
    wrong = []
    # Reading before writing, and ending last, so that what is looked at is still there.
    order = {"GET": 0, "POST": 1, "PUT": 2, "PATCH": 2, "DELETE": 3}
    for method, path, name, decisions in sorted(_operations(), key=lambda o: order[o[0]]):
        for where in (HERE, THERE):
            last = decisions[-1] if decisions else None
            found = next((d for d in decisions if isinstance(d, Duty) and d.on), last)
            address = "/" + filled(path, found, world, where)
            body = _body(name, path, world, where)
            answer = client.generic(
                method, address, body, content_type="application/json", headers=headers
            )
            may = all(expected(who, d, where) for d in decisions)
            if not decisions and who.is_stranger:
                continue  # which are open to strangers is kept in rest/tests/test_identity.py
            # What cannot be read is refused before anybody is looked at.
            if any(isinstance(d, Duty) for d in decisions) and answer.status_code == 422:
                wrong.append(f"{name}: the body does not fit, {answer.content.decode()}")
            elif refused(answer) == may:
                wrong.append(f"{method} {address}: {answer.status_code}")
    assert wrong == []


def _body(name, path, world, where):
    """A body that can be read: of the world, or that with which the API's own tests ask."""
    region = REGIONS[where]
    own = {
        "merge_people": {"other": str(world.persons[where][1]), "reason": "PERSON_SAYS"},
        "register_person": {"id": str(SOME), "name": "matrix", "home": region},
        "give_role": {"address": "+8615400000001", "role": "STAFF", "organization": where},
        "begin_role_review": {"organization": where},
        "decide_role": {"role": str(world.grants[where]), "keep": True},
        "change_seats": {"seats": 90, "waiting_limit": 90},
    }
    template = re.compile(re.sub(r"{\w+}", "[^/]+", path.removeprefix("api/v1")))
    known = next((body for asked, body in BODIES.items() if template.fullmatch(asked)), {})
    return json.dumps(own.get(name, known))


def test_every_role_and_every_finder_is_in_the_matrix():
    assert set(MAY) == {role.value for role in Role}
    asked = [getattr(view, "access", None) for _, view in _routes()]
    asked += [d for *_, decisions in _operations() for d in decisions]
    finders = {d.on.__name__ for d in asked if isinstance(d, Duty) and d.on}
    assert finders - {"in_city"} == set(TARGETS)
    acts = {d.act for d in asked if isinstance(d, Duty)}
    assert acts == set(Act)
